//! The validators that are shipped: one file and one row each, and a prompt in `policies/prompts`.

mod architecture;
mod correctness;
mod dependency;
mod intent;
mod migration;
mod performance;
mod security;
mod tests;

#[cfg(test)]
mod cases;
#[cfg(test)]
mod laws;

use super::claim::Kind;
use super::focus::{self, Focus};
use super::language::{Sort, sort};
use super::spec::{Scope, Spec};
use crate::check::is_test;
use crate::llm::prompt;
use crate::model::visible;
use bstr::BStr;

/// A validator that is shipped.
pub struct Shipped {
    /// Its name: the prompt of the same name says what it looks for.
    pub name: &'static str,
    /// What it looks for, in a few lowercase words.
    pub summary: &'static str,
    /// What it looks at, in a few lowercase words for what `wants` does.
    pub looks_at: &'static str,
    /// What it may claim.
    pub kinds: &'static [Kind],
    /// Whether what it says can ever block.
    pub gates: bool,
    /// Whether it is shown the message of the commit.
    pub sees_message: bool,
    /// Whether a path is worth its while; `None`: every path is.
    pub wants: Option<fn(&BStr) -> bool>,
}

/// All of them, in the order in which they are asked.
pub const ALL: &[&Shipped] = &[
    &correctness::CORRECTNESS,
    &security::SECURITY,
    &migration::MIGRATION,
    &dependency::DEPENDENCY,
    &performance::PERFORMANCE,
    &architecture::ARCHITECTURE,
    &tests::TESTS,
    &intent::INTENT,
];

/// Names of calls that are no validators.
const TAKEN: [&str; 3] = ["creator", "falsifier", "reviewer"];

/// Returns the validator of a name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Shipped> {
    ALL.iter().copied().find(|shipped| shipped.name == name)
}

/// Returns a shipped validator as it runs.
///
/// `focus` stands in the place of what the validator itself says it looks for. Without `agents`, routing chooses
/// who is asked. A `scope` that names paths or languages says what is worth its while; one that only excludes
/// leaves that to the validator.
#[must_use]
pub fn spec(shipped: &Shipped, focus: Option<Focus>, agents: &[String], scope: Scope) -> Spec {
    let focus = focus.unwrap_or_else(|| own_words(shipped));
    let is_chosen = !scope.paths.is_empty() || !scope.languages.is_empty();
    let wants = shipped.wants.filter(|_| !is_chosen);
    Spec {
        name: shipped.name.to_owned(),
        focus: focus.text,
        digest: focus.digest,
        kinds: shipped.kinds.to_vec(),
        gates: shipped.gates,
        sees_message: shipped.sees_message,
        agents: somebody(agents),
        scope: Scope { wants, ..scope },
    }
}

/// What is wrong with a validator of a repository's own.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Its name is none.
    #[error(
        "`{0}` is no name for a validator: a lowercase letter, then lowercase letters, digits and dashes"
    )]
    Name(String),
    /// Its name belongs to something else.
    #[error("the name `{0}` is taken")]
    Taken(String),
    /// A word stands for no kind of claim.
    #[error("`{word}` is no kind of claim; there are {}", names())]
    Kind {
        /// The word.
        word: String,
    },
    /// What it looks for cannot be used.
    #[error("validator `{name}`: {error}")]
    Focus {
        /// The validator.
        name: String,
        /// Why.
        error: focus::Error,
    },
}

/// Returns the kinds of claims that a policy names, each once.
///
/// # Errors
/// With the first word that is none.
pub fn kinds(words: &[String]) -> Result<Vec<Kind>, Error> {
    let mut kinds = Vec::new();
    for word in words {
        let kind = Kind::from_name(word).ok_or_else(|| Error::Kind {
            word: visible(word).into_owned(),
        })?;
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    Ok(kinds)
}

/// The words for all kinds.
fn names() -> String {
    let names = Kind::ALL.map(|kind| format!("`{}`", kind.name()));
    names.join(", ")
}

/// Returns a validator of a repository's own as it runs: `file` is the Markdown that says what it looks for.
///
/// Without `kinds` it claims defects; without `agents`, routing chooses who is asked. It never sees the message.
///
/// # Errors
/// Its name or its file cannot be used.
pub fn own(name: &str, file: &[u8], kinds: &[Kind], agents: &[String], scope: Scope) -> Result<Spec, Error> {
    if !is_name(name) {
        return Err(Error::Name(visible(name).into_owned()));
    }
    if find(name).is_some() || TAKEN.contains(&name) {
        return Err(Error::Taken(name.to_owned()));
    }
    let focus = focus::read(Some(name), file).map_err(|error| Error::Focus {
        name: name.to_owned(),
        error,
    })?;
    Ok(Spec {
        name: name.to_owned(),
        focus: focus.text,
        digest: focus.digest,
        kinds: match kinds {
            [] => vec![Kind::Defect],
            kinds => kinds.to_vec(),
        },
        gates: true,
        sees_message: false,
        agents: somebody(agents),
        scope,
    })
}

/// What a validator itself says it looks for. A test holds that there is a prompt for each.
fn own_words(shipped: &Shipped) -> Focus {
    let prompt = prompt::shipped(shipped.name);
    let text = prompt.as_ref().and_then(|prompt| prompt.render(&[]).ok());
    Focus {
        text: text.unwrap_or_else(|| shipped.summary.to_owned()),
        digest: prompt.map(|prompt| prompt.digest).unwrap_or_default(),
    }
}

/// Who is asked: an empty name stands for whoever routing chooses.
fn somebody(agents: &[String]) -> Vec<String> {
    match agents {
        [] => vec![String::new()],
        agents => agents.to_vec(),
    }
}

/// Lowercase letters, digits and dashes, a letter first.
fn is_name(name: &str) -> bool {
    let is_part = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    name.starts_with(|c: char| c.is_ascii_lowercase()) && name.len() <= 60 && name.chars().all(is_part)
}

/// Whether a path holds code that is no test.
fn is_production_code(path: &BStr) -> bool {
    sort(path) == Some(Sort::Code) && !is_test(path)
}
