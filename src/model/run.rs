//! What became of a check.

use super::Finding;
use std::borrow::Cow;
use std::time::Duration;

/// One run of one check, or of one family of checks that run together.
#[derive(Debug, Clone)]
pub struct CheckRun {
    /// The name, such as `rules`.
    pub check: Cow<'static, str>,
    /// How it ended.
    pub outcome: Outcome,
    /// How long it took.
    pub elapsed: Duration,
}

/// How a check ended. Only `Completed` says something about the change.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// It looked at everything it was asked to.
    Completed(Vec<Finding>),
    /// It had nothing to do, for this reason.
    Skipped(String),
    /// It could not look at everything, for this reason; what it found stands.
    Failed(String, Vec<Finding>),
    /// The deadline came first; what it found until then stands.
    TimedOut(Vec<Finding>),
}

impl Outcome {
    /// Returns what was found, whether or not the check completed.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        match self {
            Self::Completed(f) | Self::Failed(_, f) | Self::TimedOut(f) => f,
            Self::Skipped(_) => &[],
        }
    }
}
