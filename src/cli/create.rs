//! `pantheon create`: has an agent do a task, in a scratch worktree.

mod progress;

use super::{Context, Exit, Failure};
use crate::app::create::{self, Created, Outcome, Request, Task};
use crate::model::{Proposal, Stage, visible};
use crate::sys::signal::Interrupt;
use crate::sys::terminal::Stream;
use progress::{Form, Progress};
use std::fmt::Write;

/// Have an agent do a task, in a scratch worktree; what passes the gate waits as a proposal.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// What to do, in your words; `-` reads it from standard input.
    #[arg(value_name = "TASK")]
    task: String,
    #[command(flatten)]
    common: Common,
}

/// What `fix` and `create` share.
#[derive(Debug, clap::Args)]
pub struct Common {
    /// The agent: its name in the configuration, or a runtime such as `claude`; the configuration names one by
    /// default, and without that it is the built-in one.
    #[arg(long, value_name = "NAME")]
    agent: Option<String>,
    /// How many shall try at once; the best that passes is kept.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = at_least_one)]
    agents: usize,
    /// The stage whose gate judges the result.
    #[arg(long, value_name = "NAME", value_parser = super::review::stage)]
    stage: Option<Stage>,
    /// How often an agent may try before it is given up.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    rounds: Option<u32>,
    /// The revision to start from: for a fix, what the branch adds since then is mended.
    #[arg(long, value_name = "REV")]
    base: Option<String>,
    /// Write what happens to standard output as it happens, one JSON object a line.
    #[arg(long)]
    events: bool,
    /// Write the proposal to standard output as JSON.
    #[arg(long, conflicts_with = "events")]
    json: bool,
    /// Do not show what the agent does.
    #[arg(long, short)]
    quiet: bool,
}

/// The longest task, in bytes.
const LONGEST: u64 = 1 << 20;

/// Reads how many there are to be.
fn at_least_one(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) | Err(_) => Err("expected a number from 1".to_owned()),
        Ok(number) => Ok(number),
    }
}

/// Runs the command.
///
/// # Errors
/// When the repository or the policy cannot be used.
pub fn run(args: &Args, cx: &Context) -> Result<Exit, Failure> {
    let task = match args.task.as_str() {
        "-" => read()?,
        task => task.to_owned(),
    };
    if task.trim().is_empty() {
        return Err(Failure::usage("the task is empty").hint("say what to do: `pantheon create \"...\"`"));
    }
    run_it(Task::Create(task), &args.common, cx)
}

fn read() -> Result<String, Failure> {
    let bytes = crate::sys::file::read_from(std::io::stdin(), LONGEST);
    let bytes = bytes.map_err(|e| Failure::usage(format!("the task cannot be read: {e}")))?;
    String::from_utf8(bytes).map_err(|_| Failure::usage("the task is not UTF-8 text"))
}

/// Has it done, shows it, and says what came of it.
///
/// # Errors
/// When the repository or the policy cannot be used, or what is asked for makes no sense.
pub fn run_it(task: Task, common: &Common, cx: &Context) -> Result<Exit, Failure> {
    let request = Request {
        task,
        agent: common.agent.clone(),
        agents: common.agents,
        stage: common.stage,
        rounds: common.rounds,
        base: common.base.clone(),
        set: cx.set.clone(),
    };
    let interrupt = Interrupt::listen();
    let form = match (common.events, common.quiet || common.json) {
        (true, _) => Form::Events,
        (false, true) => Form::Quiet,
        (false, false) => Form::Person,
    };
    let progress = Progress::new(form, cx, request.agents);
    let outcome = create::run(&cx.dir, &request, &interrupt, &progress);
    progress.end();
    match outcome? {
        Outcome::Nothing(why) => {
            cx.err(&format!("pantheon: nothing to do: {}\n", visible(&why)));
            Ok(0)
        }
        Outcome::Created(created) => Ok(show(&created, common, cx)),
    }
}

/// Says what came of it, and returns the exit code: 0 where something passes, 1 where nothing does, 130 where it
/// was called off.
fn show(created: &Created, common: &Common, cx: &Context) -> Exit {
    if common.json
        && let Some(proposal) = &created.proposal
        && let Ok(text) = serde_json::to_string_pretty(proposal)
    {
        cx.out(&(text + "\n"));
    }
    // Whoever reads objects on standard output sees none there.
    if created.proposal.is_none() || (!common.json && !common.events) {
        cx.write(Stream::Err, text(created).as_bytes());
    }
    match (created.cancelled, created.passes) {
        (true, _) => 130,
        (false, true) => 0,
        (false, false) => 1,
    }
}

fn text(created: &Created) -> String {
    let mut text = String::new();
    let Some(proposal) = &created.proposal else {
        for end in &created.ends {
            let _ = writeln!(text, "pantheon: no proposal: {}", visible(end));
        }
        return text;
    };
    let id = &proposal.id;
    if created.passes {
        let _ = writeln!(
            text,
            "pantheon: the proposal `{id}` passes the gate `{}`: {}",
            proposal.stage,
            sums(proposal)
        );
        let _ = writeln!(text, "  look at it:  pantheon proposals diff {id}");
        let _ = writeln!(text, "  take it:     pantheon proposals apply {id}");
        return text;
    }
    for end in &created.ends {
        let _ = writeln!(text, "pantheon: {}", visible(end));
    }
    for finding in proposal.findings.iter().take(10) {
        let _ = writeln!(text, "  {}", visible(finding));
    }
    let _ = writeln!(
        text,
        "what is left of it is kept: pantheon proposals diff {id} ({})",
        sums(proposal)
    );
    text
}

/// Sums up a proposal: `2 files, 1 round, 12,345 tokens, $0.02, 14 s, strict`.
fn sums(proposal: &Proposal) -> String {
    let count = |n: usize, one: &str| format!("{n} {one}{}", if n == 1 { "" } else { "s" });
    let tokens = proposal.input_tokens + proposal.output_tokens;
    format!(
        "{}, {}, {tokens} tokens, ${}, {:.1} s, sandbox {}",
        count(proposal.paths.len(), "file"),
        count(proposal.rounds as usize, "round"),
        proposal.cost,
        proposal.elapsed as f64 / 1000.0,
        proposal.level,
    )
}
