//! The index as a tree: directories are runs of entries, with the ids that the cache tree keeps.

use super::entries::{self, Dir, Entries};
use super::tree::{Item, Node};
use super::{Error, Repository};
use crate::model::Oid;
use bstr::{BString, ByteSlice};
use std::io::{self, Read};
use std::ops::Range;
use std::path::Path;

/// The largest index file that is read here, in bytes; beyond, gix has a look.
const LARGEST: u64 = 2 << 30;

/// The entries under a common prefix.
#[derive(Debug, Clone)]
pub struct Run {
    entries: Range<usize>,
    /// The length of the prefix, with its last slash.
    prefix: usize,
    /// The directory in the cache tree.
    dir: Option<Dir>,
}

/// The index of a working tree, with every entry of a split index in place.
pub struct Index {
    entries: Entries,
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
    pub fn at(repo: &Repository, path: &Path) -> Result<Self, Error> {
        // As git does, the checksum is left alone: it would double the time for a large index.
        let hash = repo.gix.object_hash();
        let read = match crate::sys::file::read(path, LARGEST) {
            Ok(bytes) => Entries::read(bytes, hash),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Some(Entries::none(hash)),
            Err(_) => None,
        };
        let entries = match read {
            Some(entries) => entries,
            None => rewritten(path, hash).map_err(|problem| Error::Index {
                path: path.display().to_string(),
                problem,
            })?,
        };
        Ok(Self { entries })
    }

    /// Returns the tree that a commit of the index that git means would record, if the index knows it.
    ///
    /// # Errors
    /// As [`Index::open`].
    pub fn recorded(repo: &Repository) -> Result<Option<Oid>, Error> {
        let file = std::fs::File::open(repo.index_path()).ok();
        match file.and_then(|file| entries::root_tree(file.take(LARGEST), repo.gix.object_hash())) {
            Some(found) => Ok(found),
            None => Ok(Self::open(repo)?.tree_id()),
        }
    }

    /// Returns the root directory.
    #[must_use]
    pub fn root(&self) -> Node {
        let dir = self.entries.root();
        let id = dir.and_then(|dir| self.entries.tree(dir));
        let run = Run {
            entries: 0..self.entries.len(),
            prefix: 0,
            dir,
        };
        Node::Index {
            id: id.map(ToOwned::to_owned),
            run,
        }
    }

    /// Returns the tree that a commit of this index would record, if the index knows it.
    #[must_use]
    pub fn tree_id(&self) -> Option<Oid> {
        let root = self.entries.tree(self.entries.root()?)?;
        Some(root.to_owned())
    }

    /// Returns the paths that are in conflict, and so in no tree.
    #[must_use]
    pub fn unmerged(&self) -> Vec<BString> {
        let all = 0..self.entries.len();
        let entries = all.filter(|at| self.entries.is_unmerged(*at));
        let mut paths: Vec<_> = entries.map(|at| self.entries.path(at).to_owned()).collect();
        paths.dedup();
        paths
    }

    /// Returns what stands in a directory. Entries that are only intended to be added, and entries in
    /// conflict, are in no tree and so not here.
    pub(super) fn items(&self, run: &Run) -> Vec<Item<'_>> {
        let (entries, prefix) = (&self.entries, run.prefix);
        let mut items = Vec::with_capacity(run.entries.len().min(64));
        let mut at = run.entries.start;
        while at < run.entries.end {
            let rest = &entries.path(at)[prefix..];
            let slash = rest.find_byte(b'/');
            if let Some(len) = slash.filter(|len| len + 1 < rest.len()) {
                let end = self.end_of_dir(at, run.entries.end, prefix + len + 1);
                let dir = run.dir.and_then(|dir| entries.dir(dir, &rest[..len]));
                let below = Run {
                    entries: at..end,
                    prefix: prefix + len + 1,
                    dir,
                };
                let id = dir.and_then(|dir| entries.tree(dir));
                items.push(Item::run(rest[..len].as_bstr(), id, below));
                at = end;
                continue;
            }
            if !entries.is_intended(at)
                && !entries.is_unmerged(at)
                && let Some(mode) = entries.mode(at)
            {
                let name = rest[..slash.unwrap_or(rest.len())].as_bstr();
                items.push(Item::entry(name, mode.kind(), entries.id(at)));
            }
            at += 1;
        }
        items
    }

    /// Returns where the entries end that share the first `len` bytes of their path with entry `at`.
    fn end_of_dir(&self, at: usize, end: usize, len: usize) -> usize {
        let dir = &self.entries.path(at)[..len];
        let is_inside = |at: usize| self.entries.path(at).starts_with(dir);
        let (mut inside, mut outside) = (at, end);
        while outside - inside > 1 {
            let middle = inside + (outside - inside) / 2;
            match is_inside(middle) {
                true => inside = middle,
                false => outside = middle,
            }
        }
        outside
    }
}

/// Lets gix read an index, and write it in the one form that is read here.
fn rewritten(path: &Path, hash: gix::hash::Kind) -> Result<Entries, String> {
    let options = gix::index::decode::Options {
        thread_limit: Some(1),
        ..Default::default()
    };
    let state = gix::index::File::at_or_default(path, hash, true, options).map_err(|e| e.to_string())?;
    let mut bytes = Vec::new();
    let options = gix::index::write::Options {
        skip_hash: true,
        ..Default::default()
    };
    state.write_to(&mut bytes, options).map_err(|e| e.to_string())?;
    Entries::read(bytes, hash).ok_or_else(|| "it has entries of an unknown form".to_owned())
}
