//! What the policy decided.

use super::{Disposition, Later, Oid, Stage};

/// What the policy decided about one tree.
#[derive(Debug, Clone)]
pub struct Verdict {
    /// The decision.
    pub decision: Decision,
    /// The tree that was judged.
    pub subject: Oid,
    /// The stage whose gate judged.
    pub stage: Stage,
    /// SHA-256 of the effective policy, in hexadecimal digits.
    pub policy_digest: Later<String>,
    /// Why, worst first: one lowercase line each.
    pub reasons: Vec<Reason>,
    /// How many findings became what.
    pub counts: Counts,
}

/// The decision of a gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Decision {
    /// Nothing worth showing.
    Pass,
    /// Something worth showing, nothing that blocks.
    Warn,
    /// Something was not looked at, and the gate does not let that pass.
    Inconclusive,
    /// Something blocks.
    Block,
}

impl Decision {
    /// Returns the word used in every report.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Warn => "warn",
            Self::Inconclusive => "inconclusive",
            Self::Block => "block",
        }
    }

    /// Returns the exit code: 0 pass or warn, 1 block, 3 inconclusive.
    #[must_use]
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Pass | Self::Warn => 0,
            Self::Block => 1,
            Self::Inconclusive => 3,
        }
    }
}

/// One reason for a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    /// What it speaks for.
    pub decision: Decision,
    /// One lowercase line.
    pub text: String,
}

/// How many findings became what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Findings that block.
    pub block: usize,
    /// Findings that are shown.
    pub warn: usize,
    /// Findings below what the gate shows.
    pub note: usize,
    /// Findings that a comment in the content allows.
    pub suppressed: usize,
    /// Findings that a waiver covers.
    pub waived: usize,
    /// Findings that the baseline holds.
    pub baseline: usize,
}

impl Counts {
    /// Returns the count of a disposition.
    pub fn of(&mut self, disposition: &Disposition) -> &mut usize {
        match disposition {
            Disposition::Block => &mut self.block,
            Disposition::Warn => &mut self.warn,
            Disposition::Note => &mut self.note,
            Disposition::Suppressed(_) => &mut self.suppressed,
            Disposition::Waived(_) => &mut self.waived,
            Disposition::Baseline => &mut self.baseline,
        }
    }
}
