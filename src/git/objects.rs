//! Reads objects for the checks.

use super::Repository;
use super::tree::{Child, Node, Walk};
use crate::model::{Hunk, Objects, Oid, ReadError, Relation, Side};
use bstr::{BStr, BString, ByteSlice};

/// Reads the objects of one repository, from one thread.
pub struct Reader {
    gix: gix::Repository,
    limit: u64,
}

impl Repository {
    /// Makes a reader that reads no blob larger than `limit` bytes.
    #[must_use]
    pub fn reader(&self, limit: u64) -> Reader {
        reader(self.gix.clone(), &self.trees, limit)
    }
}

fn reader(mut gix: gix::Repository, trees: &gix::odb::memory::Storage, limit: u64) -> Reader {
    if !trees.is_empty() {
        gix.objects.set_object_memory(trees.clone());
    }
    Reader { gix, limit }
}

/// Makes readers for several threads.
pub struct Readers {
    gix: gix::ThreadSafeRepository,
    trees: gix::odb::memory::Storage,
    limit: u64,
}

impl Repository {
    /// Makes a maker of readers that read no blob larger than `limit` bytes.
    #[must_use]
    pub fn readers(&self, limit: u64) -> Readers {
        Readers {
            gix: self.gix.clone().into_sync(),
            trees: self.trees.clone(),
            limit,
        }
    }
}

impl Readers {
    /// Makes a reader for this thread.
    #[must_use]
    pub fn open(&self) -> Reader {
        reader(self.gix.to_thread_local(), &self.trees, self.limit)
    }
}

impl Reader {
    fn too_large(&self, id: Oid) -> ReadError {
        match self.size(id) {
            Ok(size) => ReadError::TooLarge {
                id,
                size,
                limit: self.limit,
            },
            Err(error) => error,
        }
    }

    fn directory(&self, tree: Oid, dir: &BStr) -> Result<Vec<(BString, Child)>, ReadError> {
        let walk = Walk {
            repo: &self.gix,
            index: None,
        };
        let list = |id| {
            walk.children(Some(Node::Tree(id)))
                .map_err(|e| read_error(id, &e))
        };
        let mut here = list(tree)?;
        for name in dir.split_str("/").filter(|n| !n.is_empty()) {
            let found = here.into_iter().find(|(n, _)| n == name).map(|(_, child)| child);
            let Some(Child::Dir(Node::Tree(id))) = found else {
                return Ok(Vec::new());
            };
            here = list(id)?;
        }
        Ok(here)
    }
}

impl Objects for Reader {
    fn blob(&self, id: Oid) -> Result<Vec<u8>, ReadError> {
        match self.gix.try_find_object(id) {
            Ok(Some(object)) if object.data.len() as u64 <= self.limit => Ok(object.detach().data),
            Ok(None) => Err(ReadError::Missing(id)),
            // What is larger than gix may allocate fails too: the header tells the two apart.
            Ok(Some(_)) => Err(self.too_large(id)),
            Err(e) => match self.too_large(id) {
                ReadError::TooLarge { size, .. } if size <= self.limit => {
                    Err(ReadError::Broken(id, e.to_string()))
                }
                other => Err(other),
            },
        }
    }

    fn size(&self, id: Oid) -> Result<u64, ReadError> {
        match self.gix.try_find_header(id) {
            Ok(Some(header)) => Ok(header.size()),
            Ok(None) => Err(ReadError::Missing(id)),
            Err(e) => Err(ReadError::Broken(id, e.to_string())),
        }
    }

    fn hunks(&self, old: &[u8], new: &[u8]) -> Vec<Hunk> {
        super::diff::hunks(old, new)
    }

    fn entry(&self, tree: Oid, path: &BStr) -> Result<Option<Side>, ReadError> {
        let at = path.rfind_byte(b'/');
        let (dir, name) = at.map_or((BStr::new(b""), path), |at| (path[..at].as_bstr(), path[at + 1..].as_bstr()));
        let found = self
            .directory(tree, dir.as_bstr())?
            .into_iter()
            .find(|(n, _)| n == name);
        Ok(match found {
            Some((_, Child::Entry(side))) => Some(side),
            _ => None,
        })
    }

    fn names(&self, tree: Oid, dir: &BStr) -> Result<Vec<(BString, bool)>, ReadError> {
        let list = self.directory(tree, dir)?;
        Ok(list
            .into_iter()
            .map(|(name, child)| (name, matches!(child, Child::Dir(_))))
            .collect())
    }

    fn submodule(&self, path: &BStr, old: Oid, new: Oid) -> Relation {
        relation(&self.gix, path, old, new).unwrap_or(Relation::Unknown)
    }
}

fn relation(gix: &gix::Repository, path: &BStr, old: Oid, new: Oid) -> Option<Relation> {
    let dir = gix.workdir_path(path)?;
    let module = gix::open_opts(dir, gix::open::Options::isolated()).ok()?;
    module.find_commit(old).ok()?;
    module.find_commit(new).ok()?;
    let base = module.merge_base(old, new).ok().flatten().map(gix::Id::detach);
    Some(match base {
        Some(base) if base == old => Relation::Forward,
        Some(base) if base == new => Relation::Backward,
        _ => Relation::Diverged,
    })
}

fn read_error(id: Oid, error: &super::Error) -> ReadError {
    match error {
        super::Error::Missing(id) => ReadError::Missing(*id),
        other => ReadError::Broken(id, other.to_string()),
    }
}
