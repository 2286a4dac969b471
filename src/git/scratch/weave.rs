//! A tree put together from another one and what differs: only the directories on the way to that are read and written.

use super::source::Objects;
use super::{ScratchError, list};
use crate::git::Error;
use crate::model::{EntryKind, Oid};
use bstr::{BString, ByteSlice};
use gix::objs::tree::{Entry, EntryKind as TreeEntry, EntryMode};
use gix::objs::{Kind, Tree, TreeRefIter, WriteTo};
use std::collections::BTreeMap;

/// What becomes of paths: another file, or `None`: nothing is there any more.
pub(super) type Changes = BTreeMap<BString, Option<(EntryKind, Oid)>>;
/// Writes the bytes of a tree.
type Write<'a> = &'a dyn Fn(&[u8]) -> Result<Oid, ScratchError>;

/// Returns the tree that comes of the changes. A file makes room for a directory, and a directory for a file.
pub(super) fn weave(
    objects: &Objects,
    base: Oid,
    changes: &Changes,
    write: Write<'_>,
) -> Result<Oid, ScratchError> {
    let changes: Vec<Change<'_>> = changes
        .iter()
        .map(|(path, change)| (&path[..], *change))
        .collect();
    let weaver = Weaver { objects, write };
    match weaver.tree(Some(base), &changes)? {
        Some(id) => Ok(id),
        None => write(&[]),
    }
}

/// The rest of a path, and what becomes of it.
type Change<'a> = (&'a [u8], Option<(EntryKind, Oid)>);

struct Weaver<'a> {
    objects: &'a Objects,
    write: Write<'a>,
}

impl Weaver<'_> {
    /// Returns what comes of a directory; `None`: nothing is in it.
    fn tree(&self, base: Option<Oid>, changes: &[Change<'_>]) -> Result<Option<Oid>, ScratchError> {
        let mut entries = self.entries(base)?;
        let mut below: BTreeMap<&[u8], Vec<Change<'_>>> = BTreeMap::new();
        for (path, change) in changes {
            match path.find_byte(b'/') {
                Some(slash) => below
                    .entry(&path[..slash])
                    .or_default()
                    .push((&path[slash + 1..], *change)),
                None if change.is_none() => drop(entries.remove(*path)),
                None => {}
            }
        }
        for (name, changes) in below {
            let was = entries.get(name).filter(|(mode, _)| mode.is_tree());
            match self.tree(was.map(|(_, id)| *id), &changes)? {
                Some(id) => drop(entries.insert(name.into(), (TreeEntry::Tree.into(), id))),
                None if was.is_some() => drop(entries.remove(name)),
                None => {}
            }
        }
        for (path, change) in changes {
            if let Some((kind, id)) = change.filter(|_| !path.contains(&b'/')) {
                entries.insert((*path).into(), (mode(kind), id));
            }
        }
        self.written(entries)
    }

    fn entries(&self, base: Option<Oid>) -> Result<BTreeMap<BString, (EntryMode, Oid)>, ScratchError> {
        let mut entries = BTreeMap::new();
        let Some(id) = base else {
            return Ok(entries);
        };
        let bytes = self.objects.get(id, Kind::Tree)?;
        for entry in TreeRefIter::from_bytes(&bytes, id.kind()) {
            let entry = entry.map_err(|e| Error::Object(id, e.to_string()))?;
            entries.insert(entry.filename.to_owned(), (entry.mode, entry.oid.to_owned()));
        }
        Ok(entries)
    }

    fn written(&self, entries: BTreeMap<BString, (EntryMode, Oid)>) -> Result<Option<Oid>, ScratchError> {
        if entries.is_empty() {
            return Ok(None);
        }
        let entries = entries.into_iter();
        let mut tree = Tree::empty();
        tree.entries = entries
            .map(|(filename, (mode, oid))| Entry { mode, filename, oid })
            .collect();
        tree.entries.sort();
        let mut bytes = Vec::new();
        tree.write_to(&mut bytes)
            .map_err(|e| Error::Broken(e.to_string()))?;
        (self.write)(&bytes).map(Some)
    }
}

fn mode(kind: EntryKind) -> EntryMode {
    let kind = match kind {
        EntryKind::File => TreeEntry::Blob,
        EntryKind::Executable => TreeEntry::BlobExecutable,
        EntryKind::Symlink => TreeEntry::Link,
        EntryKind::Submodule => TreeEntry::Commit,
    };
    kind.into()
}

/// Reads the entries of a directory: names, kinds with `None` for a directory, and ids.
pub(super) fn children(
    objects: &Objects,
    id: Oid,
) -> Result<Vec<(BString, Option<EntryKind>, Oid)>, ScratchError> {
    let bytes = objects.get(id, Kind::Tree)?;
    let mut found = Vec::new();
    for entry in TreeRefIter::from_bytes(&bytes, id.kind()) {
        let entry = entry.map_err(|e| Error::Object(id, e.to_string()))?;
        found.push((
            entry.filename.to_owned(),
            list::kind(entry.mode.kind()),
            entry.oid.to_owned(),
        ));
    }
    Ok(found)
}
