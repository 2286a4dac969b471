//! A repository in memory, for the tests of what looks into a tree.

use crate::model::{
    ChangeSet, EntryKind, FileChange, Hunk, Objects, Oid, ReadError, Relation, Side, Source, Status,
};
use bstr::{BStr, BString, ByteSlice};
use sha2::{Digest, Sha256};
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

/// One tree, and how often a blob of it was read.
#[derive(Debug, Default)]
pub struct Memory {
    blobs: BTreeMap<Oid, Vec<u8>>,
    tree: BTreeMap<BString, Side>,
    /// How many blobs were read.
    pub reads: Cell<usize>,
    /// How many directories were listed.
    pub lists: Cell<usize>,
}

fn id(bytes: &[u8]) -> Oid {
    Oid::from_bytes_or_panic(&Sha256::digest(bytes)[..20])
}

impl Memory {
    /// The tree.
    pub const TREE: Oid = Oid::null(gix::hash::Kind::Sha1);

    /// Makes a tree of files.
    pub fn of(files: &[(&str, &str)]) -> Self {
        let mut memory = Self::default();
        for (path, text) in files {
            memory.put(path, EntryKind::File, text.as_bytes());
        }
        memory
    }

    /// Puts an entry into the tree.
    pub fn put(&mut self, path: &str, kind: EntryKind, bytes: &[u8]) -> Side {
        let side = self.blob_of(kind, bytes);
        self.tree.insert(path.into(), side);
        side
    }

    fn blob_of(&mut self, kind: EntryKind, bytes: &[u8]) -> Side {
        let id = id(bytes);
        self.blobs.insert(id, bytes.to_vec());
        Side { kind, id }
    }

    /// Makes a change that ends in this tree, from what some of its files, or files that are gone, held before.
    pub fn change(&mut self, before: &[(&str, Option<&str>)]) -> ChangeSet {
        let files = before.iter().map(|(path, old)| {
            let old = old.map(|old| self.blob_of(EntryKind::File, old.as_bytes()));
            let new = self.tree.get(BStr::new(path)).copied();
            FileChange {
                path: (*path).into(),
                old_path: None,
                status: match (old, new) {
                    (None, _) => Status::Added,
                    (_, None) => Status::Deleted,
                    _ => Status::Modified,
                },
                old,
                new,
                other_parents: Vec::new(),
            }
        });
        ChangeSet {
            source: Source::Staged,
            base: None,
            head: Self::TREE,
            files: files.collect(),
            message: None,
            left_out: Vec::new(),
        }
    }
}

impl Objects for Memory {
    fn blob(&self, id: Oid) -> Result<Vec<u8>, ReadError> {
        self.reads.set(self.reads.get() + 1);
        self.blobs.get(&id).cloned().ok_or(ReadError::Missing(id))
    }

    fn size(&self, id: Oid) -> Result<u64, ReadError> {
        let blob = self.blobs.get(&id).ok_or(ReadError::Missing(id))?;
        Ok(blob.len() as u64)
    }

    fn hunks(&self, old: &[u8], new: &[u8]) -> Vec<Hunk> {
        crate::git::hunks(old, new)
    }

    fn entry(&self, _: Oid, path: &BStr) -> Result<Option<Side>, ReadError> {
        Ok(self.tree.get(path).copied())
    }

    fn names(&self, _: Oid, dir: &BStr) -> Result<Vec<(BString, bool)>, ReadError> {
        self.lists.set(self.lists.get() + 1);
        let prefix = match dir.is_empty() {
            true => BString::default(),
            false => [dir.as_bytes(), b"/"].concat().into(),
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
