//! What it takes to read a repository: the contract that `git` fulfils and checks rely on.

use super::{Hunk, Oid, Side};
use bstr::{BStr, BString};
use std::ops::{Deref, Range};

/// Reads the objects of one repository. Never the working tree.
pub trait Objects {
    /// Returns the content of a blob.
    ///
    /// # Errors
    /// When the object is missing, broken, or larger than the limit.
    fn blob(&self, id: Oid) -> Result<Vec<u8>, ReadError>;

    /// As [`Objects::blob`], for whoever gives it back: its memory serves for what is read next.
    ///
    /// # Errors
    /// As [`Objects::blob`].
    fn lend(&self, id: Oid) -> Result<Blob, ReadError> {
        self.blob(id).map(Blob::from)
    }

    /// Takes back what was lent.
    fn take_back(&self, _: Blob) {}

    /// Returns the size of a blob in bytes, without reading all of it.
    ///
    /// # Errors
    /// When the object is missing or broken.
    fn size(&self, id: Oid) -> Result<u64, ReadError>;

    /// Returns the runs of changed lines between two texts, in order.
    fn hunks(&self, old: &[u8], new: &[u8]) -> Vec<Hunk>;

    /// Returns the entry at `path` of a tree; `None` if there is nothing, or a directory.
    ///
    /// # Errors
    /// When a tree on the way cannot be read.
    fn entry(&self, tree: Oid, path: &BStr) -> Result<Option<Side>, ReadError>;

    /// Returns the names in the directory `dir` of a tree (empty: its root), without order; `true`
    /// stands for a directory. A missing directory has no names.
    ///
    /// # Errors
    /// When a tree on the way cannot be read.
    fn names(&self, tree: Oid, dir: &BStr) -> Result<Vec<(BString, bool)>, ReadError>;

    /// Says how two commits of the submodule at `path` stand to each other.
    fn submodule(&self, path: &BStr, old: Oid, new: Oid) -> Relation;
}

/// The content of a blob, within the memory that it was read into.
#[derive(Debug, Default)]
pub struct Blob {
    buffer: Vec<u8>,
    range: Range<usize>,
}

impl Blob {
    /// Makes the content of a part of a buffer: as much of the range as there is.
    #[must_use]
    pub fn within(buffer: Vec<u8>, range: Range<usize>) -> Self {
        let end = range.end.min(buffer.len());
        let range = range.start.min(end)..end;
        Self { buffer, range }
    }

    /// Whether the memory holds nothing else.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.range == (0..self.buffer.len())
    }

    /// Returns the memory, whatever stands in it.
    #[must_use]
    pub fn into_buffer(self) -> Vec<u8> {
        self.buffer
    }
}

impl From<Vec<u8>> for Blob {
    fn from(buffer: Vec<u8>) -> Self {
        let range = 0..buffer.len();
        Self { buffer, range }
    }
}

impl Deref for Blob {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.buffer[self.range.clone()]
    }
}

/// How a submodule's new commit stands to its old one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// The new commit has the old one among its ancestors.
    Forward,
    /// The new commit is an ancestor of the old one.
    Backward,
    /// Neither.
    Diverged,
    /// The submodule's commits are not here.
    Unknown,
}

/// Why an object cannot be read.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ReadError {
    /// The object is not in the repository.
    #[error("object {0} is missing")]
    Missing(Oid),
    /// The object is there and cannot be decoded.
    #[error("object {0} is broken: {1}")]
    Broken(Oid, String),
    /// The object is larger than what is read into memory.
    #[error("object {id} has {size} bytes, more than the limit of {limit}")]
    TooLarge {
        /// The object.
        id: Oid,
        /// Its size in bytes.
        size: u64,
        /// The limit in bytes.
        limit: u64,
    },
}
