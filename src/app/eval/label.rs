//! What a case says of a finding: it is right, it is wrong, or nobody has said.

use super::case::{Case, Mark};
use crate::model::Tested;
use crate::validators::claim::{Claim, Kind};
use crate::validators::review::Found;
use crate::validators::sift::Family;
use std::collections::BTreeSet;

/// How many lines may lie between a finding and the place that is named.
const REACH: u32 = 3;

/// A claim or a candidate, and what the case says of it.
#[derive(Debug, Clone)]
pub struct Judged {
    /// The case.
    pub case: usize,
    /// The path.
    pub path: String,
    /// The first line, from 1; 0: none is named.
    pub line: u32,
    /// What it says, in one line.
    pub title: String,
    /// The kind under which it counts: of what must be found where it is that, else its own.
    pub kind: Kind,
    /// What the case says.
    pub label: Label,
    /// The validators that say it.
    pub validators: BTreeSet<String>,
    /// The models that say it.
    pub models: BTreeSet<String>,
    /// How many distinct models say it in a way that may block.
    pub backing: usize,
    /// Whether a model tried to refute it, and could not.
    pub stands: bool,
}

/// What a case says of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Label {
    /// It is what must be found, by its number in the case.
    Right(usize),
    /// It must not be found.
    Wrong,
    /// The case says nothing of it.
    Unlabelled,
}

/// The place of a finding.
struct Place<'a> {
    path: &'a str,
    /// The first and the last line.
    lines: Option<(u32, u32)>,
    family: Family,
}

/// Judges a claim as it was made, by the line that it names.
pub(super) fn claim(case: &Case, number: usize, claim: &Claim) -> Judged {
    let place = Place {
        path: &claim.path,
        lines: claim.line.map(|line| (line, line)),
        family: Family::of(claim.kind),
    };
    let label = label(case, &place);
    Judged {
        case: number,
        path: claim.path.clone(),
        line: claim.line.unwrap_or_default(),
        title: claim.title.clone(),
        kind: counted(case, label, claim.kind),
        label,
        validators: BTreeSet::from([claim.validator.clone()]),
        models: BTreeSet::from([claim.model.clone()]),
        backing: 0,
        stands: false,
    }
}

/// Judges what is left after the sift. `None`: it has no claim.
pub(super) fn found(case: &Case, number: usize, found: &Found) -> Option<Judged> {
    let candidate = &found.candidate;
    let first = candidate.first()?;
    let last = candidate.lines.end.saturating_sub(1).max(candidate.lines.start);
    let place = Place {
        path: &candidate.path,
        lines: Some((candidate.lines.start, last)),
        family: candidate.family,
    };
    let label = label(case, &place);
    let claims = || candidate.claims.iter().map(|claim| &claim.claim);
    Some(Judged {
        case: number,
        path: candidate.path.clone(),
        line: candidate.lines.start,
        title: first.claim.title.clone(),
        kind: counted(case, label, first.claim.kind),
        label,
        validators: claims().map(|claim| claim.validator.clone()).collect(),
        models: claims().map(|claim| claim.model.clone()).collect(),
        backing: candidate.backing(),
        stands: matches!(found.tested, Tested::Stands(_)),
    })
}

fn counted(case: &Case, label: Label, own: Kind) -> Kind {
    let Label::Right(number) = label else {
        return own;
    };
    let kinds = case.must_find.get(number).map(|mark| &mark.kinds);
    kinds.and_then(|kinds| kinds.first()).copied().unwrap_or(own)
}

fn label(case: &Case, place: &Place<'_>) -> Label {
    let marks = case.must_find.iter().enumerate();
    let near = marks.filter_map(|(number, mark)| Some((gap(mark, place)?, number)));
    if let Some((_, number)) = near.min() {
        return Label::Right(number);
    }
    let mut wrong = case.must_not_find.iter().filter_map(|mark| gap(mark, place));
    match case.is_clean || wrong.next().is_some() {
        true => Label::Wrong,
        false => Label::Unlabelled,
    }
}

/// Returns how many lines lie between what is named and a finding that can be about it.
fn gap(mark: &Mark, place: &Place<'_>) -> Option<u32> {
    if mark.path != place.path || !mark.is_of(place.family) {
        return None;
    }
    let Some((first, last)) = mark.lines else {
        return Some(0);
    };
    let (from, to) = place.lines?;
    let gap = first.saturating_sub(to).max(from.saturating_sub(last));
    (gap <= REACH).then_some(gap)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gap_to(lines: (u32, u32), family: Family) -> Option<u32> {
        let mark = Mark {
            path: "a".to_owned(),
            lines: Some((10, 12)),
            kinds: vec![Kind::Defect, Kind::Security],
            validators: Vec::new(),
            why: String::new(),
        };
        let place = Place {
            path: "a",
            lines: Some(lines),
            family,
        };
        gap(&mark, &place)
    }

    #[test]
    fn three_lines_are_near() {
        let gap = |first, last| gap_to((first, last), Family::Correctness);
        assert_eq!([gap(6, 6), gap(7, 7), gap(9, 9)], [None, Some(3), Some(1)]);
        assert_eq!([gap(10, 10), gap(1, 99), gap(12, 40)], [Some(0); 3]);
        assert_eq!([gap(13, 13), gap(15, 99), gap(16, 16)], [Some(1), Some(3), None]);
    }

    #[test]
    fn another_family_is_another_thing() {
        assert_eq!(gap_to((10, 10), Family::Security), Some(0));
        assert_eq!(gap_to((10, 10), Family::Performance), None);
    }
}
