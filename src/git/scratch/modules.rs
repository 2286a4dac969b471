//! The files of submodules, from what is fetched already: nothing is asked of a network.

use super::files::{self, Entry, Files};
use super::{Scratch, ScratchError};
use crate::model::{EntryKind, Oid, visible_bytes};
use crate::sys::clock::Deadline;
use bstr::{BStr, BString, ByteSlice};
use sha2::{Digest, Sha256};
use std::path::Path;

/// Submodules deeper than this stay empty.
const DEEPEST: usize = 5;

/// Writes out the submodules whose commits are there. Returns the paths of those that stay empty.
pub(super) fn write(
    scratch: &Scratch,
    entries: &[Entry],
    is_out: &[bool],
    within: &Deadline,
) -> Result<Vec<BString>, ScratchError> {
    let mut empty = Vec::new();
    below(scratch, BStr::new(""), entries, is_out, within, 0, &mut empty)?;
    Ok(empty)
}

fn below(
    scratch: &Scratch,
    dir: &BStr,
    entries: &[Entry],
    is_out: &[bool],
    within: &Deadline,
    depth: usize,
    empty: &mut Vec<BString>,
) -> Result<(), ScratchError> {
    let links = entries.iter().zip(is_out).filter(|(_, is_out)| **is_out);
    for (link, _) in links.filter(|(entry, _)| entry.kind == EntryKind::Submodule) {
        let path = join(dir, link.path.as_bstr());
        let Some(tree) = tree(scratch, link.id, within)?.filter(|_| depth < DEEPEST) else {
            empty.push(path);
            continue;
        };
        let inner = files::list(scratch, tree, within)?;
        let missing = files::missing(scratch, &inner, within)?;
        let is_there: Vec<bool> = inner.iter().map(|entry| !missing.contains(&entry.id)).collect();
        let at = scratch.tree().join(path.to_path_lossy());
        let what = Files {
            index: &index_name(path.as_bstr()),
            tree,
            entries: &inner,
            is_out: &is_there,
            patterns: None,
        };
        make_dir(&at)?;
        files::write(scratch, &what, &at, within)?;
        below(
            scratch,
            path.as_bstr(),
            &inner,
            &is_there,
            within,
            depth + 1,
            empty,
        )?;
    }
    Ok(())
}

fn make_dir(path: &Path) -> Result<(), ScratchError> {
    match std::fs::create_dir(path) {
        Err(e) if e.kind() != std::io::ErrorKind::AlreadyExists => {
            Err(ScratchError::File(path.to_owned(), e))
        }
        _ => Ok(()),
    }
}

/// Returns the tree of a commit of a submodule, if it is there.
fn tree(scratch: &Scratch, commit: Oid, within: &Deadline) -> Result<Option<Oid>, ScratchError> {
    let wanted = format!("{commit}^{{tree}}");
    let said = scratch
        .git(within)
        .ask(&["rev-parse", "--quiet", "--verify", &wanted])?;
    said.map(|said| super::base::oid(&said, &scratch.git_dir()))
        .transpose()
}

/// Returns the name of the index that knows the files of a submodule.
pub(super) fn index_name(path: &BStr) -> String {
    let digest = Sha256::digest(&**path);
    let hex: String = digest[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("module-{hex}")
}

fn join(dir: &BStr, path: &BStr) -> BString {
    match dir.is_empty() {
        true => path.to_owned(),
        false => bstr::join("/", [dir, path]).into(),
    }
}

/// Says which submodules are empty.
pub(super) fn note(empty: &[BString]) -> Option<String> {
    let first = visible_bytes(empty.first()?);
    let more = match empty.len() {
        1 => String::new(),
        all => format!(" and {} more", all - 1),
    };
    Some(format!(
        "submodule `{first}`{more} is empty here: its commit is not fetched; `git submodule update --init` brings it"
    ))
}
