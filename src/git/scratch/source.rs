//! The objects that a run reads, without a subprocess: its own, and all that it borrows.

use super::{Scratch, ScratchError};
use crate::git::Error;
use crate::model::Oid;
use gix::objs::{Exists, Find, Kind};
use std::path::PathBuf;
use std::sync::Arc;

/// How many objects on which others are based are kept.
const KEPT: usize = 64;

/// Where objects are, for several threads.
pub(super) struct Source {
    stores: Vec<Arc<gix::odb::Store>>,
    hash: gix::hash::Kind,
}

/// Reads objects, for one thread.
pub(super) struct Objects {
    handles: Vec<gix::odb::HandleArc>,
    hash: gix::hash::Kind,
}

impl Scratch {
    /// Returns what the run reads: the user's objects first, since nearly all are there, and the run's own last.
    pub(super) fn source(&self) -> Result<Source, ScratchError> {
        let mut dirs = self.readable()?;
        dirs.rotate_left(1);
        Ok(Source::of(dirs, self.hash()?))
    }
}

impl Source {
    /// A directory that is not there any more has nothing.
    pub fn of(dirs: Vec<PathBuf>, hash: gix::hash::Kind) -> Self {
        let open = |dir: PathBuf| {
            let options = gix::odb::store::init::Options::default();
            gix::odb::Store::at_opts(dir, hash, &mut std::iter::empty(), options).ok()
        };
        let stores = dirs.into_iter().filter_map(open).map(Arc::new).collect();
        Self { stores, hash }
    }

    /// Makes a reader for this thread.
    pub fn open(&self) -> Objects {
        let open = |store: &Arc<gix::odb::Store>| {
            let handle = gix::odb::Cache::from(store.to_handle_arc());
            let cache = || Box::new(gix::odb::pack::cache::lru::StaticLinkedList::<KEPT>::default()) as _;
            handle.with_pack_cache(cache)
        };
        Objects {
            handles: self.stores.iter().map(open).collect(),
            hash: self.hash,
        }
    }
}

impl Objects {
    /// Reads an object; `None`: it is not there.
    pub fn find(&self, id: Oid) -> Result<Option<(Kind, Vec<u8>)>, ScratchError> {
        let (mut bytes, mut broken) = (Vec::new(), None);
        for handle in &self.handles {
            match handle.try_find(&id, &mut bytes) {
                Ok(None) => {}
                Ok(Some(found)) => return Ok(Some((found.kind, bytes))),
                // What is broken in one place may be whole in another.
                Err(e) => broken = Some(Error::Object(id, e.to_string())),
            }
        }
        match broken {
            Some(error) => Err(error.into()),
            None => Ok(None),
        }
    }

    /// Reads an object that must be there, and of a kind.
    pub fn get(&self, id: Oid, kind: Kind) -> Result<Vec<u8>, ScratchError> {
        match self.find(id)? {
            Some((found, bytes)) if found == kind => Ok(bytes),
            Some(_) => Err(Error::Object(id, format!("it is no {kind}")).into()),
            None if kind == Kind::Tree && id.is_empty_tree() => Ok(Vec::new()),
            None => Err(Error::Missing(id).into()),
        }
    }

    /// Returns which of these objects are not there, without a second look at the disk for each.
    pub fn missing(&mut self, ids: impl Iterator<Item = Oid>) -> Vec<bool> {
        for handle in &mut self.handles {
            handle.refresh_never();
        }
        ids.map(|id| !self.handles.iter().any(|handle| handle.exists(&id)))
            .collect()
    }

    /// Returns how objects are named.
    pub fn hash(&self) -> gix::hash::Kind {
        self.hash
    }
}
