//! The runs of agents: begins one by the policy, and sweeps those that nobody works on any more.
//!
//! Nothing is lost: work that no harvest has is harvested before anything goes. Nothing is left: what a dead run left
//! running is ended, and its files are taken away.

use super::{Error, proposals, state};
use crate::config::Settings;
use crate::git::Repository;
use crate::git::scratch::{
    self, Bounds, Plan, Scratch, ScratchError, Start, State, VARIABLE, create, harvest, remove, strip,
};
use crate::sys::clock::{self, Deadline};
use crate::sys::{dirs, owner};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// A directory of this age without a description is nobody's, in milliseconds.
const FORGOTTEN: u64 = 60_000;

/// How much of the runs of one repository is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keep {
    /// The directory of its runs.
    pub runs: PathBuf,
    /// How many bytes they may take.
    pub quota: u64,
    /// How long a finished one stays.
    pub age: Duration,
}

/// What came of a sweep.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Swept {
    /// What was done, or would be.
    pub done: Vec<Done>,
    /// How many runs somebody works on.
    pub busy: usize,
    /// How many runs wait for the user.
    pub waiting: usize,
    /// How many processes were ended that a dead run had left behind.
    pub ended: usize,
}

/// What was done with a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// Its name.
    pub run: String,
    /// What.
    pub what: What,
}

/// What was done with one run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// Its owner is gone; its work is kept as a harvest with this many changed files.
    Harvested(usize),
    /// It is gone, for this reason.
    Removed(String),
    /// It stays, for this reason.
    Kept(String),
}

/// Returns how a scratch tree is laid out by the policy.
#[must_use]
pub fn plan(settings: &Settings) -> Plan {
    let scratch = &settings.scratch;
    let sparse = scratch.sparse.iter().map(|path| path.as_str().into());
    Plan {
        sparse: (!scratch.sparse.is_empty()).then(|| sparse.collect()),
        seed: scratch.seed.clone(),
        secrets: scratch.secrets.clone(),
        quota: scratch.quota,
    }
}

/// Returns how much of the runs of a repository is kept by the policy.
///
/// # Errors
/// When nothing says where they are.
pub fn keep(repository: &Repository, settings: &Settings) -> Result<Keep, Error> {
    Ok(Keep {
        runs: scratch::runs(&state::dir()?, repository)?,
        quota: settings.scratch.quota,
        age: settings.scratch.keep,
    })
}

/// Returns the same for the repository around a directory.
///
/// # Errors
/// When there is none, or its policy cannot be used.
pub fn own(dir: &Path, settings: impl FnOnce() -> Result<Settings, Error>) -> Result<Keep, Error> {
    let repository = Repository::open(dir)?;
    keep(&repository, &settings()?)
}

/// Lays out a run with a new name, by the policy.
///
/// # Errors
/// When it cannot be laid out.
pub fn begin(
    repository: &Repository,
    settings: &Settings,
    start: Start,
    within: &Deadline,
) -> Result<Scratch, Error> {
    let state = state::dir()?;
    Ok(create(
        repository,
        &state,
        &name(),
        start,
        &plan(settings),
        within,
    )?)
}

/// Returns a name that no other run has.
#[must_use]
pub fn name() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let next = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("{:x}-{:x}-{next}", clock::now(), std::process::id())
}

/// Sweeps the runs of all repositories; those of `own` by its measure too. A dry one only tells.
///
/// # Errors
/// When nothing says where they are.
pub fn sweep(own: Option<&Keep>, dry: bool, within: &Deadline) -> Result<Swept, Error> {
    let state = state::dir()?;
    let mut swept = Swept::default();
    for runs in all(&state) {
        let keep = own.filter(|keep| keep.runs == runs);
        repository(&runs, keep, dry, within, &mut swept);
    }
    Ok(swept)
}

/// Returns every directory of runs, in order.
fn all(state: &Path) -> Vec<PathBuf> {
    let dirs = below(state).into_iter().map(|dir| dir.join("runs"));
    dirs.filter(|runs| runs.symlink_metadata().is_ok_and(|meta| meta.is_dir()))
        .collect()
}

/// Returns the directories in a directory, in order, links left out.
fn below(dir: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    let dirs = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    let mut paths: Vec<PathBuf> = dirs.map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

fn repository(runs: &Path, keep: Option<&Keep>, dry: bool, within: &Deadline, swept: &mut Swept) {
    if !dry {
        // What cannot be removed now can be at the next start.
        drop(scratch::empty_trash(runs));
    }
    let mut sweep = Sweep {
        keep,
        dry,
        within,
        swept,
        finished: Vec::new(),
    };
    for path in below(runs) {
        if within.is_over() {
            return;
        }
        sweep.run(&path);
    }
    sweep.shrink(runs);
}

struct Sweep<'a> {
    keep: Option<&'a Keep>,
    dry: bool,
    within: &'a Deadline,
    swept: &'a mut Swept,
    /// The finished runs that stay, with what decides which goes first.
    finished: Vec<(bool, i64, PathBuf)>,
}

impl Sweep<'_> {
    fn run(&mut self, path: &Path) {
        let scratch = match Scratch::open(path) {
            Ok(scratch) => scratch,
            Err(error) => return self.broken(path, &error),
        };
        if scratch.is_taken() {
            self.swept.busy += 1;
            return;
        }
        match scratch.run().state {
            State::Preparing => self.remove(scratch, "it was never laid out"),
            State::Working => self.dead(scratch),
            State::Proposed => self.proposed(scratch),
            State::Harvested | State::Dropped => self.finished(scratch),
        }
    }

    /// A directory that describes no run: one of a process that died at its very beginning, or nothing of ours.
    fn broken(&mut self, path: &Path, error: &ScratchError) {
        // The description itself is written beside its place first.
        let is_ours =
            |name: &std::ffi::OsString| name == "lock" || name.as_encoded_bytes().starts_with(b".pantheon-");
        let names = below_all(path);
        let age = path.metadata().and_then(|meta| meta.modified()).ok();
        let age = age.and_then(|then| then.elapsed().ok()).unwrap_or_default();
        let is_held = || dirs::lock(&path.join("lock"), &Deadline::after(Duration::ZERO)).is_err();
        if !names.iter().all(is_ours) {
            self.told(&name_of(path), What::Kept(error.to_string()));
        } else if age > Duration::from_millis(FORGOTTEN) && !is_held() {
            if !self.dry {
                for name in names {
                    drop(dirs::remove(&path.join(name)));
                }
                drop(dirs::remove(&path.join("lock")));
                drop(std::fs::remove_dir(path));
            }
            self.told(&name_of(path), What::Removed("it is empty".to_owned()));
        }
    }

    /// A run whose owner is gone before its work was kept.
    fn dead(&mut self, scratch: Scratch) {
        if scratch.base().is_err() {
            return self.remove(scratch, "it was never laid out");
        }
        let id = scratch.run().id.clone();
        if self.dry {
            return self.told(
                &id,
                What::Kept("its owner is gone: its work would be harvested".to_owned()),
            );
        }
        let mut scratch = match self.adopted(scratch.path()) {
            Some(scratch) => scratch,
            None => return,
        };
        let found = match harvest(&mut scratch, Bounds::default(), self.within) {
            Ok(found) => found,
            Err(error) => {
                return self.told(&id, What::Kept(format!("its work cannot be harvested: {error}")));
            }
        };
        if found.commit.is_none() && found.refused.is_empty() {
            return self.remove(scratch, "its owner is gone, and nothing was done in it");
        }
        if let Err(error) = scratch.set_state(State::Harvested) {
            return self.told(&id, What::Kept(error.to_string()));
        }
        // What was refused is nowhere else.
        if found.refused.is_empty() {
            drop(strip(&scratch));
        }
        self.told(&id, What::Harvested(found.changed.len()));
    }

    /// Takes over a run, and ends what it left running.
    fn adopted(&mut self, path: &Path) -> Option<Scratch> {
        match Scratch::adopt(path) {
            Ok(scratch) => {
                self.swept.ended += owner::end_marked(VARIABLE, &scratch.run().id);
                Some(scratch)
            }
            Err(ScratchError::Taken(_)) => {
                self.swept.busy += 1;
                None
            }
            Err(error) => {
                self.told(&name_of(path), What::Kept(error.to_string()));
                None
            }
        }
    }

    /// A proposal that is open stays. One that was applied keeps what can take it back for as long as any finished
    /// run is kept.
    fn proposed(&mut self, scratch: Scratch) {
        let path = scratch.path();
        if !proposals::is_settled(path, &scratch.run().id) {
            self.swept.waiting += 1;
            return;
        }
        // Nobody may apply it or take it back meanwhile.
        let lock = proposals::lock_of(path).map(|lock| dirs::lock(&lock, &Deadline::after(Duration::ZERO)));
        if let (Some(Ok(_lock)), true) = (lock, self.is_old(&scratch)) {
            self.remove(scratch, "it is older than `[scratch] keep`");
        }
    }

    fn is_old(&self, scratch: &Scratch) -> bool {
        let age = clock::now().saturating_sub(scratch.run().created);
        let age = Duration::from_millis(age.max(0).unsigned_abs());
        self.keep.is_some_and(|keep| age > keep.age)
    }

    fn finished(&mut self, scratch: Scratch) {
        if self.is_old(&scratch) {
            return self.remove(scratch, "it is older than `[scratch] keep`");
        }
        let is_wanted = scratch.run().state == State::Harvested;
        self.swept.waiting += usize::from(is_wanted);
        let created = scratch.run().created;
        self.finished
            .push((is_wanted, created, scratch.path().to_owned()));
    }

    fn remove(&mut self, scratch: Scratch, why: &str) {
        let id = scratch.run().id.clone();
        if self.dry {
            return self.told(&id, What::Removed(why.to_owned()));
        }
        let path = scratch.path().to_owned();
        drop(scratch);
        let Some(scratch) = self.adopted(&path) else {
            return;
        };
        match remove(scratch) {
            Ok(()) => self.told(&id, What::Removed(why.to_owned())),
            Err(error) => self.told(&id, What::Kept(error.to_string())),
        }
    }

    /// Removes finished runs, the unwanted and the oldest first, until the quota holds.
    fn shrink(&mut self, runs: &Path) {
        let Some(keep) = self.keep else {
            return;
        };
        let mut taken = scratch::size(runs);
        let mut finished = std::mem::take(&mut self.finished);
        finished.sort();
        for (is_wanted, _, path) in finished {
            if taken <= keep.quota {
                return;
            }
            taken = taken.saturating_sub(scratch::size(&path));
            self.swept.waiting -= usize::from(is_wanted);
            if let Ok(scratch) = Scratch::open(&path) {
                self.remove(scratch, "the runs take more than `[scratch] quota`");
            }
        }
    }

    fn told(&mut self, run: &str, what: What) {
        self.swept.done.push(Done {
            run: run.to_owned(),
            what,
        });
    }
}

/// Returns the names in a directory.
fn below_all(dir: &Path) -> Vec<std::ffi::OsString> {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name()).collect()
}

fn name_of(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}
