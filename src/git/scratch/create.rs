//! Lays out a run.

use super::{Plan, Scratch, ScratchError, Start};
use crate::git::Repository;
use crate::sys::clock::Deadline;
use std::path::Path;

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
    let _ = (repository, state, id, start, plan, within);
    Err(ScratchError::Stopped)
}
