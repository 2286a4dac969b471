//! The validators of an evaluation: shipped ones, each asked on behalf of whoever has answers.

use crate::llm::prompt::{self, Prompt};
use crate::validators::focus::Focus;
use crate::validators::shipped;
use crate::validators::spec::{Scope, Spec};

/// Returns the names of all validators that a case can ask.
pub(super) fn names() -> impl Iterator<Item = &'static str> + Clone {
    shipped::ALL.iter().map(|row| row.name)
}

/// Whether there is a validator of that name.
pub(super) fn is_known(name: &str) -> bool {
    shipped::find(name).is_some()
}

/// Returns the prompt of a validator as it is shipped.
pub(super) fn prompt(name: &str) -> Option<Prompt> {
    prompt::shipped(name).filter(|_| is_known(name))
}

/// Makes a validator that asks these agents, with another prompt where one is given. `None`: there is none of
/// that name.
pub(super) fn spec(name: &str, given: Option<&Prompt>, agents: &[String]) -> Option<Spec> {
    let focus = given.and_then(|prompt| {
        let text = prompt.render(&[]).ok()?;
        let digest = prompt.digest.clone();
        Some(Focus { text, digest })
    });
    Some(shipped::spec(
        shipped::find(name)?,
        focus,
        agents,
        Scope::default(),
    ))
}
