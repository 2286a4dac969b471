//! Which share of a judgement a report is, and what it takes to join it with the others.

use crate::model::{Grounds, OnInconclusive, Part, Standing};
use serde::Serialize;

/// One share.
#[derive(Serialize)]
pub struct Share<'a> {
    index: u32,
    count: u32,
    files: usize,
    incomplete: bool,
    grounds: Basis<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<Basis<'a>>,
}

#[derive(Serialize)]
struct Basis<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    block: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    block_models: Option<&'static str>,
    warn: &'static str,
    on_inconclusive: &'static str,
    computed: usize,
    said: usize,
    warned: usize,
    gaps: &'a [String],
    checked: bool,
    waivers: Vec<Pass<'a>>,
}

#[derive(Serialize)]
struct Pass<'a> {
    fingerprint: &'a str,
    origin: &'a str,
    expires: &'a str,
    holds: bool,
    covers: bool,
}

impl<'a> Share<'a> {
    /// Takes what a report says about its share.
    pub fn of(part: &'a Part) -> Self {
        Self {
            index: part.shard.index,
            count: part.shard.count,
            files: part.files,
            incomplete: part.incomplete,
            grounds: Basis::of(&part.grounds),
            after: part.after.as_ref().map(Basis::of),
        }
    }
}

impl<'a> Basis<'a> {
    fn of(grounds: &'a Grounds) -> Self {
        Self {
            block: grounds.block.map(|severity| severity.name()),
            block_models: grounds.block_models.map(|severity| severity.name()),
            warn: grounds.warn.name(),
            on_inconclusive: on_inconclusive(grounds.on_inconclusive),
            computed: grounds.computed,
            said: grounds.said,
            warned: grounds.warned,
            gaps: &grounds.gaps,
            checked: grounds.checked,
            waivers: grounds.waivers.iter().map(Pass::of).collect(),
        }
    }
}

/// Returns the word for what is made of gaps.
fn on_inconclusive(what: OnInconclusive) -> &'static str {
    match what {
        OnInconclusive::Block => "block",
        OnInconclusive::Warn => "warn",
    }
}

impl<'a> Pass<'a> {
    fn of(standing: &'a Standing) -> Self {
        Self {
            fingerprint: &standing.fingerprint,
            origin: &standing.origin,
            expires: &standing.expires,
            holds: standing.holds,
            covers: standing.covers,
        }
    }
}
