//! `pantheon undo`: takes the last apply back.

use super::proposals::show::{note, outcome};
use super::proposals::{failure, refused};
use super::{Context, Exit, Failure};
use crate::app::proposals::{Shelf, try_undo};
use crate::report::text::count;
use crate::report::visible;

/// Take the last apply in this working tree back
///
/// What was edited since stays. Where the same lines were edited nothing is taken back, and the exit code is 1. Run it
/// again to take back the apply before.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only show what would happen
    #[arg(long)]
    check: bool,
}

/// Runs `pantheon undo`.
///
/// # Errors
/// When nothing is applied, or it cannot be taken back.
pub fn run(args: &Args, cx: &Context) -> Result<Exit, Failure> {
    let shelf = Shelf::open(&cx.dir).map_err(|e| failure(&e))?;
    let undoing = try_undo(&shelf).map_err(|e| failure(&e))?;
    note(&undoing.recovered, cx);
    cx.out(&outcome(undoing.preview()));
    let id = visible(&undoing.proposal().id).into_owned();
    let conflicts = undoing.preview().conflicts.len();
    if conflicts > 0 {
        let message = format!("`{id}` cannot be taken back: {}", count(conflicts, "conflict"));
        return Err(refused(message).hint("settle those files, and run it again; nothing was changed"));
    }
    if args.check {
        cx.out(&format!("`{id}` can be taken back; nothing was changed\n"));
        return Ok(0);
    }
    let files = undoing.preview().files.len();
    undoing.carry_out().map_err(|e| failure(&e))?;
    cx.out(&match files {
        0 => format!("took `{id}` back: nothing of it was left in the working tree\n"),
        files => format!("took `{id}` back: {} in the working tree\n", count(files, "file")),
    });
    Ok(0)
}
