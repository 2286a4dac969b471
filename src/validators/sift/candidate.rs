//! What is left of claims once they were held against the change.

use super::{Family, Step};
use crate::check;
use crate::model::{Fingerprint, Severity};
use crate::validators::claim::Claim;
use std::collections::BTreeSet;
use std::ops::Range;

/// A place in the change of which one or more models say the same kind of thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The path after the change.
    pub path: String,
    /// The lines after the change that the first claim quotes, from 1, half-open; empty: nothing is left
    /// there.
    pub lines: Range<u32>,
    /// The text of those lines, or of the removed ones, as the file has it.
    pub anchor: String,
    /// What the claims are about.
    pub family: Family,
    /// The worst that is said: of those claims that may block, where there are any. It is never less for
    /// another claim, or one model could soften what others say.
    pub severity: Severity,
    /// The claims, the one to show first.
    pub claims: Vec<Anchored>,
    /// Who made them, each once, sorted.
    pub models: Vec<String>,
    /// Whether it can block at all.
    pub ceiling: Ceiling,
    /// Counts the candidates of the same family on the same text in the same file, from 0.
    pub nth: u32,
    /// The unit of the view in which it stands; 0 where there is one alone.
    pub unit: usize,
}

/// A claim that was found in the change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchored {
    /// The claim, its texts cut where they were too long.
    pub claim: Claim,
    /// The path after the change.
    pub path: String,
    /// The lines after the change where its quote stands, from 1, half-open; empty: nothing is left there.
    pub lines: Range<u32>,
    /// The text of those lines, or of the removed ones.
    pub anchor: String,
    /// How bad it says it is, at most.
    pub severity: Severity,
    /// Whether it can block.
    pub ceiling: Ceiling,
    /// Whether it was made about the change without its comments.
    pub bare: bool,
}

/// How far a claim can go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Ceiling {
    /// It blocks if the gate's rule holds.
    MayBlock,
    /// It is shown, whatever the gate says.
    AnnotateOnly(Why),
}

/// Why a claim never blocks: the first reason that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Why {
    /// It stands on code that the change left alone.
    OldCode,
    /// It has an answer that can be computed, and nobody computed it.
    Unanswered,
    /// It is about the world outside.
    OutsideWorld,
    /// It is about what somebody meant.
    Intent,
    /// Its place was not shown to a model.
    NotShown,
    /// It looks further than what was shown.
    WiderThanShown,
    /// It asks to look again, and states nothing.
    AsksToCheck,
}

impl Why {
    /// All reasons.
    pub const ALL: [Self; 7] = [
        Self::OldCode,
        Self::Unanswered,
        Self::OutsideWorld,
        Self::Intent,
        Self::NotShown,
        Self::WiderThanShown,
        Self::AsksToCheck,
    ];

    /// Returns the stable word used in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::OldCode => "old-code",
            Self::Unanswered => "unanswered",
            Self::OutsideWorld => "outside-world",
            Self::Intent => "intent",
            Self::NotShown => "not-shown",
            Self::WiderThanShown => "wider-than-shown",
            Self::AsksToCheck => "asks-to-check",
        }
    }

    /// Returns the reason in words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::OldCode => "it stands on code that the change left alone",
            Self::Unanswered => "it could be computed, and was not",
            Self::OutsideWorld => "it is about the world outside the repository",
            Self::Intent => "it is about what was meant",
            Self::NotShown => "its place was not shown to the model",
            Self::WiderThanShown => "it needs more than the model was shown",
            Self::AsksToCheck => "it asks to look again and states nothing",
        }
    }

    /// Returns the step that found it.
    #[must_use]
    pub fn step(self) -> Step {
        match self {
            Self::OldCode => Step::Reach,
            Self::Unanswered => Step::Facts,
            Self::OutsideWorld | Self::Intent => Step::World,
            Self::NotShown | Self::WiderThanShown => Step::Scope,
            Self::AsksToCheck => Step::Wording,
        }
    }
}

impl Anchored {
    /// Whether it can block.
    #[must_use]
    pub fn may_block(&self) -> bool {
        self.ceiling == Ceiling::MayBlock
    }

    /// Lowers the ceiling. The first reason stays.
    pub(super) fn lower(&mut self, why: Option<Why>) {
        if let (Ceiling::MayBlock, Some(why)) = (self.ceiling, why) {
            self.ceiling = Ceiling::AnnotateOnly(why);
        }
    }
}

impl Candidate {
    /// Returns how many distinct models say it.
    #[must_use]
    pub fn agreement(&self) -> usize {
        opinions(self.claims.iter())
    }

    /// Returns how many distinct models say it in a way that may block. Only these count at a gate: a model
    /// that asks to look again, or that looks at old code, confirms nothing.
    #[must_use]
    pub fn backing(&self) -> usize {
        opinions(self.claims.iter().filter(|claim| claim.may_block()))
    }

    /// Returns the claim to show.
    #[must_use]
    pub fn first(&self) -> Option<&Anchored> {
        self.claims.first()
    }

    /// Returns what identifies it across rebases, as a finding of `check`; no line number is part of it.
    #[must_use]
    pub fn fingerprint(&self, check: &str) -> Fingerprint {
        let check = format!("{check}/{}", self.family.name());
        check::fingerprint(&check, self.path.as_bytes(), self.anchor.as_bytes(), self.nth)
    }
}

fn opinions<'a>(claims: impl Iterator<Item = &'a Anchored>) -> usize {
    let distinct: BTreeSet<String> = claims.map(|claim| opinion(&claim.claim.model)).collect();
    distinct.len()
}

/// Returns what two names of one model have in common: the part behind the last slash, in lowercase.
///
/// One model behind two providers is one opinion. Two models that share that part count as one, too: too
/// little agreement is an annotation, too much blocks a commit.
#[must_use]
pub fn opinion(model: &str) -> String {
    let name = model.rsplit('/').find(|part| !part.trim().is_empty());
    name.unwrap_or_default().trim().to_lowercase()
}
