//! `pantheon jail-probe`: tries what a command in a jail must not be able to do. It is started by this program,
//! never by a person.

use super::{Exit, Failure};

/// What is tried, or what it is tried on.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Be what is attacked
    #[arg(long)]
    victim: bool,
}

/// Makes all attempts.
///
/// # Errors
/// When nobody says on what.
pub fn run(args: &Args) -> Result<Exit, Failure> {
    match crate::app::jail::probe(args.victim) {
        Ok(()) => Ok(0),
        Err(_) => Err(Failure::usage(
            "`pantheon jail-probe` is started by this program alone",
        )),
    }
}
