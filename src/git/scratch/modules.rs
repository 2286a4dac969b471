//! The files of submodules, from what is fetched already: nothing is asked of a network.

use super::list::{Entry, list};
use super::source::{Objects, Source};
use super::{Scratch, ScratchError, create, files, own};
use crate::model::{EntryKind, Oid, visible_bytes};
use crate::sys::clock::Deadline;
use bstr::{BStr, BString, ByteSlice};
use sha2::{Digest, Sha256};
use std::collections::HashMap;

/// Submodules deeper than this stay empty.
const DEEPEST: usize = 5;

/// Writes out the submodules whose commits are there. Returns the paths of those that stay empty.
pub(super) fn write(
    scratch: &Scratch,
    source: &Source,
    entries: &[Entry],
    within: &Deadline,
) -> Result<Vec<BString>, ScratchError> {
    let mut writer = Writer {
        scratch,
        source,
        objects: source.open(),
        within,
        empty: Vec::new(),
    };
    writer.below(BStr::new(""), entries, 0)?;
    Ok(writer.empty)
}

struct Writer<'a> {
    scratch: &'a Scratch,
    source: &'a Source,
    objects: Objects,
    within: &'a Deadline,
    empty: Vec<BString>,
}

impl Writer<'_> {
    fn below(&mut self, dir: &BStr, entries: &[Entry], depth: usize) -> Result<(), ScratchError> {
        let is_module = |entry: &&Entry| entry.is_out && entry.kind == Some(EntryKind::Submodule);
        for link in entries.iter().filter(is_module) {
            let path = join(dir, link.path.as_bstr());
            let Some(tree) = self.tree(link.id)?.filter(|_| depth < DEEPEST) else {
                self.empty.push(path);
                continue;
            };
            let mut inner = list(&self.objects, tree, None, self.within)?.entries;
            create::leave_missing(&mut self.source.open(), &mut inner);
            let at = self.scratch.tree().join(path.to_path_lossy());
            let stats = files::write(self.source, &mut inner, &at, self.within)?;
            let rows: Vec<_> = inner.iter().zip(stats).collect();
            let index = self.scratch.git_dir().join(index_name(path.as_bstr()));
            own::write_index(&index, &rows, &HashMap::new(), tree.kind())?;
            self.below(path.as_bstr(), &inner, depth + 1)?;
        }
        Ok(())
    }

    /// Returns the tree of a commit of a submodule, if both are there.
    fn tree(&self, commit: Oid) -> Result<Option<Oid>, ScratchError> {
        let Some((gix::objs::Kind::Commit, bytes)) = self.objects.find(commit)? else {
            return Ok(None);
        };
        let tree = gix::objs::CommitRefIter::from_bytes(&bytes, commit.kind()).tree_id();
        let Some(tree) = tree.ok() else {
            return Ok(None);
        };
        Ok(self.objects.find(tree)?.map(|_| tree))
    }
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
