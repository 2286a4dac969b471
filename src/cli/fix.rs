//! `pantheon fix`: has an agent mend what the gate found, in a scratch worktree.

use super::create::{Common, run_it};
use super::{Context, Exit, Failure};
use crate::app::create::Task;

/// Have an agent mend what the gate found, in a scratch worktree; what passes the gate waits as a proposal.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What to mend: a check, a path, `path:line`, or the start of a fingerprint. Left out: all that blocks.
    #[arg(value_name = "FINDING")]
    findings: Vec<String>,
    #[command(flatten)]
    common: Common,
}

/// Runs the command.
///
/// # Errors
/// When the repository or the policy cannot be used, or what is named does not exist.
pub fn run(args: &Args, cx: &Context) -> Result<Exit, Failure> {
    run_it(Task::Fix(args.findings.clone()), &args.common, cx)
}
