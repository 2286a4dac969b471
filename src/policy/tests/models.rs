//! What the policy makes of findings of models.

use super::*;
use crate::model::{ModelThreshold, Opinion};

#[test]
fn what_models_say_hears_what_it_lacks() {
    let said = |severity| Finding {
        origin: Origin::Models(Opinion {
            backing: 2,
            ..Opinion::default()
        }),
        ..finding("text/long", severity, "a.rs", 1)
    };
    let unmet = |line: Option<(Severity, u32)>, severity| {
        let mut policy = policy();
        policy.gate.block_models = line.map(|(severity, agreement)| ModelThreshold {
            severity,
            confidence: Confidence::Low,
            agreement,
            falsified: false,
        });
        let (_, mut found) = decided(&policy, vec![said(severity)]);
        let found = found.remove(0);
        match found.origin {
            Origin::Models(opinion) => (opinion.unmet, found.disposition),
            Origin::Computed => panic!("models said it"),
        }
    };
    let (high, low) = (Severity::High, Severity::Low);
    assert_eq!(unmet(Some((high, 2)), high), (None, Disposition::Block));
    assert_eq!(unmet(None, high), (Some(Unmet::NoGate), Disposition::Warn));
    let below = (Some(Unmet::BelowTheLine), Disposition::Warn);
    assert_eq!(unmet(Some((high, 2)), low), below);
    let few = (Some(Unmet::TooFew { agree: 2, need: 3 }), Disposition::Warn);
    assert_eq!(unmet(Some((high, 3)), high), few);
}
