//! The local state of the user who runs the program.

use super::Error;
use crate::store::Store;
use crate::sys::clock::{self, Deadline};
use crate::sys::dirs;
use std::path::PathBuf;

/// Returns the directory of the state, which need not exist.
///
/// # Errors
/// When the environment names none.
pub fn dir() -> Result<PathBuf, Error> {
    dirs::state().ok_or(Error::NoState)
}

/// Opens the state. Nothing in it waits beyond the deadline.
///
/// # Errors
/// When it cannot be used.
pub fn open(within: Deadline) -> Result<Store, Error> {
    Ok(Store::open(&dir()?, within, clock::now())?)
}
