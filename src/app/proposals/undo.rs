//! The last apply, taken back.

use super::shelf::{Deed, UNDONE, settle};
use super::{Error, Found, Preview, Recovered, Shelf};
use crate::git::apply::{self, Prepared};
use crate::model::Proposal;
use std::fs::{self, File};

/// An apply that is about to be taken back.
pub struct Undoing {
    found: Found,
    sequence: u64,
    prepared: Prepared,
    /// What was cleaned up behind processes that died.
    pub recovered: Vec<Recovered>,
    lock: File,
}

/// Tries to take back what was applied last in this working tree.
///
/// # Errors
/// When nothing is applied, or it cannot be tried.
pub fn try_undo(shelf: &Shelf) -> Result<Undoing, Error> {
    let (lock, recovered) = shelf.take()?;
    let last = shelf.applied()?.into_iter().next().ok_or(Error::NothingApplied)?;
    let found = of(shelf, &last)?;
    let pair = (&last.journal, last.dir.as_path());
    let prepared = apply::undo(&shelf.repository, pair, &found.odb(), &found.run)?;
    Ok(Undoing {
        found,
        sequence: last.journal.sequence,
        prepared,
        recovered,
        lock,
    })
}

/// Returns the proposal that an apply belongs to.
fn of(shelf: &Shelf, deed: &Deed) -> Result<Found, Error> {
    let run = deed.dir.parent().and_then(|dir| dir.parent());
    let name = run.and_then(|run| run.file_name()).unwrap_or_default();
    shelf.find(&name.to_string_lossy())
}

impl Undoing {
    /// Returns the proposal.
    #[must_use]
    pub fn proposal(&self) -> &Proposal {
        &self.found.proposal
    }

    /// Returns what would happen.
    #[must_use]
    pub fn preview(&self) -> &Preview {
        &self.prepared.preview
    }

    /// Carries it out.
    ///
    /// # Errors
    /// When a file was changed meanwhile or cannot be written: the working tree is then as it was.
    pub fn carry_out(self) -> Result<(), Error> {
        let dir = self.found.run.join(UNDONE).join(self.sequence.to_string());
        // One that failed may have left its journal.
        drop(fs::remove_dir_all(&dir));
        let done = self.prepared.carry_out(&dir, self.sequence);
        settle(&self.found.run, &self.found.proposal.id)?;
        drop(self.lock);
        Ok(done?)
    }
}
