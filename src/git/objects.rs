//! Reads objects for the checks.

use super::ahead::{Files, Reading};
use super::loose::Loose;
use super::tree::{Child, Node, Walk, child_of};
use super::{Error, LARGEST, Repository};
use crate::model::{Blob, Hunk, Objects, Oid, ReadError, Relation, Side};
use bstr::{BStr, BString, ByteSlice};
use gix::objs::Kind;
use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

/// So many trees are kept: those on the way to what is asked for again and again.
const TREES: usize = 8;
/// A tree of more bytes than this is not kept.
const LARGEST_TREE: usize = 256 << 10;
/// So often in a row an object must be somewhere else before it is no more looked for among the loose
/// ones first.
const PATIENCE: i8 = 8;

/// Reads the objects of one repository, from one thread.
pub struct Reader {
    /// What reads all but loose objects; made when it is needed.
    gix: OnceCell<gix::Repository>,
    source: Arc<Source>,
    loose: RefCell<Loose>,
    limit: u64,
    /// What was written of late, and so is loose: a look into a pack first would be in vain.
    fresh: Arc<Fresh>,
    /// How much longer to look among the loose objects first: for what is fresh, and for what is not.
    patience: [Cell<i8>; 2],
    trees: RefCell<Vec<(Oid, Rc<[u8]>)>>,
}

/// What readers are made from.
struct Source {
    gix: gix::ThreadSafeRepository,
    /// Trees that only this process knows.
    trees: gix::odb::memory::Storage,
    /// Files of loose objects that were read before anybody asked.
    ahead: Arc<Files>,
}

/// Objects that a change brings.
type Fresh = gix::hashtable::HashSet<Oid>;

impl Repository {
    /// Makes a reader that reads no blob larger than `limit` bytes.
    #[must_use]
    pub fn reader(&self, limit: u64) -> Reader {
        self.readers(limit, std::iter::empty()).open()
    }

    /// Makes a maker of readers that read no blob larger than `limit` bytes, for those who look at a
    /// change that brings `fresh` objects.
    #[must_use]
    pub fn readers(&self, limit: u64, fresh: impl Iterator<Item = Oid>) -> Readers {
        let end = || Arc::new(self.ahead.take().map_or_else(Files::default, Reading::end));
        let source = Source {
            gix: self.gix.clone().into_sync(),
            trees: self.trees.clone(),
            ahead: self.read.get_or_init(end).clone(),
        };
        Readers {
            source: Arc::new(source),
            limit,
            fresh: Arc::new(fresh.collect()),
        }
    }

    /// Returns the entry at `path` of a tree.
    ///
    /// # Errors
    /// As [`Objects::entry`].
    pub fn entry(&self, tree: Oid, path: &BStr) -> Result<Option<Side>, ReadError> {
        self.own_reader().entry(tree, path)
    }

    /// Returns the content of a blob of at most `limit` bytes.
    ///
    /// # Errors
    /// As [`Objects::blob`].
    pub fn blob(&self, id: Oid, limit: u64) -> Result<Vec<u8>, ReadError> {
        self.own_reader().blob_of(id, limit)
    }

    /// The reader that is kept, for whoever needs a few objects only.
    pub(super) fn own_reader(&self) -> &Reader {
        self.own.get_or_init(|| self.reader(LARGEST))
    }
}

/// Makes readers for several threads.
pub struct Readers {
    source: Arc<Source>,
    limit: u64,
    fresh: Arc<Fresh>,
}

impl Readers {
    /// Makes a reader for this thread.
    #[must_use]
    pub fn open(&self) -> Reader {
        Reader {
            gix: OnceCell::new(),
            source: self.source.clone(),
            loose: RefCell::new(Loose::new(self.source.gix.objects.path().to_owned())),
            limit: self.limit,
            fresh: self.fresh.clone(),
            patience: [Cell::new(PATIENCE), Cell::new(PATIENCE)],
            trees: RefCell::default(),
        }
    }
}

impl Reader {
    fn gix(&self) -> &gix::Repository {
        self.gix.get_or_init(|| {
            let mut gix = self.source.gix.to_thread_local();
            if !self.source.trees.is_empty() {
                gix.objects.set_object_memory(self.source.trees.clone());
            }
            gix
        })
    }

    /// Returns how objects are named.
    pub(super) fn hash(&self) -> gix::hash::Kind {
        self.gix().object_hash()
    }

    fn blob_of(&self, id: Oid, limit: u64) -> Result<Vec<u8>, ReadError> {
        let lent = self.lend_of(id, limit)?;
        if lent.is_whole() {
            return Ok(lent.into_buffer());
        }
        let bytes = lent.to_vec();
        self.take_back(lent);
        Ok(bytes)
    }

    fn lend_of(&self, id: Oid, limit: u64) -> Result<Blob, ReadError> {
        if let Some(blob) = self.loose_first(id, Kind::Blob, limit) {
            return Ok(blob);
        }
        match self.gix().try_find_object(id) {
            Ok(Some(object)) if object.data.len() as u64 <= limit => Ok(object.detach().data.into()),
            Ok(None) => Err(ReadError::Missing(id)),
            // What is larger than gix may allocate fails too: the header tells the two apart.
            Ok(Some(_)) => Err(self.too_large(id, limit)),
            Err(e) => match self.too_large(id, limit) {
                ReadError::TooLarge { size, .. } if size <= limit => {
                    Err(ReadError::Broken(id, e.to_string()))
                }
                other => Err(other),
            },
        }
    }

    /// Reads a loose object, unless such objects were not loose of late.
    fn loose_first(&self, id: Oid, kind: Kind, limit: u64) -> Option<Blob> {
        let fresh = kind == Kind::Blob && self.fresh.contains(&id);
        let patience = &self.patience[usize::from(fresh)];
        if patience.get() == 0 {
            return None;
        }
        let mut loose = self.loose.borrow_mut();
        let found = match self.source.ahead.get(&id).filter(|_| fresh) {
            Some(file) => loose.unpack(file, kind, limit),
            None => loose.read(id, kind, limit),
        };
        patience.set(if found.is_some() {
            PATIENCE
        } else {
            patience.get() - 1
        });
        found
    }

    fn too_large(&self, id: Oid, limit: u64) -> ReadError {
        match self.size(id) {
            Ok(size) => ReadError::TooLarge { id, size, limit },
            Err(error) => error,
        }
    }

    fn directory(&self, tree: Oid, dir: &BStr) -> Result<Vec<(BString, Child)>, ReadError> {
        match self.find(tree, dir)? {
            Some(Child::Dir(node)) => self.walk().children(Some(node)).map_err(|e| read_error(tree, &e)),
            _ => Ok(Vec::new()),
        }
    }

    /// Returns what stands at a path of a tree; the empty path is the tree.
    fn find(&self, tree: Oid, path: &BStr) -> Result<Option<Child>, ReadError> {
        let mut here = Child::Dir(Node::Tree(tree));
        for name in path.split_str("/").filter(|n| !n.is_empty()) {
            let Child::Dir(Node::Tree(id)) = here else {
                return Ok(None);
            };
            let tree = self.kept_tree(id).map_err(|e| read_error(id, &e))?;
            let found = child_of(&tree, id, name.as_bstr()).map_err(|e| read_error(id, &e))?;
            let Some(child) = found else { return Ok(None) };
            here = child;
        }
        Ok(Some(here))
    }

    /// Returns the bytes of a tree, and keeps them.
    pub(super) fn kept_tree(&self, id: Oid) -> Result<Rc<[u8]>, Error> {
        let kept = |trees: &[(Oid, Rc<[u8]>)]| Some(trees.iter().find(|(kept, _)| *kept == id)?.1.clone());
        if let Some(bytes) = kept(&self.trees.borrow()) {
            return Ok(bytes);
        }
        let bytes = self.tree(id)?;
        if bytes.len() <= LARGEST_TREE {
            let mut trees = self.trees.borrow_mut();
            trees.truncate(TREES - 1);
            trees.insert(0, (id, bytes.clone()));
        }
        Ok(bytes)
    }

    /// Returns the bytes of a tree; the empty one need not be there.
    pub(super) fn tree(&self, id: Oid) -> Result<Rc<[u8]>, Error> {
        if let Some(blob) = self.loose_first(id, Kind::Tree, LARGEST) {
            let tree = Rc::from(&*blob);
            self.take_back(blob);
            return Ok(tree);
        }
        let found = self.gix().try_find_object(id);
        match found.map_err(|e| Error::Object(id, e.to_string()))? {
            Some(object) => Ok(object.data.as_slice().into()),
            None if id.is_empty_tree() => Ok(Rc::default()),
            None => Err(Error::Missing(id)),
        }
    }

    fn walk(&self) -> Walk<'_> {
        Walk::new(self, None)
    }
}

impl Objects for Reader {
    fn blob(&self, id: Oid) -> Result<Vec<u8>, ReadError> {
        self.blob_of(id, self.limit)
    }

    fn lend(&self, id: Oid) -> Result<Blob, ReadError> {
        self.lend_of(id, self.limit)
    }

    fn take_back(&self, blob: Blob) {
        // While a broken rule is unwound, whatever was being read may not have ended.
        if let Ok(mut loose) = self.loose.try_borrow_mut() {
            loose.keep(blob.into_buffer());
        }
    }

    fn size(&self, id: Oid) -> Result<u64, ReadError> {
        match self.gix().try_find_header(id) {
            Ok(Some(header)) => Ok(header.size()),
            Ok(None) => Err(ReadError::Missing(id)),
            Err(e) => Err(ReadError::Broken(id, e.to_string())),
        }
    }

    fn hunks(&self, old: &[u8], new: &[u8]) -> Vec<Hunk> {
        super::diff::hunks(old, new)
    }

    fn entry(&self, tree: Oid, path: &BStr) -> Result<Option<Side>, ReadError> {
        Ok(match self.find(tree, path)? {
            Some(Child::Entry(side)) => Some(side),
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
        relation(self.gix(), path, old, new).unwrap_or(Relation::Unknown)
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

fn read_error(id: Oid, error: &Error) -> ReadError {
    match error {
        Error::Missing(id) => ReadError::Missing(*id),
        other => ReadError::Broken(id, other.to_string()),
    }
}
