//! Runs one session of an agent in a jail, from its start to the end of all that it started.

mod program;

pub use program::{Serve, program};

use super::builtin::{self, Hands, Mind, Told, Work};
use super::cell::Cell;
use super::gateway::Gateway;
use super::hands::{Answer, Call, LONGEST_ANSWER};
use super::order::{End, Order, Session};
use crate::sandbox::jail::{self, Ended, Flow, Jailed, Output, Streams};
use crate::sys::env;
use crate::sys::signal::Interrupt;
use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, PipeWriter, Read, Write};
use std::time::Duration;

/// The subcommand that is the hands.
pub const HANDS: &str = "hands";

/// The longest line of an answer, in bytes: every byte of the text may be escaped.
const LONGEST_LINE: u64 = LONGEST_ANSWER as u64 * 8;

/// Runs the built-in agent. Its hands are this program, in the jail; the model is asked from here.
#[must_use]
pub fn builtin(
    order: &Order,
    cell: &Cell,
    brain: &Brain<'_>,
    (serve, interrupt): (Serve<'_>, &Interrupt),
    tell: &dyn Fn(Told<'_>),
) -> Session {
    let Some(program) = env::program() else {
        return Session::failed("the program does not know where it stands");
    };
    let jail = cell.jail(order, std::slice::from_ref(&program));
    let streams = Streams {
        stdin: Flow::Pipe,
        stdout: Flow::Pipe,
        stderr: Flow::Null,
    };
    let args = [OsString::from(HANDS)];
    let mut jailed = match jail::start(&jail, program.as_os_str(), &args, streams) {
        Ok(jailed) => jailed,
        Err(error) => return Session::failed(&error.to_string()),
    };
    let gateway = match opened(&jailed, serve) {
        Ok(gateway) => gateway,
        Err(error) => return Session::failed(&error),
    };
    let (level, missing) = (jailed.level(), jailed.layers().missing.clone());
    let (Some(stdin), Some(stdout)) = (jailed.stdin.take(), jailed.stdout.take()) else {
        return Session::failed("the sandbox gives no way to speak with what is in it");
    };
    let mut hands = Jailhands {
        stdin,
        stdout: BufReader::new(stdout),
        hide: brain.hide,
    };
    let (worked, ended) = beside(&mut jailed, &interrupt.part(), || {
        let work = Work {
            system: brain.system,
            prompt: &order.prompt,
            tools: brain.tools,
            limits: order.limits,
            mind: brain.mind,
            tell,
        };
        let worked = builtin::work(&work, &mut hands);
        // Without input they end by themselves.
        drop(hands);
        worked
    });
    drop(gateway);
    Session {
        end: judged(worked.end, ended, interrupt),
        id: None,
        said: worked.said,
        models: worked.models,
        input_tokens: worked.usage.input,
        output_tokens: worked.usage.output,
        cost: worked.cost,
        level,
        missing,
    }
}

/// What the built-in agent thinks with.
pub struct Brain<'a> {
    /// What the model is told to be.
    pub system: &'a str,
    /// The tools that it may call; empty: all.
    pub tools: &'a [String],
    /// Who is asked.
    pub mind: &'a dyn Mind,
    /// Takes what no model may see out of a text.
    pub hide: &'a dyn Fn(&str) -> String,
}

impl Session {
    /// A session that did not come about.
    #[must_use]
    pub fn failed(why: &str) -> Self {
        Self {
            end: End::Failed(why.to_owned()),
            id: None,
            said: String::new(),
            models: Vec::new(),
            input_tokens: 0,
            output_tokens: 0,
            cost: crate::model::Money::ZERO,
            level: crate::sandbox::Level::None,
            missing: Vec::new(),
        }
    }
}

/// Opens the gateway of a jail that has a way to one.
fn opened(jailed: &Jailed, serve: Serve<'_>) -> Result<Option<Gateway>, String> {
    let Some(listener) = jailed.listener() else {
        return Ok(None);
    };
    let gateway = listener.try_clone().and_then(serve);
    gateway
        .map(Some)
        .map_err(|error| format!("the gateway cannot be opened: {error}"))
}

/// Does something while what is in the jail is watched, and its limits are kept; `stop` ends it at once. What is
/// left in it when that is done has a moment to end, and is ended.
pub(super) fn beside<T>(
    jailed: &mut Jailed,
    stop: &Interrupt,
    work: impl FnOnce() -> T,
) -> (T, io::Result<Ended>) {
    std::thread::scope(|scope| {
        let watch = scope.spawn(|| jailed.wait(stop));
        let done = work();
        let patience = crate::sys::clock::Deadline::after(GRACE);
        while !watch.is_finished() && !patience.is_over() {
            std::thread::sleep(LOOK);
        }
        stop.raise();
        let ended = watch.join();
        (done, ended.unwrap_or_else(|_| Err(io::ErrorKind::Other.into())))
    })
}

/// How long what is in a jail has to end by itself once nobody speaks with it any more, or it was called off.
pub(super) const GRACE: Duration = Duration::from_secs(2);
/// The pause between two looks at it.
pub(super) const LOOK: Duration = Duration::from_millis(5);

/// Says how a session ended, by how it says it ended itself and by what the jail saw. The jail goes first.
pub(super) fn judged(end: End, ended: io::Result<Ended>, interrupt: &Interrupt) -> End {
    if interrupt.check().is_err() {
        return End::Cancelled;
    }
    let limit = |what: &str| End::Limit(format!("the sandbox ended it: {what}"));
    match ended {
        Ok(Ended::TimedOut) => End::Limit("the time of the session is up".to_owned()),
        Ok(Ended::TooMuch) => limit("it wrote too much output"),
        Ok(Ended::Memory) => limit("it took too much memory"),
        Ok(Ended::Processes) => limit("it had too many processes"),
        _ => end,
    }
}

/// The hands, by what leads to them.
struct Jailhands<'a> {
    stdin: PipeWriter,
    stdout: BufReader<Output>,
    hide: &'a dyn Fn(&str) -> String,
}

impl Hands for Jailhands<'_> {
    fn does(&mut self, call: &Call) -> Result<Answer, String> {
        let gone = |_| "what works in the sandbox is gone".to_owned();
        let mut line = serde_json::to_vec(call).map_err(|e| e.to_string())?;
        line.push(b'\n');
        self.stdin.write_all(&line).map_err(gone)?;
        let mut bytes = Vec::new();
        let mut bounded = (&mut self.stdout).take(LONGEST_LINE);
        bounded.read_until(b'\n', &mut bytes).map_err(gone)?;
        if bytes.is_empty() {
            return Err(gone(io::ErrorKind::UnexpectedEof.into()));
        }
        let answer: Answer = serde_json::from_slice(&bytes)
            .map_err(|_| "what works in the sandbox answers what makes no sense".to_owned())?;
        Ok(Answer {
            text: (self.hide)(&answer.text),
            ..answer
        })
    }
}
