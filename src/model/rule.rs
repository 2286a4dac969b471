//! What a rule says about itself.

use super::{Confidence, Severity};
use std::borrow::Cow;

/// What a rule says about itself: `pantheon rules explain` prints it.
#[derive(Debug, Clone)]
pub struct RuleInfo {
    /// `category/name`, in lowercase words with dashes.
    pub id: Cow<'static, str>,
    /// What it finds, in a few lowercase words.
    pub summary: Cow<'static, str>,
    /// Why that matters: whole sentences.
    pub why: Cow<'static, str>,
    /// What to do about a finding: whole sentences.
    pub fix: Cow<'static, str>,
    /// Something it finds.
    pub bad: Cow<'static, str>,
    /// The same thing done right.
    pub good: Cow<'static, str>,
    /// How bad a finding is unless the policy says otherwise.
    pub severity: Severity,
    /// How likely a finding is.
    pub confidence: Confidence,
    /// Whether every pushed commit is searched, and not only the sum of the push: what this rule
    /// finds is harmful in the history even if a later commit removes it.
    pub history: bool,
    /// What can be set under `[rules."<id>"]` besides what every rule has.
    pub options: Cow<'static, [OptionSpec]>,
}

impl RuleInfo {
    /// Returns the family: the part of the id before the slash.
    #[must_use]
    pub fn category(&self) -> Category {
        Category::of(&self.id)
    }
}

/// The family of a rule: the first part of its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Category {
    /// Credentials.
    Secrets,
    /// The text of a file.
    Text,
    /// Files, names and modes.
    Repository,
    /// Code that is dangerous or left over.
    Hazard,
    /// Text that speaks to whoever reviews the change.
    Injection,
    /// The commit message.
    Message,
    /// The gate itself.
    Policy,
    /// A repository's own.
    Custom,
}

impl Category {
    /// Returns the category of a rule id; an unknown one is the repository's own.
    #[must_use]
    pub fn of(id: &str) -> Self {
        match id.split('/').next().unwrap_or_default() {
            "secrets" => Self::Secrets,
            "text" => Self::Text,
            "repository" => Self::Repository,
            "hazard" => Self::Hazard,
            "injection" => Self::Injection,
            "message" => Self::Message,
            "policy" => Self::Policy,
            _ => Self::Custom,
        }
    }
}

/// One option of a rule.
#[derive(Debug, Clone)]
pub struct OptionSpec {
    /// The key, in lowercase words with dashes.
    pub name: &'static str,
    /// What it does, one sentence.
    pub doc: &'static str,
    /// The type, with the value it has when nobody sets it.
    pub kind: OptionKind,
}

/// The type of an option and its default.
#[derive(Debug, Clone)]
pub enum OptionKind {
    /// A whole number.
    Int(i64),
    /// A switch.
    Bool(bool),
    /// A list of texts.
    Texts(&'static [&'static str]),
    /// One text.
    Text(&'static str),
}

/// A value that the configuration gives to an option.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// A whole number.
    Int(i64),
    /// A switch.
    Bool(bool),
    /// A list of texts.
    Texts(Vec<String>),
    /// One text.
    Text(String),
}
