//! The proposals of a repository, and the lock of whoever changes one.

use super::Error;
use super::error::word;
use super::read::{self, FILE, is_id};
use crate::app::{self, state};
use crate::git::apply::{self, Journal, Offer, Phase, Recovered};
use crate::git::{Repository, scratch};
use crate::model::{Proposal, ProposalState};
use crate::sys::clock::Deadline;
use crate::sys::{dirs, file};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The name that means the newest proposal that is open.
pub const LATEST: &str = "latest";
/// The lock, beside the directory of the runs.
const LOCK: &str = "apply.lock";
/// How long somebody else may have the lock.
const PATIENCE: Duration = Duration::from_secs(10);
/// Where a run keeps what it did to the working tree, and what took that back.
pub(super) const APPLIED: &str = "applied";
pub(super) const UNDONE: &str = "undone";

/// The proposals of a repository.
pub struct Shelf {
    pub(super) repository: Repository,
    /// The directory of the runs, which need not exist.
    runs: PathBuf,
}

/// A proposal with the directory of its run.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// What is offered.
    pub proposal: Proposal,
    pub(super) run: PathBuf,
}

/// Whether a run has a proposal of which nobody expects anything but perhaps to take it back.
pub fn is_settled(run: &Path, id: &str) -> bool {
    let read = read::read(run, id).ok().flatten();
    read.is_some_and(|proposal| proposal.state != ProposalState::Open)
}

/// Returns the lock of everybody who changes the working tree or a proposal, for the directory of a run.
pub fn lock_of(run: &Path) -> Option<PathBuf> {
    Some(run.parent()?.parent()?.join(LOCK))
}

/// A proposal that cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unread {
    /// The name of its directory.
    pub id: String,
    /// Why.
    pub why: String,
}

/// An apply that is in the working tree, or an undo: its directory and its journal.
pub(super) struct Deed {
    pub(super) dir: PathBuf,
    pub(super) journal: Journal,
}

impl Found {
    /// Returns what it offers to a working tree.
    pub(super) fn offer<'a>(&'a self, shelf: &'a Shelf, odb: &'a Path) -> Offer<'a> {
        Offer {
            repository: &shelf.repository,
            objects: odb,
            base: &self.proposal.base,
            tree: &self.proposal.tree,
            room: &self.run,
        }
    }

    pub(super) fn odb(&self) -> PathBuf {
        self.run.join("odb")
    }

    /// Writes down what became of it.
    pub(super) fn set_state(&mut self, state: ProposalState) -> Result<(), Error> {
        self.proposal.state = state;
        let path = self.run.join(FILE);
        let failed = |e: io::Error| Error::App(app::Error::Write(path.clone(), e));
        let bytes = serde_json::to_vec_pretty(&self.proposal).map_err(|e| failed(e.into()))?;
        file::write_atomic(&path, &bytes, 0o600).map_err(failed)
    }

    /// Insists on one of some states.
    pub(super) fn must_be(&self, states: &[ProposalState]) -> Result<(), Error> {
        match states.contains(&self.proposal.state) {
            true => Ok(()),
            false => Err(Error::State(self.proposal.id.clone(), self.proposal.state)),
        }
    }
}

impl Shelf {
    /// Opens the proposals of the repository around a directory.
    ///
    /// # Errors
    /// When there is no repository, or no place for the state.
    pub fn open(dir: &Path) -> Result<Self, Error> {
        let repository = Repository::open(dir).map_err(app::Error::Git)?;
        let runs = scratch::runs(&state::dir()?, &repository).map_err(app::Error::from)?;
        Ok(Self { repository, runs })
    }

    /// Returns all proposals, the newest first, and what cannot be read.
    #[must_use]
    pub fn list(&self) -> (Vec<Found>, Vec<Unread>) {
        let (mut found, mut unread) = (Vec::new(), Vec::new());
        for (id, run) in self.run_dirs() {
            match read::read(&run, &id) {
                Ok(Some(proposal)) => found.push(Found { proposal, run }),
                Ok(None) => {}
                Err(why) => unread.push(Unread { id, why }),
            }
        }
        found.sort_by(|a, b| {
            let key = |found: &Found| (found.proposal.created, found.proposal.id.clone());
            key(b).cmp(&key(a))
        });
        unread.sort_by(|a, b| a.id.cmp(&b.id));
        (found, unread)
    }

    /// Finds a proposal by its id, the beginning of one, or `latest`.
    ///
    /// # Errors
    /// When there is none, more than one, or it cannot be read.
    pub fn find(&self, name: &str) -> Result<Found, Error> {
        let (found, unread) = self.list();
        if name == LATEST {
            let open = found
                .iter()
                .find(|found| found.proposal.state == ProposalState::Open);
            return open.or(found.first()).cloned().ok_or(Error::None);
        }
        if let Some(broken) = unread.into_iter().find(|unread| unread.id == name) {
            return Err(Error::Broken(broken.id, broken.why));
        }
        if let Some(exact) = found.iter().find(|found| found.proposal.id == name) {
            return Ok(exact.clone());
        }
        let mut begin = found
            .into_iter()
            .filter(|found| found.proposal.id.starts_with(name));
        match (begin.next().filter(|_| !name.is_empty()), begin.next()) {
            (Some(one), None) => Ok(one),
            (Some(one), Some(other)) => Err(ambiguous(name, &one, &other)),
            (None, _) => Err(Error::Unknown(name.to_owned())),
        }
    }

    /// Takes the lock of everybody who changes the working tree or a proposal, and cleans up behind those that died.
    pub(super) fn take(&self) -> Result<(File, Vec<Recovered>), Error> {
        let above = self.runs.parent().unwrap_or(&self.runs);
        let path = above.join(LOCK);
        let failed = |e: io::Error| match e.kind() {
            io::ErrorKind::TimedOut => Error::Busy,
            _ => Error::App(app::Error::Write(path.clone(), e)),
        };
        dirs::private_dir(above).map_err(failed)?;
        let lock = dirs::lock(&path, &Deadline::after(PATIENCE)).map_err(failed)?;
        Ok((lock, self.recover()?))
    }

    /// Returns what is in this working tree by an apply, the last one first.
    pub(super) fn applied(&self) -> Result<Vec<Deed>, Error> {
        let mut deeds = Vec::new();
        let root = self.root()?;
        for (_, run) in self.run_dirs() {
            deeds.extend(deeds_in(&run.join(APPLIED))?);
        }
        deeds.retain(|deed| deed.journal.phase == Phase::Done && deed.journal.root() == root);
        deeds.sort_by_key(|deed| std::cmp::Reverse(deed.journal.sequence));
        Ok(deeds)
    }

    /// Returns the place in the order of all applies that comes next.
    pub(super) fn next_sequence(&self) -> Result<u64, Error> {
        let mut last = 0;
        for (_, run) in self.run_dirs() {
            let deeds = deeds_in(&run.join(APPLIED))?;
            last = deeds
                .iter()
                .map(|deed| deed.journal.sequence)
                .fold(last, u64::max);
        }
        Ok(last + 1)
    }

    fn root(&self) -> Result<PathBuf, Error> {
        let root = self.repository.root().map_err(app::Error::Git)?;
        fs::canonicalize(root).map_err(|e| Error::App(app::Error::File(root.to_owned(), e)))
    }

    fn recover(&self) -> Result<Vec<Recovered>, Error> {
        let mut all = Vec::new();
        for (id, run) in self.run_dirs() {
            for dir in [UNDONE, APPLIED] {
                for deed in deeds_in(&run.join(dir))? {
                    all.extend(apply::recover(&deed.dir)?);
                }
            }
            settle(&run, &id)?;
        }
        Ok(all)
    }

    fn run_dirs(&self) -> Vec<(String, PathBuf)> {
        let entries = fs::read_dir(&self.runs).into_iter().flatten().flatten();
        let dirs = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
        let named = dirs.filter_map(|entry| Some((entry.file_name().into_string().ok()?, entry.path())));
        let mut all: Vec<_> = named.filter(|(id, _)| is_id(id)).collect();
        all.sort();
        all
    }
}

/// Makes the state of a proposal that of its journals, where a process died between the two, and removes what is
/// over.
pub(super) fn settle(run: &Path, id: &str) -> Result<(), Error> {
    for undone in deeds_in(&run.join(UNDONE))? {
        let applied = run.join(APPLIED).join(undone.journal.sequence.to_string());
        if undone.journal.phase == Phase::Done
            && let Some(journal) = apply::read_journal(&applied)?
        {
            apply::set_phase(&journal, &applied, Phase::Over)?;
        }
    }
    let deeds = deeds_in(&run.join(APPLIED))?;
    let is_applied = deeds.iter().any(|deed| deed.journal.phase == Phase::Done);
    let was_undone = !deeds_in(&run.join(UNDONE))?.is_empty();
    if let Ok(Some(proposal)) = read::read(run, id) {
        let now = match (is_applied, proposal.state) {
            (true, _) => ProposalState::Applied,
            (false, ProposalState::Applied) if was_undone => ProposalState::Undone,
            (false, state) => state,
        };
        let run = run.to_owned();
        if now != proposal.state {
            Found { proposal, run }.set_state(now)?;
        }
    }
    sweep(run, &deeds);
    Ok(())
}

/// Removes the journals that are over. What cannot be removed is harmless.
fn sweep(run: &Path, deeds: &[Deed]) {
    drop(fs::remove_dir_all(run.join(UNDONE)));
    for deed in deeds.iter().filter(|deed| deed.journal.phase == Phase::Over) {
        drop(fs::remove_dir_all(&deed.dir));
    }
}

/// Returns the applies or undos that a directory keeps.
fn deeds_in(dir: &Path) -> Result<Vec<Deed>, Error> {
    let mut deeds = Vec::new();
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let dir = entry.path();
        if let Some(journal) = apply::read_journal(&dir)? {
            deeds.push(Deed { dir, journal });
        }
    }
    Ok(deeds)
}

fn ambiguous(name: &str, one: &Found, other: &Found) -> Error {
    let named = |found: &Found| format!("`{}` ({})", found.proposal.id, word(found.proposal.state));
    Error::Ambiguous(name.to_owned(), format!("{} or {}", named(one), named(other)))
}
