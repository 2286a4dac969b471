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

#[cfg(test)]
mod tests {
    use super::super::{Anchored, cluster, samples};
    use super::*;
    use crate::model::Severity;
    use crate::validators::claim::Claim;

    const TWO: Rule = Rule {
        agreement: 2,
        falsified: false,
    };
    const EITHER: Rule = Rule {
        agreement: 2,
        falsified: true,
    };

    fn candidate(models: &[(&str, Ceiling)]) -> Candidate {
        let said = |(model, ceiling): &(&str, Ceiling)| Anchored {
            claim: Claim {
                model: (*model).to_owned(),
                ..samples::claim()
            },
            path: "src/a.rs".to_owned(),
            anchor: String::new(),
            lines: 4..5,
            severity: Severity::High,
            ceiling: *ceiling,
        };
        cluster::candidates(models.iter().map(said).collect(), 3).remove(0)
    }

    fn by(model: &str, outcome: Outcome) -> Falsified {
        Falsified {
            model: model.to_owned(),
            outcome,
        }
    }

    fn refuted() -> Outcome {
        Outcome::Refuted {
            path: String::new(),
            evidence: String::new(),
            reason: String::new(),
        }
    }

    const MAY: Ceiling = Ceiling::MayBlock;
    const NOTE: Ceiling = Ceiling::AnnotateOnly(Why::AsksToCheck);

    #[test]
    fn distinct_models_must_agree() {
        let few = |agree| Ruling::Annotate(Unmet::TooFew { agree, need: 2 });
        let ruling = |models: &[(&str, Ceiling)]| may_block(&candidate(models), &TWO, None);
        assert_eq!(ruling(&[("a/x", MAY)]), few(1));
        assert_eq!(ruling(&[("a/x", MAY), ("b/y", MAY)]), Ruling::Block);
        assert_eq!(
            ruling(&[("a/x", MAY), ("a/x", MAY)]),
            few(1),
            "two passes of one model"
        );
        assert_eq!(
            ruling(&[("a/x", MAY), ("proxy/a/X", MAY)]),
            few(1),
            "behind a proxy"
        );
        assert_eq!(
            ruling(&[("a/x", MAY), ("b/y", NOTE)]),
            few(1),
            "a note backs nothing"
        );
        let never = Ruling::Annotate(Unmet::Ceiling(Why::AsksToCheck));
        assert_eq!(ruling(&[("a/x", NOTE), ("b/y", NOTE)]), never);
    }

    #[test]
    fn a_falsifier_that_could_not_refute_confirms() {
        let one = candidate(&[("a/x", MAY)]);
        let ruling = |falsified: Option<Falsified>| may_block(&one, &EITHER, falsified.as_ref());
        for is_baseless in [false, true] {
            let tried = by("b/y", Outcome::NotRefuted { is_baseless });
            assert_eq!(ruling(Some(tried)), Ruling::Block);
        }
        let annotate = Ruling::Annotate;
        let itself = by("p/X", Outcome::NotRefuted { is_baseless: false });
        assert_eq!(ruling(Some(itself)), annotate(Unmet::SameModel));
        assert_eq!(ruling(Some(by("b/y", refuted()))), annotate(Unmet::Refuted));
        let failed = Falsified::failed("b/y", "timed out");
        assert_eq!(ruling(Some(failed)), annotate(Unmet::FalsifierFailed));
        assert_eq!(ruling(None), annotate(Unmet::NotAsked));
    }

    #[test]
    fn one_model_clears_nothing_that_two_state() {
        let two = candidate(&[("a/x", MAY), ("b/y", MAY)]);
        let falsified = by("c/z", refuted());
        assert_eq!(may_block(&two, &EITHER, Some(&falsified)), Ruling::Block);
    }

    #[test]
    fn a_rule_may_do_without_agreement() {
        let alone = Rule {
            agreement: 0,
            falsified: true,
        };
        let two = candidate(&[("a/x", MAY), ("b/y", MAY)]);
        assert_eq!(may_block(&two, &alone, None), Ruling::Annotate(Unmet::NotAsked));
        let tried = by("c/z", Outcome::NotRefuted { is_baseless: false });
        assert_eq!(may_block(&two, &alone, Some(&tried)), Ruling::Block);
    }
}
