//! `pantheon hands`: what the built-in agent works with, in its jail. It is started by this program, never by a
//! person.

use super::{Exit, Failure};

/// Does what the other end of standard input and output calls for.
///
/// # Errors
/// When that end breaks.
pub fn run() -> Result<Exit, Failure> {
    match crate::app::create::hands() {
        Ok(()) => Ok(0),
        Err(error) => Err(Failure::usage(format!(
            "`pantheon hands` is started by this program alone: {error}"
        ))),
    }
}
