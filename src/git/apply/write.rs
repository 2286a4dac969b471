//! The steps on the files of the working tree: all of them or none, and none lost when the process dies.
//!
//! New files are written into one directory in the working tree first, which needs all the room there will be. Then
//! they are moved into place, and the old ones into that directory; whatever fails is moved back. A process that
//! died in the middle has left its journal: the next one moves back.

use super::journal::{self, Journal, Phase};
use super::plan::Step;
use super::spot::{self, Spot, Standing, look};
use super::{Error, own};
use bstr::{BString, ByteSlice};
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// What was left behind by a process that died, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovered {
    /// The working tree.
    pub root: PathBuf,
    /// Whether files had been moved already, and were moved back.
    pub moved: bool,
    /// Paths that somebody wrote since: they stay as they are.
    pub kept: Vec<BString>,
}

/// Called before each thing that is done, with its number; may make it fail.
type Hook<'a> = &'a mut dyn FnMut(usize) -> io::Result<()>;

/// Carries a plan out whose bytes are in `dir`.
pub(super) fn carry_out(journal: &Journal, dir: &Path) -> Result<(), Error> {
    carry_out_with(journal, dir, &mut |_| Ok(()))
}

pub(super) fn carry_out_with(journal: &Journal, dir: &Path, hook: Hook<'_>) -> Result<(), Error> {
    journal.write(dir, Phase::Prepared)?;
    let ready = stage(journal, dir).and_then(|()| marks(journal, dir));
    let done = ready.and_then(|marks| {
        journal.write(dir, Phase::Writing)?;
        Deed {
            root: journal.root(),
            staging: journal.staging(),
            count: 0,
            hook,
        }
        .carry(journal, &marks)
        .or_else(|failed| take_back(journal, dir).and(Err(failed)))
    });
    let phase = if done.is_ok() { Phase::Done } else { Phase::Over };
    if !matches!(done, Err(Error::Stuck(..))) {
        journal.write(dir, phase)?;
        drop(fs::remove_dir_all(journal.staging()));
    }
    done
}

/// Writes the new files, each beside its place.
pub(super) fn stage(journal: &Journal, dir: &Path) -> Result<(), Error> {
    let staging = journal.staging();
    dirs_own(&staging)?;
    for (number, step) in journal.steps() {
        let Some(after) = step.after else { continue };
        let bytes = journal::kept(dir, "after", number)?;
        let made = spot::make(&new(&staging, number), after, &bytes);
        made.map_err(|e| Error::Write(step.path.clone(), e))?;
    }
    Ok(())
}

/// Makes the directory for new and old files, which git ignores.
fn dirs_own(staging: &Path) -> Result<(), Error> {
    fs::create_dir(staging).map_err(own(staging))?;
    let ignore = Spot {
        link: false,
        mode: None,
        executable: false,
    };
    let at = staging.join(".gitignore");
    spot::make(&at, ignore, b"*\n").map_err(own(&at))
}

/// What tells that a file was not touched: its length, its time, its permissions.
type Mark = Option<(u64, Option<SystemTime>, u32)>;

fn mark(meta: &Metadata) -> Mark {
    Some((meta.len(), meta.modified().ok(), spot::mode(meta)))
}

/// Insists that every file is as it was found, and marks it.
pub(super) fn marks(journal: &Journal, dir: &Path) -> Result<Vec<Mark>, Error> {
    let root = journal.root();
    let mut marks = Vec::with_capacity(journal.plan.steps.len());
    for (number, step) in journal.steps() {
        let read = |e| Error::Read(step.path.clone(), e);
        let meta = spot::place(&root, step.path.as_bstr()).and_then(fs::symlink_metadata);
        let standing = look(&root, step.path.as_bstr()).map_err(read)?;
        let bytes = journal::kept(dir, "before", number)?;
        // What a new file needs was looked at with the directories that go, and is looked at again when it is put.
        if step.before.is_some() && !is(step.before, &standing, &bytes) {
            return Err(Error::Changed(step.path.clone()));
        }
        marks.push(step.before.and(meta.ok().as_ref().and_then(mark)));
    }
    Ok(marks)
}

/// Whether this stands there, its permissions aside.
fn is(spot: Option<Spot>, standing: &Standing, bytes: &[u8]) -> bool {
    match (spot, standing) {
        (None, Standing::Nothing) => true,
        (Some(spot), Standing::File(_, raw)) => !spot.link && raw == bytes,
        (Some(spot), Standing::Link(raw)) => spot.link && raw == bytes,
        _ => false,
    }
}

/// The moving of files.
pub(super) struct Deed<'a> {
    pub(super) root: PathBuf,
    pub(super) staging: PathBuf,
    pub(super) count: usize,
    pub(super) hook: Hook<'a>,
}

impl Deed<'_> {
    pub(super) fn carry(&mut self, journal: &Journal, marks: &[Mark]) -> Result<(), Error> {
        let steps = || journal.steps().zip(marks);
        for ((number, step), mark) in steps().filter(|((_, step), _)| step.after.is_none()) {
            self.remove(number, step, mark)?;
        }
        for (dir, _) in &journal.plan.gone {
            self.each(dir, |at| fs::remove_dir(at))?;
        }
        for (dir, mode) in &journal.plan.made {
            self.each(dir, |at| make_dir(at, *mode))?;
        }
        for ((number, step), mark) in steps().filter(|((_, step), _)| step.after.is_some()) {
            self.put(number, step, mark)?;
        }
        Ok(())
    }

    /// Does one thing at a path, with no link on the way.
    fn each(&mut self, path: &BString, deed: impl FnOnce(&Path) -> io::Result<()>) -> Result<(), Error> {
        let failed = |e| Error::Write(path.clone(), e);
        self.count += 1;
        (self.hook)(self.count).map_err(failed)?;
        if spot::way(&self.root, path.as_bstr()).map_err(failed)?.is_some() {
            return Err(Error::Changed(path.clone()));
        }
        spot::place(&self.root, path.as_bstr())
            .and_then(|at| deed(&at))
            .map_err(failed)
    }

    fn remove(&mut self, number: usize, step: &Step, mark: &Mark) -> Result<(), Error> {
        self.unchanged(step, mark)?;
        let old = old(&self.staging, number);
        self.each(&step.path, |at| fs::rename(at, old))
    }

    fn put(&mut self, number: usize, step: &Step, mark: &Mark) -> Result<(), Error> {
        self.unchanged(step, mark)?;
        let (new, old) = (new(&self.staging, number), old(&self.staging, number));
        if step.before.is_some() {
            // With a link the path never stands empty; not every file system has them.
            self.each(&step.path, |at| {
                fs::hard_link(at, &old).or_else(|_| fs::rename(at, &old))
            })?;
        }
        self.each(&step.path, |at| fs::rename(new, at))
    }

    fn unchanged(&self, step: &Step, expected: &Mark) -> Result<(), Error> {
        let at = spot::place(&self.root, step.path.as_bstr());
        let found = at.and_then(fs::symlink_metadata).ok().as_ref().and_then(mark);
        match found == *expected {
            true => Ok(()),
            false => Err(Error::Changed(step.path.clone())),
        }
    }
}

fn make_dir(at: &Path, mode: Option<u32>) -> io::Result<()> {
    fs::create_dir(at)?;
    mode.map_or(Ok(()), |mode| spot::set_mode(at, mode))
}

fn new(staging: &Path, number: usize) -> PathBuf {
    staging.join(format!("new-{number}"))
}

fn old(staging: &Path, number: usize) -> PathBuf {
    staging.join(format!("old-{number}"))
}

/// Moves back what was moved, as far as it was. Returns the paths that somebody wrote since, which stay.
fn take_back(journal: &Journal, dir: &Path) -> Result<Vec<BString>, Error> {
    let mut kept = Vec::new();
    let back = Back {
        root: journal.root(),
        staging: journal.staging(),
        dir,
    };
    for (number, step) in journal.steps().rev().filter(|(_, step)| step.after.is_some()) {
        back.step(number, step, &mut kept)?;
    }
    for (path, _) in journal.plan.made.iter().rev() {
        // Somebody may have put a file into it.
        drop(spot::place(&back.root, path.as_bstr()).and_then(fs::remove_dir));
    }
    for (path, mode) in journal.plan.gone.iter().rev() {
        drop(spot::place(&back.root, path.as_bstr()).and_then(|at| make_dir(&at, Some(*mode))));
    }
    for (number, step) in journal.steps().rev().filter(|(_, step)| step.after.is_none()) {
        back.step(number, step, &mut kept)?;
    }
    Ok(kept)
}

struct Back<'a> {
    root: PathBuf,
    staging: PathBuf,
    dir: &'a Path,
}

impl Back<'_> {
    fn step(&self, number: usize, step: &Step, kept: &mut Vec<BString>) -> Result<(), Error> {
        let stuck = |e| {
            Error::Stuck(
                step.path.clone(),
                e,
                self.dir.join("before").join(number.to_string()),
            )
        };
        let standing = look(&self.root, step.path.as_bstr()).map_err(stuck)?;
        let at = spot::place(&self.root, step.path.as_bstr()).map_err(stuck)?;
        let after = journal::kept(self.dir, "after", number)?;
        let is_after = is(step.after, &standing, &after);
        let (old, new) = (old(&self.staging, number), new(&self.staging, number));
        if old.symlink_metadata().is_ok() {
            if is_after || standing == Standing::Nothing {
                return fs::rename(old, at).map_err(stuck);
            }
            let before = journal::kept(self.dir, "before", number)?;
            if !is(step.before, &standing, &before) {
                kept.push(step.path.clone());
            }
            return Ok(());
        }
        let is_lost = self.staging.symlink_metadata().is_err();
        let happened = is_lost || (step.before.is_none() && new.symlink_metadata().is_err());
        match step.before {
            _ if !happened || !is_after => Ok(()),
            None => fs::remove_file(at).map_err(stuck),
            Some(before) => self.rewrite(number, before, &at).map_err(stuck),
        }
    }

    /// Writes a file anew whose old one is lost.
    fn rewrite(&self, number: usize, before: Spot, at: &Path) -> io::Result<()> {
        let bytes = journal::kept(self.dir, "before", number).map_err(io::Error::other)?;
        match fs::remove_file(at) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e),
            _ => spot::make(at, before, &bytes),
        }
    }
}

/// Cleans up behind an apply whose process died: moves back what it had moved. `None`: there is nothing to do.
///
/// # Errors
/// When the journal cannot be understood, or a file cannot be moved back.
pub fn recover(dir: &Path) -> Result<Option<Recovered>, Error> {
    let Some(journal) = journal::read(dir)? else {
        return Ok(None);
    };
    let staging = journal.staging();
    let moved = match journal.phase {
        Phase::Over => return Ok(None),
        Phase::Done if staging.symlink_metadata().is_err() => return Ok(None),
        Phase::Done | Phase::Prepared => false,
        Phase::Writing => true,
    };
    let mut kept = Vec::new();
    if moved && journal.root().is_dir() {
        kept = take_back(&journal, dir)?;
    }
    if journal.phase != Phase::Done {
        journal.write(dir, Phase::Over)?;
    }
    drop(fs::remove_dir_all(&staging));
    Ok(Some(Recovered {
        root: journal.root(),
        moved,
        kept,
    }))
}
