//! Who says that something was found.

use std::borrow::Cow;

/// Who says that something was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Origin {
    /// A check that computes its answer.
    #[default]
    Computed,
    /// One or more models.
    Models(Opinion),
}

/// What models say, and what speaks for it and against it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Opinion {
    /// The validators that asked, each once, sorted.
    pub validators: Vec<String>,
    /// The models that say it, each once, sorted: `provider/model`.
    pub models: Vec<String>,
    /// How many distinct models say it in a way that may block.
    pub backing: u32,
    /// Why it never blocks, whoever says it: a stable word; `None`: it may.
    pub ceiling: Option<Cow<'static, str>>,
    /// What came of the attempt to refute it.
    pub tested: Tested,
    /// Whether models say so only where the comments of the change are taken away: comments convinced them.
    pub influenced: bool,
    /// Why, and what follows, in the words of the first model that says it: visible characters, any length.
    pub says: String,
    /// What it lacks to block at the gate that judged it; `None`: it lacks nothing, or nobody judged it yet.
    pub unmet: Option<Unmet>,
}

/// What came of the attempt to refute what models say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Tested {
    /// Nobody was asked.
    #[default]
    No,
    /// A model that had not said it could not refute it.
    Stands(String),
    /// A model refuted it, with evidence that stands in the change.
    Refuted {
        /// Who.
        by: String,
        /// Why, in its words.
        reason: String,
    },
    /// Who was asked gave no answer that can be used, for this reason.
    Failed(String),
}

/// What that which models say lacks to block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unmet {
    /// The gate lets nothing block that models say.
    NoGate,
    /// It never blocks, for this reason.
    Ceiling(String),
    /// Too few models say it.
    TooFew {
        /// How many do.
        agree: u32,
        /// How many must.
        need: u32,
    },
    /// Nobody tried to refute it.
    NotAsked,
    /// Another model refuted it, with evidence.
    Refuted,
    /// Who was asked to refute it gave no usable answer.
    FalsifierFailed,
    /// It is not severe enough, or not likely enough.
    BelowTheLine,
}

impl Unmet {
    /// Returns the stable word used in reports.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::NoGate => "no-gate",
            Self::Ceiling(why) => why,
            Self::TooFew { .. } => "too-few-agree",
            Self::NotAsked => "not-asked",
            Self::Refuted => "refuted",
            Self::FalsifierFailed => "falsifier-failed",
            Self::BelowTheLine => "below-the-line",
        }
    }
}
