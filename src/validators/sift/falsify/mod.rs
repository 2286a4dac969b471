//! Asks another model to refute a candidate, and reads what it says.
//!
//! Asked to confirm, a model confirms. Asked to refute it must bring evidence, and evidence can be looked up:
//! a refutation whose quote stands nowhere in the change, or in a comment of it, counts for nothing.

mod ask;
mod read;

#[cfg(test)]
mod tests;

pub use ask::{PROMPT, Question, ask, schema};
pub use read::read;

/// What came of the attempt to refute a candidate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Falsified {
    /// Who was asked: `provider/model`.
    pub model: String,
    /// What came of it.
    pub outcome: Outcome,
}

/// What a falsifier's answer is worth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It refuted the candidate.
    Refuted {
        /// The file where its evidence stands, after the change.
        path: String,
        /// What it quoted.
        evidence: String,
        /// Why that speaks against the candidate, in its words.
        reason: String,
    },
    /// It could not.
    NotRefuted {
        /// Whether it said that it could, with a quote that stands nowhere.
        is_baseless: bool,
    },
    /// There is no whole answer; why, in words that hold nothing of the model's.
    Failed(String),
}

impl Falsified {
    /// An attempt that gave no answer.
    #[must_use]
    pub fn failed(model: &str, why: &str) -> Self {
        Self {
            model: model.to_owned(),
            outcome: Outcome::Failed(why.to_owned()),
        }
    }
}
