//! Merged minus present, as steps on files: each with the bytes before and after, and each allowed by what stands in
//! the working tree right now.

use super::desk::{Change, Desk, Entry};
use super::spot::{self, Spot, Standing, ancestors, look};
use super::undo::Before;
use super::{Conflict, Error, Why, lines, names, own};
use crate::sys::file;
use bstr::{BStr, BString, ByteSlice, ByteVec};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// A file that changes. Its bytes are kept in `before/<n>` and `after/<n>`, with its number in the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Its path from the root.
    pub path: BString,
    /// What it is; `None`: nothing.
    pub before: Option<Spot>,
    /// What it becomes; `None`: nothing.
    pub after: Option<Spot>,
}

/// What is to be done.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// The files.
    pub steps: Vec<Step>,
    /// Directories that are made, from the top, with their permissions if they had any before.
    pub made: Vec<(BString, Option<u32>)>,
    /// Directories that are empty then and go, from the bottom, with their permissions.
    pub gone: Vec<(BString, u32)>,
}

/// The bytes of a file before and after a step.
pub(super) type Bytes = (Vec<u8>, Vec<u8>);

/// What is decided about one path.
enum Decided {
    Step(Step, Bytes),
    Conflict(Conflict),
}

/// Plans the way from one tree, which the working tree is, to another. With a conflict there is no plan.
pub(super) fn plan(
    desk: &Desk,
    present: &str,
    merged: &str,
    before: Option<&Before<'_>>,
) -> Result<(Plan, Vec<Conflict>), Error> {
    let changes = desk.changes(present, merged)?;
    let mut conflicts = unwritable(desk, &changes)?;
    if !conflicts.is_empty() {
        return Ok((Plan::default(), conflicts));
    }
    let planner = Planner::new(desk, (present, merged), &changes, before)?;
    let mut plan = Plan::default();
    for change in &changes {
        match planner.decide(change)? {
            Decided::Conflict(conflict) => conflicts.push(conflict),
            Decided::Step(step, bytes) => {
                keep(&desk.dir, plan.steps.len(), &bytes)?;
                plan.steps.push(step);
            }
        }
    }
    if conflicts.is_empty() {
        plan.made = made(&desk.root, &plan.steps, before);
        plan.gone = planner.going.into_iter().rev().collect();
    }
    Ok((plan, conflicts))
}

/// Plans the exact way back, if every file is as the apply left it; keeps the bytes in the directory of the desk.
pub(super) fn inverse(desk: &Desk, before: &Before<'_>) -> Result<Option<Plan>, Error> {
    let steps = before.steps();
    let removed: BTreeSet<&BString> = steps
        .iter()
        .filter(|s| s.before.is_none())
        .map(|s| &s.path)
        .collect();
    let added: Vec<&BString> = steps
        .iter()
        .filter(|s| s.before.is_some())
        .map(|s| &s.path)
        .collect();
    let going = going(&desk.root, &removed, &added, Some(&before.made()));
    let mut plan = Plan::default();
    for (number, step) in steps.iter().enumerate() {
        let standing =
            look(&desk.root, step.path.as_bstr()).map_err(|e| Error::Read(step.path.clone(), e))?;
        let Some((found, bytes)) = before.left_alone(number, step, &standing, &removed, &going)? else {
            return Ok(None);
        };
        keep(&desk.dir, number, &bytes)?;
        plan.steps.push(Step {
            path: step.path.clone(),
            before: found,
            after: step.before,
        });
    }
    plan.made = made(&desk.root, &plan.steps, Some(before));
    plan.gone = going.into_iter().rev().collect();
    Ok(Some(plan))
}

/// Keeps the bytes of a step.
pub(super) fn keep(dir: &Path, number: usize, (before, after): &Bytes) -> Result<(), Error> {
    for (name, bytes) in [("before", before), ("after", after)] {
        let dir = dir.join(name);
        fs::create_dir_all(&dir).map_err(own(&dir))?;
        let path = dir.join(number.to_string());
        file::write_atomic(&path, bytes, 0o600).map_err(own(&path))?;
    }
    Ok(())
}

/// Finds what is never written, whatever stands there.
fn unwritable(desk: &Desk, changes: &[Change]) -> Result<Vec<Conflict>, Error> {
    let mut found = Vec::new();
    for change in changes {
        let is_submodule = [&change.old, &change.new]
            .into_iter()
            .flatten()
            .any(Entry::is_submodule);
        if names::writable(change.path.as_bstr()).is_none() {
            found.push(Conflict::of(change.path.clone(), Why::Name));
        } else if is_submodule {
            found.push(Conflict::of(change.path.clone(), Why::Submodule));
        }
    }
    let files = changes.iter().filter(|change| change.has_file());
    found.extend(desk.filtered(&files.map(|change| &change.path).collect::<Vec<_>>())?);
    Ok(found)
}

impl Change {
    fn has_file(&self) -> bool {
        [&self.old, &self.new]
            .into_iter()
            .flatten()
            .any(|entry| !entry.is_link())
    }
}

struct Planner<'a> {
    desk: &'a Desk,
    before: Option<&'a Before<'a>>,
    /// What git would have written for the tree that the working tree is, and for the one that it becomes.
    was: PathBuf,
    is: PathBuf,
    /// Paths whose file goes.
    removed: BTreeSet<&'a BString>,
    /// Directories that go, with their permissions.
    going: Vec<(BString, u32)>,
}

impl<'a> Planner<'a> {
    fn new(
        desk: &'a Desk,
        (present, merged): (&str, &str),
        changes: &'a [Change],
        before: Option<&'a Before<'a>>,
    ) -> Result<Self, Error> {
        let paths = |side: fn(&Change) -> bool| -> Vec<&'a BString> {
            changes
                .iter()
                .filter(|change| side(change))
                .map(|change| &change.path)
                .collect()
        };
        let was = desk.export(present, "was", &paths(|change| change.old.is_some()))?;
        let is = desk.export(merged, "is", &paths(|change| change.new.is_some()))?;
        let removed: BTreeSet<_> = paths(|change| change.new.is_none()).into_iter().collect();
        let added: Vec<_> = paths(|change| change.new.is_some());
        let may_go = before.map(Before::made);
        let going = going(&desk.root, &removed, &added, may_go.as_ref());
        Ok(Self {
            desk,
            before,
            was,
            is,
            removed,
            going,
        })
    }

    fn decide(&self, change: &Change) -> Result<Decided, Error> {
        let path = &change.path;
        let standing = look(&self.desk.root, path.as_bstr()).map_err(|e| Error::Read(path.clone(), e))?;
        match &change.old {
            None => self.added(change, &standing),
            Some(old) => self.changed(change, old, standing),
        }
    }

    fn added(&self, change: &Change, standing: &Standing) -> Result<Decided, Error> {
        let path = &change.path;
        let conflict = |why| Ok(Decided::Conflict(Conflict::of(path.clone(), why)));
        let goes = |dir: &BString| self.going.iter().any(|(path, _)| path == dir);
        match standing {
            Standing::Nothing => {}
            Standing::Dir if goes(path) => {}
            Standing::Behind(above) if self.removed.contains(above) => {}
            Standing::Dir => return conflict(Why::InTheWay("a directory")),
            Standing::File(..) => return conflict(Why::InTheWay("a file")),
            Standing::Link(_) => return conflict(Why::InTheWay("a link")),
            Standing::Other => return conflict(Why::InTheWay("what is no file")),
            Standing::Behind(_) => return conflict(Why::InTheWay("what is no directory")),
            Standing::Repository => return conflict(Why::Submodule),
        }
        if let Some((after, bytes)) = self.before.and_then(|before| before.removed(path)) {
            return Ok(decided(change, None, after, (Vec::new(), bytes)));
        }
        let (after, bytes) = self.after(change, None, || self.exported(&self.is, path))?;
        Ok(decided(change, None, after, (Vec::new(), bytes)))
    }

    fn changed(&self, change: &Change, old: &Entry, standing: Standing) -> Result<Decided, Error> {
        let path = &change.path;
        let conflict = |why| Ok(Decided::Conflict(Conflict::of(path.clone(), why)));
        let (spot, raw) = match standing {
            Standing::File(mode, raw) if !old.is_link() => (spot(false, Some(mode)), raw),
            Standing::Link(raw) if old.is_link() => (spot(true, None), raw),
            // The snapshot has it, and so it was there or is hidden.
            Standing::Nothing => return conflict(Why::NotCheckedOut),
            Standing::Repository => return conflict(Why::Submodule),
            _ => return Err(Error::Changed(path.clone())),
        };
        if let Some((after, bytes)) = self.before.and_then(|before| before.of(path, spot, &raw)) {
            return Ok(decided(change, Some(spot), after, (raw, bytes)));
        }
        let was = self.exported(&self.was, path)?;
        let new = match self.settled(change, old, (&raw, &was))? {
            Some(new) => new,
            None => return conflict(Why::Converted),
        };
        let mode = spot.mode.filter(|_| !spot.link);
        let (after, bytes) = self.after(change, mode, || Ok(new))?;
        Ok(decided(change, Some(spot), after, (raw, bytes)))
    }

    /// Returns the bytes that a file becomes whose bytes are `raw`, where git would have written `was`; `None`: they
    /// cannot be told.
    fn settled(
        &self,
        change: &Change,
        old: &Entry,
        (raw, was): (&[u8], &[u8]),
    ) -> Result<Option<Vec<u8>>, Error> {
        let path = &change.path;
        let new = change.new.as_ref();
        if raw == was {
            return new.map_or(Ok(Some(Vec::new())), |_| self.exported(&self.is, path).map(Some));
        }
        let recorded = self.desk.blob(&old.id)?;
        if lines::is_same(raw, &recorded) {
            return match new {
                None => Ok(Some(Vec::new())),
                Some(new) if new.id == old.id => Ok(Some(raw.to_owned())),
                Some(new) if new.is_link() => self.exported(&self.is, path).map(Some),
                Some(new) => Ok(lines::carry(raw, &recorded, &self.desk.blob(&new.id)?)),
            };
        }
        if self.desk.recorded(path, raw)? == old.id {
            return Ok(None);
        }
        Err(Error::Changed(path.clone()))
    }

    /// Returns what a file becomes that has these permissions.
    fn after(
        &self,
        change: &Change,
        mode: Option<u32>,
        bytes: impl FnOnce() -> Result<Vec<u8>, Error>,
    ) -> Result<(Option<Spot>, Vec<u8>), Error> {
        let Some(new) = &change.new else {
            return Ok((None, Vec::new()));
        };
        let was_executable = change.old.as_ref().is_some_and(Entry::is_executable);
        let mode = mode.filter(|_| !new.is_link());
        let mode = mode.map(|mode| match new.is_executable() == was_executable {
            true => mode,
            false => spot::with_execution(mode, new.is_executable()),
        });
        let spot = Spot {
            link: new.is_link(),
            mode,
            executable: new.is_executable(),
        };
        Ok((Some(spot), bytes()?))
    }

    fn exported(&self, dir: &Path, path: &BString) -> Result<Vec<u8>, Error> {
        let at = spot::place(dir, path.as_bstr()).map_err(own(dir))?;
        let meta = fs::symlink_metadata(&at).map_err(own(&at))?;
        match meta.is_symlink() {
            true => Ok(Vec::from_path_buf(fs::read_link(&at).map_err(own(&at))?).unwrap_or_default()),
            false => file::read(&at, u64::MAX - 1).map_err(own(&at)),
        }
    }
}

/// Returns the directories that new files need, from the top.
fn made(root: &Path, steps: &[Step], before: Option<&Before<'_>>) -> Vec<(BString, Option<u32>)> {
    let mut made = BTreeSet::new();
    for step in steps
        .iter()
        .filter(|step| step.after.is_some() && step.before.is_none())
    {
        let missing = ancestors(step.path.as_bstr()).filter(|dir| !is_dir(root, dir));
        made.extend(missing.map(ToOwned::to_owned));
    }
    let mode = |dir: &BString| before.and_then(|before| before.mode_of(dir));
    made.into_iter()
        .map(|dir: BString| (dir.clone(), mode(&dir)))
        .collect()
}

fn is_dir(root: &Path, dir: &BStr) -> bool {
    let at = spot::place(root, dir);
    at.and_then(fs::symlink_metadata).is_ok_and(|meta| meta.is_dir())
}

fn spot(link: bool, mode: Option<u32>) -> Spot {
    Spot {
        link,
        mode,
        executable: mode.is_some_and(|mode| mode & 0o100 != 0),
    }
}

fn decided(change: &Change, before: Option<Spot>, after: Option<Spot>, bytes: Bytes) -> Decided {
    let step = Step {
        path: change.path.clone(),
        before,
        after,
    };
    Decided::Step(step, bytes)
}

/// Returns the directories that have nothing in them once some files are gone, from the top, with their permissions.
fn going(
    root: &Path,
    removed: &BTreeSet<&BString>,
    added: &[&BString],
    may_go: Option<&BTreeSet<BString>>,
) -> Vec<(BString, u32)> {
    let dirs: BTreeSet<BString> = removed
        .iter()
        .flat_map(|path| ancestors(path.as_bstr()).map(ToOwned::to_owned))
        .collect();
    let mut gone: BTreeSet<BString> = BTreeSet::new();
    // What is below comes later in order, and must be known first.
    for dir in dirs.iter().rev() {
        let inside = [dir.as_bytes(), b"/"].concat();
        let is_needed = added.iter().any(|path| path.starts_with(&inside));
        let may = may_go.is_none_or(|may| may.contains(dir));
        let left = |name: BString| !removed.contains(&name) && !gone.contains(&name);
        if may && !is_needed && entries(root, dir).is_ok_and(|names| !names.into_iter().any(left)) {
            gone.insert(dir.clone());
        }
    }
    let with_mode = |dir: BString| {
        let meta = spot::place(root, dir.as_bstr())
            .and_then(fs::symlink_metadata)
            .ok()?;
        Some((dir, spot::mode(&meta)))
    };
    gone.into_iter().filter_map(with_mode).collect()
}

/// Returns the paths of what is in a directory.
fn entries(root: &Path, dir: &BString) -> io::Result<Vec<BString>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(spot::place(root, dir.as_bstr())?)? {
        let name = Vec::from_os_string(entry?.file_name()).unwrap_or_default();
        found.push(bstr::join("/", [dir.as_bytes(), &name]).into());
    }
    Ok(found)
}
