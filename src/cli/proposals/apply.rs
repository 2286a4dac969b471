//! `pantheon proposals apply`: the only way of a proposal into the working tree.

use super::show::{note, outcome};
use super::{Context, Exit, Failure, failure, refused};
use crate::app::proposals::{LATEST, Shelf, Trial, try_out};
use crate::report::text::{count, series};
use crate::report::visible;
use crate::sys::terminal;

/// Write a proposal into the working tree
///
/// It is merged with what stands there, edits and new files included. The index, the branch and the stash stay as
/// they are, and `pantheon undo` takes it back. On a conflict nothing is written, and the exit code is 1.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Its id, the beginning of one, or `latest`
    #[arg(default_value = LATEST)]
    id: String,
    /// Only show what would happen
    #[arg(long)]
    check: bool,
    /// Do not ask: also write files that run by themselves, such as hooks, build scripts and links
    #[arg(long, short)]
    yes: bool,
    /// Also write these files that run by themselves
    #[arg(long, value_name = "PATH", num_args = 1..)]
    allow_executable: Vec<String>,
    /// Apply it although its gate did not pass
    #[arg(long)]
    despite_gate: bool,
}

/// Runs the command.
///
/// # Errors
/// When the proposal cannot be found, or is refused.
pub fn run(shelf: &Shelf, args: &Args, cx: &Context) -> Result<Exit, Failure> {
    let trial = try_out(shelf, &args.id).map_err(|e| failure(&e))?;
    note(&trial.recovered, cx);
    cx.out(&outcome(trial.preview()));
    let id = visible(&trial.proposal().id).into_owned();
    let conflicts = trial.preview().conflicts.len();
    if conflicts > 0 {
        let message = format!(
            "`{id}` does not fit: {} with the working tree",
            count(conflicts, "conflict")
        );
        return Err(refused(message).hint("settle those files, and run it again; nothing was changed"));
    }
    if args.check {
        cx.out(&checked(&trial, &id));
        return Ok(0);
    }
    judged(&trial, args, cx)?;
    permitted(&trial, args, cx)?;
    let files = trial.preview().files.len();
    trial.carry_out().map_err(|e| failure(&e))?;
    cx.out(&match files {
        0 => format!("`{id}` is in the working tree already: nothing was written\n"),
        files => format!(
            "applied `{id}`: {} in the working tree; nothing was staged or committed\nhint: `pantheon undo` takes it back\n",
            count(files, "file")
        ),
    });
    Ok(0)
}

fn checked(trial: &Trial<'_>, id: &str) -> String {
    match trial.preview().is_there_already() {
        true => format!("`{id}` is in the working tree already\n"),
        false => format!("`{id}` fits; nothing was changed\n"),
    }
}

/// Insists on a gate that passed, or on the word of the user.
fn judged(trial: &Trial<'_>, args: &Args, cx: &Context) -> Result<(), Failure> {
    let proposal = trial.proposal();
    if matches!(proposal.decision.as_str(), "pass" | "warn") {
        return Ok(());
    }
    let said = format!(
        "the gate `{}` said `{}`",
        visible(&proposal.stage),
        visible(&proposal.decision)
    );
    if args.despite_gate {
        cx.err(&format!(
            "warning: {said} of this proposal: applied all the same\n"
        ));
        return Ok(());
    }
    let id = visible(&proposal.id);
    Err(refused(format!("`{id}` did not pass: {said}"))
        .hint("`pantheon proposals show` lists its findings; `--despite-gate` applies it all the same"))
}

/// Insists on a person's yes to files that run by themselves.
fn permitted(trial: &Trial<'_>, args: &Args, cx: &Context) -> Result<(), Failure> {
    let is_allowed = |path: &&String| args.allow_executable.contains(path);
    let open: Vec<_> = trial.surface.iter().filter(|path| !is_allowed(path)).collect();
    if open.is_empty() || args.yes {
        return Ok(());
    }
    let named: Vec<String> = open.iter().map(|path| format!("`{}`", visible(path))).collect();
    for name in &named {
        cx.err(&format!("warning: {name} may run by itself later\n"));
    }
    match terminal::ask("write them? [y/N] ").as_deref() {
        Some("y" | "Y" | "yes") => Ok(()),
        Some(_) => Err(refused("not applied").hint("`pantheon proposals diff` shows what they hold")),
        None => {
            let message = format!("nobody is here to say yes to {}", series(&named));
            Err(refused(message)
                .hint("look at them, and name them with `--allow-executable PATH`, or say `--yes`"))
        }
    }
}
