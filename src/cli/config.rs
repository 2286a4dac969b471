//! `pantheon config`: what counts, and what may be written.

use super::{Context, Exit, Failure};
use crate::config::{self, Problems, Settings};

/// What `pantheon config` does.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum Command {
    /// Print every value that counts and where it is written
    Show,
    /// Print the JSON Schema of the configuration
    Schema,
}

/// Runs `pantheon config`. The configuration is loaded only where it is asked for.
///
/// # Errors
/// When the configuration cannot be loaded.
pub fn run(
    context: &Context,
    command: &Command,
    load: impl FnOnce() -> Result<Settings, Failure>,
) -> Result<Exit, Failure> {
    match command {
        Command::Show => show(context, &load()?),
        Command::Schema => context.out(&format!("{:#}\n", config::schema())),
    }
    Ok(0)
}

fn show(context: &Context, settings: &Settings) {
    for note in &settings.notes {
        context.err(&format!("note: {note}\n"));
    }
    context.out(&config::show(settings));
}

impl From<Problems> for Failure {
    /// One line for each problem, each with its own hint.
    fn from(problems: Problems) -> Self {
        Self::usage(problems.to_string())
    }
}
