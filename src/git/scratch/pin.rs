//! Keeps what a run needs, whatever becomes of the user's branches: a reference in the user's repository would do,
//! but that is not to change, so the objects are copied.
//!
//! What remote-tracking branches and tags reach stays. A commit that is amended, reset or on a deleted branch may go
//! at any time, and its objects with it: those are copied, a long history only as far as [`HISTORY`].

use super::pack::Pack;
use super::risk::{self, HISTORY};
use super::source::Objects;
use super::{Base, Scratch, ScratchError, alternates, at};
use crate::git::Repository;
use crate::git::command::Git;
use crate::model::Oid;
use crate::sys::clock::Deadline;
use bstr::ByteSlice;
use std::collections::HashMap;
use std::path::Path;

/// The most trees that are left out since they stay.
const EDGES: usize = 20;

/// What is to be kept.
pub(super) struct Needed<'a> {
    pub base: Base,
    /// Of the files in the base only those and what no commit has; `None`: all.
    pub written: Option<&'a [Oid]>,
    /// Trees that were read already.
    pub trees: &'a HashMap<Oid, &'a [u8]>,
}

/// Copies the objects that could go: a few at once, very many with the help of git.
pub(super) fn pin(
    scratch: &Scratch,
    repository: &Repository,
    objects: &Objects,
    needed: &Needed<'_>,
    within: &Deadline,
) -> Result<(), ScratchError> {
    let Needed { base, written, trees } = needed;
    let found = risk::at_risk(repository, objects, base, *written, trees, within)?;
    let Some(found) = found else {
        return by_git(scratch, repository, base, *written, within);
    };
    let mut pack = Pack::new(objects.hash());
    for id in found {
        if within.is_over() {
            return Err(ScratchError::Stopped);
        }
        if pack.is_full() {
            return by_git(scratch, repository, base, *written, within);
        }
        let dir = scratch.odb();
        let added = match trees.get(&id) {
            Some(tree) => pack.add(id, gix::objs::Kind::Tree, tree),
            None => match objects.find(id)? {
                Some((kind, bytes)) => pack.add(id, kind, &bytes),
                // As in a partial clone.
                None => Ok(()),
            },
        };
        added.map_err(at(&dir))?;
    }
    pack.write(&scratch.odb().join("pack"))
}

fn by_git(
    scratch: &Scratch,
    repository: &Repository,
    base: &Base,
    written: Option<&[Oid]>,
    within: &Deadline,
) -> Result<(), ScratchError> {
    let git = reader(scratch, repository, within);
    let mut objects = at_risk(&git, base, written.is_some())?;
    if let Some(written) = written {
        objects.extend(written.iter().flat_map(|id| format!("{id}\n").into_bytes()));
        objects.extend(of_index(&git, base)?);
    }
    pack(scratch, objects, within)
}

/// Prepares `git` to read the user's repository, together with what the run has already.
fn reader(scratch: &Scratch, repository: &Repository, within: &Deadline) -> Git {
    let odb = alternates::variable(&scratch.odb());
    // Git runs elsewhere than we do, and what was found from a relative place is relative.
    let whole = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    Git::alone(&whole(repository.common_dir()))
        .env("GIT_DIR", whole(repository.git_dir()))
        .env("GIT_ALTERNATE_OBJECT_DIRECTORIES", odb)
        .limit(within.left())
}

/// Lists the objects of the base and its history that no remote-tracking branch and no tag reaches.
fn at_risk(git: &Git, base: &Base, is_sparse: bool) -> Result<Vec<u8>, ScratchError> {
    let tree = base.tree.to_string();
    let most = format!("--max-count={HISTORY}");
    let mut args = vec!["rev-list", "--objects", "--missing=allow-any", &most];
    let commit = base.commit.map(|id| id.to_string());
    args.extend(commit.as_deref());
    args.push(&tree);
    let edges = match &commit {
        Some(commit) => edges(git, commit)?,
        None => Vec::new(),
    };
    // Without anything that stays, this would be every file there is.
    if is_sparse && edges.is_empty() {
        args.insert(1, "--filter=blob:none");
    }
    args.extend(edges.iter().map(String::as_str));
    args.extend(["--not", "--remotes", "--tags"]);
    Ok(ids(&git.run(&args)?))
}

/// Returns the trees, as exclusions, of the commits at which what stays begins.
fn edges(git: &Git, commit: &str) -> Result<Vec<String>, ScratchError> {
    let most = format!("--max-count={HISTORY}");
    let said = git.run(&[
        "rev-list",
        "--boundary",
        &most,
        commit,
        "--not",
        "--remotes",
        "--tags",
    ])?;
    let local = said.lines().filter(|line| !line.starts_with(b"-")).count();
    let edges = said.lines().filter_map(|line| line.strip_prefix(b"-"));
    let edges = edges
        .take(EDGES)
        .map(|id| format!("^{}^{{tree}}", id.to_str_lossy()));
    Ok(match local {
        0 => vec![format!("^{commit}^{{tree}}")],
        // Where the list was cut off, what stays begins further down.
        HISTORY.. => Vec::new(),
        _ => edges.collect(),
    })
}

/// Lists what is in the index and in no commit.
fn of_index(git: &Git, base: &Base) -> Result<Vec<u8>, ScratchError> {
    if base.commit == Some(base.head) {
        return Ok(Vec::new());
    }
    let tree = base.tree.to_string();
    let known = base.commit.map(|id| format!("^{id}^{{tree}}"));
    let mut args = vec!["rev-list", "--objects", "--missing=allow-any", &tree];
    args.extend(known.as_deref());
    Ok(ids(&git.run(&args)?))
}

/// Cuts the paths off: one id a line.
fn ids(listed: &[u8]) -> Vec<u8> {
    let mut ids = Vec::new();
    for id in listed.lines().filter_map(|line| line.split_str(" ").next()) {
        ids.extend_from_slice(id);
        ids.push(b'\n');
    }
    ids
}

/// Copies objects into a pack of the run's own.
fn pack(scratch: &Scratch, objects: Vec<u8>, within: &Deadline) -> Result<(), ScratchError> {
    if objects.is_empty() {
        return Ok(());
    }
    let git = scratch.git(within).in_dir(&scratch.odb().join("pack"));
    let args = [
        "pack-objects",
        "--quiet",
        "--delta-base-offset",
        "--window=0",
        "pack",
    ];
    git.input(objects).run(&args)?;
    Ok(())
}
