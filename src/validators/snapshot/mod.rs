//! What a model may look up in the tree of a change: it reads, and can do nothing else.
//!
//! ```text
//! tool    the tools as a model is told of them, and what it calls read strictly
//! page    an answer in lines behind a gutter, cut where it gets long
//! read    lines of a file
//! list    names: of a directory, or by a pattern
//! search  lines by a text, definitions of a name, and what else mentions it
//! ```
//!
//! Everything comes from the objects of one tree, never from the working tree: no path leads out of it, and links
//! are named and not followed. Secrets are taken out before anything is searched, so that no search can guess at
//! them. Every answer is bounded in bytes, files and time; what was not looked at is said.

mod list;
mod page;
mod read;
mod search;
mod tool;

#[cfg(test)]
mod tests;

pub use tool::NAMES;

use super::tree::{self, Listing};
use super::view::{self, Secrets, Text};
use crate::llm::request::{Tool, ToolCall, ToolResult};
use crate::model::{EntryKind, Objects, Oid};
use bstr::{BStr, BString, ByteSlice};
use std::cell::{Cell, OnceCell};
use std::ops::Range;
use std::time::Duration;

/// The longest path or name that is looked for.
const LONGEST: usize = 500;

/// How much is looked up.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// The most bytes of an answer.
    pub answer: usize,
    /// The most lines of an answer.
    pub lines: usize,
    /// How many bytes of a line are shown.
    pub line_bytes: usize,
    /// The largest file that is opened.
    pub file_bytes: u64,
    /// The most files that one search opens.
    pub files: usize,
    /// The most bytes that one search reads.
    pub bytes: u64,
    /// The most time that one search takes.
    pub time: Duration,
    /// How much of the tree is listed.
    pub tree: tree::Bounds,
    /// The most calls, of all who ask.
    pub calls: u32,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            answer: 16_000,
            lines: 300,
            line_bytes: 300,
            file_bytes: 1 << 20,
            files: 5_000,
            bytes: 48 << 20,
            time: Duration::from_millis(700),
            tree: tree::Bounds::default(),
            calls: 2_000,
        }
    }
}

/// A tree that models may look into.
pub struct Snapshot<'a> {
    tree: Oid,
    objects: &'a dyn Objects,
    redact: Secrets<'a>,
    bounds: Bounds,
    near: Vec<BString>,
    listing: OnceCell<Listing>,
    calls: Cell<u32>,
}

impl<'a> Snapshot<'a> {
    /// Takes a tree; `redact` finds the bytes of a file that must not be shown, as for the view. Nothing is read
    /// before somebody calls.
    #[must_use]
    pub fn new(tree: Oid, objects: &'a dyn Objects, redact: Secrets<'a>, bounds: Bounds) -> Self {
        Self {
            tree,
            objects,
            redact,
            bounds,
            near: Vec::new(),
            listing: OnceCell::new(),
            calls: Cell::new(0),
        }
    }

    /// Searches around these files first: those of the change.
    #[must_use]
    pub fn near(mut self, paths: Vec<BString>) -> Self {
        self.near = paths;
        self
    }

    /// Returns those of the tools that are granted, in a fixed order. Other names grant nothing.
    #[must_use]
    pub fn tools(&self, granted: &[String]) -> Vec<Tool> {
        tool::of(granted)
    }

    /// Does what a model calls for, if that is granted. What fails, or is not there, is said in the result.
    #[must_use]
    pub fn call(&self, call: &ToolCall, granted: &[String]) -> ToolResult {
        let said = self.answer(call, granted);
        let is_error = said.is_err();
        ToolResult {
            id: call.id.clone(),
            name: call.name.clone(),
            content: said.unwrap_or_else(|why| why),
            is_error,
        }
    }

    fn answer(&self, call: &ToolCall, granted: &[String]) -> Result<String, String> {
        let asked = tool::read(call, granted)?;
        if self.calls.get() >= self.bounds.calls {
            return Err("no more can be looked up in this review".to_owned());
        }
        self.calls.set(self.calls.get() + 1);
        match asked {
            tool::Asked::Read { path, lines } => self.read(path, lines),
            tool::Asked::List { path } => self.list(path),
            tool::Asked::Glob { pattern } => self.glob(pattern),
            tool::Asked::Grep { text, word, path } => self.grep(text, word, path),
            tool::Asked::Symbol { name } => self.symbol(name),
            tool::Asked::Callers { name } => self.callers(name),
        }
    }

    /// All files of the tree, the nearest first.
    fn listing(&self) -> &Listing {
        self.listing.get_or_init(|| {
            let near = self.near.iter().map(|path| path.as_bstr());
            let (first, _) = tree::around(near, 64);
            tree::list(self.objects, self.tree, first, &self.bounds.tree)
        })
    }

    /// Opens a file that may be shown; else says what there is.
    fn open(&self, path: &BStr) -> Result<Open, String> {
        let name = view::name(path);
        let side = self.objects.entry(self.tree, path).map_err(|e| e.to_string())?;
        let Some(side) = side else {
            return Err(self.missing(path));
        };
        match side.kind {
            EntryKind::Submodule => {
                return Err(format!("`{name}` is a submodule: its files are not in this tree"));
            }
            EntryKind::Symlink => return Err(self.link(path, side.id)),
            EntryKind::File | EntryKind::Executable => {}
        }
        let size = self.objects.size(side.id).map_err(|e| e.to_string())?;
        if size > self.bounds.file_bytes {
            return Err(format!(
                "`{name}` has {size} bytes, which is too much to be shown"
            ));
        }
        let bytes = self.objects.blob(side.id).map_err(|e| e.to_string())?;
        if memchr::memchr(0, &bytes[..bytes.len().min(8000)]).is_some() {
            return Err(format!("`{name}` is binary, {size} bytes"));
        }
        Ok(Open { name, bytes })
    }

    fn link(&self, path: &BStr, target: Oid) -> String {
        let bytes = self.objects.blob(target).unwrap_or_default();
        let target = self.text(path, bytes).line(0).text;
        let target = crate::model::visible(&target).into_owned();
        format!(
            "`{}` is a link to `{target}`; links are not followed",
            view::name(path)
        )
    }

    /// Says why there is no file at a path.
    fn missing(&self, path: &BStr) -> String {
        for at in memchr::memchr_iter(b'/', path) {
            if let Ok(Some(side)) = self.objects.entry(self.tree, path[..at].as_bstr())
                && side.kind == EntryKind::Symlink
            {
                return self.link(path[..at].as_bstr(), side.id);
            }
        }
        let name = view::name(path);
        match self.objects.names(self.tree, path) {
            Ok(names) if !names.is_empty() => format!("`{name}` is a directory"),
            _ => format!("there is no file `{name}` in this tree"),
        }
    }

    fn text(&self, path: &BStr, bytes: Vec<u8>) -> Text {
        let secrets = (self.redact)(path, &bytes);
        Text::new(bytes, secrets, self.bounds.line_bytes)
    }
}

/// A file that may be shown.
struct Open {
    name: String,
    bytes: Vec<u8>,
}

/// Overwrites bytes, but not the ends of lines.
fn blank(bytes: &mut [u8], secrets: &[Range<usize>]) {
    let len = bytes.len();
    for range in secrets {
        let range = range.start.min(len)..range.end.clamp(range.start.min(len), len);
        let hidden = bytes[range].iter_mut().filter(|byte| **byte != b'\n');
        hidden.for_each(|byte| *byte = 0);
    }
}

/// Reads a path as the view and the tools write it; the empty one is the root. No path leads out of the tree.
fn path(text: &str) -> Result<BString, String> {
    let outside = || {
        format!(
            "`{}` is no path of this tree: paths begin at its root, without `..`",
            shown(text)
        )
    };
    if text.len() > LONGEST || text.starts_with(['/', '~']) {
        return Err(outside());
    }
    let path = view::path(text).ok_or_else(outside)?;
    let parts: Vec<&[u8]> = path
        .split_str("/")
        .filter(|part| !matches!(*part, b"" | b"."))
        .collect();
    match parts.contains(&&b".."[..]) || path.contains(&0) {
        true => Err(outside()),
        false => Ok(parts.join(&b"/"[..]).into()),
    }
}

/// What a model wrote, as one short line.
fn shown(text: &str) -> String {
    let cut: String = text.chars().take(100).collect();
    crate::model::visible(&cut).into_owned()
}
