//! Lays out a run.

use super::files::{self, Entry, Files};
use super::own::{self, Whose};
use super::{Plan, Run, Scratch, ScratchError, Start, State};
use super::{agent, alternates, at, base, layout, modules, pin, remove, seed};
use crate::git::Repository;
use crate::model::{EntryKind, Oid, visible_bytes};
use crate::sys::clock::{self, Deadline};
use crate::sys::owner::Owner;
use crate::sys::{dirs, file};
use bstr::{BString, ByteSlice};
use std::path::Path;

/// How many files that name filters are looked at.
const NAMING: usize = 100;

/// Lays out a run of this name under the user's state directory, ready for an agent.
///
/// # Errors
/// When the base cannot be read or the files cannot be written, or the time is up. What was begun is taken away.
pub fn create(
    repository: &Repository,
    state: &Path,
    id: &str,
    start: Start,
    plan: &Plan,
    within: &Deadline,
) -> Result<Scratch, ScratchError> {
    let run = Run {
        id: id.to_owned(),
        state: State::Preparing,
        owner: Owner::here(),
        created: clock::now(),
        repository: repository.common_dir().to_owned(),
        base: None,
        harvest: None,
    };
    let mut scratch = Scratch::new(&layout::runs(state, repository)?, run, within)?;
    match lay_out(&mut scratch, repository, start, plan, within) {
        Ok(()) => Ok(scratch),
        Err(error) => {
            // The first error is the one that says what happened.
            drop(remove(scratch));
            Err(if within.is_over() {
                ScratchError::Stopped
            } else {
                error
            })
        }
    }
}

fn lay_out(
    scratch: &mut Scratch,
    repository: &Repository,
    start: Start,
    plan: &Plan,
    within: &Deadline,
) -> Result<(), ScratchError> {
    lay_git(scratch, repository)?;
    let base = base::find(scratch, repository, start)?;
    let keep = format!("refs/pantheon/keep/{}", scratch.run.id);
    scratch.reference(&keep, base.head)?;
    let entries = files::list(scratch, base.tree, within)?;
    let is_out = chosen(scratch, repository, &entries, plan, within)?;
    let pinned = written(&entries, &is_out, plan);
    let what = files(base.tree, &entries, &is_out, plan, is_partial(repository));
    std::thread::scope(|scope| {
        let shared: &Scratch = scratch;
        let writer = scope.spawn(|| files::write(shared, &what, &shared.tree(), within));
        let pinned = pin::pin(shared, repository, &base, pinned.as_deref(), within);
        let written = writer.join().unwrap_or(Err(ScratchError::Stopped));
        pinned.and(written)
    })?;
    let empty = modules::write(scratch, &entries, &is_out, within)?;
    scratch.notes.extend(modules::note(&empty));
    scratch.notes.extend(pointers(scratch, &entries, &is_out));
    agent::write(scratch, &base)?;
    seed::copy(scratch, repository, plan, within)?;
    scratch.run.base = Some(base);
    match within.is_over() {
        true => Err(ScratchError::Stopped),
        false => scratch.set_state(State::Working),
    }
}

/// Lays out all directories, and our own repository.
fn lay_git(scratch: &Scratch, repository: &Repository) -> Result<(), ScratchError> {
    for dir in [scratch.tree(), scratch.home(), scratch.tmp()] {
        dirs::private_dir(&dir).map_err(at(&dir))?;
    }
    let git = scratch.git_dir();
    own::init(&git, Whose::Ours, repository.gix.object_hash())?;
    scratch.borrow(&alternates::of(repository))?;
    let common = repository.common_dir();
    base::copy(&common.join("shallow"), &git.join("shallow"))?;
    base::copy(&common.join("info/exclude"), &git.join("info/exclude"))
}

/// Returns which paths are written out: those that are wanted and there.
fn chosen(
    scratch: &mut Scratch,
    repository: &Repository,
    entries: &[Entry],
    plan: &Plan,
    within: &Deadline,
) -> Result<Vec<bool>, ScratchError> {
    let mut is_out = files::wanted(entries, plan.sparse.as_deref());
    if plan
        .sparse
        .as_ref()
        .is_some_and(|sparse| !files::is_any(entries, sparse))
    {
        return Err(ScratchError::Empty);
    }
    if !is_partial(repository) {
        return Ok(is_out);
    }
    let missing = files::missing(scratch, entries, within)?;
    let mut left: Vec<&BString> = Vec::new();
    for (entry, is_out) in entries.iter().zip(&mut is_out) {
        if *is_out && entry.kind != EntryKind::Submodule && missing.contains(&entry.id) {
            *is_out = false;
            left.push(&entry.path);
        }
    }
    scratch.notes.extend(left.first().map(|first| {
        format!(
            "{} files are not in this partial clone, and so not here, as `{}`; `git backfill` or a checkout brings them",
            left.len(),
            visible_bytes(first)
        )
    }));
    Ok(is_out)
}

/// Whether objects of a repository may be missing that a remote has.
fn is_partial(repository: &Repository) -> bool {
    let packs = repository.gix.objects.store_ref().path().join("pack");
    let entries = std::fs::read_dir(packs).into_iter().flatten().flatten();
    let mut names = entries.map(|entry| entry.file_name());
    names.any(|name| name.as_encoded_bytes().ends_with(b".promisor"))
}

/// Returns the files that are written out, where not all are.
fn written(entries: &[Entry], is_out: &[bool], plan: &Plan) -> Option<Vec<Oid>> {
    if plan.sparse.is_none() && !is_out.contains(&false) {
        return None;
    }
    let out = entries.iter().zip(is_out).filter(|(_, is_out)| **is_out);
    let files = out.filter(|(entry, _)| entry.kind != EntryKind::Submodule);
    Some(files.map(|(entry, _)| entry.id).collect())
}

/// Says what is written out.
fn files<'a>(
    tree: Oid,
    entries: &'a [Entry],
    is_out: &'a [bool],
    plan: &Plan,
    is_partial: bool,
) -> Files<'a> {
    let sparse = plan.sparse.as_deref().filter(|_| !is_partial);
    Files {
        index: agent::INDEX,
        tree,
        entries,
        is_out,
        patterns: sparse.and_then(|sparse| files::patterns(entries, is_out, sparse)),
    }
}

/// Says whether large files are pointers here.
fn pointers(scratch: &Scratch, entries: &[Entry], is_out: &[bool]) -> Option<String> {
    let out = entries.iter().zip(is_out).filter(|(_, is_out)| **is_out);
    let naming = out.filter(|(entry, _)| {
        entry.kind == EntryKind::File && entry.path.rsplit_str("/").next() == Some(b".gitattributes")
    });
    let is_named = naming.take(NAMING).any(|(entry, _)| {
        let path = scratch.tree().join(entry.path.to_path_lossy());
        file::read_plain(&path, 1 << 20).is_ok_and(|text| text.contains_str("filter=lfs"))
    });
    is_named.then(|| "files of git lfs are pointers here, as they are recorded".to_owned())
}
