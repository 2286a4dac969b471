//! Lines by a text, definitions of a name, and what else mentions it.

use super::page::Page;
use super::{Snapshot, blank, list, path, shown};
use crate::check::Lines;
use crate::model::ReadError;
use crate::validators::definition::{self, Use};
use crate::validators::view::{self, Syntax, Text, end, heads};
use bstr::{BStr, BString, ByteSlice};
use std::time::Instant;

/// The shortest text that is searched for.
const SHORTEST: usize = 2;
/// How many definitions are shown.
const DEFINITIONS: usize = 12;

/// A file that holds what is searched for, outside of secrets.
struct Hit {
    path: BString,
    /// The content, secrets overwritten.
    bytes: Vec<u8>,
    lines: Lines,
    /// The content as it is shown.
    text: Text,
}

/// What was looked at.
#[derive(Default)]
struct Tally {
    files: usize,
    /// Files that are binary, too large or cannot be read.
    passed_over: usize,
    /// Whether some files were not looked at, or no more could be shown.
    is_cut: bool,
}

/// Where is searched.
enum Within<'p> {
    /// In a directory, or in one file.
    Path(BString),
    /// In the files whose paths fit a pattern.
    Pattern(&'p str),
}

impl<'p> Within<'p> {
    fn read(text: &'p str) -> Result<Self, String> {
        match text.contains(['*', '?', '[', '{']) {
            true => Ok(Self::Pattern(list::checked(text)?)),
            false => Ok(Self::Path(path(text)?)),
        }
    }

    fn holds(&self, path: &BStr) -> bool {
        match self {
            Self::Pattern(pattern) => fast_glob::glob_match(pattern, path.as_bytes()),
            Self::Path(dir) => {
                let rest = path.strip_prefix(dir.as_slice());
                rest.is_some_and(|rest| dir.is_empty() || rest.is_empty() || rest.starts_with(b"/"))
            }
        }
    }
}

impl Snapshot<'_> {
    /// Finds the lines that hold a text.
    pub(super) fn grep(&self, text: &str, word: bool, within: &str) -> Result<String, String> {
        let needle = needle(text)?;
        let within = Within::read(within)?;
        let mut page = Page::new(&self.bounds);
        let mut found = 0;
        let tally = self.search(needle, &|path| within.holds(path), &mut |hit| {
            let places: Vec<usize> = match word {
                true => definition::words(&hit.bytes, needle.as_bytes()).collect(),
                false => memchr::memmem::find_iter(&hit.bytes, needle).collect(),
            };
            let mut lines: Vec<u32> = places.iter().map(|at| hit.lines.line_of(*at)).collect();
            lines.dedup();
            show(&mut page, hit, &lines, &mut found)
        });
        Ok(page.end(&tally.line(found, "lines")))
    }

    /// Finds where a name is defined.
    pub(super) fn symbol(&self, name: &str) -> Result<String, String> {
        let name = symbol(name)?;
        let mut page = Page::new(&self.bounds);
        let mut found = 0;
        let tally = self.search(name, &is_source, &mut |hit| {
            let all = definition::uses(&hit.bytes, &hit.lines, name, Syntax::of(&hit.path));
            let defined = all.filter(|(_, used)| *used == Use::Defines);
            for (line, _) in defined {
                let lines: Vec<u32> = (line..end(&hit.text, line).max(line + 1)).collect();
                if found == DEFINITIONS || !show(&mut page, hit, &lines, &mut 0) {
                    return false;
                }
                found += 1;
            }
            true
        });
        Ok(page.end(&tally.line(found, "definitions")))
    }

    /// Finds the lines that mention a name and do not define it, each with the head that it stands below.
    pub(super) fn callers(&self, name: &str) -> Result<String, String> {
        let name = symbol(name)?;
        let mut page = Page::new(&self.bounds);
        let mut found = 0;
        let tally = self.search(name, &is_source, &mut |hit| {
            let syntax = Syntax::of(&hit.path);
            let all = definition::uses(&hit.bytes, &hit.lines, name, syntax);
            let mut lines = Vec::new();
            for (line, _) in all.filter(|(_, used)| *used == Use::Mentions) {
                found += 1;
                let head = heads(&hit.text, line, syntax).pop();
                lines.extend(head.filter(|head| !lines.contains(head)));
                lines.push(line);
                if lines.len() > self.bounds.lines {
                    break;
                }
            }
            lines.sort_unstable();
            lines.dedup();
            show(&mut page, hit, &lines, &mut 0)
        });
        Ok(page.end(&tally.line(found, "uses")))
    }

    /// Visits the files that hold a text, the nearest first, until the visitor has enough.
    fn search(
        &self,
        needle: &str,
        fits: &dyn Fn(&BStr) -> bool,
        visit: &mut dyn FnMut(&Hit) -> bool,
    ) -> Tally {
        let listing = self.listing();
        let mut tally = Tally {
            is_cut: !listing.is_whole,
            ..Tally::default()
        };
        let finder = memchr::memmem::Finder::new(needle);
        let until = Instant::now() + self.bounds.time;
        let mut left = self.bounds.bytes;
        for path in listing.files.iter().filter(|path| fits(path.as_bstr())) {
            if tally.files >= self.bounds.files || left == 0 || Instant::now() >= until {
                tally.is_cut = true;
                break;
            }
            let bytes = match self.content(path.as_bstr(), &mut left) {
                Ok(Some(bytes)) => bytes,
                Ok(None) => continue,
                Err(_) => {
                    tally.passed_over += 1;
                    continue;
                }
            };
            tally.files += 1;
            let hit = finder.find(&bytes).map(|_| self.hit(path, bytes));
            let hit = hit.filter(|hit| finder.find(&hit.bytes).is_some());
            if hit.is_some_and(|hit| !visit(&hit)) {
                tally.is_cut = true;
                break;
            }
        }
        tally.is_cut |= left == 0;
        tally
    }

    fn hit(&self, path: &BString, mut bytes: Vec<u8>) -> Hit {
        let secrets = (self.redact)(path.as_bstr(), &bytes);
        let text = Text::new(bytes.clone(), secrets.clone(), self.bounds.line_bytes);
        blank(&mut bytes, &secrets);
        Hit {
            path: path.clone(),
            lines: Lines::new(&bytes),
            text,
            bytes,
        }
    }

    /// Returns the content of a file that can be searched; `None`: it is no file.
    fn content(&self, path: &BStr, left: &mut u64) -> Result<Option<Vec<u8>>, Unsearched> {
        let side = self.objects.entry(self.tree, path)?;
        let Some(side) = side.filter(|side| side.kind.is_file()) else {
            return Ok(None);
        };
        let size = self.objects.size(side.id)?;
        if size > self.bounds.file_bytes {
            return Err(Unsearched);
        }
        if size > *left {
            *left = 0;
            return Err(Unsearched);
        }
        *left -= size;
        let bytes = self.objects.blob(side.id)?;
        match memchr::memchr(0, &bytes[..bytes.len().min(8000)]) {
            Some(_) => Err(Unsearched),
            None => Ok(Some(bytes)),
        }
    }
}

/// A file is not searched.
struct Unsearched;

impl From<ReadError> for Unsearched {
    fn from(_: ReadError) -> Self {
        Self
    }
}

impl Tally {
    fn line(&self, found: usize, what: &str) -> String {
        let mut line = format!("({found} {what}; {} files were searched", self.files);
        if self.passed_over > 0 {
            line += &format!(", {} are binary or too large", self.passed_over);
        }
        if self.is_cut {
            line += "; there may be more in files that were not";
        }
        line + ")"
    }
}

/// Shows lines of a file; `false`: there is no room for all.
fn show(page: &mut Page, hit: &Hit, lines: &[u32], shown: &mut usize) -> bool {
    if lines.is_empty() {
        return true;
    }
    page.say(&format!("`{}`:", view::name(&hit.path)))
        && lines.iter().all(|line| {
            let is_shown = page.show(&hit.text, *line);
            *shown += usize::from(is_shown);
            is_shown
        })
}

fn is_source(path: &BStr) -> bool {
    Syntax::of(path).has_definitions()
}

fn needle(text: &str) -> Result<&str, String> {
    let fits = (SHORTEST..=super::LONGEST).contains(&text.len());
    match fits && !text.contains(['\n', '\0']) {
        true => Ok(text),
        false => Err(format!(
            "`{}` cannot be searched for: a text of one line, of {SHORTEST} bytes or more, is searched for as it is",
            shown(text)
        )),
    }
}

/// Returns the last part of a name: `Owner::name()` is searched for as `name`.
fn symbol(text: &str) -> Result<&str, String> {
    let name = text.trim().split(['(', '<']).next().unwrap_or_default();
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    let name = name.trim_end_matches(|c| !is_part(c));
    let start = name.char_indices().rev().find(|(_, c)| !is_part(*c));
    needle(start.map_or(name, |(at, c)| &name[at + c.len_utf8()..]))
}
