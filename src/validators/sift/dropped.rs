//! What was not believed, by step and reason.

use crate::validators::claim::Claim;

/// A claim that did not become a candidate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drop {
    /// The step that dropped it.
    pub step: Step,
    /// Why, in a stable word for counting; each step's file holds its own.
    pub reason: &'static str,
    /// The claim, for a replay.
    pub claim: Claim,
}

/// The steps from a claim to a candidate, in order.
///
/// Some drop, some only lower what a claim can do; clustering does neither.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// Too many, too long, or empty.
    Caps,
    /// The file is part of the change.
    Path,
    /// The quoted code stands in the file.
    Quote,
    /// It stands near a changed line.
    Reach,
    /// What can be computed does not speak against it.
    Facts,
    /// It can be known here at all.
    World,
    /// It looks no further than what was shown.
    Scope,
    /// It states something.
    Wording,
    /// Claims that say the same are one.
    Cluster,
    /// The rest of too long a list.
    Rank,
}

impl Step {
    /// All steps, in order.
    pub const ALL: [Self; 10] = [
        Self::Caps,
        Self::Path,
        Self::Quote,
        Self::Reach,
        Self::Facts,
        Self::World,
        Self::Scope,
        Self::Wording,
        Self::Cluster,
        Self::Rank,
    ];

    /// Returns the word used in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Caps => "caps",
            Self::Path => "path",
            Self::Quote => "quote",
            Self::Reach => "reach",
            Self::Facts => "facts",
            Self::World => "world",
            Self::Scope => "scope",
            Self::Wording => "wording",
            Self::Cluster => "cluster",
            Self::Rank => "rank",
        }
    }
}
