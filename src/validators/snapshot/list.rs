//! Names: of a directory, or by a pattern.

use super::page::Page;
use super::{Snapshot, path, shown};
use crate::validators::view;
use bstr::{BString, ByteSlice};

/// How many parts of a pattern may stand for several texts.
const BRACES: usize = 3;

impl Snapshot<'_> {
    /// Lists a directory.
    pub(super) fn list(&self, text: &str) -> Result<String, String> {
        let path = path(text)?;
        let names = self.objects.names(self.tree, path.as_bstr());
        let mut names = names.map_err(|e| e.to_string())?;
        if names.is_empty() && !path.is_empty() {
            return Err(match self.open(path.as_bstr()) {
                Ok(open) => format!("`{}` is a file", open.name),
                Err(why) => why,
            });
        }
        names.sort();
        let mut page = Page::new(&self.bounds);
        let end = |is_dir: &bool| if *is_dir { "/" } else { "" };
        let left = names
            .iter()
            .position(|(name, is_dir)| !page.say(&format!("| {}{}", view::name(name), end(is_dir))));
        Ok(page.end(&counted(left.unwrap_or(names.len()), names.len(), "names", true)))
    }

    /// Lists the files whose paths fit a pattern.
    pub(super) fn glob(&self, pattern: &str) -> Result<String, String> {
        let pattern = checked(pattern)?;
        let listing = self.listing();
        let fits = |path: &&BString| fast_glob::glob_match(pattern, path.as_bytes());
        let mut paths: Vec<&BString> = listing.files.iter().filter(fits).collect();
        paths.sort();
        let mut page = Page::new(&self.bounds);
        let left = paths
            .iter()
            .position(|path| !page.say(&format!("| {}", view::name(path))));
        let shown = left.unwrap_or(paths.len());
        Ok(page.end(&counted(shown, paths.len(), "files", listing.is_whole)))
    }
}

/// Returns a pattern that is cheap to match.
pub(super) fn checked(pattern: &str) -> Result<&str, String> {
    let pattern = pattern.trim_start_matches("./");
    let braces = pattern.matches('{').count();
    match pattern.is_empty() || pattern.len() > super::LONGEST || braces > BRACES {
        true => Err(format!(
            "`{}` is no pattern of paths, such as `src/**/*.rs`",
            shown(pattern)
        )),
        false => Ok(pattern),
    }
}

fn counted(shown: usize, all: usize, what: &str, is_whole: bool) -> String {
    let unseen = if is_whole {
        ""
    } else {
        "; the tree is too large to be listed whole"
    };
    match shown == all {
        true => format!("({all} {what}{unseen})"),
        false => format!("({shown} of {all} {what} are shown{unseen})"),
    }
}
