//! What the added lines use and the hunks do not show: definitions of the same tree, found by their names.
//!
//! Bounded on every side: the file itself, those of the same directory and of the one above, in the same family
//! of languages; a name that is defined twice in a file is nobody's. No index is kept. What else the change
//! holds plays no part: a file would be asked about again for each other one that changes with it.

use super::Options;
use super::render::push_line;
use super::scope::{Syntax, is_part};
use super::source::Source;
use super::text::{Text, name};
use crate::model::{ChangeSet, Hunk, Objects, Oid};
use crate::validators::ground::GroundFile;
use bstr::{BStr, BString, ByteSlice};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// How many files are searched in the directory of a file, and how many in the one above.
const BESIDE: usize = 16;
const ABOVE: usize = 8;
/// The largest that is.
const FILE_BYTES: u64 = 200_000;
/// How many bytes are read for a change.
const ALL_BYTES: u64 = 16 << 20;
/// How many definitions are shown with one section, and how many lines of each.
const SHOWN: usize = 6;
const LINES: u32 = 8;
/// How many names are looked for.
const NAMES: usize = 200;
/// Shorter names say too little.
const SHORTEST: usize = 4;

/// The files that are searched, each read once.
pub struct Shelf<'a> {
    tree: Oid,
    objects: &'a dyn Objects,
    options: &'a Options<'a>,
    directories: BTreeMap<(BString, *const Syntax), Vec<BString>>,
    books: BTreeMap<BString, Option<Book>>,
    read: u64,
}

/// A file with the lines of its definitions; `None`: more than one has the name.
struct Book {
    text: Text,
    definitions: BTreeMap<String, Option<u32>>,
}

impl<'a> Shelf<'a> {
    /// Makes a shelf for the tree that a change ends in.
    #[must_use]
    pub fn new(change: &'a ChangeSet, objects: &'a dyn Objects, options: &'a Options<'a>) -> Self {
        Self {
            tree: change.head,
            objects,
            options,
            directories: BTreeMap::new(),
            books: BTreeMap::new(),
            read: 0,
        }
    }

    /// Returns the definitions that the added lines of these hunks use, as text; empty if none is found.
    pub fn related(&mut self, source: &Source<'_>, ground: &GroundFile) -> String {
        let mut out = String::new();
        if !self.options.related || !source.syntax.has_definitions() {
            return out;
        }
        let names = used(source, &ground.hunks);
        if names.is_empty() {
            return out;
        }
        let paths = self.near(source);
        let mut found = 0;
        for used in &names {
            for path in &paths {
                let Some((book, line)) = self.definition(path.as_bstr(), used, source.syntax) else {
                    continue;
                };
                let is_shown = path == &source.file.path && ground.new.contains_key(&(line + 1));
                if !is_shown {
                    show(&mut out, path, &book.text, line);
                    found += 1;
                }
                break;
            }
            if found == SHOWN {
                break;
            }
        }
        out
    }

    /// Returns the paths that are searched, the nearest first.
    fn near(&mut self, source: &Source<'_>) -> Vec<BString> {
        let mut paths = vec![source.file.path.clone()];
        paths.extend(self.beside(source.file.path.as_bstr(), source.syntax));
        if let Some(dir) = directory(source.file.path.as_bstr()) {
            let above = self.beside(dir, source.syntax);
            paths.extend(above.into_iter().take(ABOVE));
        }
        paths
    }

    /// Returns the first files of a path's directory in its family of languages.
    fn beside(&mut self, path: &BStr, syntax: &Syntax) -> Vec<BString> {
        let dir = directory(path).unwrap_or_default().to_owned();
        let key = (dir, std::ptr::from_ref(syntax));
        if let Some(paths) = self.directories.get(&key) {
            return paths.clone();
        }
        let dir = &key.0;
        let names = self.objects.names(self.tree, dir.as_bstr()).unwrap_or_default();
        let fits = |name: &BString| std::ptr::eq(Syntax::of(name), syntax);
        let files = names.into_iter().filter(|(name, is_dir)| !is_dir && fits(name));
        let mut names: Vec<BString> = files.map(|(name, _)| name).collect();
        names.sort();
        names.truncate(BESIDE);
        let within = |name: BString| match dir.is_empty() {
            true => name,
            false => [dir.as_bytes(), b"/", &name].concat().into(),
        };
        let paths: Vec<BString> = names.into_iter().map(within).collect();
        self.directories.insert(key, paths.clone());
        paths
    }

    fn definition(&mut self, path: &BStr, name: &str, syntax: &Syntax) -> Option<(&Book, u32)> {
        if !self.books.contains_key(path) {
            let book = self.open(path, syntax);
            self.books.insert(path.to_owned(), book);
        }
        let book = self.books.get(path)?.as_ref()?;
        let line = (*book.definitions.get(name)?)?;
        Some((book, line))
    }

    fn open(&mut self, path: &BStr, syntax: &Syntax) -> Option<Book> {
        let side = self.objects.entry(self.tree, path).ok()??;
        let size = self.objects.size(side.id).ok()?;
        if !side.kind.is_file() || size > FILE_BYTES || self.read + size > ALL_BYTES {
            return None;
        }
        self.read += size;
        let bytes = self.objects.blob(side.id).ok()?;
        let text = self.options.text(path, bytes);
        let definitions = definitions(&text, syntax);
        Some(Book { text, definitions })
    }
}

/// Returns the directory that a path stands in; `None`: the root.
fn directory(path: &BStr) -> Option<&BStr> {
    path.rfind_byte(b'/').map(|at| path[..at].as_bstr())
}

fn definitions(text: &Text, syntax: &Syntax) -> BTreeMap<String, Option<u32>> {
    let mut found: BTreeMap<String, Option<u32>> = BTreeMap::new();
    for line in 0..text.count() {
        let raw = text.raw(line).to_str_lossy();
        let Some(name) = syntax.head(&raw).filter(|name| name.len() >= SHORTEST) else {
            continue;
        };
        // What is indented may be a local variable.
        let is_local = raw.starts_with([' ', '\t']) && !raw.contains('(');
        if !is_local {
            found
                .entry(name.to_owned())
                .and_modify(|line| *line = None)
                .or_insert(Some(line));
        }
    }
    found
}

/// Returns the names that added lines use, in the order of their first use.
fn used(source: &Source<'_>, hunks: &[Hunk]) -> Vec<String> {
    let (mut names, mut seen) = (Vec::new(), BTreeSet::new());
    for line in hunks.iter().flat_map(|hunk| hunk.new.clone()) {
        let raw = source.new.raw(line).to_str_lossy();
        let defined = source.syntax.head(&raw);
        let words = raw.split(|c| !is_part(c)).filter(|word| word.len() >= SHORTEST);
        for word in words.filter(|word| !word.starts_with(|c: char| c.is_ascii_digit())) {
            if Some(word) != defined && seen.insert(word.to_owned()) {
                names.push(word.to_owned());
            }
            if names.len() == NAMES {
                return names;
            }
        }
    }
    names
}

fn show(out: &mut String, path: &BString, text: &Text, first: u32) {
    // Writing to a string cannot fail.
    let _ = writeln!(out, "related: `{}`", name(path));
    for line in first..end(text, first) {
        push_line(out, ' ', None, 3, &text.line(line).text);
    }
}

/// Returns where a definition ends, or where enough of it is shown.
#[must_use]
pub fn end(text: &Text, first: u32) -> u32 {
    let end = end_or_blank(text, first);
    let is_blank = |line: u32| text.raw(line).trim().is_empty();
    (first + 1..=end)
        .rev()
        .find(|end| !is_blank(end - 1))
        .unwrap_or(end)
}

fn end_or_blank(text: &Text, first: u32) -> u32 {
    let depth = |line: u32| {
        let raw = text.raw(line);
        raw.len() - raw.trim_start().len()
    };
    let is_done = |line: u32| {
        let raw = text.raw(line).trim_end();
        raw.ends_with(b";") || (line > first && raw.starts_with(b"}"))
    };
    let last = first.saturating_add(LINES).min(text.count());
    for line in first..last {
        let raw = text.raw(line).trim();
        let is_below = line > first && !raw.is_empty() && depth(line) <= depth(first);
        let goes_on = raw.starts_with(b")") || raw.starts_with(b"{") || raw.starts_with(b"where");
        if is_below && !goes_on {
            return if raw.starts_with(b"}") || raw == b"end" {
                line + 1
            } else {
                line
            };
        }
        if depth(line) == depth(first) && is_done(line) {
            return line + 1;
        }
    }
    last
}
