//! The command line: one file per subcommand, one row each in [`Command`].

pub mod completions;
mod failure;
pub mod man;
pub mod rules;

pub use failure::{Exit, Failure};

use crate::sys::terminal::{self, Color, Stream};
use std::path::PathBuf;

/// What every subcommand knows.
pub struct Context {
    /// The directory the user stands in.
    pub dir: PathBuf,
    /// Whether colours are wanted.
    pub color: Color,
}

impl Context {
    /// Writes to standard output.
    pub fn out(&self, text: &str) {
        // Nothing can be said when the stream for saying it is gone.
        drop(terminal::write(Stream::Out, text.as_bytes()));
    }

    /// Writes to standard error.
    pub fn err(&self, text: &str) {
        drop(terminal::write(Stream::Err, text.as_bytes()));
    }
}
