//! Lines of a file.

use super::page::Page;
use super::{Snapshot, path};
use bstr::ByteSlice;
use std::ops::RangeInclusive;

impl Snapshot<'_> {
    /// Shows lines of a file, from 1; a last line of 0 is the last one.
    pub(super) fn read(&self, text: &str, lines: RangeInclusive<u32>) -> Result<String, String> {
        let path = path(text)?;
        let open = self.open(path.as_bstr())?;
        let text = self.text(path.as_bstr(), open.bytes);
        let count = text.count();
        let first = (*lines.start()).max(1);
        let last = match *lines.end() {
            0 => count,
            last => last.min(count),
        };
        if first > last {
            return Err(format!("`{}` has {count} lines", open.name));
        }
        let mut page = Page::new(&self.bounds);
        page.say(&format!("`{}`:", open.name));
        let end = (first..=last).find(|line| !page.show(&text, line - 1));
        let shown = end.map_or(last, |end| end - 1);
        Ok(page.end(&format!("(lines {first} to {shown} of {count})")))
    }
}
