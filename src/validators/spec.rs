//! A validator as it runs: what it is told to look for, what it may claim, what it looks at, who is asked.

use super::claim::Kind;
use bstr::BStr;

pub use super::language::LANGUAGES;

/// A validator as it runs.
#[derive(Debug, Clone)]
pub struct Spec {
    /// Its name, such as `security`.
    pub name: String,
    /// What it looks for: the text that follows the change in a call.
    pub focus: String,
    /// Everything that the prompt depends on, in hexadecimal digits.
    pub digest: String,
    /// What it may claim.
    pub kinds: Vec<Kind>,
    /// Whether what it says can ever block.
    pub gates: bool,
    /// Whether it is shown the message of the commit. What is said there persuades: only a validator that
    /// never gates sees it.
    pub sees_message: bool,
    /// Who is asked, each an opinion of its own; an empty name: whoever routing chooses.
    pub agents: Vec<String>,
    /// What it looks at.
    pub scope: Scope,
}

/// What a validator looks at.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    /// Patterns of paths; none: all.
    pub paths: Vec<String>,
    /// Patterns of paths that it does not look at.
    pub exclude: Vec<String>,
    /// Languages, by their lowercase names; none: all.
    pub languages: Vec<String>,
    /// Whether a path is worth its while, where only the validator itself can say; `None`: every path is.
    pub wants: Option<fn(&BStr) -> bool>,
}

impl Scope {
    /// Whether it looks at a path.
    #[must_use]
    pub fn covers(&self, path: &BStr) -> bool {
        let matches = |globs: &[String]| globs.iter().any(|glob| fast_glob::glob_match(glob, path));
        let named = self.paths.is_empty() || matches(&self.paths);
        let spoken = self.languages.is_empty()
            || language(path).is_some_and(|l| self.languages.iter().any(|x| x == l));
        named && spoken && !matches(&self.exclude) && self.wants.is_none_or(|wants| wants(path))
    }
}

/// Returns the language of a path by its name, in lowercase; `None`: not known.
#[must_use]
pub fn language(path: &BStr) -> Option<&'static str> {
    super::language::of(path).map(|language| language.name)
}
