//! Changes made by hand, what is shown of them, and what holds for any change.

mod golden;
mod laws;

use super::{Options, Unit, View, build};
use crate::model::{
    ChangeSet, EntryKind, FileChange, Hunk, Objects, Oid, ReadError, Relation, Side, Source, Status,
};
use bstr::{BStr, BString, ByteSlice};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// A repository in memory, and a change of it.
#[derive(Debug, Default)]
struct Case {
    blobs: BTreeMap<Oid, Vec<u8>>,
    tree: BTreeMap<BString, Side>,
    files: Vec<FileChange>,
}

fn id(bytes: &[u8]) -> Oid {
    Oid::from_bytes_or_panic(&Sha256::digest(bytes)[..20])
}

/// Nothing is secret.
fn open_book(_: &BStr, _: &[u8]) -> Vec<Range<usize>> {
    Vec::new()
}

/// Every `hunter2` is secret.
fn hunter(_: &BStr, bytes: &[u8]) -> Vec<Range<usize>> {
    bytes.find_iter("hunter2").map(|at| at..at + 7).collect()
}

fn options() -> Options<'static> {
    Options::new("k3y", &open_book)
}

impl Case {
    fn side(&mut self, kind: EntryKind, bytes: &[u8]) -> Side {
        let id = id(bytes);
        self.blobs.insert(id, bytes.to_vec());
        Side { kind, id }
    }

    fn entry(
        mut self,
        path: impl Into<BString>,
        old: Option<(EntryKind, &[u8])>,
        new: Option<(EntryKind, &[u8])>,
    ) -> Self {
        let path = path.into();
        let old = old.map(|(kind, bytes)| self.side(kind, bytes));
        let new = new.map(|(kind, bytes)| self.side(kind, bytes));
        let status = match (old, new) {
            (None, _) => Status::Added,
            (_, None) => Status::Deleted,
            (Some(a), Some(b)) if a.id == b.id => Status::ModeChanged,
            _ => Status::Modified,
        };
        self.tree.extend(new.map(|side| (path.clone(), side)));
        self.files.push(FileChange {
            path,
            old_path: None,
            status,
            old,
            new,
            other_parents: Vec::new(),
        });
        self.files.sort_by(|a, b| a.path.cmp(&b.path));
        self
    }

    fn file(self, path: &str, old: impl AsRef<[u8]>, new: impl AsRef<[u8]>) -> Self {
        let side = |bytes| Some((EntryKind::File, bytes));
        self.entry(path, side(old.as_ref()), side(new.as_ref()))
    }

    fn added(self, path: impl Into<BString>, new: impl AsRef<[u8]>) -> Self {
        self.entry(path, None, Some((EntryKind::File, new.as_ref())))
    }

    fn deleted(self, path: &str, old: impl AsRef<[u8]>) -> Self {
        self.entry(path, Some((EntryKind::File, old.as_ref())), None)
    }

    fn renamed_from(mut self, old: &str) -> Self {
        let file = self.files.last_mut().unwrap();
        file.status = Status::Renamed;
        file.old_path = Some(old.into());
        self
    }

    fn other_parent(mut self, bytes: &[u8]) -> Self {
        let side = self.side(EntryKind::File, bytes);
        self.files.last_mut().unwrap().other_parents.push(Some(side));
        self
    }

    fn beside(mut self, path: &str, bytes: &str) -> Self {
        let side = self.side(EntryKind::File, bytes.as_bytes());
        self.tree.insert(path.into(), side);
        self
    }

    fn view(&self, options: &Options<'_>) -> View {
        let change = ChangeSet {
            source: Source::Staged,
            base: Some(id(b"base")),
            head: id(b"head"),
            files: self.files.clone(),
            message: None,
            left_out: Vec::new(),
        };
        build(&change, self, options)
    }

    /// The contents of all units, without notation and fences.
    fn shown(&self, options: &Options<'_>) -> String {
        self.view(options)
            .units
            .iter()
            .map(content)
            .collect::<Vec<_>>()
            .join("====\n")
    }
}

fn content(unit: &Unit) -> &str {
    let mut parts = unit.text.split(&unit.fence);
    parts.nth(1).unwrap().strip_prefix('\n').unwrap()
}

impl Objects for Case {
    fn blob(&self, id: Oid) -> Result<Vec<u8>, ReadError> {
        self.blobs.get(&id).cloned().ok_or(ReadError::Missing(id))
    }

    fn size(&self, id: Oid) -> Result<u64, ReadError> {
        self.blob(id).map(|bytes| bytes.len() as u64)
    }

    fn hunks(&self, old: &[u8], new: &[u8]) -> Vec<Hunk> {
        crate::git::hunks(old, new)
    }

    fn entry(&self, _: Oid, path: &BStr) -> Result<Option<Side>, ReadError> {
        Ok(self.tree.get(path).copied())
    }

    fn names(&self, _: Oid, dir: &BStr) -> Result<Vec<(BString, bool)>, ReadError> {
        let prefix = if dir.is_empty() {
            BString::default()
        } else {
            [dir.as_bytes(), b"/"].concat().into()
        };
        let below = self
            .tree
            .keys()
            .filter_map(|path| path.strip_prefix(prefix.as_slice()));
        let names: BTreeSet<_> = below
            .map(|rest| match rest.find_byte(b'/') {
                Some(at) => (BString::from(&rest[..at]), true),
                None => (BString::from(rest), false),
            })
            .collect();
        Ok(names.into_iter().collect())
    }

    fn submodule(&self, _: &BStr, _: Oid, _: Oid) -> Relation {
        Relation::Unknown
    }
}
