//! Precision, recall and what they are made of.

use super::label::{Judged, Label};
use super::play::Played;
use crate::model::{Money, Usage};
use crate::validators::claim::Kind;
use std::collections::{BTreeMap, BTreeSet};

/// What was said, against what had to be said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many things must be found.
    pub expected: usize,
    /// How many of them were.
    pub found: usize,
    /// How many findings are among them; two can be the same thing.
    pub right: usize,
    /// How many findings must not be.
    pub wrong: usize,
    /// How many findings the cases say nothing of.
    pub unlabelled: usize,
}

impl Tally {
    /// Returns how many findings there are.
    #[must_use]
    pub fn all(&self) -> usize {
        self.right + self.wrong + self.unlabelled
    }

    /// Returns which part of all findings is right; what nobody labelled counts as wrong.
    #[must_use]
    pub fn precision(&self) -> Option<f64> {
        part(self.right, self.all())
    }

    /// Returns which part of the labelled findings is right.
    #[must_use]
    pub fn labelled(&self) -> Option<f64> {
        part(self.right, self.right + self.wrong)
    }

    /// Returns which part of what must be found was.
    #[must_use]
    pub fn recall(&self) -> Option<f64> {
        part(self.found, self.expected)
    }

    /// Returns the harmonic mean of precision and recall.
    #[must_use]
    pub fn f1(&self) -> Option<f64> {
        let (p, r) = (self.precision()?, self.recall()?);
        Some(if p + r > 0.0 { 2.0 * p * r / (p + r) } else { 0.0 })
    }
}

fn part(n: usize, of: usize) -> Option<f64> {
    (of > 0).then(|| n as f64 / of as f64)
}

/// The claims as they were made, and what is left of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sides {
    /// The claims.
    pub claims: Tally,
    /// The candidates after the sift.
    pub candidates: Tally,
}

/// The figures of one or more cases.
#[derive(Debug, Clone, Default)]
pub struct Figures {
    /// How many cases.
    pub cases: usize,
    /// All claims, and all candidates.
    pub all: Sides,
    /// What so many distinct models state in a way that may block: one, two, three.
    pub agreement: [Tally; 3],
    /// What may block and a model tried to refute, and could not; `None`: nobody tried.
    pub stands: Option<Tally>,
    /// By validator.
    pub validators: BTreeMap<String, Sides>,
    /// By kind.
    pub kinds: BTreeMap<Kind, Sides>,
    /// By model.
    pub models: BTreeMap<String, Sides>,
    /// What was dropped, by step and reason.
    pub drops: BTreeMap<(&'static str, &'static str), usize>,
    /// What is shown and never blocks, by step and reason.
    pub lowered: BTreeMap<(&'static str, &'static str), usize>,
    /// How many answers there are.
    pub answers: usize,
    /// How many of them are not whole.
    pub partial: usize,
    /// How many questions have no answer that can be read.
    pub unreadable: usize,
    /// How many answers are missing.
    pub missing: usize,
    /// How many answers were given to another prompt, or to something else that was shown.
    pub stale: usize,
    /// The tokens.
    pub usage: Usage,
    /// What they cost.
    pub cost: Money,
}

/// Something that must be found.
struct Expected<'a> {
    case: usize,
    number: usize,
    kind: Option<Kind>,
    validators: Vec<&'a str>,
    models: Vec<&'a str>,
}

/// Sums up cases.
pub(super) fn of(played: &[Played]) -> Figures {
    let expected: Vec<Expected<'_>> = played.iter().flat_map(expected).collect();
    let claims: Vec<&Judged> = played.iter().flat_map(|case| &case.claims).collect();
    let candidates: Vec<&Judged> = played.iter().flat_map(|case| &case.candidates).collect();
    let count = Count {
        expected: &expected,
        claims: &claims,
        candidates: &candidates,
    };
    let mut figures = Figures {
        cases: played.len(),
        all: count.sides(&|_| true, &|_| true),
        agreement: [1, 2, 3].map(|n| count.candidates(&|judged| judged.backing >= n)),
        ..Figures::default()
    };
    if played.iter().any(|case| case.was_tested) {
        figures.stands = Some(count.candidates(&|judged| judged.stands && judged.backing > 0));
    }
    count.split(played, &mut figures);
    played.iter().for_each(|case| add(&mut figures, case));
    figures
}

fn expected(case: &Played) -> impl Iterator<Item = Expected<'_>> {
    case.must_find.iter().map(|must| Expected {
        case: case.number,
        number: must.number,
        kind: must.kind,
        validators: must.validators.iter().map(String::as_str).collect(),
        models: case.models.iter().map(String::as_str).collect(),
    })
}

struct Count<'a> {
    expected: &'a [Expected<'a>],
    claims: &'a [&'a Judged],
    candidates: &'a [&'a Judged],
}

impl Count<'_> {
    /// Counts what fits: of what must be found, and of what was said.
    fn sides(&self, must: &dyn Fn(&Expected<'_>) -> bool, said: &dyn Fn(&Judged) -> bool) -> Sides {
        Sides {
            claims: tally(self.expected, self.claims, must, said),
            candidates: tally(self.expected, self.candidates, must, said),
        }
    }

    fn candidates(&self, said: &dyn Fn(&Judged) -> bool) -> Tally {
        tally(self.expected, self.candidates, &|_| true, said)
    }

    /// Counts by validator, by kind and by model.
    fn split(&self, played: &[Played], figures: &mut Figures) {
        let validators: BTreeSet<&String> = played.iter().flat_map(|case| &case.validators).collect();
        for name in validators {
            let must = |must: &Expected<'_>| must.validators.contains(&name.as_str());
            let sides = self.sides(&must, &|judged| judged.validators.contains(name));
            figures.validators.insert(name.clone(), sides);
        }
        for kind in Kind::ALL {
            let sides = self.sides(&|must| must.kind == Some(kind), &|judged| judged.kind == kind);
            if sides != Sides::default() {
                figures.kinds.insert(kind, sides);
            }
        }
        let models: BTreeSet<&String> = played.iter().flat_map(|case| &case.models).collect();
        for name in models {
            let must = |must: &Expected<'_>| must.models.contains(&name.as_str());
            let sides = self.sides(&must, &|judged| judged.models.contains(name));
            figures.models.insert(name.clone(), sides);
        }
    }
}

fn tally(
    expected: &[Expected<'_>],
    judged: &[&Judged],
    must: &dyn Fn(&Expected<'_>) -> bool,
    said: &dyn Fn(&Judged) -> bool,
) -> Tally {
    let wanted: BTreeSet<(usize, usize)> = expected
        .iter()
        .filter(|expected| must(expected))
        .map(|expected| (expected.case, expected.number))
        .collect();
    let mut tally = Tally {
        expected: wanted.len(),
        ..Tally::default()
    };
    let mut found = BTreeSet::new();
    for judged in judged.iter().filter(|judged| said(judged)) {
        match judged.label {
            Label::Right(number) => {
                tally.right += 1;
                found.insert((judged.case, number));
            }
            Label::Wrong => tally.wrong += 1,
            Label::Unlabelled => tally.unlabelled += 1,
        }
    }
    tally.found = found.intersection(&wanted).count();
    tally
}

fn add(figures: &mut Figures, case: &Played) {
    for (key, n) in &case.drops {
        *figures.drops.entry(*key).or_default() += n;
    }
    for (key, n) in &case.lowered {
        *figures.lowered.entry(*key).or_default() += n;
    }
    for taped in &case.taped {
        figures.usage += taped.usage();
        figures.cost += taped.cost();
        match taped.is_whole {
            Some(is_whole) => {
                figures.answers += 1;
                figures.partial += usize::from(!is_whole);
            }
            None => figures.unreadable += usize::from(!taped.model.is_empty()),
        }
    }
    figures.missing += case.unfit.iter().filter(|unfit| unfit.is_missing).count();
    figures.stale += case.unfit.iter().filter(|unfit| !unfit.is_missing).count();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_defined_is_not_a_number() {
        let nothing = Tally::default();
        assert_eq!(
            (nothing.precision(), nothing.recall(), nothing.f1()),
            (None, None, None)
        );
        let silent = Tally {
            expected: 2,
            ..nothing
        };
        assert_eq!(
            (silent.precision(), silent.recall(), silent.f1()),
            (None, Some(0.0), None)
        );
        let wrong = Tally {
            unlabelled: 1,
            ..silent
        };
        assert_eq!((wrong.labelled(), wrong.f1()), (None, Some(0.0)));
    }

    #[test]
    fn what_nobody_labelled_counts_against_the_strict_precision_alone() {
        let tally = Tally {
            expected: 4,
            found: 2,
            right: 3,
            wrong: 1,
            unlabelled: 2,
        };
        assert_eq!(
            (tally.precision(), tally.labelled(), tally.recall()),
            (Some(0.5), Some(0.75), Some(0.5))
        );
        assert_eq!(tally.f1(), Some(0.5));
    }
}
