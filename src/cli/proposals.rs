//! `pantheon proposals`: what creators have offered.

mod apply;
pub(super) mod show;

use super::{Context, Exit, Failure};
use crate::app::proposals::{self, ApplyError, Error, Form, LATEST, Shelf};
use crate::model::ProposalState;
use crate::report::visible;
use crate::sys::terminal::{self, Stream};
use clap::ValueEnum;

/// The subcommands of `pantheon proposals`.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// List the proposals that wait, the newest first
    List {
        /// List those too that were applied or dropped
        #[arg(long, short)]
        all: bool,
        /// How to write it
        #[arg(long, value_enum, default_value_t = Format::Human)]
        format: Format,
    },
    /// Show one proposal: what was asked, what changes, what the gate said, what it cost
    Show {
        /// Its id, the beginning of one, or `latest`
        #[arg(default_value = LATEST)]
        id: String,
        /// How to write it
        #[arg(long, value_enum, default_value_t = Format::Human)]
        format: Format,
    },
    /// Show what one proposal changes, as a patch
    Diff {
        /// Its id, the beginning of one, or `latest`
        #[arg(default_value = LATEST)]
        id: String,
        /// Show a line for each file instead
        #[arg(long)]
        stat: bool,
    },
    Apply(apply::Args),
    /// Drop proposals: nobody wants them
    Drop {
        /// Their ids, or the beginnings of them
        #[arg(required = true)]
        ids: Vec<String>,
    },
}

/// How something is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Text for people
    Human,
    /// A JSON object
    Json,
}

/// Runs `pantheon proposals`.
///
/// # Errors
/// When there is no such proposal, or it cannot be applied.
pub fn run(command: &Command, cx: &Context) -> Result<Exit, Failure> {
    let shelf = Shelf::open(&cx.dir).map_err(|e| failure(&e))?;
    match command {
        Command::List { all, format } => list(&shelf, *all, *format, cx),
        Command::Show { id, format } => show(&shelf, id, *format, cx),
        Command::Diff { id, stat } => diff(&shelf, id, *stat, cx),
        Command::Apply(args) => apply::run(&shelf, args, cx),
        Command::Drop { ids } => drop_all(&shelf, ids, cx),
    }
}

fn list(shelf: &Shelf, all: bool, format: Format, cx: &Context) -> Result<Exit, Failure> {
    let (mut found, unread) = shelf.list();
    let is_waiting = |state| matches!(state, ProposalState::Open | ProposalState::Undone);
    found.retain(|found| all || is_waiting(found.proposal.state));
    for unread in &unread {
        cx.err(&format!(
            "note: the proposal `{}` cannot be used: {}\n",
            visible(&unread.id),
            visible(&unread.why)
        ));
    }
    let proposals: Vec<_> = found.iter().map(|found| &found.proposal).collect();
    cx.out(&match format {
        Format::Human => show::rows(&proposals, all),
        Format::Json => show::json_list(&proposals),
    });
    Ok(0)
}

fn show(shelf: &Shelf, id: &str, format: Format, cx: &Context) -> Result<Exit, Failure> {
    let found = shelf.find(id).map_err(|e| failure(&e))?;
    if format == Format::Json {
        cx.out(&show::json(&found.proposal));
        return Ok(0);
    }
    let stat = proposals::diff(shelf, &found, Form::Stat).map_err(|e| failure(&e))?;
    cx.out(&show::page(&found.proposal, &stat));
    Ok(0)
}

/// Shows a patch: as it is to a program that reads it; to a person safe, in colours and without secrets.
fn diff(shelf: &Shelf, id: &str, stat: bool, cx: &Context) -> Result<Exit, Failure> {
    let found = shelf.find(id).map_err(|e| failure(&e))?;
    let form = if stat { Form::Stat } else { Form::Patch };
    let bytes = proposals::diff(shelf, &found, form).map_err(|e| failure(&e))?;
    let color = cx.color.applies_to(Stream::Out);
    if color || terminal::is_terminal(Stream::Out) {
        cx.out(&show::patch(&proposals::without_secrets(&bytes), color));
    } else {
        cx.write(Stream::Out, &bytes);
    }
    Ok(0)
}

fn drop_all(shelf: &Shelf, ids: &[String], cx: &Context) -> Result<Exit, Failure> {
    for id in ids {
        let dropped = proposals::drop_it(shelf, id).map_err(|e| failure(&e))?;
        cx.out(&format!("dropped `{}`\n", visible(&dropped.id)));
    }
    Ok(0)
}

/// A change that is refused: exit code 1.
pub(super) fn refused(message: impl Into<String>) -> Failure {
    Failure {
        code: 1,
        ..Failure::usage(message)
    }
}

/// Attaches to an error what to do next.
pub(super) fn failure(error: &Error) -> Failure {
    let text = error.to_string();
    match error {
        Error::App(_) | Error::Apply(ApplyError::Repository(_)) => {
            Failure::usage(text).hint("`pantheon doctor` says more")
        }
        Error::None => {
            Failure::usage(text).hint("`pantheon proposals list --all` shows those that are settled")
        }
        Error::Unknown(_) => Failure::usage(text).hint("`pantheon proposals list --all` shows what there is"),
        Error::Ambiguous(..) => Failure::usage(text).hint("write more of the id"),
        Error::Broken(..) => {
            Failure::usage(text).hint("`pantheon proposals list` shows those that can be used")
        }
        Error::State(_, ProposalState::Applied) => refused(text).hint("`pantheon undo` takes it back"),
        Error::State(..) => refused(text).hint("`pantheon proposals list` shows those that wait"),
        Error::Busy => refused(text).hint("wait for it to end, and run it again"),
        Error::NothingApplied => {
            refused(text).hint("`pantheon proposals list --all` shows what became of each proposal")
        }
        Error::Apply(error) => apply_failure(error, text),
    }
}

fn apply_failure(error: &ApplyError, text: String) -> Failure {
    match error {
        ApplyError::Changed(_) => refused(text).hint("run it again"),
        ApplyError::Write(..) => refused(text).hint("check its permissions and the room on its disk"),
        ApplyError::Read(..) => refused(text).hint("check its permissions, or let git ignore it"),
        ApplyError::OldGit => Failure::usage(text).hint("install a newer git"),
        ApplyError::Stuck(..) => {
            Failure::internal(text).hint("mend its place and run it again: the rest is moved back then")
        }
        ApplyError::Own(..) => Failure::usage(text).hint("check its permissions and the room on its disk"),
        ApplyError::Journal(..) => {
            Failure::usage(text).hint("move its directory away; that apply can then not be undone")
        }
        _ => Failure::usage(text).hint("`git status` and `git fsck` may say more"),
    }
}
