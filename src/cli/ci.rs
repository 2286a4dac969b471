//! `pantheon ci`: judges what a CI system builds.

mod second;
mod shard;

use super::{Context, Exit, Failure, output, post};
use crate::app::ci::{self, Asked, Came, Request};
use crate::model::{Shard, Stage};
use crate::report::{Format, defuse, log};
use crate::sys::env;
use crate::sys::terminal::Stream;
use std::path::PathBuf;

/// The exit code of a run that was told to end.
const INCOMPLETE: Exit = 3;

/// Judge the change that a CI system builds, found from its environment.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Args {
    #[command(subcommand)]
    command: Option<Command>,
    /// What the change starts from: a revision, or a branch of the remote; the system says it by default.
    #[arg(long, value_name = "REV")]
    base: Option<String>,
    /// What the change ends in; the system says it by default.
    #[arg(long, value_name = "REV")]
    head: Option<String>,
    /// Judge as the gate of this stage would.
    #[arg(long, value_name = "NAME", default_value = "ci", value_parser = super::review::stage)]
    stage: Stage,
    /// Judge by the policy in this file instead of the one that the change starts from.
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Judge one share of the change: the second of four runners judges `hash:2/4`. Each writes its report with
    /// `--format json=FILE`, and `pantheon report merge` joins them. A share is not posted; the whole is, by
    /// `pantheon ci report`.
    #[arg(long, value_name = "hash:M/N", value_parser = shard::shard, conflicts_with = "post")]
    shard: Option<Shard>,
    /// Ask the remote for nothing: what is missing is an error.
    #[arg(long)]
    no_fetch: bool,
    /// Look at no more than so many commits of the change by themselves, the newest first; 0 looks at none. By
    /// default there are 5000, and more of them are inconclusive.
    #[arg(long, value_name = "NUMBER")]
    commits: Option<usize>,
    /// Say which system was found, what it says, which commits that means and why; judge nothing.
    #[arg(long)]
    explain_env: bool,
    #[command(flatten)]
    output: output::Args,
    #[command(flatten)]
    post: post::Args,
}

/// Runs the command.
///
/// # Errors
/// When it cannot be told what to judge, or the repository, the policy or the change cannot be read.
pub fn run(args: &Args, cx: &Context) -> Result<Exit, Failure> {
    guarded(cx, |cx| match &args.command {
        Some(Command::Report(report)) => second::run(report, cx),
        None => judge(args, cx),
    })
}

/// What `ci` does besides judging.
#[derive(Debug, clap::Subcommand)]
enum Command {
    Report(second::Args),
}

/// Does what writes to the log of a CI system, if it runs in one.
///
/// # Errors
/// As what is done.
pub fn guarded(cx: &Context, work: impl FnOnce(&Context) -> Result<Exit, Failure>) -> Result<Exit, Failure> {
    let log = Log::here();
    work(&Context { log, ..cx.clone() }).map_err(|failure| harmless(failure, log))
}

fn judge(args: &Args, cx: &Context) -> Result<Exit, Failure> {
    let request = Request {
        base: args.base.clone(),
        head: args.head.clone(),
        stage: args.stage,
        policy: args.policy.clone(),
        shard: args.shard,
        is_offline: args.no_fetch,
        commits: args.commits,
        set: cx.set.clone(),
    };
    if args.explain_env {
        return explain(&ci::ask(&request)?, &request, cx);
    }
    // A check that never reports looks like one that still runs.
    let came = ci::ask(&request).and_then(|asked| ci::run(&cx.dir, &request, &asked));
    let came = came
        .map_err(Failure::from)
        .inspect_err(|failure| args.post.error(&failure.message, cx))?;
    match came {
        Came::Judged(judged) => {
            let written = args.output.write(&judged, cx);
            args.post
                .report(&judged.report, None, args.output.has(Format::Github), cx);
            written.map(|()| judged.report.verdict.decision.exit_code())
        }
        Came::Interrupted(judged) => {
            args.output.write(&judged, cx)?;
            args.post.called_off(cx);
            Ok(INCOMPLETE)
        }
        Came::Nothing(why) => {
            let text = format!("pantheon: nothing to judge: {why}\n");
            cx.write(Stream::Err, &cx.log.guard(text.into_bytes()));
            Ok(0)
        }
    }
}

fn explain(asked: &Asked, request: &Request, cx: &Context) -> Result<Exit, Failure> {
    let write = |text: String| cx.write(Stream::Out, &cx.log.guard(text.into_bytes()));
    let said = asked.explained();
    match asked.resolved(&cx.dir, request) {
        Ok(more) => write(said + &more),
        Err(e) => {
            write(said);
            return Err(e.into());
        }
    }
    Ok(0)
}

/// Where the output of a command goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Log {
    /// To a person, or a program.
    Plain,
    /// To the log of a CI system, which reads commands in it.
    Commands {
        /// Whether `::stop-commands::` makes it deaf.
        stops: bool,
    },
}

impl Log {
    /// Returns where the output of this process goes; every build server says `CI`, though it may not be known.
    #[must_use]
    pub fn here() -> Self {
        match ci::here() {
            Some(row) => Self::Commands {
                stops: row.stops_commands,
            },
            None if env::is_set("CI") => Self::Commands { stops: false },
            None => Self::Plain,
        }
    }

    /// Returns where the output goes, if nobody has asked so far.
    #[must_use]
    pub fn or_here(self) -> Self {
        match self {
            Self::Plain => Self::here(),
            known => known,
        }
    }

    /// Makes a text for people harmless where its lines may be read as commands.
    #[must_use]
    pub fn guard(self, bytes: Vec<u8>) -> Vec<u8> {
        let Self::Commands { stops } = self else {
            return bytes;
        };
        let text = defuse::defuse(&String::from_utf8_lossy(&bytes));
        if stops && !text.is_empty() {
            return log::deaf(text.as_bytes(), &token());
        }
        text.into_bytes()
    }
}

/// Makes what an error quotes harmless.
fn harmless(failure: Failure, log: Log) -> Failure {
    if log == Log::Plain {
        return failure;
    }
    Failure {
        message: defuse::defuse(&failure.message),
        hint: failure.hint.map(|hint| defuse::defuse(&hint)),
        code: failure.code,
    }
}

/// Returns a word that nobody can guess.
fn token() -> String {
    use std::hash::{BuildHasher, RandomState};
    // Each state has keys of its own, which come from the operating system.
    let part = || RandomState::new().hash_one(std::process::id());
    format!("pantheon-{:016x}{:016x}", part(), part())
}
