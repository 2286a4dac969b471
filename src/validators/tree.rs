//! The files of one tree: as many as can be listed within bounds, the nearest to a place first.

use crate::model::{Objects, Oid};
use bstr::{BStr, BString, ByteSlice};
use std::collections::{BTreeSet, VecDeque};
use std::time::{Duration, Instant};

/// How much of a tree is listed.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// The most files.
    pub files: usize,
    /// The most directories.
    pub directories: usize,
    /// How deep directories are looked into. Each is looked up from the root, so that depth costs twice.
    pub depth: usize,
    /// The most time.
    pub time: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            files: 50_000,
            directories: 5_000,
            depth: 40,
            time: Duration::from_millis(300),
        }
    }
}

/// The files of a tree.
#[derive(Debug, Default)]
pub struct Listing {
    /// Their paths.
    pub files: Vec<BString>,
    /// Whether these are all.
    pub is_whole: bool,
}

/// Lists the files of a tree: those of the first directories and below them, then those of the others.
#[must_use]
pub fn list(objects: &dyn Objects, tree: Oid, first: Vec<BString>, bounds: &Bounds) -> Listing {
    let mut listing = Listing {
        files: Vec::new(),
        is_whole: true,
    };
    let mut seen: BTreeSet<BString> = BTreeSet::new();
    let mut next: VecDeque<BString> = first.into();
    next.push_back(BString::default());
    let until = Instant::now() + bounds.time;
    while let Some(dir) = next.pop_front() {
        if seen.contains(&dir) {
            continue;
        }
        let is_over = seen.len() >= bounds.directories || Instant::now() >= until;
        if is_over || depth(dir.as_bstr()) > bounds.depth {
            listing.is_whole = false;
            continue;
        }
        let Ok(mut names) = objects.names(tree, dir.as_bstr()) else {
            listing.is_whole = false;
            continue;
        };
        names.sort();
        for (name, is_dir) in names {
            let path = join(dir.as_bstr(), name.as_bstr());
            match is_dir {
                true if next.len() <= bounds.directories => next.push_back(path),
                true => listing.is_whole = false,
                false if listing.files.len() < bounds.files => listing.files.push(path),
                false => listing.is_whole = false,
            }
        }
        seen.insert(dir);
    }
    listing
}

fn depth(dir: &BStr) -> usize {
    match dir.is_empty() {
        true => 0,
        false => dir.find_iter("/").count() + 1,
    }
}

/// Returns a path in a directory; the empty one is the root.
#[must_use]
pub fn join(dir: &BStr, name: &BStr) -> BString {
    match dir.is_empty() {
        true => name.to_owned(),
        false => [dir.as_bytes(), b"/", name].concat().into(),
    }
}

/// Returns the directory of a path; the empty one is the root.
#[must_use]
pub fn parent(path: &BStr) -> &BStr {
    path.rfind_byte(b'/').map_or(&b""[..], |at| &path[..at]).as_bstr()
}

/// Returns the directories around paths, the innermost first, each once and at most so many; the root is among
/// them. `false`: there are more.
#[must_use]
pub fn around<'a>(paths: impl Iterator<Item = &'a BStr>, most: usize) -> (Vec<BString>, bool) {
    let mut seen: BTreeSet<&BStr> = BTreeSet::new();
    let mut deep: Vec<&BStr> = Vec::new();
    for path in paths {
        let mut dir = parent(path);
        while seen.insert(dir) {
            deep.push(dir);
            if deep.len() > most {
                return (deep[..most].iter().map(|dir| (*dir).to_owned()).collect(), false);
            }
            dir = parent(dir);
        }
    }
    deep.sort_by_key(|dir| std::cmp::Reverse(depth(dir)));
    (deep.into_iter().map(BStr::to_owned).collect(), true)
}

/// Returns how many steps lie between two paths: up from one, and down to the other.
#[must_use]
pub fn steps(a: &BStr, b: &BStr) -> usize {
    let (a, b) = (parent(a), parent(b));
    let parts = |path: &BStr| depth(path);
    let shared = a
        .split_str("/")
        .zip(b.split_str("/"))
        .take_while(|(x, y)| x == y && !x.is_empty());
    let shared = shared.count();
    parts(a) + parts(b) - 2 * shared
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validators::testing::Memory;

    fn paths(files: &[BString]) -> Vec<&str> {
        files.iter().map(|path| path.to_str().unwrap()).collect()
    }

    #[test]
    fn near_files_come_first() {
        let memory = Memory::of(&[("a.rs", ""), ("b/c/d.rs", ""), ("e/f.rs", "")]);
        let listing = list(
            &memory,
            Memory::TREE,
            vec!["e".into(), "b/c".into()],
            &Bounds::default(),
        );
        assert_eq!(paths(&listing.files), ["e/f.rs", "b/c/d.rs", "a.rs"]);
        assert!(listing.is_whole);
    }

    #[test]
    fn what_lies_beyond_the_bounds_is_said() {
        let memory = Memory::of(&[("a/b/c.rs", ""), ("d.rs", ""), ("e.rs", "")]);
        let listed = |bounds: Bounds| {
            let listing = list(&memory, Memory::TREE, Vec::new(), &bounds);
            (listing.files.len(), listing.is_whole)
        };
        let bounds = Bounds::default();
        assert_eq!(listed(bounds), (3, true));
        assert_eq!(listed(Bounds { files: 2, ..bounds }), (2, false));
        assert_eq!(listed(Bounds { depth: 1, ..bounds }), (2, false));
        assert_eq!(
            listed(Bounds {
                directories: 2,
                ..bounds
            }),
            (2, false)
        );
        let time = Duration::ZERO;
        assert_eq!(listed(Bounds { time, ..bounds }), (0, false));
    }

    #[test]
    fn directories_around_paths() {
        let of = |most| {
            let (dirs, is_whole) = around([BStr::new("a/b/c.rs"), BStr::new("a/d.rs")].into_iter(), most);
            (dirs.join(&b","[..]), is_whole)
        };
        assert_eq!(of(9), (b"a/b,a,".to_vec(), true));
        assert_eq!(of(1), (b"a/b".to_vec(), false));
    }

    #[test]
    fn steps_between_paths() {
        let of = |a: &'static str, b: &'static str| steps(BStr::new(a), BStr::new(b));
        assert_eq!(of("a/b.rs", "a/c.rs"), 0);
        assert_eq!(of("b.rs", "c.rs"), 0);
        assert_eq!(of("a/b.rs", "c.rs"), 1);
        assert_eq!(of("a/b/x.rs", "a/c/x.rs"), 2);
    }
}
