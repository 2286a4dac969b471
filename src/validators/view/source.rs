//! Reads a changed file, or says why nothing of it is shown.

use super::Options;
use super::left_out::{LeftOut, Why};
use super::scope::{self, Syntax};
use super::text::{Text, name};
use crate::check::FileView;
use crate::model::{EntryKind, FileChange, Hunk, Objects, Side, Status};
use bstr::{BStr, ByteSlice};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// A changed file whose text is shown.
pub struct Source<'a> {
    /// What happened to it.
    pub file: &'a FileChange,
    /// Its path as it is shown.
    pub name: String,
    /// The text before.
    pub old: Text,
    /// The text after.
    pub new: Text,
    /// What was changed.
    pub hunks: Vec<Hunk>,
    /// How heads look in it.
    pub syntax: &'static Syntax,
    /// Whether the path says that it is a test.
    pub is_test: bool,
    heads: RefCell<BTreeMap<u32, Vec<u32>>>,
}

impl Source<'_> {
    /// Returns the heads of what a line after the change, from 0, stands in, the outermost first. They are
    /// looked for once, for a block that is too large is cut again and again.
    #[must_use]
    pub fn heads(&self, line: u32) -> Vec<u32> {
        let find = || scope::heads(&self.new, line, self.syntax);
        self.heads.borrow_mut().entry(line).or_insert_with(find).clone()
    }
}

/// What becomes of a changed file.
pub enum Opened<'a> {
    /// Its text is shown.
    Shown(Box<Source<'a>>),
    /// Nothing of it is shown.
    Out(LeftOut),
    /// No line was changed; a note says what was.
    Same(String),
}

/// Opens a changed file.
#[must_use]
pub fn open<'a>(file: &'a FileChange, objects: &'a dyn Objects, options: &Options<'_>) -> Opened<'a> {
    let view = FileView::new(file, objects);
    let out = |why| Opened::Out(LeftOut::whole(name(&file.path), why, size(&view, objects)));
    if view.is_from_another_parent() {
        return Opened::Same(format!(
            "`{}` is as in another parent of the merge",
            name(&file.path)
        ));
    }
    if view.is_same_content() {
        return Opened::Same(unchanged(file));
    }
    if let Some(why) = by_rule(&view, objects, options) {
        return out(why);
    }
    let (old, new) = (view.old_bytes().to_vec(), view.bytes().to_vec());
    if !view.take_problems().is_empty() {
        return out(Why::Unreadable);
    }
    let hunks = view.hunks().to_vec();
    if hunks.is_empty() {
        return Opened::Same(unchanged(file));
    }
    let old_path = file.old_path.as_ref().unwrap_or(&file.path);
    Opened::Shown(Box::new(Source {
        name: name(&file.path),
        old: options.text(old_path.as_bstr(), old),
        new: options.text(file.path.as_bstr(), new),
        hunks,
        syntax: Syntax::of(&file.path),
        is_test: view.is_test(),
        heads: RefCell::default(),
        file,
    }))
}

/// Returns why a file is left out without a look at its lines.
fn by_rule(view: &FileView<'_>, objects: &dyn Objects, options: &Options<'_>) -> Option<Why> {
    let sides = [view.file.old, view.file.new];
    let any = |kind| sides.iter().flatten().any(|side| side.kind == kind);
    if any(EntryKind::Submodule) {
        return Some(Why::Submodule);
    }
    if any(EntryKind::Symlink) {
        return Some(Why::Symlink);
    }
    if view.has_generated_name() || (marked(view.old_bytes()) && marked(view.bytes())) {
        return Some(Why::Generated);
    }
    let size = |side: &Side| objects.size(side.id).unwrap_or(0);
    if sides.iter().flatten().any(|side| size(side) > options.file_bytes) {
        return Some(Why::FileTooLarge);
    }
    if is_binary(view.bytes()) || is_binary(view.old_bytes()) {
        return Some(Why::Binary);
    }
    (view.content() == crate::check::Content::LfsPointer).then_some(Why::LfsPointer)
}

/// Whether a program wrote this, by its own word. The change itself is not believed: a word that it adds would
/// hide it, so it counts only where both sides say so.
fn marked(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(2000)];
    head.contains_str("@generated") || head.contains_str("DO NOT EDIT")
}

fn is_binary(bytes: &[u8]) -> bool {
    memchr::memchr(0, &bytes[..bytes.len().min(8000)]).is_some()
}

fn size(view: &FileView<'_>, objects: &dyn Objects) -> u64 {
    let side = view.file.new.or(view.file.old);
    let side = side.filter(|side| side.kind != EntryKind::Submodule);
    side.map_or(0, |side| objects.size(side.id).unwrap_or(0))
}

fn unchanged(file: &FileChange) -> String {
    let name = name(&file.path);
    match (&file.old_path, file.status) {
        (Some(old), status) => {
            let old = super::text::name(old);
            format!(
                "`{name}` is {} from `{old}` without a change of content",
                status.name()
            )
        }
        (None, Status::ModeChanged | Status::TypeChanged) => format!("`{name}` changed its mode alone"),
        (None, Status::Added) => format!("`{name}` is new and empty"),
        (None, Status::Deleted) => format!("`{name}` was empty and is deleted"),
        _ => format!("`{name}` has no changed line"),
    }
}

impl Options<'_> {
    /// Makes a text of a file's content.
    pub(super) fn text(&self, path: &BStr, bytes: Vec<u8>) -> Text {
        let secrets = (self.secrets)(path, &bytes);
        Text::new(bytes, secrets, self.line_bytes)
    }
}
