//! Which entries differ between two states, each a tree or the index. Directories with equal ids are
//! never opened.

use super::Error;
use super::ahead::Ahead;
use super::index::{Index, Run};
use super::objects::Reader;
use crate::model::{EntryKind, Oid, Side};
use bstr::{BStr, BString, ByteSlice};
use gix::hash::oid;
use gix::objs::tree::EntryKind as TreeEntry;
use std::cell::RefCell;
use std::cmp::Ordering;
use std::rc::Rc;

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
        run: Run,
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

/// A name in a directory, with what it stands for as it was read.
#[derive(Debug)]
pub(super) struct Item<'a> {
    name: &'a BStr,
    /// The kind of an entry; `None` for a directory.
    kind: Option<EntryKind>,
    id: Option<&'a oid>,
    run: Option<Run>,
}

impl<'a> Item<'a> {
    /// A name in a tree, or an entry of the index.
    pub fn entry(name: &'a BStr, kind: TreeEntry, id: &'a oid) -> Self {
        Self {
            name,
            kind: entry_kind(kind),
            id: Some(id),
            run: None,
        }
    }

    /// A directory of the index.
    pub fn run(name: &'a BStr, id: Option<&'a oid>, run: Run) -> Self {
        Self {
            name,
            kind: None,
            id,
            run: Some(run),
        }
    }

    /// Whether two names stand for the same thing, as far as ids tell.
    fn is_same(&self, other: &Self) -> bool {
        self.kind == other.kind && self.id.is_some() && self.id == other.id
    }

    /// Orders names as trees and the index do: a directory as if a slash were at its end.
    fn order(&self, other: &Self) -> Ordering {
        let len = self.name.len().min(other.name.len());
        let end = |item: &Self| match item.name.get(len) {
            Some(byte) => *byte,
            None => [0, b'/'][usize::from(item.kind.is_none())],
        };
        let order = self.name[..len].cmp(&other.name[..len]);
        order.then_with(|| end(self).cmp(&end(other)))
    }

    fn child(self) -> Option<Child> {
        let id = self.id.map(ToOwned::to_owned);
        Some(match (self.kind, self.run) {
            (Some(kind), _) => Child::Entry(Side { kind, id: id? }),
            (None, Some(run)) => Child::Dir(Node::Index { run, id }),
            (None, None) => Child::Dir(Node::Tree(id?)),
        })
    }
}

/// Reads directories.
pub struct Walk<'a> {
    /// Where trees are read from.
    pub reader: &'a Reader,
    /// The index, if one side of the comparison is the index.
    pub index: Option<&'a Index>,
    /// Hears of what stands at a path that differs, as soon as that is found.
    pub ahead: Option<&'a RefCell<Ahead>>,
}

impl<'a> Walk<'a> {
    /// Reads directories of trees, and of an index if there is one.
    #[must_use]
    pub fn new(reader: &'a Reader, index: Option<&'a Index>) -> Self {
        Self {
            reader,
            index,
            ahead: None,
        }
    }

    /// Returns the differing paths, ordered by path. A missing state has no entries.
    ///
    /// # Errors
    /// When a tree cannot be read.
    pub fn diff(&self, old: Option<Node>, new: Option<Node>) -> Result<Vec<Raw>, Error> {
        let mut out = Vec::new();
        self.compare(b"".into(), old, new, &mut out)?;
        out.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(out)
    }

    fn compare(
        &self,
        dir: &BStr,
        old: Option<Node>,
        new: Option<Node>,
        out: &mut Vec<Raw>,
    ) -> Result<(), Error> {
        let (old_id, new_id) = (old.as_ref().and_then(Node::id), new.as_ref().and_then(Node::id));
        if old_id.is_some() && old_id == new_id {
            return Ok(());
        }
        let is_root = dir.is_empty();
        let (old, new) = (self.open(old, is_root)?, self.open(new, is_root)?);
        let mut old = self.items(&old)?.into_iter().peekable();
        let mut new = self.items(&new)?.into_iter().peekable();
        loop {
            let order = match (old.peek(), new.peek()) {
                (None, None) => return Ok(()),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(a), Some(b)) => a.order(b),
            };
            let before = if order.is_le() { old.next() } else { None };
            let after = if order.is_ge() { new.next() } else { None };
            let Some(name) = before.as_ref().or(after.as_ref()).map(|item| item.name) else {
                return Ok(());
            };
            if let (Some(before), Some(after)) = (&before, &after)
                && before.is_same(after)
            {
                continue;
            }
            let (before, after) = (before.and_then(Item::child), after.and_then(Item::child));
            self.compare_name(join(dir, name), before, after, out)?;
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
        if old_dir.is_some() || new_dir.is_some() {
            self.compare(path.as_bstr(), old_dir, new_dir, out)?;
        }
        if old_side != new_side {
            if let (Some(ahead), Some(side)) = (self.ahead, new_side)
                && side.kind != EntryKind::Submodule
            {
                ahead.borrow_mut().want(side.id);
            }
            out.push(Raw {
                path,
                old: old_side,
                new: new_side,
            });
        }
        Ok(())
    }

    /// Reads what a directory is made of. The root is asked for again, by those who look for a file.
    fn open(&self, node: Option<Node>, is_root: bool) -> Result<Opened, Error> {
        Ok(match node {
            None => Opened::Nothing,
            Some(Node::Index { run, .. }) => Opened::Index(run),
            Some(Node::Tree(id)) if is_root => Opened::Tree(id, self.reader.kept_tree(id)?),
            Some(Node::Tree(id)) => Opened::Tree(id, self.reader.tree(id)?),
        })
    }

    /// Returns what stands in a directory, in the order of trees and the index.
    fn items<'o>(&'o self, opened: &'o Opened) -> Result<Vec<Item<'o>>, Error> {
        let mut items = Vec::new();
        match (opened, self.index) {
            (Opened::Nothing, _) | (Opened::Index(_), None) => {}
            (Opened::Index(run), Some(index)) => items = index.items(run),
            (Opened::Tree(id, bytes), _) => {
                for entry in gix::objs::TreeRefIter::from_bytes(bytes, id.kind()) {
                    let entry = entry.map_err(|e| Error::Object(*id, e.to_string()))?;
                    items.push(Item::entry(entry.filename, entry.mode.kind(), entry.oid));
                }
            }
        }
        // A tree that git did not write may have any order.
        if !items.is_sorted_by(|a, b| a.order(b).is_le()) {
            items.sort_by(Item::order);
        }
        Ok(items)
    }

    /// Returns the names in a directory with what they stand for.
    ///
    /// # Errors
    /// When a tree cannot be read.
    pub fn children(&self, node: Option<Node>) -> Result<Vec<(BString, Child)>, Error> {
        let opened = self.open(node, false)?;
        let items = self.items(&opened)?.into_iter();
        Ok(items
            .filter_map(|item| Some((item.name.to_owned(), item.child()?)))
            .collect())
    }
}

/// Returns what a name in a tree stands for, given the bytes of the tree.
///
/// # Errors
/// When they are not those of a tree.
pub(super) fn child_of(tree: &[u8], id: Oid, name: &BStr) -> Result<Option<Child>, Error> {
    for entry in gix::objs::TreeRefIter::from_bytes(tree, id.kind()) {
        let entry = entry.map_err(|e| Error::Object(id, e.to_string()))?;
        if entry.filename == name {
            return Ok(Item::entry(entry.filename, entry.mode.kind(), entry.oid).child());
        }
    }
    Ok(None)
}

/// A directory that was opened.
enum Opened {
    Nothing,
    Tree(Oid, Rc<[u8]>),
    Index(Run),
}

/// Returns the kind of an entry; `None` for a directory.
fn entry_kind(kind: TreeEntry) -> Option<EntryKind> {
    Some(match kind {
        TreeEntry::Tree => return None,
        TreeEntry::Blob => EntryKind::File,
        TreeEntry::BlobExecutable => EntryKind::Executable,
        TreeEntry::Link => EntryKind::Symlink,
        TreeEntry::Commit => EntryKind::Submodule,
    })
}

fn split(child: Option<Child>) -> (Option<Side>, Option<Node>) {
    match child {
        None => (None, None),
        Some(Child::Entry(side)) => (Some(side), None),
        Some(Child::Dir(node)) => (None, Some(node)),
    }
}

fn join(dir: &BStr, name: &BStr) -> BString {
    let mut path = BString::new(Vec::with_capacity(dir.len() + 1 + name.len()));
    path.extend_from_slice(dir);
    if !path.is_empty() {
        path.push(b'/');
    }
    path.extend_from_slice(name);
    path
}
