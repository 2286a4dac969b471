//! What models were asked about a change, and what came of it.

use super::{Money, Usage};
use bstr::BString;

/// What models were asked about a change, and what came of it.
#[derive(Debug, Clone, Default)]
pub struct Coverage {
    /// The files of which something was shown.
    pub files: usize,
    /// The runs of changed lines that were shown.
    pub hunks: usize,
    /// The bytes of changed lines that were shown.
    pub bytes: u64,
    /// The parts in which the change was shown.
    pub units: usize,
    /// What was shown in no part, one row for each path and reason.
    pub left_out: Vec<NotShown>,
    /// What each validator asked of each model.
    pub asked: Vec<Asked>,
    /// Why nobody was asked at all, where nobody was.
    pub skipped: Option<String>,
    /// What models claimed and what is not believed, by step and reason.
    pub dropped: Vec<Count>,
    /// What is shown and never blocks, by reason.
    pub lowered: Vec<Count>,
    /// All tokens.
    pub usage: Usage,
    /// The price of all of them.
    pub cost: Money,
    /// The number of this round of review on the way from the same base, from 1; 0: nobody counted.
    pub round: usize,
    /// How the answers were read: the level of the sandbox, such as `strict`.
    pub isolation: String,
}

/// Something of a change that no model was shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotShown {
    /// The path.
    pub path: BString,
    /// Why, in a few lowercase words.
    pub why: String,
    /// The runs of changed lines; 0 where they were not counted.
    pub hunks: u32,
    /// The bytes.
    pub bytes: u64,
    /// Whether it is left out by rule, whatever it holds.
    pub by_rule: bool,
}

/// What one validator asked of one model.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// The validator, or `falsifier`.
    pub validator: String,
    /// The model: `provider/id`; empty: none answered.
    pub model: String,
    /// How many questions.
    pub calls: usize,
    /// How many of them had a whole answer.
    pub answered: usize,
    /// How many of the answers were kept from an earlier call.
    pub cached: usize,
    /// How many claims were made.
    pub claims: usize,
    /// Why some had no whole answer, each reason once.
    pub failures: Vec<String>,
    /// The tokens.
    pub usage: Usage,
    /// The price.
    pub cost: Money,
}

/// How often something happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// What: a stable word, such as `quote/not-found`.
    pub what: String,
    /// How often.
    pub count: usize,
}
