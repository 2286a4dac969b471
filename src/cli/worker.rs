//! `pantheon worker`: the child that speaks with a model. It is started by this program, never by a person.

use super::{Exit, Failure};

/// Does one job for the parent.
///
/// # Errors
/// When no parent is there to give one.
#[cfg(unix)]
pub fn run() -> Result<Exit, Failure> {
    match crate::app::worker::serve() {
        Ok(()) => Ok(0),
        Err(_) => Err(Failure::usage(
            "`pantheon worker` is started by this program alone",
        )),
    }
}

/// There is none on this system.
///
/// # Errors
/// Always.
#[cfg(not(unix))]
pub fn run() -> Result<Exit, Failure> {
    Err(Failure::usage("this system has no worker"))
}
