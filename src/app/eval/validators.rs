//! The validators of an evaluation: shipped ones, each asked on behalf of whoever has answers.

use crate::llm::prompt::{self, Prompt};
use crate::validators::claim::Kind;
use crate::validators::shipped::{self, Shipped};
use crate::validators::spec::{Scope, Spec};

/// Returns the names of all validators that a case can ask.
pub(super) fn names() -> impl Iterator<Item = &'static str> + Clone {
    let later = LATER.iter().map(|(name, _)| *name);
    let is_later = |name: &&str| shipped::find(name).is_none();
    shipped::ALL
        .iter()
        .map(|row| row.name)
        .chain(later.filter(is_later))
}

/// Whether there is a validator of that name.
pub(super) fn is_known(name: &str) -> bool {
    names().any(|known| known == name)
}

/// Returns the prompt of a validator as it is shipped.
pub(super) fn prompt(name: &str) -> Option<Prompt> {
    prompt::shipped(name).filter(|_| is_known(name))
}

/// Makes a validator that asks these agents, with another prompt where one is given.
pub(super) fn spec(name: &str, given: Option<&Prompt>, agents: Vec<String>) -> Spec {
    let own = prompt(name);
    let prompt = given.or(own.as_ref());
    let shipped = shipped::find(name);
    Spec {
        name: name.to_owned(),
        focus: prompt.and_then(|p| p.render(&[]).ok()).unwrap_or_default(),
        digest: prompt.map(|p| p.digest.clone()).unwrap_or_default(),
        kinds: kinds(name, shipped),
        gates: shipped.is_none_or(|shipped| shipped.gates),
        sees_message: shipped.is_some_and(|shipped| shipped.sees_message),
        agents,
        scope: Scope {
            wants: shipped.and_then(|shipped| shipped.wants),
            ..Scope::default()
        },
    }
}

fn kinds(name: &str, shipped: Option<&Shipped>) -> Vec<Kind> {
    let later = || LATER.iter().find(|(later, _)| *later == name);
    let kinds = shipped.map(|shipped| shipped.kinds);
    let kinds = kinds.or_else(|| later().map(|(_, kinds)| *kinds));
    kinds.unwrap_or_default().to_vec()
}

/// Validators that have cases before they are shipped, and what they may claim.
const LATER: &[(&str, &[Kind])] = &[
    ("security", &[Kind::Security, Kind::Secret, Kind::External]),
    ("performance", &[Kind::Performance]),
    ("architecture", &[Kind::Architecture, Kind::Maintainability]),
    ("tests", &[Kind::MissingTest, Kind::Defect]),
    ("intent", &[Kind::Intent]),
    (
        "dependency",
        &[
            Kind::Security,
            Kind::Defect,
            Kind::DependencyVersion,
            Kind::External,
        ],
    ),
    ("migration", &[Kind::Migration, Kind::Defect]),
];
