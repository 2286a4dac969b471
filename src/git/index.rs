//! The index as a tree: directories are runs of entries, with the ids that the cache tree keeps.

use super::tree::{Child, Node, child};
use super::{Error, Repository};
use crate::model::Oid;
use bstr::{BString, ByteSlice};
use gix::index::entry::{Flags, Stage};
use std::ops::Range;

/// The index of a working tree, with every entry of a split index in place.
pub struct Index {
    state: gix::index::File,
}

impl Index {
    /// Reads the index that git means. A missing file is an empty index.
    ///
    /// # Errors
    /// When the file is there and cannot be decoded.
    pub fn open(repo: &Repository) -> Result<Self, Error> {
        let path = repo.index_path();
        Self::at(repo, &path)
    }

    /// Reads the index in a file. A missing file is an empty index.
    ///
    /// # Errors
    /// When the file is there and cannot be decoded.
    pub fn at(repo: &Repository, path: &std::path::Path) -> Result<Self, Error> {
        let options = gix::index::decode::Options {
            thread_limit: Some(1),
            ..Default::default()
        };
        // As git does, the checksum is left alone: it would double the time for a large index.
        let state = gix::index::File::at_or_default(path, repo.gix.object_hash(), true, options);
        let state = state.map_err(|e| Error::Index {
            path: path.display().to_string(),
            problem: e.to_string(),
        })?;
        Ok(Self { state })
    }

    /// Returns the root directory.
    #[must_use]
    pub fn root(&self) -> Node {
        let id = self
            .state
            .tree()
            .filter(|t| t.num_entries.is_some())
            .map(|t| t.id);
        Node::Index {
            entries: 0..self.state.entries().len(),
            prefix: 0,
            id,
        }
    }

    /// Returns the tree that a commit of this index would record, if the index knows it.
    #[must_use]
    pub fn tree_id(&self) -> Option<Oid> {
        match self.root() {
            Node::Index { id, .. } => id,
            Node::Tree(id) => Some(id),
        }
    }

    /// Returns the paths that are in conflict, and so in no tree.
    #[must_use]
    pub fn unmerged(&self) -> Vec<BString> {
        let entries = self
            .state
            .entries()
            .iter()
            .filter(|e| e.stage() != Stage::Unconflicted);
        let mut paths: Vec<_> = entries.map(|e| e.path(&self.state).to_owned()).collect();
        paths.dedup();
        paths
    }

    /// Returns the names in a directory with what they stand for. Entries that are only intended to
    /// be added, and entries in conflict, are in no tree and so not here.
    #[must_use]
    pub fn children(&self, range: Range<usize>, prefix: usize) -> Vec<(BString, Child)> {
        let entries = self.state.entries();
        let mut list: Vec<(BString, Child)> = Vec::new();
        let mut at = range.start;
        while at < range.end {
            let entry = &entries[at];
            let rest = &entry.path(&self.state)[prefix..];
            let slash = rest.find_byte(b'/');
            if let Some(len) = slash.filter(|len| len + 1 < rest.len()) {
                let (name, end) = (
                    rest[..len].as_bstr().to_owned(),
                    self.end_of_dir(at, range.end, prefix + len + 1),
                );
                let id = self.recorded(&entry.path(&self.state)[..prefix + len]);
                list.push((
                    name,
                    Child::Dir(Node::Index {
                        entries: at..end,
                        prefix: prefix + len + 1,
                        id,
                    }),
                ));
                at = end;
                continue;
            }
            at += 1;
            if entry.flags.contains(Flags::INTENT_TO_ADD) || entry.stage() != Stage::Unconflicted {
                continue;
            }
            if let Some(mode) = entry.mode.to_tree_entry_mode() {
                let name = rest[..slash.unwrap_or(rest.len())].as_bstr().to_owned();
                list.push((name, child(mode.kind(), entry.id)));
            }
        }
        list
    }

    /// Returns where the entries end that share the first `len` bytes of their path with entry `at`.
    fn end_of_dir(&self, at: usize, end: usize, len: usize) -> usize {
        let entries = self.state.entries();
        let dir = &entries[at].path(&self.state)[..len];
        at + entries[at..end].partition_point(|e| e.path(&self.state).starts_with(dir))
    }

    /// Returns the tree that the cache tree has for a directory, if it is still true.
    fn recorded(&self, dir: &[u8]) -> Option<Oid> {
        let mut tree = self.state.tree()?;
        for name in dir.split(|b| *b == b'/') {
            let at = tree
                .children
                .binary_search_by(|c| c.name.as_slice().cmp(name))
                .ok()?;
            tree = &tree.children[at];
        }
        tree.num_entries.map(|_| tree.id)
    }
}
