//! Step 8: claims on one place that are about the same kind of thing are one finding, whatever their words.
//!
//! Matching words throws agreement away, and joins what stands on different places. So the words have no
//! part in it: claims belong together if they are of one family, stand in one file, and each is within
//! reach of each other one; a row of neighbours does not make its two ends agree.

use super::candidate::{Anchored, Candidate, Ceiling, opinion};
use super::{Family, gap};
use crate::model::Severity;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// How many lines of a long quote count for its place: who quotes a whole file agrees with nobody.
const MOST_LINES: u32 = 30;

/// How many models are told apart in one group; all further ones count as one.
const MOST_MODELS: u32 = 64;

/// Joins claims, ordered by place.
pub(super) fn candidates(mut claims: Vec<Anchored>, reach: u32) -> Vec<Candidate> {
    claims.sort_by(|a, b| order(a).cmp(&order(b)));
    let mut groups: BTreeMap<(String, Family), Vec<Anchored>> = BTreeMap::new();
    for claim in claims {
        let key = (claim.path.clone(), Family::of(claim.claim.kind));
        groups.entry(key).or_default().push(claim);
    }
    let mut candidates: Vec<Candidate> = groups
        .into_iter()
        .flat_map(|((path, family), group)| {
            split(group, reach)
                .into_iter()
                .map(move |c| (path.clone(), family, c))
        })
        .map(|(path, family, claims)| candidate(path, family, claims))
        .collect();
    candidates.sort_by(|a, b| place(a).cmp(&place(b)));
    count(&mut candidates);
    candidates
}

fn place(candidate: &Candidate) -> (&str, u32, u32, Family) {
    let lines = &candidate.lines;
    (&candidate.path, lines.start, lines.end, candidate.family)
}

/// Numbers candidates of one family on the same text of one file.
fn count(candidates: &mut [Candidate]) {
    let mut seen: BTreeMap<(String, Family, String), u32> = BTreeMap::new();
    for candidate in candidates {
        let text = super::text::normal(&candidate.anchor);
        let nth = seen
            .entry((candidate.path.clone(), candidate.family, text))
            .or_default();
        candidate.nth = *nth;
        *nth += 1;
    }
}

/// Divides the claims of one file and family: the place with most agreement first, then of what is left.
fn split(mut group: Vec<Anchored>, reach: u32) -> Vec<Vec<Anchored>> {
    let mut clusters = Vec::new();
    while !group.is_empty() {
        let point = densest(&group, reach);
        let (cluster, rest) = group
            .into_iter()
            .partition(|claim| Spot::of(claim).covers(point, reach));
        clusters.push(cluster);
        group = rest;
    }
    clusters
}

/// Returns the line at which most models meet: those that may block, then all, then the worst, then the first.
fn densest(group: &[Anchored], reach: u32) -> u32 {
    let bits = bits(group);
    let spots: Vec<Spot> = group.iter().map(Spot::of).collect();
    let weight = |point: u32| {
        let (mut backing, mut all, mut worst) = (0_u64, 0_u64, Severity::Info);
        for ((claim, spot), bit) in group.iter().zip(&spots).zip(&bits) {
            if spot.covers(point, reach) {
                all |= bit;
                if claim.may_block() {
                    backing |= bit;
                    worst = worst.max(claim.severity);
                }
            }
        }
        (backing.count_ones(), all.count_ones(), worst, Reverse(point))
    };
    let points: BTreeSet<u32> = spots.iter().map(|spot| spot.first).collect();
    points
        .into_iter()
        .max_by_key(|point| weight(*point))
        .unwrap_or_default()
}

/// One bit for each model, by its claim.
fn bits(group: &[Anchored]) -> Vec<u64> {
    let mut known: BTreeMap<String, u32> = BTreeMap::new();
    let mut bits = Vec::with_capacity(group.len());
    for claim in group {
        let next = known.len() as u32;
        let bit = *known.entry(opinion(&claim.claim.model)).or_insert(next);
        bits.push(1_u64 << bit.min(MOST_MODELS - 1));
    }
    bits
}

/// The lines of a claim that count for its place; the last one is included.
#[derive(Debug, Clone, Copy)]
struct Spot {
    first: u32,
    last: u32,
}

impl Spot {
    fn of(claim: &Anchored) -> Self {
        let first = claim.lines.start;
        let last = gap::last(&claim.lines).min(first.saturating_add(MOST_LINES - 1));
        Self { first, last }
    }

    /// Whether the line stands in it, or at most `reach` below. All that cover one line are within reach of
    /// each other.
    fn covers(self, point: u32, reach: u32) -> bool {
        self.first <= point && point <= self.last.saturating_add(reach)
    }
}

fn candidate(path: String, family: Family, claims: Vec<Anchored>) -> Candidate {
    let models: BTreeSet<String> = claims.iter().map(|claim| claim.claim.model.clone()).collect();
    let ceiling = claims.first().map_or(Ceiling::MayBlock, |claim| claim.ceiling);
    let counted = claims
        .iter()
        .filter(|claim| claim.may_block() == (ceiling == Ceiling::MayBlock));
    let severity = counted.map(|claim| claim.severity).max();
    let first = claims.first();
    Candidate {
        path,
        lines: first.map_or(0..0, |claim| claim.lines.clone()),
        anchor: first.map_or_else(String::new, |claim| claim.anchor.clone()),
        family,
        severity: severity.unwrap_or(Severity::Info),
        models: models.into_iter().collect(),
        ceiling,
        nth: 0,
        claims,
    }
}

/// The order of claims: those that may block, the worst, the surest, the most exact, and then anything that
/// does not depend on who answered first.
fn order(claim: &Anchored) -> impl Ord + '_ {
    let said = &claim.claim;
    let weight = (claim.ceiling, Reverse(claim.severity), Reverse(said.confidence));
    let length = claim.lines.end.saturating_sub(claim.lines.start);
    let place = (length, claim.lines.start, &claim.path);
    let who = (
        &said.model,
        &said.validator,
        said.kind,
        said.scope,
        said.line,
        said.severity,
    );
    let words = (
        &said.title,
        &said.message,
        &said.fix,
        &said.quote,
        &said.subject,
        &said.path,
    );
    (weight, place, who, words)
}
