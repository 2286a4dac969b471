//! Which entries differ between two states, each a tree or the index. Directories with equal ids are
//! never opened.

use super::Error;
use super::index::Index;
use crate::model::{EntryKind, Oid, Side};
use bstr::{BStr, BString, ByteSlice};
use gix::objs::tree::EntryKind as TreeEntry;
use std::cmp::Ordering;
use std::ops::Range;

/// One path whose entry differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raw {
    /// The path.
    pub path: BString,
    /// The entry before.
    pub old: Option<Side>,
    /// The entry after.
    pub new: Option<Side>,
}

/// A directory in some state.
#[derive(Debug, Clone)]
pub enum Node {
    /// A tree object.
    Tree(Oid),
    /// Entries of the index under a common prefix.
    Index {
        /// The entries.
        entries: Range<usize>,
        /// The length of the prefix, with its last slash.
        prefix: usize,
        /// The tree that the index has recorded for the directory, if it is still true.
        id: Option<Oid>,
    },
}

impl Node {
    fn id(&self) -> Option<Oid> {
        match self {
            Self::Tree(id) => Some(*id),
            Self::Index { id, .. } => *id,
        }
    }
}

/// What a name in a directory stands for.
#[derive(Debug, Clone)]
pub enum Child {
    /// A file, symlink or submodule.
    Entry(Side),
    /// A directory.
    Dir(Node),
}

/// Reads directories.
pub struct Walk<'a> {
    /// Where trees are read from.
    pub repo: &'a gix::Repository,
    /// The index, if one side of the comparison is the index.
    pub index: Option<&'a Index>,
}

impl Walk<'_> {
    /// Returns the differing paths, ordered by path. A missing state has no entries.
    ///
    /// # Errors
    /// When a tree cannot be read.
    pub fn diff(&self, old: Option<Node>, new: Option<Node>) -> Result<Vec<Raw>, Error> {
        let mut out = Vec::new();
        self.compare(&BString::default(), old, new, &mut out)?;
        out.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(out)
    }

    fn compare(
        &self,
        dir: &BString,
        old: Option<Node>,
        new: Option<Node>,
        out: &mut Vec<Raw>,
    ) -> Result<(), Error> {
        let (old_id, new_id) = (old.as_ref().and_then(Node::id), new.as_ref().and_then(Node::id));
        if old_id.is_some() && old_id == new_id {
            return Ok(());
        }
        let mut old = self.children(old)?.into_iter().peekable();
        let mut new = self.children(new)?.into_iter().peekable();
        loop {
            let order = match (old.peek(), new.peek()) {
                (None, None) => return Ok(()),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some((a, _)), Some((b, _))) => a.cmp(b),
            };
            let before = if order.is_le() { old.next() } else { None };
            let after = if order.is_ge() { new.next() } else { None };
            let Some(name) = before.as_ref().or(after.as_ref()).map(|(name, _)| name) else {
                return Ok(());
            };
            let path = join(dir, name.as_bstr());
            self.compare_name(path, before.map(|(_, c)| c), after.map(|(_, c)| c), out)?;
        }
    }

    fn compare_name(
        &self,
        path: BString,
        old: Option<Child>,
        new: Option<Child>,
        out: &mut Vec<Raw>,
    ) -> Result<(), Error> {
        let (old_side, old_dir) = split(old);
        let (new_side, new_dir) = split(new);
        if old_side != new_side {
            out.push(Raw {
                path: path.clone(),
                old: old_side,
                new: new_side,
            });
        }
        if old_dir.is_some() || new_dir.is_some() {
            self.compare(&path, old_dir, new_dir, out)?;
        }
        Ok(())
    }

    /// Returns the names in a directory with what they stand for, ordered by name.
    ///
    /// # Errors
    /// When a tree cannot be read.
    pub fn children(&self, node: Option<Node>) -> Result<Vec<(BString, Child)>, Error> {
        let mut list = match (node, self.index) {
            (None, _) | (Some(Node::Index { .. }), None) => Vec::new(),
            (Some(Node::Tree(id)), _) => self.tree_children(id)?,
            (Some(Node::Index { entries, prefix, .. }), Some(index)) => index.children(entries, prefix),
        };
        list.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(list)
    }

    fn tree_children(&self, id: Oid) -> Result<Vec<(BString, Child)>, Error> {
        let object = match self.gix_object(id)? {
            Some(object) => object,
            None if id.is_empty_tree() => return Ok(Vec::new()),
            None => return Err(Error::Missing(id)),
        };
        let tree = gix::objs::TreeRefIter::from_bytes(&object.data, id.kind());
        let mut list = Vec::new();
        for entry in tree {
            let entry = entry.map_err(|e| Error::Object(id, e.to_string()))?;
            list.push((
                entry.filename.to_owned(),
                child(entry.mode.kind(), entry.oid.to_owned()),
            ));
        }
        Ok(list)
    }

    fn gix_object(&self, id: Oid) -> Result<Option<gix::Object<'_>>, Error> {
        self.repo
            .try_find_object(id)
            .map_err(|e| Error::Object(id, e.to_string()))
    }
}

/// Returns what an entry of a tree stands for.
pub fn child(kind: TreeEntry, id: Oid) -> Child {
    let kind = match kind {
        TreeEntry::Tree => return Child::Dir(Node::Tree(id)),
        TreeEntry::Blob => EntryKind::File,
        TreeEntry::BlobExecutable => EntryKind::Executable,
        TreeEntry::Link => EntryKind::Symlink,
        TreeEntry::Commit => EntryKind::Submodule,
    };
    Child::Entry(Side { kind, id })
}

fn split(child: Option<Child>) -> (Option<Side>, Option<Node>) {
    match child {
        None => (None, None),
        Some(Child::Entry(side)) => (Some(side), None),
        Some(Child::Dir(node)) => (None, Some(node)),
    }
}

fn join(dir: &BString, name: &BStr) -> BString {
    let mut path = dir.clone();
    if !path.is_empty() {
        path.push(b'/');
    }
    path.extend_from_slice(name);
    path
}
