//! `pantheon audit`: what agents asked for, and whether the log of it is whole.

use super::{Context, Exit, Failure};
use crate::app::audit::{self, Broken, Record};
use crate::model::Money;
use crate::report::visible;
use crate::sys::terminal::Stream;

/// Subcommands of `pantheon audit`.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Hold each line of the log to the one before; exit code 1 if it is broken
    ///
    /// The hash that it prints stands for the whole log. Keep it somewhere else: whoever owns the file can write all
    /// of it anew, or cut lines off its end, and only a hash from before tells.
    Verify,
    /// Show what agents asked for, the oldest first
    Show {
        /// Only of this run
        #[arg(long, value_name = "ID")]
        run: Option<String>,
        /// Write the lines as they stand in the log
        #[arg(long)]
        json: bool,
    },
}

/// Runs the command.
///
/// # Errors
/// When there is no repository, or the log cannot be read.
pub fn run(what: &Command, cx: &Context) -> Result<Exit, Failure> {
    let path = audit::path_at(&cx.dir)?;
    match what {
        Command::Verify => match audit::verify(&path) {
            Ok(None) => nothing(cx),
            Ok(Some(whole)) => {
                cx.out(&format!(
                    "{} lines, all whole; the last hash is {}\n",
                    whole.lines, whole.head
                ));
                Ok(0)
            }
            Err(broken) => told(broken, cx),
        },
        Command::Show { run, json } => {
            let mut count = 0;
            let shown = audit::each(&path, run.as_deref(), |record| {
                count += 1;
                cx.out(&if *json { as_json(record) } else { line(record) });
                true
            });
            match shown {
                Ok(()) if count == 0 && !json => nothing(cx),
                Ok(()) => Ok(0),
                Err(broken) => told(broken, cx),
            }
        }
    }
}

fn nothing(cx: &Context) -> Result<Exit, Failure> {
    cx.out("no agent has asked for anything yet\n");
    Ok(0)
}

fn told(broken: Broken, cx: &Context) -> Result<Exit, Failure> {
    match broken {
        Broken::Read(error) => Err(Failure::usage(format!("the audit log cannot be read: {error}"))
            .hint("check that it can be read")),
        Broken::At { .. } => {
            cx.write(Stream::Err, format!("{broken}\n").as_bytes());
            Ok(1)
        }
    }
}

fn as_json(record: &Record) -> String {
    let text = serde_json::to_string(record).unwrap_or_default();
    format!("{text}\n")
}

/// One line for a person: when, who, what, where, and what came of it.
fn line(record: &Record) -> String {
    let entry = &record.entry;
    let place = match (entry.host.as_str(), entry.path.as_str()) {
        ("", path) => path.to_owned(),
        (host, path) => format!("{host}{path}"),
    };
    let mut words = vec![
        record.time.clone(),
        entry.run.clone(),
        entry.agent.clone(),
        entry.kind.name().to_owned(),
        entry.method.clone(),
        place,
    ];
    if entry.status > 0 {
        words.push(entry.status.to_string());
    }
    words.push(entry.model.clone());
    if entry.input + entry.output > 0 {
        words.push(format!("{} in, {} out", entry.input, entry.output));
    }
    if entry.cost > 0 {
        words.push(Money(i64::try_from(entry.cost).unwrap_or(i64::MAX)).to_string());
    }
    if !entry.note.is_empty() {
        words.push(format!("({})", entry.note));
    }
    words.retain(|word| !word.is_empty());
    format!("{}\n", visible(&words.join("  ")))
}
