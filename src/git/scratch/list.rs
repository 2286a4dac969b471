//! What is in a tree, as far as a run needs to know: a directory of which nothing is written out is one entry.

use super::names::is_git;
use super::source::{Objects, Source};
use super::{ScratchError, threads};
use crate::git::Error;
use crate::model::{EntryKind, Oid, visible_bytes};
use crate::sys::clock::Deadline;
use bstr::{BStr, BString, ByteSlice};
use gix::objs::tree::EntryKind as TreeEntry;
use std::collections::HashSet;

/// Files that say what is ignored, or how content is read: those above what is wanted are wanted too.
const SAYING: [&str; 2] = [".gitignore", ".gitattributes"];
/// No tree is deeper than this.
const DEEPEST: usize = 1000;
/// No tree has more entries than this.
const MOST: usize = 10_000_000;

/// One path of a tree.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// What it is; `None`: a directory that is left out with all that is in it.
    pub kind: Option<EntryKind>,
    pub id: Oid,
    /// The path. That of a directory ends with a slash.
    pub path: BString,
    /// Whether it is written out.
    pub is_out: bool,
}

/// A directory that was looked into.
#[derive(Debug)]
pub(super) struct Dir {
    /// Its path with a slash at the end; the root is empty.
    pub path: BString,
    pub id: Oid,
    /// The tree.
    pub bytes: Vec<u8>,
}

/// What is in a tree, in the order of an index.
#[derive(Debug, Default)]
pub(super) struct Listed {
    pub entries: Vec<Entry>,
    pub dirs: Vec<Dir>,
    /// Whether anything that is asked for is there.
    pub is_any: bool,
}

/// Which part of a directory is written out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    All,
    Some,
    /// Nothing, but all of it is listed.
    None,
}

/// What is wanted.
#[derive(Debug, Default)]
struct Wanted {
    asked: HashSet<BString>,
    above: HashSet<BString>,
}

impl Wanted {
    fn of(sparse: &[BString]) -> Self {
        let asked: HashSet<BString> = sparse.iter().map(|path| trimmed(path).to_owned()).collect();
        let above = asked.iter().flat_map(|path| dirs(path.as_bstr()));
        let above = above.map(ToOwned::to_owned).collect();
        Self { asked, above }
    }
}

/// Lists a tree; with `sparse`, only what is on the way to those paths and below them.
pub(super) fn list(
    objects: &Objects,
    tree: Oid,
    sparse: Option<&[BString]>,
    within: &Deadline,
) -> Result<Listed, ScratchError> {
    let wanted = Wanted::of(sparse.unwrap_or(&[]));
    let is_all = sparse.is_none() || wanted.asked.contains(b"".as_bstr());
    let mut lister = Lister::new(objects, &wanted, within);
    lister.listed.is_any = is_all;
    let part = if is_all { Part::All } else { Part::Some };
    lister.below(BString::default(), tree, part, 0)?;
    Ok(lister.listed)
}

/// Lists what is in the directories that are left out, in their order.
pub(super) fn unseen(
    source: &Source,
    entries: &[Entry],
    within: &Deadline,
) -> Result<Vec<Listed>, ScratchError> {
    let left: Vec<&Entry> = entries.iter().filter(|entry| entry.kind.is_none()).collect();
    let share = left.len().div_ceil(threads()).max(1);
    let all = |left: &[&Entry]| -> Result<Vec<Listed>, ScratchError> {
        let (objects, wanted) = (source.open(), Wanted::default());
        let one = |entry: &&Entry| {
            let mut lister = Lister::new(&objects, &wanted, within);
            lister.below(entry.path.clone(), entry.id, Part::None, 0)?;
            Ok(lister.listed)
        };
        left.iter().map(one).collect()
    };
    std::thread::scope(|scope| {
        let started: Vec<_> = left.chunks(share).map(|left| scope.spawn(|| all(left))).collect();
        let mut listed = Vec::new();
        for thread in started {
            listed.extend(thread.join().unwrap_or(Err(ScratchError::Stopped))?);
        }
        Ok(listed)
    })
}

struct Lister<'a> {
    objects: &'a Objects,
    wanted: &'a Wanted,
    within: &'a Deadline,
    listed: Listed,
}

impl<'a> Lister<'a> {
    fn new(objects: &'a Objects, wanted: &'a Wanted, within: &'a Deadline) -> Self {
        Self {
            objects,
            wanted,
            within,
            listed: Listed::default(),
        }
    }

    fn below(&mut self, dir: BString, id: Oid, part: Part, depth: usize) -> Result<(), ScratchError> {
        if self.within.is_over() {
            return Err(ScratchError::Stopped);
        }
        if depth > DEEPEST || self.listed.entries.len() > MOST {
            return Err(ScratchError::TooMuch(format!("`{}`", visible_bytes(&dir))));
        }
        let bytes = self.objects.get(id, gix::objs::Kind::Tree)?;
        self.listed.dirs.push(Dir {
            path: dir.clone(),
            id,
            bytes: Vec::new(),
        });
        let at = self.listed.dirs.len() - 1;
        for child in gix::objs::TreeRefIter::from_bytes(&bytes, id.kind()) {
            let child = child.map_err(|e| Error::Object(id, e.to_string()))?;
            checked(id, child.filename)?;
            let path = [&dir[..], child.filename].concat().into();
            match kind(child.mode.kind()) {
                Some(kind) => self.file(path, kind, child.oid.to_owned(), part),
                None => self.dir(path, child.oid.to_owned(), part, depth)?,
            }
        }
        self.listed.dirs[at].bytes = bytes;
        Ok(())
    }

    fn file(&mut self, path: BString, kind: EntryKind, id: Oid, part: Part) {
        let is_asked = part == Part::Some && self.wanted.asked.contains(&path);
        let name = path.rsplit_str("/").next().unwrap_or_default();
        let is_saying = || part == Part::Some && SAYING.iter().any(|saying| name == saying.as_bytes());
        self.listed.is_any |= is_asked;
        self.listed.entries.push(Entry {
            is_out: part == Part::All || is_asked || is_saying(),
            kind: Some(kind),
            id,
            path,
        });
    }

    fn dir(&mut self, mut path: BString, id: Oid, part: Part, depth: usize) -> Result<(), ScratchError> {
        let is_asked = part == Part::Some && self.wanted.asked.contains(&path);
        self.listed.is_any |= is_asked;
        let is_left = part == Part::Some && !is_asked && !self.wanted.above.contains(&path);
        path.push(b'/');
        if !is_left {
            let part = if is_asked { Part::All } else { part };
            return self.below(path, id, part, depth + 1);
        }
        self.listed.entries.push(Entry {
            kind: None,
            id,
            path,
            is_out: false,
        });
        Ok(())
    }
}

/// Insists that a name can stand in a directory, and is none of git's own.
fn checked(tree: Oid, name: &BStr) -> Result<(), ScratchError> {
    let is_odd = name.is_empty() || name == "." || name == ".." || name.contains(&b'/') || is_git(name);
    match is_odd {
        true => Err(Error::Object(tree, format!("it has the name `{}`", visible_bytes(name))).into()),
        false => Ok(()),
    }
}

/// Returns the kind of an entry of a tree; `None` for a directory.
pub(super) fn kind(kind: TreeEntry) -> Option<EntryKind> {
    match kind {
        TreeEntry::Tree => None,
        TreeEntry::Blob => Some(EntryKind::File),
        TreeEntry::BlobExecutable => Some(EntryKind::Executable),
        TreeEntry::Link => Some(EntryKind::Symlink),
        TreeEntry::Commit => Some(EntryKind::Submodule),
    }
}

fn trimmed(path: &BString) -> &BStr {
    let path = path.strip_prefix(b"./").unwrap_or(path);
    let path = path.trim_end_with(|c| c == '/').as_bstr();
    if path == "." { b"".as_bstr() } else { path }
}

/// Returns the directories above a path, the root among them.
fn dirs(path: &BStr) -> impl Iterator<Item = &BStr> {
    let root = std::iter::once(b"".as_bstr());
    root.chain(path.find_iter(b"/").map(|at| path[..at].as_bstr()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::scratch::weave;
    use gix::objs::Write;
    use std::time::Duration;

    const SHA1: gix::hash::Kind = gix::hash::Kind::Sha1;

    /// Makes a tree of empty files, and lists it.
    fn chosen(paths: &[&str], sparse: Option<&[&str]>) -> Listed {
        let dir = tempfile::tempdir().unwrap();
        let objects = Source::of(vec![dir.path().to_owned()], SHA1).open();
        let store = gix::odb::loose::Store::at(dir.path(), SHA1);
        let blob = gix::objs::compute_hash(SHA1, gix::objs::Kind::Blob, b"").unwrap();
        let change = |path: &&str| ((*path).into(), Some((EntryKind::File, blob)));
        let changes = paths.iter().map(change).collect();
        let write = |bytes: &[u8]| Ok(store.write_buf(gix::objs::Kind::Tree, bytes).unwrap());
        let tree = weave::weave(&objects, SHA1.empty_tree(), &changes, &write).unwrap();
        let sparse: Option<Vec<BString>> =
            sparse.map(|paths| paths.iter().map(|path| (*path).into()).collect());
        let soon = Deadline::after(Duration::from_secs(60));
        list(&objects, tree, sparse.as_deref(), &soon).unwrap()
    }

    fn paths(listed: &Listed, is_out: bool) -> Vec<String> {
        let entries = listed.entries.iter().filter(|entry| entry.is_out == is_out);
        entries.map(|entry| entry.path.to_string()).collect()
    }

    #[test]
    fn what_is_asked_for_comes_with_what_says_how_to_read_it() {
        let all = [
            ".gitattributes",
            ".gitignore",
            "a/.gitignore",
            "a/b-x/c",
            "a/b/c.rs",
            "a/bc.rs",
            "d/.gitignore",
            "d/e",
        ];
        let said = [".gitattributes", ".gitignore"];
        let listed = chosen(&all, Some(&["a/b/"]));
        assert_eq!(
            paths(&listed, true),
            [&said[..], &["a/.gitignore", "a/b/c.rs"]].concat()
        );
        // In the order of an index, and what nobody asks for as a whole.
        assert_eq!(paths(&listed, false), ["a/b-x/", "a/bc.rs", "d/"]);
        let listed = chosen(&all, Some(&["./d/e"]));
        assert_eq!(
            paths(&listed, true),
            [&said[..], &["d/.gitignore", "d/e"]].concat()
        );
        assert!(listed.is_any);
        for sparse in [None, Some(&["."][..])] {
            assert_eq!(paths(&chosen(&all, sparse), true), all);
        }
        let listed = chosen(&["x", "y"], Some(&["z"]));
        assert!(!listed.is_any && paths(&listed, true).is_empty());
    }

    #[test]
    fn names_that_lead_elsewhere_are_no_names() {
        for name in ["..", ".", "", "a/b", ".git", ".GIT"] {
            assert!(checked(SHA1.empty_tree(), name.into()).is_err(), "{name:?}");
        }
        assert!(checked(SHA1.empty_tree(), ".github".into()).is_ok());
    }
}
