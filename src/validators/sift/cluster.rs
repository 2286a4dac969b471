//! Step 8: claims on one place that are about the same kind of thing are one finding, whatever their words.
//!
//! Matching words throws agreement away, and joins what stands on different places. So the words have no
//! part in it: claims belong together if they are of one family, stand in one file, and each is within
//! reach of each other one; a row of neighbours does not make its two ends agree.

use super::candidate::{Anchored, Candidate, Ceiling, Why, opinion};
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
    let mut candidates = Vec::new();
    for ((path, family), group) in groups {
        let clusters = split(&group, reach).into_iter();
        candidates.extend(clusters.map(|claims| candidate(path.clone(), family, claims)));
    }
    order_and_count(&mut candidates);
    candidates
}

/// Orders candidates by place, and numbers those of one family on the same text of one file.
pub(super) fn order_and_count(candidates: &mut [Candidate]) {
    candidates.sort_by(|a, b| place(a).cmp(&place(b)));
    count(candidates);
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

/// Divides the claims of one file and family, which are in order: the place with most agreement first, then
/// places for what is left.
///
/// A claim that another place took already still backs a claim of another model that it is near to. So one
/// more claim never takes agreement away from others: whatever could block before can block after it.
fn split(group: &[Anchored], reach: u32) -> Vec<Vec<Anchored>> {
    let spots: Vec<Spot> = group.iter().map(Spot::of).collect();
    let mut is_left = vec![true; group.len()];
    let mut clusters = Vec::new();
    for point in points(group, &spots, reach) {
        let (mut new, mut taken) = (Vec::new(), Vec::new());
        for ((claim, spot), is_left) in group.iter().zip(&spots).zip(&mut is_left) {
            if spot.covers(point, reach) {
                let part = if *is_left { &mut new } else { &mut taken };
                part.push(claim);
                *is_left = false;
            }
        }
        if !new.is_empty() {
            let shared = shared(&new, taken);
            clusters.push(new.into_iter().chain(shared).cloned().collect());
        }
    }
    clusters
}

/// Returns which claims of another place back new ones: those that may block, of models that do not yet.
fn shared<'a>(new: &[&'a Anchored], taken: Vec<&'a Anchored>) -> Vec<&'a Anchored> {
    let backing = new.iter().filter(|claim| claim.may_block());
    let known: BTreeSet<String> = backing.map(|claim| opinion(&claim.claim.model)).collect();
    let mut shared = taken;
    shared.retain(|claim| {
        !known.is_empty() && claim.may_block() && !known.contains(&opinion(&claim.claim.model))
    });
    shared
}

/// Returns the lines at which claims meet: those where most models do come first, counting those that may
/// block, then all; then the worst, then the first.
fn points(group: &[Anchored], spots: &[Spot], reach: u32) -> Vec<u32> {
    let bits = bits(group);
    let weight = |point: u32| {
        let (mut backing, mut all, mut worst) = (0_u64, 0_u64, Severity::Info);
        for ((claim, spot), bit) in group.iter().zip(spots).zip(&bits) {
            if spot.covers(point, reach) {
                all |= bit;
                if claim.may_block() {
                    backing |= bit;
                    worst = worst.max(claim.severity);
                }
            }
        }
        Reverse((backing.count_ones(), all.count_ones(), worst, Reverse(point)))
    };
    let firsts: BTreeSet<u32> = spots.iter().map(|spot| spot.first).collect();
    let mut points: Vec<u32> = firsts.into_iter().collect();
    points.sort_by_cached_key(|point| weight(*point));
    points
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
    let ceiling = claims.iter().map(|claim| claim.ceiling).min();
    let ceiling = ceiling.unwrap_or(Ceiling::AnnotateOnly(Why::NotShown));
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
        unit: 0,
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

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;
    use crate::validators::claim::{Claim, Kind};
    use std::ops::Range;

    fn said(model: &str, kind: Kind, lines: Range<u32>) -> Anchored {
        Anchored {
            bare: false,
            claim: Claim {
                model: model.to_owned(),
                kind,
                ..samples::claim()
            },
            path: "src/a.rs".to_owned(),
            anchor: format!("text of {}", lines.start),
            lines,
            severity: Severity::High,
            ceiling: Ceiling::MayBlock,
        }
    }

    fn defect(model: &str, line: u32) -> Anchored {
        said(model, Kind::Defect, line..line + 1)
    }

    /// The models of each candidate, by its first line.
    fn joined(claims: Vec<Anchored>) -> Vec<(u32, Vec<String>)> {
        let candidates = candidates(claims, 3);
        candidates
            .into_iter()
            .map(|c| (c.lines.start, c.models))
            .collect()
    }

    fn models(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn three_lines_apart_is_one_place_and_four_are_two() {
        let near = joined(vec![defect("a/x", 10), defect("b/y", 13)]);
        assert_eq!(near, [(10, models(&["a/x", "b/y"]))]);
        let far = joined(vec![defect("a/x", 10), defect("b/y", 14)]);
        assert_eq!(far, [(10, models(&["a/x"])), (14, models(&["b/y"]))]);
        let long = joined(vec![said("a/x", Kind::Defect, 2..8), defect("b/y", 10)]);
        assert_eq!(long.len(), 1, "a quote is as near as its last line");
    }

    #[test]
    fn another_family_is_another_finding() {
        let apart = joined(vec![defect("a/x", 10), said("b/y", Kind::Performance, 10..11)]);
        assert_eq!(apart.len(), 2);
        let within = joined(vec![defect("a/x", 10), said("b/y", Kind::MissingSymbol, 10..11)]);
        assert_eq!(within.len(), 1);
    }

    #[test]
    fn the_ends_of_a_row_do_not_agree() {
        let row = (0..6)
            .map(|n| defect("a/x", 10 + 3 * n))
            .chain([defect("b/y", 7), defect("c/z", 28)]);
        let candidates = candidates(row.collect(), 3);
        assert!(candidates.iter().all(|candidate| candidate.agreement() <= 2));
    }

    #[test]
    fn a_neighbour_takes_no_agreement_away() {
        // Two more models meet with the first; the second one keeps what the first one said.
        let claims = vec![
            defect("a/x", 10),
            defect("b/y", 13),
            defect("c/z", 7),
            defect("d/v", 7),
        ];
        let expected = [(7, models(&["a/x", "c/z", "d/v"])), (13, models(&["a/x", "b/y"]))];
        assert_eq!(joined(claims), expected);
    }

    #[test]
    fn a_note_is_not_lifted_by_what_stands_near_it() {
        let mut note = defect("b/y", 13);
        note.ceiling = Ceiling::AnnotateOnly(Why::AsksToCheck);
        let claims = vec![defect("a/x", 10), note, defect("c/z", 7), defect("d/v", 7)];
        let candidates = candidates(claims, 3);
        assert_eq!(candidates[1].models, ["b/y"]);
        assert_eq!(candidates[1].ceiling, Ceiling::AnnotateOnly(Why::AsksToCheck));
    }

    #[test]
    fn who_quotes_everything_agrees_with_nobody_far_down() {
        let claims = vec![
            said("a/x", Kind::Defect, 1..500),
            defect("b/y", 33),
            defect("c/z", 60),
        ];
        let expected = [(33, models(&["a/x", "b/y"])), (60, models(&["c/z"]))];
        assert_eq!(joined(claims), expected);
    }

    #[test]
    fn equal_texts_are_counted() {
        let mut claims = vec![
            defect("a/x", 10),
            defect("a/x", 20),
            said("a/x", Kind::Security, 20..21),
        ];
        for claim in &mut claims {
            claim.anchor = "same".to_owned();
        }
        let nth: Vec<u32> = candidates(claims, 3)
            .iter()
            .map(|candidate| candidate.nth)
            .collect();
        assert_eq!(nth, [0, 1, 0]);
    }
}
