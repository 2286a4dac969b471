//! What came of a run, as a tree.

use super::{Bounds, Harvest, Scratch, ScratchError};
use crate::sys::clock::Deadline;

/// Keeps what is in the tree of a run as objects of the run. Nothing may work in it any more.
///
/// # Errors
/// When there is more than the bounds allow, a file cannot be read, or the time is up.
pub fn harvest(scratch: &mut Scratch, bounds: Bounds, within: &Deadline) -> Result<Harvest, ScratchError> {
    let _ = (scratch, bounds, within);
    Err(ScratchError::Stopped)
}
