//! When what models say may block: when distinct models agree, or when another model tried to refute it and
//! could not. No model lowers what a gate decided.

pub use crate::model::Unmet;

use crate::model::{ModelThreshold, Opinion, Tested};

/// What becomes of what models say, as far as models go; severity and paths are another matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ruling {
    /// It may block.
    Block,
    /// It is shown.
    Annotate(Unmet),
}

/// Decides whether what models say may block.
///
/// Agreement is enough, whatever a falsifier says: a single model clears nothing that several state. A
/// falsifier that failed confirms nothing.
#[must_use]
pub fn may_block(opinion: &Opinion, line: &ModelThreshold) -> Ruling {
    if let Some(why) = &opinion.ceiling {
        return Ruling::Annotate(Unmet::Ceiling(why.to_string()));
    }
    let (agree, need) = (opinion.backing, line.agreement);
    if need > 0 && agree >= need {
        return Ruling::Block;
    }
    match &opinion.tested {
        _ if !line.falsified => Ruling::Annotate(Unmet::TooFew { agree, need }),
        _ if agree == 0 => Ruling::Annotate(Unmet::TooFew { agree, need: 1 }),
        Tested::Stands(_) => Ruling::Block,
        Tested::No => Ruling::Annotate(Unmet::NotAsked),
        Tested::Refuted { .. } => Ruling::Annotate(Unmet::Refuted),
        Tested::Failed(_) => Ruling::Annotate(Unmet::FalsifierFailed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Confidence, Severity};

    const fn line(agreement: u32, falsified: bool) -> ModelThreshold {
        ModelThreshold {
            severity: Severity::High,
            confidence: Confidence::Low,
            agreement,
            falsified,
        }
    }

    fn said(backing: u32, tested: Tested) -> Opinion {
        Opinion {
            backing,
            tested,
            ..Opinion::default()
        }
    }

    fn refuted() -> Tested {
        Tested::Refuted {
            by: "c/z".to_owned(),
            reason: String::new(),
        }
    }

    #[test]
    fn agreement_blocks_and_no_falsifier_takes_that_back() {
        for tested in [Tested::No, refuted(), Tested::Failed(String::new())] {
            assert_eq!(
                may_block(&said(2, tested.clone()), &line(2, false)),
                Ruling::Block
            );
            assert_eq!(may_block(&said(2, tested), &line(2, true)), Ruling::Block);
        }
    }

    #[test]
    fn one_model_blocks_only_where_another_could_not_refute_it() {
        let ruling = |tested, falsified| may_block(&said(1, tested), &line(2, falsified));
        let few = Ruling::Annotate(Unmet::TooFew { agree: 1, need: 2 });
        assert_eq!(ruling(Tested::No, false), few);
        assert_eq!(ruling(Tested::Stands("c/z".into()), false), few);
        assert_eq!(ruling(Tested::Stands("c/z".into()), true), Ruling::Block);
        assert_eq!(ruling(Tested::No, true), Ruling::Annotate(Unmet::NotAsked));
        assert_eq!(ruling(refuted(), true), Ruling::Annotate(Unmet::Refuted));
        let failed = ruling(Tested::Failed("late".into()), true);
        assert_eq!(failed, Ruling::Annotate(Unmet::FalsifierFailed));
        let nobody = may_block(&said(0, Tested::Stands("c/z".into())), &line(0, true));
        assert_eq!(nobody, Ruling::Annotate(Unmet::TooFew { agree: 0, need: 1 }));
    }

    #[test]
    fn without_a_number_agreement_alone_never_blocks() {
        let few = Ruling::Annotate(Unmet::TooFew { agree: 9, need: 0 });
        assert_eq!(may_block(&said(9, Tested::No), &line(0, false)), few);
    }

    #[test]
    fn what_never_blocks_does_not_whoever_says_it() {
        let mut opinion = said(5, Tested::Stands("c/z".into()));
        opinion.ceiling = Some("old-code".into());
        let never = Ruling::Annotate(Unmet::Ceiling("old-code".into()));
        assert_eq!(may_block(&opinion, &line(1, true)), never);
    }
}
