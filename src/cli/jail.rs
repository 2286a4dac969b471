//! `pantheon jail`: locks itself in and becomes a command. It is started by this program, never by a person.

use super::{Exit, Failure};

/// Does what the supervisor asks for.
///
/// # Errors
/// When there is none.
pub fn run() -> Result<Exit, Failure> {
    match crate::app::jail::serve() {
        Ok(()) => Ok(0),
        Err(_) => Err(Failure::usage("`pantheon jail` is started by this program alone")),
    }
}
