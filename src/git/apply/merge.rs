//! The three-way merge: what the proposal changes, on what stands in the working tree.

use super::desk::Desk;
use super::{Conflict, Error, Why};
use crate::git::command;
use crate::model::EntryKind;
use bstr::{BStr, BString, ByteSlice};
use std::collections::BTreeMap;

/// The most lines that are shown of one conflict.
const SHOWN: usize = 24;
/// The most runs of lines that are shown of one file.
const RUNS: usize = 3;

/// What came of a merge.
pub(super) struct Merge {
    /// The tree, with marks in it where there are conflicts.
    pub(super) tree: String,
    /// What cannot be merged.
    pub(super) conflicts: Vec<Conflict>,
}

/// The entries of one path in conflict: of the base, of ours, of theirs.
type Stages = [Option<EntryKind>; 3];

impl Conflict {
    /// A conflict that no merge has found.
    pub(super) fn of(path: BString, why: Why) -> Self {
        Self {
            path,
            why,
            ours: None,
            theirs: None,
            excerpts: Vec::new(),
        }
    }
}

/// Merges the change from `base` to `theirs`, which people know as `name`, into `ours`; all three are trees.
pub(super) fn merge(desk: &Desk, [base, ours, theirs]: [&str; 3], name: &str) -> Result<Merge, Error> {
    if ours == base || ours == theirs {
        return Ok(Merge {
            tree: theirs.to_owned(),
            conflicts: Vec::new(),
        });
    }
    let base = commit(desk, base, None)?;
    let (ours, theirs) = (
        commit(desk, ours, Some(&base))?,
        commit(desk, theirs, Some(&base))?,
    );
    let args = [
        "merge-tree",
        "--write-tree",
        "-z",
        "--no-messages",
        &ours,
        &theirs,
    ];
    let (clean, said) = desk.git().answer(&args).map_err(old)?;
    let mut parts = said.split_str("\0");
    let tree = parts.next().unwrap_or_default().to_str_lossy().into_owned();
    if tree.len() < 40 {
        return Err(Error::Answer("merge-tree"));
    }
    let mut conflicts = Vec::new();
    if !clean {
        let staged = staged(parts)?.into_iter();
        conflicts.extend(staged.map(|row| conflict(desk, &tree, row, name)));
    }
    Ok(Merge { tree, conflicts })
}

/// Says that a git which does not know `merge-tree --write-tree` is too old.
fn old(error: command::Error) -> Error {
    match &error {
        command::Error::Failed(_, said) if said.contains("usage:") || said.contains("unknown option") => {
            Error::OldGit
        }
        _ => Error::Git(error),
    }
}

/// Makes a commit of a tree: before git 2.45 a merge takes nothing else.
fn commit(desk: &Desk, tree: &str, parent: Option<&str>) -> Result<String, Error> {
    let mut git = desk.git().input("");
    for who in ["AUTHOR", "COMMITTER"] {
        git = git
            .env(&format!("GIT_{who}_NAME"), "pantheon")
            .env(&format!("GIT_{who}_EMAIL"), "pantheon@localhost")
            .env(&format!("GIT_{who}_DATE"), "@0 +0000");
    }
    let mut args = vec!["commit-tree", tree];
    args.extend(parent.iter().flat_map(|parent| ["-p", parent]));
    Ok(git.run(&args)?.to_str_lossy().trim().to_owned())
}

/// Reads rows of `<mode> <object> <stage>\t<path>`.
fn staged<'a>(rows: impl Iterator<Item = &'a [u8]>) -> Result<BTreeMap<BString, Stages>, Error> {
    let mut found: BTreeMap<BString, Stages> = BTreeMap::new();
    for row in rows.filter(|row| !row.is_empty()) {
        let (path, stage, kind) = stage(row).ok_or(Error::Answer("merge-tree"))?;
        found.entry(path).or_default()[stage] = Some(kind);
    }
    Ok(found)
}

fn stage(row: &[u8]) -> Option<(BString, usize, EntryKind)> {
    let (head, path) = row.split_once_str("\t")?;
    let mut words = head.to_str().ok()?.split(' ');
    let kind = match words.next()? {
        "100755" => EntryKind::Executable,
        "120000" => EntryKind::Symlink,
        "160000" => EntryKind::Submodule,
        _ => EntryKind::File,
    };
    let stage = words.nth(1)?.parse::<usize>().ok()?.checked_sub(1)?;
    (stage < 3).then_some((path.into(), stage, kind))
}

fn conflict(desk: &Desk, tree: &str, (path, stages): (BString, Stages), name: &str) -> Conflict {
    let is_file = |kind| matches!(kind, EntryKind::File | EntryKind::Executable);
    let [base, ours, theirs] = stages;
    let why = match (base, ours, theirs) {
        (_, Some(a), Some(b)) if is_file(a) != is_file(b) => Why::Shape,
        (Some(_), Some(_), Some(_)) => Why::BothChanged,
        (None, Some(_), Some(_)) => Why::BothAdded,
        (Some(_), None, Some(_)) => Why::GoneHere,
        (Some(_), Some(_), None) => Why::GoneThere,
        _ => Why::Shape,
    };
    let excerpts = match (ours, theirs) {
        (Some(a), Some(b)) if is_file(a) && is_file(b) => excerpts(desk, tree, path.as_bstr(), name),
        _ => Vec::new(),
    };
    Conflict {
        path,
        why,
        ours,
        theirs,
        excerpts,
    }
}

/// Returns the marked runs of a merged file, each with the number of its first line.
fn excerpts(desk: &Desk, tree: &str, path: &BStr, name: &str) -> Vec<(u32, Vec<BString>)> {
    let Ok(path) = path.to_str() else {
        return Vec::new();
    };
    let blob = desk.git().run(&["cat-file", "blob", &format!("{tree}:{path}")]);
    blob.map(|bytes| marked(&bytes, name)).unwrap_or_default()
}

fn marked(bytes: &[u8], name: &str) -> Vec<(u32, Vec<BString>)> {
    let mut runs: Vec<(u32, Vec<BString>)> = Vec::new();
    let mut inside = false;
    for (at, line) in bytes.lines().enumerate() {
        if line.starts_with(b"<<<<<<< ") {
            inside = true;
            runs.push((u32::try_from(at + 1).unwrap_or(u32::MAX), Vec::new()));
        }
        if let Some((_, lines)) = runs.last_mut().filter(|(_, lines)| inside && lines.len() < SHOWN) {
            lines.push(named(line, name));
        }
        inside &= !line.starts_with(b">>>>>>> ");
    }
    runs.truncate(RUNS);
    runs
}

/// Puts words for people in place of the names of our commits.
fn named(line: &[u8], name: &str) -> BString {
    match line {
        line if line.starts_with(b"<<<<<<< ") => "<<<<<<< working tree".into(),
        line if line.starts_with(b">>>>>>> ") => format!(">>>>>>> {name}").into(),
        line => line.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_in_conflict_are_shown_with_their_place() {
        let text = b"a\n<<<<<<< 1234\nx\n=======\ny\n>>>>>>> 5678\nb\n";
        let lines = ["<<<<<<< working tree", "x", "=======", "y", ">>>>>>> proposal"];
        assert_eq!(marked(text, "proposal"), [(2, lines.map(BString::from).to_vec())]);
    }

    #[test]
    fn rows_of_stages_are_read() {
        let row = b"120000 2222222222222222222222222222222222222222 3\ta b\nc";
        assert_eq!(stage(row), Some(("a b\nc".into(), 2, EntryKind::Symlink)));
        assert_eq!(stage(b"100644 22 0\ta"), None);
        assert_eq!(stage(b"nothing"), None);
    }
}
