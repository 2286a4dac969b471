//! `pantheon report`: reports that were written before.

use super::{Context, Exit, Failure, ci, output};
use crate::app::reports;
use std::path::PathBuf;

/// Work with reports that were written before.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    Merge(MergeArgs),
}

/// Join the reports of all shards of `pantheon ci --shard` into that of the whole change.
///
/// Decides again, and ends with the exit code of the verdict. A shard that is missing, is there twice or is about
/// something else is an error.
#[derive(Debug, clap::Args)]
pub struct MergeArgs {
    /// The reports, in JSON.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    output: output::Args,
}

/// Runs the command.
///
/// # Errors
/// When the reports cannot be joined, or the result cannot be written.
pub fn run(what: &Command, cx: &Context) -> Result<Exit, Failure> {
    let Command::Merge(args) = what;
    ci::guarded(cx, |cx| merge(args, cx))
}

fn merge(args: &MergeArgs, cx: &Context) -> Result<Exit, Failure> {
    args.output.check()?;
    let report = reports::merge(&cx.dir, &args.files).map_err(crate::app::Error::from)?;
    let judged = reports::shown(&cx.dir, &cx.set, report);
    args.output.write(&judged, cx)?;
    Ok(judged.report.verdict.decision.exit_code())
}
