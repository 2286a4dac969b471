//! `pantheon ci report`: the second stage for pull requests of forks.

use super::super::{Context, Exit, Failure, output, post};
use crate::app::{Error, ci, reports};
use crate::report::Format;
use std::path::PathBuf;

/// Show the report of an earlier job that may run without rights, such as that for the pull request of a fork.
///
/// The report is not believed: it is read strictly and must be about the expected commit. Since whoever wrote the
/// change could have written the report too, its verdict decides nothing here: make the first job the required check.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The report, in JSON.
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
    /// The commit that it must be about: the full id, taken from the event and not from the report.
    #[arg(long, value_name = "SHA")]
    expect_head: String,
    /// End with the exit code of the verdict in the report, though nobody vouches for it.
    #[arg(long)]
    gate: bool,
    #[command(flatten)]
    output: output::Args,
    #[command(flatten)]
    post: post::Args,
}

/// Runs the command.
///
/// # Errors
/// When the report cannot be read, is about something else, or cannot be written.
pub fn run(args: &Args, cx: &Context) -> Result<Exit, Failure> {
    args.output.check()?;
    let (report, head) = ci::second(&cx.dir, &args.from, &args.expect_head).map_err(Error::from)?;
    let judged = reports::shown(&cx.dir, &cx.set, report);
    let written = args.output.write(&judged, cx);
    let is_annotated = args.output.has(Format::Github);
    args.post.report(&judged.report, Some(head), is_annotated, cx);
    written.map(|()| match args.gate {
        true => judged.report.verdict.decision.exit_code(),
        // What could have been written by the author of the change must neither pass it nor stop it.
        false => 0,
    })
}
