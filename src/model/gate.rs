//! What a policy is made of.

use super::{Confidence, Fingerprint, Severity};
use bstr::BStr;
use std::time::Duration;

/// The moment at which a gate stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Before a commit is made.
    PreCommit,
    /// Once the message is written.
    CommitMsg,
    /// Before refs are sent.
    PrePush,
    /// On a pull request.
    Ci,
    /// When a person asks.
    Manual,
}

impl Stage {
    /// All stages, in the order in which a change meets them.
    pub const ALL: [Self; 5] = [
        Self::PreCommit,
        Self::CommitMsg,
        Self::PrePush,
        Self::Ci,
        Self::Manual,
    ];

    /// Returns the name used in configuration and reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::PreCommit => "pre-commit",
            Self::CommitMsg => "commit-msg",
            Self::PrePush => "pre-push",
            Self::Ci => "ci",
            Self::Manual => "manual",
        }
    }

    /// Returns the stage of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.name() == name)
    }
}

/// Which findings block, and what is run, at one stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gate {
    /// The stage.
    pub stage: Stage,
    /// Which checks run.
    pub checks: Vec<Selector>,
    /// What blocks; `None`: nothing does.
    pub block: Option<Threshold>,
    /// What of that which models say blocks; `None`: nothing does.
    pub block_models: Option<ModelThreshold>,
    /// Findings at or above this severity are shown.
    pub warn: Severity,
    /// How long the whole gate may take.
    pub deadline: Duration,
    /// What an inconclusive run means.
    pub on_inconclusive: OnInconclusive,
}

/// Names checks: a kind (`rules`, `commands`, `validators`), a category (`secrets`), an id (`text/merge-marker`) or a prefix
/// with a star (`text/*`); `!` in front takes away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selector {
    /// The name without `!`.
    pub name: String,
    /// Whether it takes away.
    pub negated: bool,
}

impl Selector {
    /// Whether the selector names the check of this id, whatever its sign.
    #[must_use]
    pub fn names(&self, id: &str) -> bool {
        let name = self.name.as_str();
        let by_others = id.starts_with("validators/") || id.starts_with("commands/");
        if name == "*" || name == id || (name == "rules" && !by_others) {
            return true;
        }
        let prefix = name.strip_suffix("/*").unwrap_or(name);
        id.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('/'))
    }

    /// Whether a list of selectors, read in order, includes the check of this id.
    #[must_use]
    pub fn includes(list: &[Self], id: &str) -> bool {
        list.iter()
            .rev()
            .find(|s| s.names(id))
            .is_some_and(|s| !s.negated)
    }
}

/// The line above which a finding blocks: both must be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Threshold {
    /// The lowest severity that blocks.
    pub severity: Severity,
    /// The lowest confidence that blocks.
    pub confidence: Confidence,
}

/// What it takes for that which models say to block: all of it must be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ModelThreshold {
    /// The lowest severity that blocks.
    pub severity: Severity,
    /// The lowest confidence that blocks: it grows with the number of models that agree.
    pub confidence: Confidence,
    /// How many distinct models must say it; 0: agreement alone never blocks.
    pub agreement: u32,
    /// Whether it is enough that a model which did not say it was asked to refute it, and could not.
    pub falsified: bool,
}

/// What a gate makes of checks that did not complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnInconclusive {
    /// The gate closes.
    Block,
    /// The gate opens and says so.
    Warn,
}

/// Another measure for some paths: of a list of entries, the first that matches a path counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathEntry {
    /// Patterns of paths from the root of the repository.
    pub matches: Vec<String>,
    /// No finding on these paths is worse than this.
    pub severity_cap: Option<Severity>,
    /// Checks to add, or to take away, on these paths.
    pub checks: Vec<Selector>,
    /// Whether these paths are not judged at all.
    pub exclude: bool,
    /// Where it is written, such as `.pantheon.toml:12`.
    pub origin: String,
}

impl PathEntry {
    /// Whether one of the patterns matches the path.
    #[must_use]
    pub fn covers(&self, path: &BStr) -> bool {
        self.matches.iter().any(|glob| fast_glob::glob_match(glob, path))
    }

    /// Returns the first entry that covers the path: the only one that counts.
    #[must_use]
    pub fn first<'a>(list: &'a [Self], path: &BStr) -> Option<&'a Self> {
        list.iter().find(|entry| entry.covers(path))
    }
}

/// Lets one finding pass until a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiver {
    /// The start of the fingerprint, at least 12 hexadecimal digits.
    pub fingerprint: String,
    /// Why.
    pub reason: String,
    /// Who decided.
    pub by: String,
    /// The last day on which it holds, `YYYY-MM-DD`.
    pub expires: String,
    /// Where it is written, such as `.pantheon.toml:12`.
    pub origin: String,
}

impl Waiver {
    /// Whether the waiver is about this finding.
    #[must_use]
    pub fn covers(&self, fingerprint: &Fingerprint) -> bool {
        fingerprint.to_string().starts_with(&self.fingerprint)
    }
}
