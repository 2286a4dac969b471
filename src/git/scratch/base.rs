//! What a run starts from: a tree, the commit that it stands on, and the commit that an agent sees.

use super::{Base, Scratch, ScratchError, Start};
use crate::git::index::Index;
use crate::git::{Repository, commits, worktree};
use crate::model::{Oid, visible_bytes};
use std::path::Path;

/// The message of the commit that stands for an index.
const STAGED: &str = "What was staged when the run began";
/// Where the user's index is copied to.
pub(super) const COPIED: &str = "index.user";

/// Finds the base, and writes what the user's repository does not have of it to the run's objects.
pub(super) fn find(scratch: &Scratch, repository: &Repository, start: Start) -> Result<Base, ScratchError> {
    let (tree, commit) = match start {
        Start::Commit(id) => (repository.tree_of(id)?, Some(id)),
        Start::Index => (index_tree(scratch, repository)?, commits::head(repository)?),
    };
    let head = match commit {
        Some(id) if repository.tree_of(id)? == tree => id,
        parent => scratch.commit(tree, parent, STAGED)?,
    };
    Ok(Base { tree, commit, head })
}

/// Copies the index that git means, with the parts that it shares.
pub(super) fn copy_index(scratch: &Scratch, repository: &Repository) -> Result<(), ScratchError> {
    copy(&repository.index_path(), &scratch.git_dir().join(COPIED))?;
    let Ok(entries) = std::fs::read_dir(repository.git_dir()) else {
        return Ok(());
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        if name.as_encoded_bytes().starts_with(b"sharedindex.") {
            copy(&entry.path(), &scratch.git_dir().join(&name))?;
        }
    }
    Ok(())
}

/// Copies a file; one that is not there is no error.
pub(super) fn copy(from: &Path, to: &Path) -> Result<(), ScratchError> {
    match std::fs::copy(from, to) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(ScratchError::File(from.to_owned(), e)),
        _ => Ok(()),
    }
}

/// Computes the tree of the index. Nothing is written to the user's objects, whose times git would set too.
fn index_tree(scratch: &Scratch, repository: &Repository) -> Result<Oid, ScratchError> {
    if let Some(tree) = Index::recorded(repository)?
        && gix::objs::Exists::exists(&repository.gix.objects, &tree)
    {
        return Ok(tree);
    }
    let index = Index::open(repository)?;
    if let Some(path) = index.unmerged().first() {
        return Err(ScratchError::Unmerged(visible_bytes(path)));
    }
    let (tree, made) = worktree::tree_of(repository, &index)?;
    for (kind, bytes) in made.values() {
        scratch.object(*kind, bytes)?;
    }
    Ok(tree)
}
