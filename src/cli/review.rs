//! `pantheon review`: judges the index, the working tree, a commit or a range.

mod plan;

use super::{Context, Exit, Failure, output};
use crate::app::review::{Request, What};
use crate::model::Stage;
use std::path::PathBuf;

/// Judge a change: the branch by default, or what the options name.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// `BASE..HEAD`, or `BASE...HEAD` from their merge base; nothing: the branch against its upstream
    /// or the default branch.
    #[arg(conflicts_with_all = ["staged", "worktree", "commit", "tree"])]
    range: Option<String>,
    /// Judge the index against `HEAD`.
    #[arg(long, conflicts_with_all = ["worktree", "commit", "tree"])]
    staged: bool,
    /// Judge the working tree, untracked files included, against `HEAD`.
    #[arg(long, conflicts_with_all = ["commit", "tree"])]
    worktree: bool,
    /// Judge one commit against its parents.
    #[arg(long, value_name = "REV", conflicts_with = "tree")]
    commit: Option<String>,
    /// Judge everything in a commit's tree (`HEAD` by default) as if it were new.
    #[arg(long, value_name = "REV", num_args = 0..=1, default_missing_value = "HEAD")]
    tree: Option<String>,
    /// Judge as the gate of this stage would.
    #[arg(long, value_name = "NAME", default_value = "manual", value_parser = stage)]
    stage: Stage,
    /// Judge by the policy in this file instead of the one that the change starts from.
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Ask no model: list what would be asked, of whom, and what it would likely cost.
    #[arg(long)]
    dry_run: bool,
    /// Say with `--dry-run` how it was decided whom to ask; with `-v` everything that would be sent.
    #[arg(long, requires = "dry_run")]
    explain_route: bool,
    /// Wait for the commit of this tree, then review the branch for its answers alone.
    #[arg(long, value_name = "TREE", hide = true)]
    in_background: Option<String>,
    #[command(flatten)]
    output: output::Args,
}

/// Runs the command.
///
/// # Errors
/// When the repository, the policy or the change cannot be read.
pub fn run(args: &Args, cx: &Context) -> Result<Exit, Failure> {
    args.output.check()?;
    let what = match args {
        Args { staged: true, .. } => What::Staged,
        Args { worktree: true, .. } => What::Worktree,
        Args {
            commit: Some(rev), ..
        } => What::Commit(rev.clone()),
        Args { tree: Some(rev), .. } => What::Tree(rev.clone()),
        Args {
            range: Some(range), ..
        } => What::Range(range.clone()),
        _ => What::Branch,
    };
    let request = Request {
        what,
        stage: args.stage,
        policy: args.policy.clone(),
        set: cx.set.clone(),
    };
    if let Some(tree) = &args.in_background {
        crate::app::background::run(&cx.dir, tree, &cx.set)?;
        return Ok(0);
    }
    if args.dry_run {
        let planned = crate::app::review::plan(&cx.dir, &request)?;
        cx.out(&plan::shown(&planned, args.explain_route, cx.verbose));
        return Ok(0);
    }
    let judged = crate::app::review::run(&cx.dir, &request)?;
    args.output.write(&judged, cx)?;
    Ok(judged.report.verdict.decision.exit_code())
}

/// Reads the name of a stage.
pub(super) fn stage(name: &str) -> Result<Stage, String> {
    let names = Stage::ALL.map(Stage::name).join(", ");
    Stage::from_name(name).ok_or_else(|| format!("the stages are {names}"))
}
