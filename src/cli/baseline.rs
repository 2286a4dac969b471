//! `pantheon baseline`: accepts what is there, so that only new findings count.

use super::{Context, Exit, Failure};
use crate::app::baseline;

/// What `pantheon baseline` does.
#[derive(Debug, Clone, clap::Subcommand)]
pub enum Command {
    /// Judge everything in `HEAD` and write what is found to the baseline file
    Write,
}

/// Runs the command.
///
/// # Errors
/// When the repository or the policy cannot be read, or the file cannot be written.
pub fn run(command: &Command, cx: &Context) -> Result<Exit, Failure> {
    let Command::Write = command;
    let done = baseline::write(&cx.dir, &cx.set)?;
    let path = done
        .path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let what = if done.changed { "wrote" } else { "left as it is:" };
    cx.out(&format!("{what} `{path}`: {} findings\n", done.findings));
    if done.left_out > 0 {
        cx.out(&format!(
            "{} things could not be looked at, so the file may lack findings\n",
            done.left_out
        ));
    }
    if done.changed {
        cx.out(&format!(
            "next: `git add {path}` and commit it; it counts once it is committed\n"
        ));
    }
    Ok(0)
}
