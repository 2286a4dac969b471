//! Who says a finding, and what models were asked.

use super::Path;
use crate::model::{Asked, Count, Coverage, Money, NotShown, Opinion, Origin, Tested, Unmet, Usage};
use serde::Serialize;

/// Who says a finding: the word `computed`, or what models say.
#[derive(Serialize)]
#[serde(untagged)]
pub enum Said<'a> {
    /// A check that computes its answer.
    Computed(&'static str),
    /// Models.
    Models(View<'a>),
}

/// What models say.
#[derive(Serialize)]
pub struct View<'a> {
    validators: &'a [String],
    models: &'a [String],
    backing: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    ceiling: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unmet: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    need: Option<u32>,
    tested: Test<'a>,
    influenced: bool,
    #[serde(skip_serializing_if = "str::is_empty")]
    says: &'a str,
}

#[derive(Serialize)]
struct Test<'a> {
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
}

impl<'a> Said<'a> {
    /// Takes from a finding who says it.
    pub fn of(origin: &'a Origin) -> Self {
        match origin {
            Origin::Computed => Self::Computed("computed"),
            Origin::Models(opinion) => Self::Models(View::of(opinion)),
        }
    }
}

impl<'a> View<'a> {
    fn of(opinion: &'a Opinion) -> Self {
        Self {
            validators: &opinion.validators,
            models: &opinion.models,
            backing: opinion.backing,
            ceiling: opinion.ceiling.as_deref(),
            unmet: opinion.unmet.as_ref().map(Unmet::name),
            need: match opinion.unmet {
                Some(Unmet::TooFew { need, .. }) => Some(need),
                _ => None,
            },
            tested: Test::of(&opinion.tested),
            influenced: opinion.influenced,
            says: &opinion.says,
        }
    }
}

impl<'a> Test<'a> {
    fn of(tested: &'a Tested) -> Self {
        let (by, reason) = match tested {
            Tested::No => (None, None),
            Tested::Stands(by) => (Some(by.as_str()), None),
            Tested::Refuted { by, reason } => (Some(by.as_str()), Some(reason.as_str())),
            Tested::Failed(reason) => (None, Some(reason.as_str())),
        };
        Self {
            state: state(tested),
            by,
            reason,
        }
    }
}

/// Returns the word for what came of the attempt to refute a finding.
pub fn state(tested: &Tested) -> &'static str {
    match tested {
        Tested::No => "no",
        Tested::Stands(_) => "stands",
        Tested::Refuted { .. } => "refuted",
        Tested::Failed(_) => "failed",
    }
}

/// What models were asked about a change, and what came of it.
#[derive(Serialize)]
pub struct Review<'a> {
    files: usize,
    hunks: usize,
    bytes: u64,
    units: usize,
    not_shown: Vec<Gap<'a>>,
    asked: Vec<Row<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    skipped: Option<&'a str>,
    dropped: Vec<Many<'a>>,
    lowered: Vec<Many<'a>>,
    usage: Usage,
    cost: Money,
    unit: &'static str,
    round: usize,
    #[serde(skip_serializing_if = "str::is_empty")]
    isolation: &'a str,
}

#[derive(Serialize)]
struct Gap<'a> {
    #[serde(flatten)]
    path: Path<'a>,
    why: &'a str,
    hunks: u32,
    bytes: u64,
    by_rule: bool,
}

#[derive(Serialize)]
struct Row<'a> {
    validator: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    model: &'a str,
    calls: usize,
    answered: usize,
    cached: usize,
    claims: usize,
    failures: &'a [String],
    usage: Usage,
    cost: Money,
}

#[derive(Serialize)]
struct Many<'a> {
    what: &'a str,
    count: usize,
}

impl<'a> Review<'a> {
    /// Takes what models were asked.
    pub fn of(review: &'a Coverage) -> Self {
        Self {
            files: review.files,
            hunks: review.hunks,
            bytes: review.bytes,
            units: review.units,
            not_shown: review.left_out.iter().map(Gap::of).collect(),
            asked: review.asked.iter().map(Row::of).collect(),
            skipped: review.skipped.as_deref(),
            dropped: review.dropped.iter().map(Many::of).collect(),
            lowered: review.lowered.iter().map(Many::of).collect(),
            usage: review.usage,
            cost: review.cost,
            unit: "a billionth of a US dollar",
            round: review.round,
            isolation: &review.isolation,
        }
    }
}

impl<'a> Gap<'a> {
    fn of(item: &'a NotShown) -> Self {
        Self {
            path: Path(&item.path),
            why: &item.why,
            hunks: item.hunks,
            bytes: item.bytes,
            by_rule: item.by_rule,
        }
    }
}

impl<'a> Row<'a> {
    fn of(asked: &'a Asked) -> Self {
        Self {
            validator: &asked.validator,
            model: &asked.model,
            calls: asked.calls,
            answered: asked.answered,
            cached: asked.cached,
            claims: asked.claims,
            failures: &asked.failures,
            usage: asked.usage,
            cost: asked.cost,
        }
    }
}

impl<'a> Many<'a> {
    fn of(count: &'a Count) -> Self {
        Self {
            what: &count.what,
            count: count.count,
        }
    }
}
