//! When a candidate may block: when distinct models agree, or when another model tried to refute it and could
//! not. No model lowers what a gate decided.

use super::candidate::{Candidate, Ceiling, Why, opinion};
use super::falsify::{Falsified, Outcome};

/// What a gate asks of a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// How many distinct models must state it; 0: agreement alone never blocks.
    pub agreement: u32,
    /// Whether it is enough that a model which did not state it was asked to refute it, and could not.
    pub falsified: bool,
}

/// What becomes of a candidate at a gate, as far as models go; its severity is the policy's matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ruling {
    /// It may block.
    Block,
    /// It is shown.
    Annotate(Unmet),
}

/// What a candidate lacks to block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unmet {
    /// It never blocks.
    Ceiling(Why),
    /// Too few models state it.
    TooFew {
        /// How many do.
        agree: u32,
        /// How many must.
        need: u32,
    },
    /// Nobody tried to refute it.
    NotAsked,
    /// Another model refuted it, with evidence.
    Refuted,
    /// Who was asked to refute it gave no usable answer.
    FalsifierFailed,
    /// Who was asked to refute it had stated it.
    SameModel,
}

impl Unmet {
    /// Returns the stable word used in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Ceiling(why) => why.name(),
            Self::TooFew { .. } => "too-few-agree",
            Self::NotAsked => "not-asked",
            Self::Refuted => "refuted",
            Self::FalsifierFailed => "falsifier-failed",
            Self::SameModel => "same-model",
        }
    }
}

/// Decides whether a candidate may block.
///
/// Agreement is enough, whatever a falsifier says: a single model clears nothing that several state. A
/// falsifier that failed confirms nothing.
#[must_use]
pub fn may_block(candidate: &Candidate, rule: &Rule, falsifier: Option<&Falsified>) -> Ruling {
    if let Ceiling::AnnotateOnly(why) = candidate.ceiling {
        return Ruling::Annotate(Unmet::Ceiling(why));
    }
    let agree = u32::try_from(candidate.backing()).unwrap_or(u32::MAX);
    if rule.agreement > 0 && agree >= rule.agreement {
        return Ruling::Block;
    }
    if !rule.falsified {
        let need = rule.agreement;
        return Ruling::Annotate(Unmet::TooFew { agree, need });
    }
    match falsifier {
        _ if agree == 0 => Ruling::Annotate(Unmet::TooFew { agree, need: 1 }),
        None => Ruling::Annotate(Unmet::NotAsked),
        Some(falsified) => after(candidate, falsified),
    }
}

fn after(candidate: &Candidate, falsified: &Falsified) -> Ruling {
    let asked = opinion(&falsified.model);
    let is_author = candidate.models.iter().any(|model| opinion(model) == asked);
    match &falsified.outcome {
        _ if is_author => Ruling::Annotate(Unmet::SameModel),
        Outcome::NotRefuted { .. } => Ruling::Block,
        Outcome::Refuted { .. } => Ruling::Annotate(Unmet::Refuted),
        Outcome::Failed(_) => Ruling::Annotate(Unmet::FalsifierFailed),
    }
}
