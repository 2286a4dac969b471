//! What the program sees of a repository, as lines of JSON: for tests and reports of defects.

pub mod store;

use super::Error;
use crate::model::{ChangeSet, EntryKind, FileChange, Objects, Oid, Side};
use crate::{check, git};
use serde_json::{Value, json};
use std::path::Path;

/// Describes the index against `HEAD`.
///
/// # Errors
/// When it cannot be read.
pub fn staged(dir: &Path, copies: bool) -> Result<String, Error> {
    let mut repo = git::Repository::open(dir)?;
    let mut change = git::staged(&mut repo)?;
    if copies {
        git::mark_copies(&repo, &mut change);
    }
    Ok(line(&repo, None, &change))
}

/// Describes commits, one line each, as they are read.
///
/// # Errors
/// When one cannot be read.
pub fn commits(dir: &Path, names: &[String], copies: bool, out: &mut dyn FnMut(&str)) -> Result<(), Error> {
    let repo = git::Repository::open(dir)?;
    for name in names {
        let id = git::resolve(&repo, name)?;
        let mut change = git::commit(&repo, id)?;
        if copies {
            git::mark_copies(&repo, &mut change);
        }
        out(&line(&repo, Some(id), &change));
    }
    Ok(())
}

fn line(repo: &git::Repository, commit: Option<Oid>, change: &ChangeSet) -> String {
    let reader = repo.reader(git::LARGEST);
    let files: Vec<Value> = change.files.iter().map(|f| file(f, &reader)).collect();
    let commit = commit.map(|c| c.to_string());
    format!(
        "{}\n",
        json!({ "commit": commit, "tree": change.head.to_string(), "files": files })
    )
}

fn file(file: &FileChange, reader: &git::Reader) -> Value {
    let view = check::FileView::new(file, reader);
    let hunks: Vec<Value> = if is_binary(file, &view, reader) {
        Vec::new()
    } else {
        let start = |r: &std::ops::Range<u32>| r.start + u32::from(!r.is_empty());
        view.hunks()
            .iter()
            .map(|h| json!([start(&h.old), h.old.len(), start(&h.new), h.new.len()]))
            .collect()
    };
    let mode = |side: Option<Side>| side.map(|s| mode(s.kind));
    json!({
        "status": file.status.name(),
        "path": escaped(&file.path),
        "old_path": file.old_path.as_ref().map(|p| escaped(p)),
        "old_mode": mode(file.old),
        "new_mode": mode(file.new),
        "hunks": hunks,
    })
}

fn is_binary(file: &FileChange, view: &check::FileView<'_>, reader: &git::Reader) -> bool {
    let nul = |bytes: &[u8]| bytes[..bytes.len().min(8000)].contains(&0);
    let submodule = |s: Option<Side>| s.is_some_and(|s| s.kind == EntryKind::Submodule);
    let old = file
        .old
        .filter(|s| s.kind != EntryKind::Submodule)
        .and_then(|s| reader.blob(s.id).ok());
    submodule(file.old) || submodule(file.new) || nul(view.bytes()) || old.is_some_and(|o| nul(&o))
}

fn mode(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::File => "100644",
        EntryKind::Executable => "100755",
        EntryKind::Symlink => "120000",
        EntryKind::Submodule => "160000",
    }
}

/// Writes bytes that are not UTF-8 as `\xNN`.
fn escaped(path: &[u8]) -> String {
    let mut out = String::new();
    for chunk in path.utf8_chunks() {
        out.push_str(chunk.valid());
        chunk
            .invalid()
            .iter()
            .for_each(|b| out.push_str(&format!("\\x{b:02x}")));
    }
    out
}
