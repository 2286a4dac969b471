//! Takes a run away.

use super::{Scratch, ScratchError};

/// Takes a run away with everything in it.
///
/// # Errors
/// When a part of it cannot be removed.
pub fn remove(scratch: Scratch) -> Result<(), ScratchError> {
    drop(scratch);
    Ok(())
}
