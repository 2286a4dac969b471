//! The files of a tree, written out as they are recorded.

use super::{Scratch, ScratchError, at};
use crate::model::{EntryKind, Oid};
use crate::sys::clock::Deadline;
use crate::sys::file;
use bstr::{BStr, BString, ByteSlice};
use std::collections::HashSet;
use std::path::Path;
use std::str::FromStr;

/// What makes git write out only what a list of patterns names.
const SPARSE: [&str; 4] = [
    "-c",
    "core.sparseCheckout=true",
    "-c",
    "core.sparseCheckoutCone=false",
];
/// Files that say what is ignored, or how content is read: those above what is wanted are wanted too.
const SAYING: [&str; 2] = [".gitignore", ".gitattributes"];

/// One path of a tree.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub kind: EntryKind,
    pub id: Oid,
    pub path: BString,
}

/// Lists all paths of a tree, submodules among them.
pub(super) fn list(scratch: &Scratch, tree: Oid, within: &Deadline) -> Result<Vec<Entry>, ScratchError> {
    let tree = tree.to_string();
    let said = scratch
        .git(within)
        .run(&["ls-tree", "-r", "-z", "--full-tree", &tree])?;
    Ok(said.split_str("\0").filter_map(entry).collect())
}

fn entry(line: &[u8]) -> Option<Entry> {
    let (about, path) = line.split_once_str("\t")?;
    let mut words = about.split_str(" ");
    let kind = match words.next()? {
        b"100755" => EntryKind::Executable,
        b"120000" => EntryKind::Symlink,
        b"160000" => EntryKind::Submodule,
        _ => EntryKind::File,
    };
    let id = Oid::from_hex(words.nth(1)?).ok()?;
    Some(Entry {
        kind,
        id,
        path: path.into(),
    })
}

/// Returns which of these paths are wanted.
pub(super) fn wanted(entries: &[Entry], sparse: Option<&[BString]>) -> Vec<bool> {
    let Some(sparse) = sparse else {
        return vec![true; entries.len()];
    };
    let asked: HashSet<&BStr> = sparse.iter().map(trimmed).collect();
    let above: HashSet<&BStr> = asked.iter().flat_map(|path| dirs(path)).collect();
    let is_wanted = |entry: &Entry| {
        let path = entry.path.as_bstr();
        let (dir, name) = split(path);
        asked.contains(b"".as_bstr())
            || asked.contains(path)
            || dirs(path).any(|dir| asked.contains(dir))
            || (SAYING.iter().any(|saying| name == saying) && above.contains(dir))
    };
    entries.iter().map(is_wanted).collect()
}

/// Whether any of these paths is asked for, or below what is.
pub(super) fn is_any(entries: &[Entry], sparse: &[BString]) -> bool {
    let asked: HashSet<&BStr> = sparse.iter().map(trimmed).collect();
    let is_asked = |path: &BStr| asked.contains(path) || dirs(path).any(|dir| asked.contains(dir));
    entries.iter().any(|entry| is_asked(entry.path.as_bstr()))
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

fn split(path: &BStr) -> (&BStr, &BStr) {
    match path.rfind_byte(b'/') {
        Some(at) => (path[..at].as_bstr(), path[at + 1..].as_bstr()),
        None => (b"".as_bstr(), path),
    }
}

/// Returns which objects are not there. Nothing is fetched.
pub(super) fn missing(
    scratch: &Scratch,
    entries: &[Entry],
    within: &Deadline,
) -> Result<HashSet<Oid>, ScratchError> {
    let files = entries.iter().filter(|entry| entry.kind != EntryKind::Submodule);
    let asked: Vec<String> = files.map(|entry| format!("{}\n", entry.id)).collect();
    let git = scratch.git(within).input(asked.concat().into_bytes());
    let said = git.run(&["cat-file", "--batch-check=%(objectname)", "--buffer"])?;
    let lines = said.lines().filter_map(|line| line.strip_suffix(b" missing"));
    Ok(lines
        .filter_map(|id| Oid::from_str(&id.to_str_lossy()).ok())
        .collect())
}

/// Writes out the paths that `is_out` names, and an index of all of them, in which the others are marked as left
/// out.
pub(super) fn write(
    scratch: &Scratch,
    what: &Files<'_>,
    dir: &Path,
    within: &Deadline,
) -> Result<(), ScratchError> {
    let git = || scratch.git_on(what.index, dir, within);
    let tree = what.tree.to_string();
    if let Some(patterns) = &what.patterns {
        let listed = scratch.git_dir().join("info/sparse-checkout");
        file::write_atomic(&listed, patterns, 0o600).map_err(at(&listed))?;
        git().run(&[SPARSE.as_slice(), &["read-tree", "-m", "-u", &tree]].concat())?;
        return Ok(());
    }
    git().run(&["read-tree", &tree])?;
    let left = what
        .entries
        .iter()
        .zip(what.is_out)
        .filter(|(_, is_out)| !**is_out);
    let mut paths = Vec::new();
    for (entry, _) in left {
        paths.extend_from_slice(&entry.path);
        paths.push(0);
    }
    if !paths.is_empty() {
        git()
            .input(paths)
            .run(&["update-index", "-z", "--skip-worktree", "--stdin"])?;
    }
    git().run(&["checkout-index", "--all", "--index", "--quiet"])?;
    Ok(())
}

/// Says what is wanted in git's own words, so that it needs one step; `None`: there are no words for it.
pub(super) fn patterns(entries: &[Entry], is_out: &[bool], sparse: &[BString]) -> Option<Vec<u8>> {
    let asked: HashSet<&BStr> = sparse.iter().map(trimmed).collect();
    let mut lines: Vec<&BStr> = asked.iter().copied().collect();
    for (entry, _) in entries.iter().zip(is_out).filter(|(_, is_out)| **is_out) {
        let path = entry.path.as_bstr();
        if SAYING.iter().any(|saying| split(path).1 == saying) {
            lines.push(path);
        }
    }
    let is_odd =
        |line: &&BStr| line.is_empty() || line.iter().any(|byte| *byte < b' ') || line.ends_with(b" ");
    if lines.iter().any(is_odd) {
        return None;
    }
    let mut text = Vec::new();
    for line in lines {
        text.push(b'/');
        for byte in line.iter() {
            if b"*?[]\\".contains(byte) {
                text.push(b'\\');
            }
            text.push(*byte);
        }
        text.push(b'\n');
    }
    Some(text)
}

/// What is written out.
pub(super) struct Files<'a> {
    /// The name of the index.
    pub index: &'a str,
    /// The tree.
    pub tree: Oid,
    /// All its paths.
    pub entries: &'a [Entry],
    /// Which of them are written.
    pub is_out: &'a [bool],
    /// The same in the words of git, where it has any.
    pub patterns: Option<Vec<u8>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(paths: &[&str], sparse: &[&str]) -> Vec<String> {
        let entry = |path: &&str| Entry {
            kind: EntryKind::File,
            id: Oid::null(gix::hash::Kind::Sha1),
            path: (*path).into(),
        };
        let entries: Vec<Entry> = paths.iter().map(entry).collect();
        let sparse: Vec<BString> = sparse.iter().map(|path| (*path).into()).collect();
        let wanted = wanted(&entries, Some(&sparse));
        let found = entries.iter().zip(wanted).filter(|(_, wanted)| *wanted);
        found.map(|(entry, _)| entry.path.to_string()).collect()
    }

    #[test]
    fn what_is_asked_for_comes_with_what_says_how_to_read_it() {
        let paths = [
            ".gitattributes",
            ".gitignore",
            "a/.gitignore",
            "a/b/c.rs",
            "a/bc.rs",
            "d/.gitignore",
            "d/e",
        ];
        let said = [".gitattributes", ".gitignore"];
        assert_eq!(
            chosen(&paths, &["a/b/"]),
            [&said[..], &["a/.gitignore", "a/b/c.rs"]].concat()
        );
        assert_eq!(
            chosen(&paths, &["./d/e"]),
            [&said[..], &["d/.gitignore", "d/e"]].concat()
        );
        assert_eq!(chosen(&paths, &["."]).len(), paths.len());
        assert_eq!(chosen(&["x", "y"], &["z"]), Vec::<String>::new());
    }

    #[test]
    fn a_line_of_a_tree_is_read() {
        let line = b"100755 blob 0123456789012345678901234567890123456789\ta\tb";
        let entry = entry(line).unwrap();
        assert_eq!((entry.kind, entry.path), (EntryKind::Executable, "a\tb".into()));
        assert!(super::entry(b"").is_none());
    }
}
