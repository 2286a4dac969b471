//! A change out of two directories, without any repository.
//!
//! What stands under a path in both with other bytes is modified, what stands in one is added or deleted.
//! Renames are not looked for: a case says what it means with the paths that it names.

use super::files;
use super::wrong::Wrong;
use crate::git;
use crate::model::{
    ChangeSet, EntryKind, FileChange, Hunk, Message, Objects, Oid, ReadError, Relation, Side, Source, Status,
};
use bstr::{BStr, BString, ByteSlice};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The largest file.
const LARGEST: u64 = 1 << 20;

type Tree = BTreeMap<BString, Side>;

/// The trees before and after a change, and the contents of their files.
#[derive(Debug)]
pub(super) struct Trees {
    base: Oid,
    head: Oid,
    before: Tree,
    after: Tree,
    blobs: BTreeMap<Oid, Vec<u8>>,
}

impl Trees {
    /// Reads the directories `before` and `after`; one of them may be missing.
    pub(super) fn read(case: &Path) -> Result<Self, Wrong> {
        let mut blobs = BTreeMap::new();
        let before = tree(&case.join("before"), &mut blobs)?;
        let after = tree(&case.join("after"), &mut blobs)?;
        let trees = Self {
            base: id_of(b"before", &before),
            head: id_of(b"after", &after),
            before,
            after,
            blobs,
        };
        if trees.files().is_empty() {
            let hint = "put the files before and after the change into `before/` and `after/`";
            return Err(Wrong::new(case, "changes nothing", hint));
        }
        Ok(trees)
    }

    /// Returns the change from one tree to the other.
    pub(super) fn change(&self, message: Option<&str>) -> ChangeSet {
        ChangeSet {
            source: Source::Staged,
            base: Some(self.base),
            head: self.head,
            files: self.files(),
            message: message.map(|text| Message {
                text: text.into(),
                commit: None,
                merge: false,
            }),
            left_out: Vec::new(),
        }
    }

    /// Returns the id of the tree after the change.
    pub(super) fn head(&self) -> Oid {
        self.head
    }

    /// Returns how many lines a file has, after the change, or before it if it is gone.
    pub(super) fn lines(&self, path: &str) -> Option<usize> {
        let path = BStr::new(path);
        let side = self.after.get(path).or_else(|| self.before.get(path))?;
        Some(self.blobs.get(&side.id)?.lines().count())
    }

    /// Whether the tree after the change has a file.
    pub(super) fn has(&self, path: &str) -> bool {
        self.after.contains_key(BStr::new(path))
    }

    /// Returns the content of a file after the change.
    pub(super) fn after(&self, path: &str) -> Option<&[u8]> {
        let side = self.after.get(BStr::new(path))?;
        self.blobs.get(&side.id).map(Vec::as_slice)
    }

    fn files(&self) -> Vec<FileChange> {
        let paths: BTreeSet<&BString> = self.before.keys().chain(self.after.keys()).collect();
        paths.into_iter().filter_map(|path| self.file(path)).collect()
    }

    fn file(&self, path: &BString) -> Option<FileChange> {
        let (old, new) = (self.before.get(path).copied(), self.after.get(path).copied());
        let status = match (old, new) {
            (None, _) => Status::Added,
            (_, None) => Status::Deleted,
            (Some(old), Some(new)) if old.id == new.id => return None,
            _ => Status::Modified,
        };
        Some(FileChange {
            path: path.clone(),
            old_path: None,
            status,
            old,
            new,
            other_parents: Vec::new(),
        })
    }
}

fn tree(dir: &Path, blobs: &mut BTreeMap<Oid, Vec<u8>>) -> Result<Tree, Wrong> {
    let mut tree = Tree::new();
    for (parts, path) in files::below(dir)? {
        let bytes = files::read(&path, LARGEST)?;
        let id = id(&[&bytes]);
        blobs.insert(id, bytes);
        let kind = EntryKind::File;
        tree.insert(parts.join("/").into(), Side { kind, id });
    }
    Ok(tree)
}

fn id_of(name: &[u8], tree: &Tree) -> Oid {
    let mut parts: Vec<&[u8]> = vec![name];
    for (path, side) in tree {
        parts.extend([path.as_bytes(), b"\0", side.id.as_slice()]);
    }
    id(&parts)
}

fn id(parts: &[&[u8]]) -> Oid {
    let mut hash = Sha256::new();
    parts.iter().for_each(|part| hash.update(part));
    let mut bytes = [0; 20];
    bytes.copy_from_slice(&hash.finalize()[..20]);
    Oid::from(bytes)
}

impl Objects for Trees {
    fn blob(&self, id: Oid) -> Result<Vec<u8>, ReadError> {
        self.blobs.get(&id).cloned().ok_or(ReadError::Missing(id))
    }

    fn size(&self, id: Oid) -> Result<u64, ReadError> {
        let blob = self.blobs.get(&id).ok_or(ReadError::Missing(id))?;
        Ok(blob.len() as u64)
    }

    fn hunks(&self, old: &[u8], new: &[u8]) -> Vec<Hunk> {
        git::hunks(old, new)
    }

    fn entry(&self, tree: Oid, path: &BStr) -> Result<Option<Side>, ReadError> {
        Ok(self.tree(tree).get(path).copied())
    }

    fn names(&self, tree: Oid, dir: &BStr) -> Result<Vec<(BString, bool)>, ReadError> {
        let below = self.tree(tree).keys().filter_map(|path| inside(path, dir));
        let names: BTreeSet<(BString, bool)> = below
            .map(|rest| match rest.find_byte(b'/') {
                Some(at) => (rest[..at].into(), true),
                None => (rest.into(), false),
            })
            .collect();
        Ok(names.into_iter().collect())
    }

    fn submodule(&self, _: &BStr, _: Oid, _: Oid) -> Relation {
        Relation::Unknown
    }
}

impl Trees {
    fn tree(&self, id: Oid) -> &Tree {
        match id == self.base {
            true => &self.before,
            false => &self.after,
        }
    }
}

/// Returns the rest of a path below a directory; the root is empty.
fn inside<'a>(path: &'a BString, dir: &BStr) -> Option<&'a [u8]> {
    if dir.is_empty() {
        return Some(path);
    }
    path.strip_prefix(dir.as_bytes())?.strip_prefix(b"/")
}
