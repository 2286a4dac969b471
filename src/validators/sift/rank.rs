//! Step 9: the order of candidates, and the end of the list.
//!
//! What models agree on is never cut. Models take turns in the rest, so that a list of one model does not
//! push out what another says.

use super::candidate::{Anchored, Candidate, opinion};
use crate::model::{Confidence, Severity};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Too many others come first.
pub const NOT_AMONG_THE_FIRST: &str = "not-among-the-first";

/// Orders candidates, and returns beside them the claims of those that were cut.
pub(super) fn first(mut candidates: Vec<Candidate>, singles: usize) -> (Vec<Candidate>, Vec<Anchored>) {
    candidates.sort_by(|a, b| order(a).cmp(&order(b)));
    let keep = kept(&candidates, singles);
    let (mut first, mut rest) = (Vec::new(), Vec::new());
    for (candidate, is_kept) in candidates.into_iter().zip(keep) {
        if is_kept {
            first.push(candidate);
        } else {
            rest.extend(candidate.claims);
        }
    }
    (first, rest)
}

/// Whether each candidate stays.
fn kept(candidates: &[Candidate], singles: usize) -> Vec<bool> {
    let mut turns: BTreeMap<String, usize> = BTreeMap::new();
    let mut queue = Vec::new();
    for (index, candidate) in candidates.iter().enumerate() {
        if candidate.agreement() < 2 {
            let model = candidate.models.first().map(|model| opinion(model));
            let turn = turns.entry(model.unwrap_or_default()).or_default();
            queue.push((*turn, index));
            *turn += 1;
        }
    }
    queue.sort_unstable();
    let mut keep = vec![true; candidates.len()];
    for (_, index) in queue.into_iter().skip(singles) {
        keep[index] = false;
    }
    keep
}

type Weight = (
    bool,
    Reverse<usize>,
    Reverse<Severity>,
    Reverse<usize>,
    Reverse<Option<Confidence>>,
);

/// What may block, what most models back, the worst, what most models say, the surest; then by place.
fn order(candidate: &Candidate) -> (Weight, &str, u32, u32, super::Family) {
    let backing = candidate.backing();
    let weight = (
        backing == 0,
        Reverse(backing),
        Reverse(candidate.severity),
        Reverse(candidate.agreement()),
        Reverse(candidate.first().map(|claim| claim.claim.confidence)),
    );
    let lines = &candidate.lines;
    (weight, &candidate.path, lines.start, lines.end, candidate.family)
}

#[cfg(test)]
mod tests {
    use super::super::{Ceiling, Why, cluster, samples};
    use super::*;
    use crate::validators::claim::Claim;

    fn said(model: &str, line: u32, severity: Severity) -> Anchored {
        Anchored {
            bare: false,
            claim: Claim {
                model: model.to_owned(),
                ..samples::claim()
            },
            path: "src/a.rs".to_owned(),
            anchor: String::new(),
            lines: line..line + 1,
            severity,
            ceiling: Ceiling::MayBlock,
        }
    }

    fn lines(candidates: &[Candidate]) -> Vec<u32> {
        candidates.iter().map(|candidate| candidate.lines.start).collect()
    }

    #[test]
    fn what_may_block_then_what_is_backed_then_what_is_worst() {
        let mut note = said("b/y", 10, Severity::Critical);
        note.ceiling = Ceiling::AnnotateOnly(Why::OldCode);
        let claims = vec![
            note,
            said("a/x", 20, Severity::Low),
            said("a/x", 30, Severity::High),
            said("a/x", 40, Severity::Low),
            said("b/y", 40, Severity::Low),
            said("b/y", 50, Severity::High),
        ];
        let (first, rest) = first(cluster::candidates(claims, 3), 9);
        assert_eq!(lines(&first), [40, 30, 50, 20, 10]);
        assert_eq!(rest, []);
    }

    #[test]
    fn a_long_list_pushes_out_no_other() {
        let mut claims: Vec<Anchored> = (1..9).map(|n| said("a/x", 10 * n, Severity::Critical)).collect();
        claims.push(said("b/y", 100, Severity::Low));
        claims.push(said("b/y", 200, Severity::Info));
        claims.push(said("c/z", 200, Severity::Info));
        let (first, rest) = first(cluster::candidates(claims, 3), 3);
        assert_eq!(
            lines(&first),
            [200, 10, 20, 100],
            "200 is agreed on and counts no turn"
        );
        assert_eq!(rest.len(), 6);
    }
}
