//! Local state that outlives a process: spending, limits, breakers, cached answers, recorded outcomes.
//!
//! One SQLite file in the user's state directory, opened only when a model is to be asked, safe for many
//! processes at once. Losing it loses history and no more.
//!
//! Every function that changes something is one transaction that takes the write lock at its start, so that
//! no other process comes between what it reads and what it writes. Time is passed in: `now` is in
//! milliseconds since 1970, a `day` is `YYYY-MM-DD`.

pub mod answer;
pub mod audit;
pub mod breaker;
pub mod bucket;
pub mod calibration;
mod error;
pub mod ledger;
mod open;
pub mod outcome;
pub mod rotation;
pub mod round;
mod sample;
mod schema;
pub mod slot;
mod wait;

pub use error::Error;
pub use wait::LONGEST as LONGEST_WAIT;

use crate::sys::clock::Deadline;
use rusqlite::{Connection, Transaction, TransactionBehavior};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The name of the file in the state directory.
pub const FILE: &str = "state.db";

/// The open state.
#[derive(Debug)]
pub struct Store {
    db: Connection,
    path: PathBuf,
    within: Deadline,
    /// What a person should know about the opening, one line each.
    pub notes: Vec<String>,
}

impl Store {
    /// Opens the state in a directory, which is made if need be. Nothing waits beyond the deadline, now or
    /// later.
    ///
    /// A damaged file is moved aside, which `notes` tells.
    ///
    /// # Errors
    /// When the directory cannot be written, has no locks, or belongs to a newer version.
    pub fn open(dir: &Path, within: Deadline, now: i64) -> Result<Self, Error> {
        open::open(dir, within, now)
    }

    /// Returns the path of the file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Starts another deadline.
    pub fn renew(&mut self, within: Deadline) {
        self.within = within;
    }

    /// Does something that changes the state, alone and entirely or not at all.
    fn write<T>(&self, work: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, Error> {
        let immediate = TransactionBehavior::Immediate;
        // Once it has begun, nobody else writes.
        let transaction = self.patient(|| Transaction::new_unchecked(&self.db, immediate))?;
        let done = work(&transaction).and_then(|done| transaction.commit().map(|()| done));
        done.map_err(|error| self.named(error))
    }

    /// Reads the state, at one moment.
    fn read<T>(&self, work: impl Fn(&Connection) -> rusqlite::Result<T>) -> Result<T, Error> {
        self.patient(|| {
            let deferred = TransactionBehavior::Deferred;
            let transaction = Transaction::new_unchecked(&self.db, deferred)?;
            work(&transaction)
        })
    }

    fn patient<T>(&self, work: impl Fn() -> rusqlite::Result<T>) -> Result<T, Error> {
        wait::patient(&self.within, || work().map_err(|error| self.named(error)))
    }

    fn named(&self, error: rusqlite::Error) -> Error {
        let error = Error::of(&self.path, error);
        if matches!(error, Error::Damaged(_)) {
            open::condemn(&self.path);
        }
        error
    }
}

/// Adds a duration to a moment.
fn later(now: i64, wait: Duration) -> i64 {
    now.saturating_add(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX))
}

/// The time from one moment to another; none if that is past.
fn until(now: i64, then: i64) -> Duration {
    Duration::from_millis(u64::try_from(then.saturating_sub(now)).unwrap_or_default())
}

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;
