//! The built-in agent: a loop over our own providers, so that no other program is needed. It asks a model, has
//! the hands in the jail do what the model calls for, and asks on, until the model calls for nothing more or a
//! limit comes first.

mod talk;

use super::hands::{self, Answer, Call};
use super::order::{End, Limits};
use crate::llm::answer::{FailureKind, Finish, Wait};
use crate::llm::client::{Given, Reply};
use crate::llm::request::{Request, ToolCall, ToolResult};
use crate::model::{Money, Usage};
use std::time::Instant;
use talk::Talk;

/// Asks whichever model routing names.
pub trait Mind {
    /// Asks, and waits for the answer.
    fn ask(&self, request: &Request) -> Reply;

    /// Whether the user called it off.
    fn is_cancelled(&self) -> bool;
}

/// Does what a model calls for, in the jail.
pub trait Hands {
    /// Does it.
    ///
    /// # Errors
    /// With the reason, when there are no hands any more.
    fn does(&mut self, call: &Call) -> Result<Answer, String>;
}

/// What to do, and with what.
pub struct Work<'a> {
    /// What the model is told to be.
    pub system: &'a str,
    /// What it shall do.
    pub prompt: &'a str,
    /// The tools that it may call; empty: all.
    pub tools: &'a [String],
    /// The limits.
    pub limits: Limits,
    /// Who is asked.
    pub mind: &'a dyn Mind,
    /// Hears what happens.
    pub tell: &'a dyn Fn(Told<'_>),
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Told<'a> {
    /// The model said something.
    Said(&'a str),
    /// It calls a tool, on something.
    Tool(&'a str, &'a str),
    /// A tool gave an answer: whether it did what it should.
    Answered(&'a str, bool),
    /// What all calls used and cost up to now.
    Used(Usage, Money),
    /// Something that a person should know.
    Note(&'a str),
}

/// What came of it.
#[derive(Debug, Clone)]
pub struct Worked {
    /// How it ended.
    pub end: End,
    /// The last words.
    pub said: String,
    /// The models that answered, by their own names.
    pub models: Vec<String>,
    /// The tokens of all calls.
    pub usage: Usage,
    /// What they cost.
    pub cost: Money,
}

/// How often an answer may be cut off by its length before that counts as a limit.
const CUT_OFF: u32 = 3;

/// Works until the model has nothing more to do.
pub fn work(work: &Work<'_>, hands: &mut dyn Hands) -> Worked {
    let mut talk = Talk::new(work.system, work.prompt, hands::of(work.tools));
    let mut done = Worked {
        end: End::Done,
        said: String::new(),
        models: Vec::new(),
        usage: Usage::default(),
        cost: Money::ZERO,
    };
    done.end = converse(work, hands, &mut talk, &mut done);
    done
}

fn converse(work: &Work<'_>, hands: &mut dyn Hands, talk: &mut Talk, done: &mut Worked) -> End {
    let start = Instant::now();
    let mut cut_off = 0;
    for _ in 0..work.limits.turns {
        if work.mind.is_cancelled() {
            return End::Cancelled;
        }
        if start.elapsed() >= work.limits.time {
            return End::Limit("the time of the session is up".to_owned());
        }
        let mut reply = work.mind.ask(talk.request());
        done.add(&reply, work);
        let Some(mut given) = reply.answer.take() else {
            return no_answer(&reply, work);
        };
        done.hear(&given, work);
        let calls = std::mem::take(&mut given.calls);
        if !calls.is_empty() {
            let results = match each(work, hands, talk, &calls) {
                Ok(results) => results,
                Err(end) => return end,
            };
            talk.go_on(given.turn, results);
            continue;
        }
        match given.finish {
            Finish::Truncated if cut_off < CUT_OFF => {
                cut_off += 1;
                talk.say(&given.text, "Your answer was cut off. Go on, in smaller steps.");
            }
            Finish::Truncated => {
                return End::Limit("the model's answers are cut off by their length".to_owned());
            }
            Finish::Refused(why) | Finish::Blocked(why) => {
                return End::Failed(format!("the model declined: {}", crate::model::visible(&why)));
            }
            _ => return End::Done,
        }
    }
    End::Limit(format!("the session took {} turns", work.limits.turns))
}

/// Has every call done; each has a result, for no provider goes on without.
fn each(
    work: &Work<'_>,
    hands: &mut dyn Hands,
    talk: &mut Talk,
    calls: &[ToolCall],
) -> Result<Vec<ToolResult>, End> {
    let mut results = Vec::new();
    for call in calls {
        if work.mind.is_cancelled() {
            return Err(End::Cancelled);
        }
        let subject = hands::subject(call);
        (work.tell)(Told::Tool(&call.name, &subject));
        let answer = match as_call(call, talk) {
            Ok(asked) => hands.does(&asked).map_err(|why| gone(work, why))?,
            Err(text) => Answer { ok: false, text },
        };
        (work.tell)(Told::Answered(&call.name, answer.ok));
        if talk.is_repeated(call, &answer) {
            let what = format!(
                "the agent repeats itself: `{}` on `{subject}`, with the same answer",
                call.name
            );
            return Err(End::Limit(what));
        }
        results.push(ToolResult {
            id: call.id.clone(),
            name: call.name.clone(),
            content: answer.text,
            is_error: !answer.ok,
        });
    }
    Ok(results)
}

fn gone(work: &Work<'_>, why: String) -> End {
    match work.mind.is_cancelled() {
        true => End::Cancelled,
        false => End::Failed(why),
    }
}

/// Reads a call. Whoever works outside grants tools; the hands would do anything.
fn as_call(call: &ToolCall, talk: &Talk) -> Result<Call, String> {
    if !talk.has(&call.name) {
        return Err(format!(
            "there is no tool `{}`",
            crate::model::visible(&call.name)
        ));
    }
    let args = call.args.as_object().ok_or("the arguments are no object")?;
    Ok(Call {
        tool: call.name.clone(),
        args: args.clone(),
    })
}

fn no_answer(reply: &Reply, work: &Work<'_>) -> End {
    if work.mind.is_cancelled() {
        return End::Cancelled;
    }
    let why = reply.reason().unwrap_or_else(|| "no model answered".to_owned());
    match reply.failure().map(|failure| &failure.kind) {
        Some(FailureKind::Budget | FailureKind::TimedOut(Wait::Total)) => End::Limit(why),
        _ => End::Failed(why),
    }
}

impl Worked {
    fn add(&mut self, reply: &Reply, work: &Work<'_>) {
        self.usage += reply.usage;
        self.cost += reply.cost;
        for note in &reply.notes {
            (work.tell)(Told::Note(note));
        }
        (work.tell)(Told::Used(self.usage, self.cost));
    }

    fn hear(&mut self, given: &Given, work: &Work<'_>) {
        let name = given.served.as_ref().unwrap_or(&given.model);
        if !self.models.contains(name) {
            self.models.push(name.clone());
        }
        if !given.text.trim().is_empty() {
            self.said.clone_from(&given.text);
            (work.tell)(Told::Said(&given.text));
        }
    }
}

#[cfg(test)]
mod tests;
