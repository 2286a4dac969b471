//! `pantheon hook`: what the hook files call. A passing hook says nothing.

use super::output::{Shown, render};
use super::{Context, Exit, Failure};
use crate::app::hook::{self, Hooked};
use crate::app::{self, install};
use crate::model::{Decision, Stage};
use crate::report::Format;
use crate::sys::file;
use crate::sys::terminal::{self, Stream};
use std::ffi::OsString;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

/// The most that git writes to a hook's standard input, in bytes.
const INPUT: u64 = 64 << 20;

/// Judge what git is about to record or to send; hook files call this.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The hook: pre-commit, commit-msg or pre-push.
    #[arg(value_parser = ["pre-commit", "commit-msg", "pre-push"])]
    hook: String,
    /// The hook file that calls; a hook that it replaced is run first.
    #[arg(long, value_name = "FILE")]
    shim: Option<PathBuf>,
    /// What git gives to the hook.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<OsString>,
}

impl Args {
    /// Reads the form that hook files use, without the cost of reading every form.
    #[must_use]
    pub fn fast(mut words: impl Iterator<Item = OsString>) -> Option<Self> {
        let hook = words.next()?.into_string().ok()?;
        let known = [Stage::PreCommit, Stage::CommitMsg, Stage::PrePush].map(Stage::name);
        if !known.contains(&hook.as_str()) || words.next()? != "--shim" {
            return None;
        }
        let shim = Some(PathBuf::from(words.next()?));
        (words.next()? == "--").then(|| Self {
            hook,
            shim,
            args: words.collect(),
        })
    }
}

/// Runs the command.
///
/// # Errors
/// When what is to be judged, or the policy, cannot be read.
pub fn run(args: &Args, cx: &Context) -> Result<Exit, Failure> {
    let input = if args.hook == "pre-push" {
        Some(input()?)
    } else {
        None
    };
    if let Some(shim) = &args.shim {
        let chained = install::run_chained(shim, &args.args, input.as_deref());
        match chained.map_err(app::Error::from)? {
            None | Some(0) => {}
            Some(code) => {
                cx.err("pantheon: the hook that was here before said no\n");
                return Ok(u8::try_from(code).unwrap_or(1));
            }
        }
    }
    let hooked = match args.hook.as_str() {
        "pre-commit" => hook::pre_commit(&cx.dir)?,
        "commit-msg" => hook::commit_msg(&cx.dir, message_file(args)?)?,
        _ => hook::pre_push(&cx.dir, remote(args), input.as_deref().unwrap_or_default())?,
    };
    Ok(show(&hooked, &args.hook, cx))
}

fn input() -> Result<Vec<u8>, Failure> {
    if std::io::stdin().is_terminal() {
        return Err(
            Failure::usage("pre-push reads what git sends from standard input, which is a terminal")
                .hint("let `git push` call it, or use `pantheon review --stage pre-push`"),
        );
    }
    file::read_from(std::io::stdin(), INPUT)
        .map_err(|e| Failure::usage(format!("standard input cannot be read: {e}")))
}

fn message_file(args: &Args) -> Result<&Path, Failure> {
    args.args.first().map(Path::new).ok_or_else(|| {
        Failure::usage("commit-msg needs the file that holds the message").hint("git gives it to the hook")
    })
}

fn remote(args: &Args) -> &str {
    args.args
        .first()
        .and_then(|name| name.to_str())
        .unwrap_or_default()
}

fn show(hooked: &Hooked, hook: &str, cx: &Context) -> Exit {
    let (reports, said) = match hooked {
        // Programs that read what `git commit` says need not hear that a commit has no file.
        Hooked::Nothing(_) if hook == "pre-commit" && !terminal::is_terminal(Stream::Err) => return 0,
        Hooked::Nothing(why) => {
            cx.err(&format!("pantheon: nothing to check: {why}\n"));
            return 0;
        }
        Hooked::Judged(reports, said) => (reports, said),
    };
    for why in said {
        cx.err(&format!("pantheon: nothing to check: {why}\n"));
    }
    let shown = Shown {
        quiet: true,
        verbose: false,
        stream: Stream::Err,
    };
    for judged in reports {
        cx.write(Stream::Err, &render(judged, Format::Human, cx, &shown));
    }
    let worst = reports.iter().map(|j| j.report.verdict.decision).max();
    worst.unwrap_or(Decision::Pass).exit_code()
}
