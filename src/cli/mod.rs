//! The command line: one file per subcommand, one row each in `Command`.

mod audit;
mod baseline;
mod ci;
mod completions;
mod config;
mod cost;
mod create;
mod debug;
mod doctor;
mod eval;
mod failure;
mod fix;
mod gc;
mod hands;
mod hook;
mod hooks;
mod init;
mod jail;
mod jail_probe;
mod man;
mod models;
mod output;
mod policy;
mod post;
mod proposals;
mod report;
mod review;
mod rules;
mod trust;
mod undo;
mod worker;

pub use failure::{Exit, Failure};

use crate::app::{self, settings};
use crate::report::visible;
use crate::sys::terminal::{self, Color, Stream};
use crate::sys::{clock, log};
use clap::{CommandFactory, FromArgMatches};
use std::ffi::OsString;
use std::path::PathBuf;

/// What every subcommand knows.
#[derive(Debug, Clone)]
pub struct Context {
    /// The directory the user stands in.
    pub dir: PathBuf,
    /// Whether colours are wanted.
    pub color: Color,
    /// Assignments to keys of the policy.
    pub set: Vec<String>,
    /// Whether a report lists too what it leaves out otherwise.
    pub verbose: bool,
    /// What reads the output.
    pub log: ci::Log,
}

impl Context {
    /// Writes to standard output.
    pub fn out(&self, text: &str) {
        self.write(Stream::Out, text.as_bytes());
    }

    /// Writes to standard error.
    pub fn err(&self, text: &str) {
        self.write(Stream::Err, text.as_bytes());
    }

    /// Writes to a stream. Nothing can be said when the stream for saying it is gone.
    pub fn write(&self, stream: Stream, bytes: &[u8]) {
        drop(terminal::write(stream, bytes));
    }
}

/// Judges what git is about to record, by the policy of the repository.
#[derive(Debug, clap::Parser)]
#[command(name = "pantheon", version, propagate_version = true, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
    /// Work in this directory.
    #[arg(short = 'C', long = "directory", value_name = "DIR", global = true)]
    dir: Option<PathBuf>,
    /// When to use colours.
    #[arg(long, value_name = "WHEN", default_value = "auto", value_parser = ["auto", "always", "never"], global = true)]
    color: String,
    /// Set a key of the policy, such as `gates.manual.block="low"`; may be given many times.
    #[arg(long, value_name = "KEY=VALUE", global = true)]
    set: Vec<String>,
    /// List too what a report leaves out: what is allowed, waived, in the baseline or below what the gate
    /// shows; twice: say on standard error what was compared, by which policy, and which checks took longest.
    #[arg(long, short, action = clap::ArgAction::Count, global = true)]
    verbose: u8,
}

/// The subcommands.
#[derive(Debug, clap::Subcommand)]
enum Command {
    Init(init::InitArgs),
    Hooks(hooks::HooksArgs),
    Review(review::Args),
    Ci(ci::Args),
    Fix(fix::Args),
    Create(create::Args),
    #[command(subcommand)]
    /// Join the reports of several runners
    Report(report::Command),
    #[command(subcommand)]
    /// Check the policy, or explain what it says about a path
    Policy(policy::Command),
    #[command(subcommand)]
    /// Show the configuration with the origin of each value, or its JSON Schema
    Config(config::Command),
    #[command(subcommand)]
    /// Accept the findings that are there, so that only new ones count
    Baseline(baseline::Command),
    #[command(subcommand)]
    /// Show what agents asked for, and whether the log of it is whole
    Audit(audit::Command),
    /// Show what models have cost
    Cost(cost::Args),
    /// Show how often validators are right: replay the answers of models over cases with known answers
    Eval(eval::Args),
    /// List the rules, or explain one
    Rules(rules::RulesArgs),
    #[command(subcommand)]
    /// Show the models that are configured: whether they can be reached, what they cost, which one is asked
    Models(models::Command),
    #[command(subcommand)]
    /// List, show, apply or drop what creators have offered
    Proposals(proposals::Command),
    Undo(undo::Args),
    Trust(trust::Args),
    Doctor(doctor::Args),
    Gc(gc::Args),
    /// Write the completions of a shell
    Completions {
        /// The shell
        shell: completions::Shell,
    },
    /// Write the manual pages into a directory
    Man {
        /// The directory, which must exist
        dir: PathBuf,
    },
    #[command(hide = true)]
    Hook(hook::Args),
    #[command(hide = true)]
    Debug(debug::Args),
    #[command(hide = true)]
    Hands,
    #[command(hide = true)]
    Worker,
    #[command(hide = true)]
    Jail,
    #[command(hide = true)]
    JailProbe(jail_probe::Args),
}

/// Runs the program and returns its exit code.
#[must_use]
pub fn main() -> Exit {
    let mut words = std::env::args_os().skip(1);
    let first = words.next();
    let cx = Context {
        dir: PathBuf::from("."),
        color: Color::Auto,
        set: Vec::new(),
        verbose: false,
        log: ci::Log::Plain,
    };
    if first.as_ref().is_some_and(|word| word == app::worker::WORD) {
        return finish(worker::run(), &cx);
    }
    if first.as_ref().is_some_and(|word| word == app::jail::WORD) {
        return finish(jail::run(), &cx);
    }
    if first.is_some_and(|word| word == "hook")
        && let Some(args) = hook::Args::fast(words)
    {
        log::start(false);
        return finish(hook::run(&args, &cx), &cx);
    }
    match parse(std::env::args_os()) {
        Ok(cli) => run(cli),
        Err(code) => code,
    }
}

fn parse(words: impl Iterator<Item = OsString>) -> Result<Cli, Exit> {
    let parsed = Cli::command()
        .try_get_matches_from(words)
        .and_then(|m| Cli::from_arg_matches(&m));
    parsed.map_err(|error| {
        // Help and version are no errors, and go to standard output.
        drop(error.print());
        if error.use_stderr() { 2 } else { 0 }
    })
}

fn run(cli: Cli) -> Exit {
    let color = match cli.color.as_str() {
        "always" => Color::Always,
        "never" => Color::Never,
        _ => Color::Auto,
    };
    let cx = Context {
        dir: cli.dir.unwrap_or_else(|| PathBuf::from(".")),
        color,
        set: cli.set,
        verbose: cli.verbose > 0,
        log: ci::Log::Plain,
    };
    log::start(cli.verbose > 1);
    let done = standing(&cx).and_then(|()| dispatch(&cli.command, &cx));
    finish(done, &cx)
}

/// Insists that the directory to work in is one.
fn standing(cx: &Context) -> Result<(), Failure> {
    if cx.dir.is_dir() {
        return Ok(());
    }
    let message = format!("`{}` is not a directory", cx.dir.display());
    Err(Failure::usage(message).hint("name one that exists with `-C`"))
}

fn dispatch(command: &Command, cx: &Context) -> Result<Exit, Failure> {
    let load = || settings::current(&cx.dir, None, &cx.set).map_err(Failure::from);
    match command {
        Command::Init(args) => init::run(args, cx),
        Command::Hooks(args) => hooks::run(args, cx),
        Command::Review(args) => review::run(args, cx),
        Command::Ci(args) => ci::run(args, cx),
        Command::Report(what) => report::run(what, cx),
        Command::Policy(what @ policy::Command::Check) => {
            let loaded = settings::checked(&cx.dir, &cx.set)?;
            policy::run(cx, what, &loaded, &clock::today())
        }
        Command::Policy(what) => policy::run(cx, what, &load()?, &clock::today()),
        Command::Config(what) => config::run(cx, what, load),
        Command::Baseline(what) => baseline::run(what, cx),
        Command::Audit(what) => audit::run(what, cx),
        Command::Cost(args) => cost::run(args, cx, &load_or_shipped(cx)?),
        Command::Eval(args) => eval::run(args, cx, || load_or_shipped(cx)),
        Command::Rules(args) => list_rules(args, cx),
        Command::Models(what) => models::run(what, cx, &load_or_shipped(cx)?),
        Command::Proposals(what) => proposals::run(what, cx),
        Command::Undo(args) => undo::run(args, cx),
        Command::Trust(args) => trust::run(args, cx, &load()?),
        Command::Doctor(args) => doctor::run(args, cx),
        Command::Gc(args) => gc::run(args, cx),
        Command::Completions { shell } => {
            cx.out(&completions::script(&Cli::command(), *shell));
            Ok(0)
        }
        Command::Man { dir } => man::write(&Cli::command(), dir),
        Command::Hook(args) => hook::run(args, cx),
        Command::Debug(args) => debug::run(args, cx),
        Command::Fix(args) => fix::run(args, cx),
        Command::Create(args) => create::run(args, cx),
        Command::Hands => hands::run(),
        Command::Worker => worker::run(),
        Command::Jail => jail::run(),
        Command::JailProbe(args) => jail_probe::run(args),
    }
}

/// Loads the policy; outside a repository the shipped one counts.
fn load_or_shipped(cx: &Context) -> Result<crate::config::Settings, Failure> {
    let loaded = match settings::current(&cx.dir, None, &cx.set) {
        Err(app::Error::Git(app::GitError::NotFound { .. })) => settings::shipped(&cx.set),
        loaded => loaded,
    };
    loaded.map_err(Failure::from)
}

fn list_rules(args: &rules::RulesArgs, cx: &Context) -> Result<Exit, Failure> {
    let loaded = load_or_shipped(cx)?;
    let all = settings::rules(Some(&loaded));
    let validators = crate::app::validators::all(&loaded);
    rules::run(cx, args, all.iter(), &validators, |info| {
        let (enabled, severity) = settings::effect(&loaded, info);
        rules::Effective { enabled, severity }
    })
}

/// Says what went wrong, and returns the exit code.
fn finish(done: Result<Exit, Failure>, cx: &Context) -> Exit {
    let failure = match done {
        Ok(exit) => return exit,
        Err(failure) => failure,
    };
    let bold = cx.color.applies_to(Stream::Err);
    let (error, hint) = match bold {
        true => ("\u{1b}[1;31merror\u{1b}[0m", "\u{1b}[1;36mhint\u{1b}[0m"),
        false => ("error", "hint"),
    };
    // A message may name a path, a revision or a key that somebody else chose.
    for line in failure.message.lines() {
        cx.err(&format!("{error}: {}\n", visible(line)));
    }
    if let Some(text) = &failure.hint {
        cx.err(&format!(" {hint}: {}\n", visible(text)));
    }
    failure.code
}
