//! Lays out a run.

use super::list::{self, Dir, Entry, Listed};
use super::own::{self, Whose};
use super::source::Objects;
use super::{Plan, Run, Scratch, ScratchError, Start, State};
use super::{agent, alternates, at, base, files, layout, modules, pin, remove, seed, table};
use crate::git::Repository;
use crate::model::{EntryKind, Oid, visible_bytes};
use crate::sys::clock::{self, Deadline};
use crate::sys::owner::Owner;
use crate::sys::{dirs, file};
use bstr::{BString, ByteSlice};
use gix::index::entry::Stat;
use std::collections::HashMap;
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
    let source = scratch.source()?;
    let mut listed = chosen(scratch, repository, &source.open(), base.tree, plan, within)?;
    let pinned = pinned(&listed.entries, plan);
    let left: Vec<Entry> = listed
        .entries
        .iter()
        .filter(|entry| entry.kind.is_none())
        .cloned()
        .collect();
    let (stats, unseen) = std::thread::scope(|scope| {
        let (shared, entries, tree): (&Scratch, _, _) = (scratch, &mut listed.entries, scratch.tree());
        let source = &source;
        let writer = scope.spawn(move || files::write(source, entries, &tree, within));
        let unseen = list::unseen(source, &left, within).and_then(|unseen| {
            let trees = trees_of(&listed.dirs, &unseen);
            let needed = pin::Needed {
                base,
                written: pinned.as_deref(),
                trees: &trees,
            };
            pin::pin(shared, repository, &source.open(), &needed, within)?;
            Ok(unseen)
        });
        let written = writer.join().unwrap_or(Err(ScratchError::Stopped));
        unseen.and_then(|unseen| Ok((written?, unseen)))
    })?;
    let empty = modules::write(scratch, &source, &listed.entries, within)?;
    scratch.notes.extend(modules::note(&empty));
    scratch.notes.extend(pointers(scratch, &listed.entries));
    agent::write(scratch, &base, &indexes(scratch, &listed, &stats, &unseen)?)?;
    seed::copy(scratch, repository, plan, within)?;
    scratch.run.base = Some(base);
    match within.is_over() {
        true => Err(ScratchError::Stopped),
        false => scratch.set_state(State::Working),
    }
}

/// Returns the trees that were read, by their ids.
fn trees_of<'a>(dirs: &'a [Dir], unseen: &'a [Listed]) -> HashMap<Oid, &'a [u8]> {
    let all = dirs.iter().chain(unseen.iter().flat_map(|listed| &listed.dirs));
    all.map(|dir| (dir.id, &dir.bytes[..])).collect()
}

/// Writes our index, in which a directory that is left out is one entry, and returns that of the agent, whose git may
/// not know such entries.
fn indexes(
    scratch: &Scratch,
    listed: &Listed,
    stats: &[Stat],
    unseen: &[Listed],
) -> Result<Vec<u8>, ScratchError> {
    let (path, hash) = (scratch.git_dir().join(agent::INDEX), scratch.hash()?);
    let mut trees: HashMap<&[u8], Oid> = HashMap::new();
    trees.extend(listed.dirs.iter().map(|dir| (&dir.path[..], dir.id)));
    let rows: Vec<(&Entry, Stat)> = listed.entries.iter().zip(stats.iter().copied()).collect();
    let ours = own::write_index(&path, &rows, &trees, hash)?;
    if unseen.is_empty() {
        return Ok(ours);
    }
    let mut all = Vec::new();
    let mut unseen = unseen.iter();
    for row in rows {
        match row.0.kind {
            Some(_) => all.push(row),
            None => {
                let Some(below) = unseen.next() else { break };
                trees.extend(below.dirs.iter().map(|dir| (&dir.path[..], dir.id)));
                all.extend(below.entries.iter().map(|entry| (entry, Stat::default())));
            }
        }
    }
    table::bytes(&all, &trees, hash).map_err(at(&path))
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

/// Returns what is in the tree, and which of it is written out: what is wanted and there.
fn chosen(
    scratch: &mut Scratch,
    repository: &Repository,
    objects: &Objects,
    tree: Oid,
    plan: &Plan,
    within: &Deadline,
) -> Result<Listed, ScratchError> {
    let mut listed = list::list(objects, tree, plan.sparse.as_deref(), within)?;
    if plan.sparse.is_some() && !listed.is_any {
        return Err(ScratchError::Empty);
    }
    if !is_partial(repository) {
        return Ok(listed);
    }
    let left = leave_missing(&mut scratch.source()?.open(), &mut listed.entries);
    scratch.notes.extend(left.first().map(|first| {
        format!(
            "{} files are not in this partial clone, and so not here, as `{}`; `git backfill` or a checkout brings them",
            left.len(),
            visible_bytes(first)
        )
    }));
    Ok(listed)
}

/// Leaves out the files that are not there, and returns their paths. Nothing is fetched.
pub(super) fn leave_missing(objects: &mut Objects, entries: &mut [Entry]) -> Vec<BString> {
    let is_file = |entry: &&mut Entry| entry.is_out && entry.kind != Some(EntryKind::Submodule);
    let mut files: Vec<&mut Entry> = entries.iter_mut().filter(is_file).collect();
    let missing = objects.missing(files.iter().map(|entry| entry.id));
    let mut left = Vec::new();
    for (entry, is_missing) in files.iter_mut().zip(missing) {
        if is_missing {
            entry.is_out = false;
            left.push(entry.path.clone());
        }
    }
    left
}

/// Whether objects of a repository may be missing that a remote has.
fn is_partial(repository: &Repository) -> bool {
    let packs = repository.gix.objects.store_ref().path().join("pack");
    let entries = std::fs::read_dir(packs).into_iter().flatten().flatten();
    let mut names = entries.map(|entry| entry.file_name());
    names.any(|name| name.as_encoded_bytes().ends_with(b".promisor"))
}

/// Returns the files that are written out, where not all are.
fn pinned(entries: &[Entry], plan: &Plan) -> Option<Vec<Oid>> {
    if plan.sparse.is_none() && entries.iter().all(|entry| entry.is_out) {
        return None;
    }
    let out = entries.iter().filter(|entry| entry.is_out);
    let files = out.filter(|entry| entry.kind != Some(EntryKind::Submodule));
    Some(files.map(|entry| entry.id).collect())
}

/// Says whether large files are pointers here.
fn pointers(scratch: &Scratch, entries: &[Entry]) -> Option<String> {
    let out = entries.iter().filter(|entry| entry.is_out);
    let naming = out.filter(|entry| {
        entry.kind == Some(EntryKind::File) && entry.path.rsplit_str("/").next() == Some(b".gitattributes")
    });
    let is_named = naming.take(NAMING).any(|entry| {
        let path = scratch.tree().join(entry.path.to_path_lossy());
        file::read_plain(&path, 1 << 20).is_ok_and(|text| text.contains_str("filter=lfs"))
    });
    is_named.then(|| "files of git lfs are pointers here, as they are recorded".to_owned())
}
