//! From what models claim to what can be shown or block: each step in its file, in order of cost.
//!
//! Pure and deterministic: the same claims, in any order, on the same change give the same candidates. A
//! claim that is dropped is kept with its step and its reason, and counted. A model adds findings here and
//! takes none away: nothing that one says lowers what another says.
//!
//! Suppressions, the baseline and remembered rejections come later, by the fingerprint of a candidate.

mod candidate;
pub mod caps;
mod cluster;
mod comment;
mod dropped;
pub mod facts;
pub mod falsify;
mod family;
mod gap;
mod limits;
pub mod quote;
pub mod rank;
mod reach;
pub mod refute;
mod scope;
mod text;
mod wording;
mod world;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;

pub use candidate::{Anchored, Candidate, Ceiling, Why, opinion};
pub use dropped::{Drop, Step};
pub use facts::{Facts, NoFacts};
pub use falsify::{Falsified, Outcome};
pub use family::Family;
pub use limits::Limits;

use super::claim::Claim;
use super::ground::{Ground, GroundFile};
use crate::model::Severity;
use quote::{Place, Searchable};
use std::collections::BTreeMap;

/// The file is not part of the change.
pub const UNKNOWN_PATH: &str = "unknown-path";

/// What is left of claims, and what is not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sifted {
    /// The candidates, the most important first.
    pub candidates: Vec<Candidate>,
    /// What was dropped.
    pub drops: Vec<Drop>,
}

impl Sifted {
    /// Counts the drops by step and reason.
    #[must_use]
    pub fn counts(&self) -> BTreeMap<(Step, &'static str), usize> {
        let mut counts = BTreeMap::new();
        for drop in &self.drops {
            *counts.entry((drop.step, drop.reason)).or_default() += 1;
        }
        counts
    }

    /// Counts the claims that are shown and never block, by reason.
    #[must_use]
    pub fn lowered(&self) -> BTreeMap<Why, usize> {
        let mut counts = BTreeMap::new();
        for claim in self.candidates.iter().flat_map(|candidate| &candidate.claims) {
            if let Ceiling::AnnotateOnly(why) = claim.ceiling {
                *counts.entry(why).or_default() += 1;
            }
        }
        counts
    }
}

/// Sifts the claims of all validators and models about one change.
#[must_use]
pub fn sift(claims: Vec<Claim>, ground: &Ground, facts: &dyn Facts, limits: &Limits) -> Sifted {
    sift_both(claims, ground, None, facts, limits)
}

/// Sifts claims together with those that were made about the change without its comments, each held against
/// what was shown for it. Who says the same both times is one opinion.
#[must_use]
pub fn sift_both(
    claims: Vec<Claim>,
    ground: &Ground,
    bare: Option<(Vec<Claim>, &Ground)>,
    facts: &dyn Facts,
    limits: &Limits,
) -> Sifted {
    let mut drops = Vec::new();
    let mut held = hold(claims, ground, facts, limits, &mut drops);
    if let Some((claims, ground)) = bare {
        let mut more = hold(claims, ground, facts, limits, &mut drops);
        more.iter_mut().for_each(|anchored| anchored.bare = true);
        held.extend(more);
    }
    let candidates = cluster::candidates(held, limits.reach);
    let (candidates, rest) = rank::first(candidates, limits.singles);
    drops.extend(rest.into_iter().map(not_among_the_first));
    Sifted { candidates, drops }
}

/// Holds each claim against what was shown.
fn hold(
    claims: Vec<Claim>,
    ground: &Ground,
    facts: &dyn Facts,
    limits: &Limits,
    drops: &mut Vec<Drop>,
) -> Vec<Anchored> {
    let (claims, too_many) = caps::in_turns(claims, limits.claims);
    let mut sieve = Sieve {
        ground,
        facts,
        limits,
        texts: BTreeMap::new(),
        drops: Vec::new(),
    };
    let held = claims.into_iter().filter_map(|claim| sieve.hold(claim)).collect();
    for claim in too_many {
        sieve.drop(Step::Caps, caps::TOO_MANY, claim);
    }
    drops.append(&mut sieve.drops);
    held
}

fn not_among_the_first(anchored: Anchored) -> Drop {
    Drop {
        step: Step::Rank,
        reason: rank::NOT_AMONG_THE_FIRST,
        claim: anchored.claim,
    }
}

/// Joins what came of several parts of a change, each held against what was shown of it alone.
#[must_use]
pub fn join(parts: Vec<Sifted>, limits: &Limits) -> Sifted {
    let (mut candidates, mut drops) = (Vec::new(), Vec::new());
    for part in parts {
        candidates.extend(part.candidates);
        drops.extend(part.drops);
    }
    cluster::order_and_count(&mut candidates);
    let (candidates, rest) = rank::first(candidates, limits.singles);
    drops.extend(rest.into_iter().map(not_among_the_first));
    Sifted { candidates, drops }
}

struct Sieve<'a> {
    ground: &'a Ground,
    facts: &'a dyn Facts,
    limits: &'a Limits,
    /// The files that were searched, by path.
    texts: BTreeMap<&'a str, Searchable>,
    drops: Vec<Drop>,
}

impl<'a> Sieve<'a> {
    /// Holds one claim against the change: the steps from the caps to the wording.
    fn hold(&mut self, mut claim: Claim) -> Option<Anchored> {
        if let Some(reason) = caps::refuse(&claim, self.limits) {
            return self.drop(Step::Caps, reason, claim);
        }
        let Some(file) = self.ground.file(&claim.path) else {
            return self.drop(Step::Path, UNKNOWN_PATH, claim);
        };
        let place = match self.find(&claim, file) {
            Ok(place) => place,
            Err(reason) => return self.drop(Step::Quote, reason, claim),
        };
        let answer = refute::answer(&refute::Asked {
            claim: &claim,
            lines: &place.lines,
            file,
            ground: self.ground,
            facts: self.facts,
        });
        let unanswered = match answer {
            Ok(unanswered) => unanswered,
            Err(reason) => return self.drop(Step::Facts, reason, claim),
        };
        let asks = wording::limit(&claim.title);
        let whys = [
            reach::limit(&place.lines, file, self.limits.reach),
            unanswered,
            world::limit(claim.kind),
            scope::limit(claim.scope, &place.lines, file),
            asks,
        ];
        caps::cut(&mut claim, self.limits);
        Some(anchored(claim, file, place, whys))
    }

    fn find(&mut self, claim: &Claim, file: &'a GroundFile) -> Result<Place, &'static str> {
        let text = self
            .texts
            .entry(&file.path)
            .or_insert_with(|| Searchable::new(file));
        quote::find(&claim.quote, claim.line, file, text, self.limits.reach)
    }

    fn drop(&mut self, step: Step, reason: &'static str, claim: Claim) -> Option<Anchored> {
        self.drops.push(Drop { step, reason, claim });
        None
    }
}

/// A claim at its place, with the first reason that lowers it. What asks to check is a note.
fn anchored(claim: Claim, file: &GroundFile, place: Place, whys: [Option<Why>; 5]) -> Anchored {
    let severity = match whys[4] {
        Some(_) => Severity::Info,
        None => claim.severity,
    };
    let mut anchored = Anchored {
        path: file.path.clone(),
        anchor: anchor(file, &place),
        lines: place.lines,
        severity,
        ceiling: Ceiling::MayBlock,
        bare: false,
        claim,
    };
    whys.into_iter().for_each(|why| anchored.lower(why));
    anchored
}

/// The text of a place as the file has it.
fn anchor(file: &GroundFile, place: &Place) -> String {
    let lines = match &place.removed {
        Some(removed) => file.old.range(removed.clone()),
        None => file.new.range(place.lines.clone()),
    };
    let lines: Vec<&str> = lines.map(|(_, line)| line.as_str()).collect();
    lines.join("\n")
}
