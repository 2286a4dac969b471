//! A review: validators ask models about the units of a change, and what they claim is sifted.
//!
//! ```text
//! question  a unit and a validator as one request to a model
//! claims    what a model answered, as claims
//! run       all questions side by side, the riskiest units first, within limits
//! tools     what a model may look up before it answers, where its agent is granted that
//! ```
//!
//! Everything but the calls is deterministic: the same answers on the same change give the same result.

mod canary;
mod claims;
mod question;
mod run;
mod tools;

pub use claims::{SYNONYMS, claims, readable, schema};
pub use question::{VERBATIM, question};
pub use run::run;
pub use tools::{ToolLimits, Tooled};

use super::sift::{Candidate, Limits, Sifted};
use super::spec::Spec;
use super::view::View;
use crate::llm::client::Reply;
use crate::llm::prompt::Prompt;
use crate::llm::request::Request;
use crate::model::{Money, Severity, Tested, Usage};
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

/// What is asked of a model.
#[derive(Debug, Clone)]
pub struct Ask {
    /// The validator, or `falsifier`: the task by which a route is chosen.
    pub task: String,
    /// Who asks; empty: whoever routing chooses.
    pub agent: String,
    /// The request. Its model is not looked at.
    pub request: Request,
    /// Everything that the prompt depends on.
    pub prompt: String,
    /// The number of the unit.
    pub unit: usize,
    /// Whether the unit is shown without the comments that it adds.
    pub bare: bool,
    /// All that the content depends on: the same material asks the same, whatever its fence.
    pub material: String,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Answered {
    /// The model that answered: `provider/id`. Empty: none did.
    pub model: String,
    /// The answer, or why there is none.
    pub reply: Reply,
}

/// An answer to come.
pub type Answering<'a> = Pin<Box<dyn Future<Output = Answered> + 'a>>;

/// Whoever answers: models, or what was recorded of them.
pub trait Asker {
    /// Asks. Ends by itself when the time is up.
    fn ask<'a>(&'a self, ask: &'a Ask) -> Answering<'a>;

    /// Whether nobody is to be asked any more: the time is up, or somebody called it off.
    fn is_over(&self) -> bool;
}

/// A review to do.
pub struct Plan<'a> {
    /// The validators.
    pub validators: &'a [Spec],
    /// The frame of every question.
    pub frame: &'a Prompt,
    /// The change as it is shown.
    pub view: &'a View,
    /// The message of the commit, for validators that see it.
    pub message: Option<&'a str>,
    /// What is known without a model.
    pub facts: &'a dyn super::sift::Facts,
    /// Caps and distances.
    pub limits: Limits,
    /// How many questions run at once.
    pub parallel: usize,
    /// Who tries to refute what could block; `None`: nobody.
    pub falsifier: Option<Falsifier<'a>>,
    /// Whether units of risky paths are asked about once more without the comments they add.
    pub without_comments: bool,
    /// Whether something in the change speaks to reviewers: then all units are asked about once more, without
    /// all that they say in words.
    pub is_spoken_to: bool,
    /// Whether each question carries a defect of ours, which a model that works finds.
    pub canary: bool,
}

/// Who tries to refute what could block.
pub struct Falsifier<'a> {
    /// The agent; empty: whoever routing chooses.
    pub agent: String,
    /// The prompt.
    pub prompt: &'a Prompt,
    /// From this severity on it could block.
    pub severity: Severity,
    /// So many distinct models that agree need no falsifier; 0: agreement never suffices.
    pub agreement: u32,
}

/// What came of a review.
#[derive(Debug, Default)]
pub struct Reviewed {
    /// What is left of the claims, the most important first.
    pub found: Vec<Found>,
    /// What is not, and why. Its candidates are moved to `found`.
    pub sifted: Sifted,
    /// Every question, in the order of validators, agents and units; then the falsifier's.
    pub calls: Vec<Call>,
}

/// A candidate, and what came of the attempt to refute it.
#[derive(Debug, Clone)]
pub struct Found {
    /// The candidate.
    pub candidate: Candidate,
    /// What came of the attempt to refute it.
    pub tested: Tested,
    /// Whether models say so only where the comments are taken away: see [`Plan::without_comments`].
    pub influenced: bool,
}

/// One question and what became of it.
#[derive(Debug, Clone)]
pub struct Call {
    /// The validator, or `falsifier`.
    pub task: String,
    /// Who was to ask.
    pub agent: String,
    /// The number of the unit.
    pub unit: usize,
    /// The model that answered; empty: none did.
    pub model: String,
    /// How it ended.
    pub outcome: CallOutcome,
    /// How many claims it made.
    pub claims: usize,
    /// Whether the answer was kept from an earlier call.
    pub cached: bool,
    /// The tokens.
    pub usage: Usage,
    /// The price.
    pub cost: Money,
    /// How long it took.
    pub elapsed: Duration,
    /// What a person should know, one line each.
    pub notes: Vec<String>,
}

/// How a question ended. Only `Answered` says something about what was not claimed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallOutcome {
    /// There is a whole answer.
    Answered,
    /// There is a part of one, for this reason: its claims count, its silence does not.
    Partial(String),
    /// There is none, for this reason.
    Failed(String),
    /// The time was up.
    TimedOut,
}
