//! Whether the tree has a file, by a path as a model writes it.

use crate::model::{ChangeSet, EntryKind, Objects};
use crate::validators::{tree, view};
use bstr::{BStr, BString, ByteSlice};

/// The longest path that is looked for.
const LONGEST: usize = 1_000;
/// From how many directories of changed files a path is tried.
const FROM: usize = 32;

/// Says whether the tree that a change ends in has a file at a path.
///
/// `None` where the path leads through a link or a submodule, where it is a directory, where a file of that name
/// with another ending is there, or where only a path from the directory of a changed file leads to a file:
/// nobody can say then what was meant.
pub fn exists(path: &str, change: &ChangeSet, objects: &dyn Objects) -> Option<bool> {
    if path.len() > LONGEST {
        return None;
    }
    let mut all_are_away = true;
    for path in candidates(path) {
        match look(path.as_bstr(), change, objects) {
            Some(true) => return Some(true),
            found => all_are_away &= found == Some(false),
        }
    }
    (all_are_away && !is_relative(path, change, objects)?).then_some(false)
}

/// The paths that a text may stand for: as it is, as the change shows it, and as it is written on Windows.
fn candidates(text: &str) -> Vec<BString> {
    let mut all: Vec<BString> = Vec::new();
    let texts = [
        Some(text.into()),
        view::path(text),
        Some(text.replace('\\', "/").into()),
    ];
    for text in texts.into_iter().flatten() {
        let path = normal(BStr::new(""), text.as_bstr());
        all.extend(path.filter(|path| !all.contains(path)));
    }
    all
}

/// Returns a path without `.` and `..`; `None`: it leads out of the tree, or nowhere.
fn normal(from: &BStr, path: &BStr) -> Option<BString> {
    let mut parts: Vec<&[u8]> = from.split_str("/").filter(|part| !part.is_empty()).collect();
    for part in path.split_str("/") {
        match part {
            b"" | b"." => {}
            b".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(BString::from(parts.join(&b"/"[..]))).filter(|path| !path.is_empty())
}

fn look(path: &BStr, change: &ChangeSet, objects: &dyn Objects) -> Option<bool> {
    if objects.entry(change.head, path).ok()?.is_some() {
        return Some(true);
    }
    for at in memchr::memchr_iter(b'/', path) {
        let above = objects.entry(change.head, path[..at].as_bstr()).ok()?;
        if above.is_some_and(|side| matches!(side.kind, EntryKind::Symlink | EntryKind::Submodule)) {
            return None;
        }
    }
    let names = objects.names(change.head, tree::parent(path)).ok()?;
    let name = path.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    let alike = |other: &BString| {
        let rest = other.strip_prefix(name);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(b"."))
    };
    match names.iter().any(|(other, _)| alike(other)) {
        true => None,
        false => Some(false),
    }
}

/// Whether a path leads to something from the directory of a changed file.
fn is_relative(path: &str, change: &ChangeSet, objects: &dyn Objects) -> Option<bool> {
    let (dirs, is_whole) = tree::around(change.files.iter().map(|file| file.path.as_bstr()), FROM);
    for dir in dirs.iter().filter(|dir| !dir.is_empty()) {
        let Some(path) = normal(dir.as_bstr(), BStr::new(path)) else {
            continue;
        };
        if look(path.as_bstr(), change, objects) != Some(false) {
            return Some(true);
        }
    }
    is_whole.then_some(false)
}
