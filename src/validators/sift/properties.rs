//! What holds for any claims on any change.

use super::samples::{Stated, claim, file, ground};
use super::*;
use crate::model::{Confidence, Hunk};
use crate::validators::claim::{Kind, Scope};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

const REACH: u32 = 3;

/// Lines that can be told apart by their number.
const COUNT: u32 = 20;

fn line(number: u32) -> String {
    format!("let line_{number} = call({number});")
}

/// A file of distinct lines, with one line in five changed.
fn numbered() -> Ground {
    let lines: Vec<String> = (1..=COUNT).map(line).collect();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let hunks: Vec<_> = (0..COUNT / 5)
        .map(|n| (n * 5..n * 5 + 1, n * 5..n * 5 + 1))
        .collect();
    ground(file(&lines, &hunks))
}

/// A claim on one to three lines of that file.
fn on_lines() -> impl Strategy<Value = Claim> {
    let place = (1..COUNT - 3, select(vec![0_u32, 0, 0, 1, 2]));
    let kinds = vec![
        Kind::Defect,
        Kind::Defect,
        Kind::MissingSymbol,
        Kind::Defect,
        Kind::External,
    ];
    let titles = vec!["it is wrong", "verify it", "the lock is not held", "it overflows"];
    let who = (
        select(vec!["a/x", "b/y", "c/z", "d/v", "proxy/x"]),
        select(titles),
    );
    let weight = (select(Severity::ALL.to_vec()), select(Confidence::ALL.to_vec()));
    (place, select(kinds), who, weight).prop_map(|((first, more), kind, (model, title), weight)| Claim {
        model: model.to_owned(),
        kind,
        severity: weight.0,
        confidence: weight.1,
        quote: (first..=first + more).map(line).collect::<Vec<_>>().join("\n"),
        title: title.to_owned(),
        ..claim()
    })
}

fn sifted(claims: &[Claim]) -> Sifted {
    let limits = Limits {
        singles: usize::MAX,
        ..Limits::default()
    };
    let facts = Stated {
        symbol: Some(false),
        ..Stated::default()
    };
    sift(claims.to_vec(), &numbered(), &facts, &limits)
}

type Shape = (std::ops::Range<u32>, Family, Severity, Vec<String>, usize);

/// Everything about candidates but words.
fn shape(sifted: &Sifted) -> Vec<Shape> {
    let shape = |c: &Candidate| {
        (
            c.lines.clone(),
            c.family,
            c.severity,
            c.models.clone(),
            c.backing(),
        )
    };
    let mut shapes: Vec<_> = sifted.candidates.iter().map(shape).collect();
    shapes.sort_by_key(|(lines, family, severity, models, backing)| {
        (
            lines.start,
            lines.end,
            *family,
            *severity,
            models.clone(),
            *backing,
        )
    });
    shapes
}

/// How bad the worst is that blocks when so many must agree.
fn worst(sifted: &Sifted, agreement: u32) -> Option<Severity> {
    let blocks = |c: &&Candidate| c.ceiling == Ceiling::MayBlock && c.backing() >= agreement as usize;
    sifted.candidates.iter().filter(blocks).map(|c| c.severity).max()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn the_order_of_claims_has_no_part_in_it(
        (claims, shuffled) in vec(on_lines(), 0..24).prop_flat_map(|claims| {
            (Just(claims.clone()), Just(claims).prop_shuffle())
        }),
    ) {
        prop_assert_eq!(sifted(&claims).candidates, sifted(&shuffled).candidates);
    }

    #[test]
    fn words_have_no_part_in_it(
        claims in vec(on_lines(), 0..24),
        words in vec("[a-z ]{1,20}", 24),
    ) {
        let mut other = claims.clone();
        for (claim, words) in other.iter_mut().zip(&words) {
            // What asks to check is told by its title, which is a step of its own.
            if !claim.title.starts_with("verify") {
                claim.title = format!("it {words}");
                claim.title = claim.title.replace("it ", "there ");
            }
            claim.message = words.repeat(2);
            claim.fix = Some(words.clone());
        }
        prop_assert_eq!(shape(&sifted(&claims)), shape(&sifted(&other)));
    }

    #[test]
    fn other_words_on_one_place_are_one_and_the_same_words_on_others_are_others(
        starts in vec(1_u32..3, 1..4),
        models in 1_usize..6,
        words in vec("[b-z]{3,12}", 6),
    ) {
        let mut claims = Vec::new();
        let mut at = 0;
        for gap in &starts {
            at += REACH + gap;
            for (model, words) in words.iter().take(models).enumerate() {
                claims.push(Claim {
                    model: format!("provider/model-{model}"),
                    title: format!("the {words}"),
                    quote: line(at),
                    ..claim()
                });
            }
        }
        let sifted = sifted(&claims);
        prop_assert_eq!(sifted.candidates.len(), starts.len());
        prop_assert!(sifted.candidates.iter().all(|candidate| candidate.agreement() == models));
    }

    #[test]
    fn who_agrees_is_within_reach_and_of_one_family(claims in vec(on_lines(), 0..40)) {
        for candidate in sifted(&claims).candidates {
            prop_assert!(candidate.backing() <= candidate.agreement());
            prop_assert!(candidate.agreement() <= candidate.claims.len());
            for one in &candidate.claims {
                prop_assert_eq!(Family::of(one.claim.kind), candidate.family);
                for other in &candidate.claims {
                    prop_assert!(gap::between(&one.lines, &other.lines) <= REACH);
                }
            }
        }
    }

    #[test]
    fn one_more_claim_makes_nothing_milder(
        claims in vec(on_lines(), 0..24),
        more in vec(on_lines(), 1..6),
    ) {
        let all: Vec<Claim> = claims.iter().chain(&more).cloned().collect();
        let (before, after) = (sifted(&claims), sifted(&all));
        for agreement in 1..5 {
            prop_assert!(worst(&before, agreement) <= worst(&after, agreement), "{agreement}");
        }
    }

    #[test]
    fn whatever_comes_nothing_is_lost_or_invented(
        claims in vec(any_claim(), 0..30),
        ground in any_ground(),
        limits in any_limits(),
        known: bool,
    ) {
        let facts = Stated { symbol: known.then_some(false), tests: known, secret: known, ..Stated::default() };
        let sifted = sift(claims.clone(), &ground, &facts, &limits);
        let mut left: Vec<&Claim> = sifted.drops.iter().map(|drop| &drop.claim).collect();
        for candidate in &sifted.candidates {
            left.extend(candidate.claims.iter().map(|anchored| &anchored.claim));
            prop_assert!(candidate.first().is_some());
            for anchored in candidate.claims.iter().filter(|claim| claim.may_block()) {
                let file = ground.file(&anchored.path).unwrap();
                let near = gap::to_change(&anchored.lines, &file.hunks);
                prop_assert!(near.unwrap() <= limits.reach);
            }
            let _ = (candidate.fingerprint("a/b"), falsify::ask(candidate, ""));
        }
        for claim in &claims {
            let is_there = |other: &&Claim| other.quote == claim.quote && other.model == claim.model;
            prop_assert!(left.iter().any(is_there));
        }
        let _ = (sifted.counts(), sifted.lowered());
    }
}

/// Numbers at both ends, and some between.
fn any_number() -> impl Strategy<Value = u32> {
    prop_oneof![3 => 0_u32..12, 1 => u32::MAX - 3..=u32::MAX, 1 => any::<u32>()]
}

/// Text that meets other text now and then.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![3 => "[ab {}\n]{0,6}", 1 => "\\PC{0,8}", 1 => any::<String>()]
}

fn any_path() -> impl Strategy<Value = String> {
    select(vec!["src/a.rs", "b", "", "other"]).prop_map(str::to_owned)
}

fn any_claim() -> impl Strategy<Value = Claim> {
    let who = (
        any_text(),
        select(vec!["a/x", "b/y", "", "/"]),
        select(Kind::ALL.to_vec()),
    );
    let weight = (
        select(Severity::ALL.to_vec()),
        select(Confidence::ALL.to_vec()),
        select(Scope::ALL.to_vec()),
    );
    let place = (any_path(), option::of(any_number()), any_text());
    let words = (
        any_text(),
        any_text(),
        option::of(any_text()),
        option::of(any_text()),
    );
    (who, weight, place, words).prop_map(|(who, weight, place, words)| Claim {
        validator: who.0,
        model: who.1.to_owned(),
        kind: who.2,
        severity: weight.0,
        confidence: weight.1,
        scope: weight.2,
        path: place.0,
        line: place.1,
        quote: place.2,
        title: words.0,
        message: words.1,
        fix: words.2,
        subject: words.3,
    })
}

/// Ranges as they should not be are part of it.
fn any_range() -> impl Strategy<Value = std::ops::Range<u32>> {
    (any_number(), any_number()).prop_map(|(start, end)| start..end)
}

fn any_file() -> impl Strategy<Value = GroundFile> {
    let lines = || btree_map(any_number(), any_text(), 0..8);
    let hunks = vec(
        (any_range(), any_range()).prop_map(|(old, new)| Hunk { old, new }),
        0..4,
    );
    let paths = (any_path(), option::of(any_path()));
    (paths, lines(), lines(), hunks, vec(any_range(), 0..3)).prop_map(|(paths, new, old, hunks, shown)| {
        GroundFile {
            path: paths.0,
            old_path: paths.1,
            new,
            old,
            hunks,
            shown,
        }
    })
}

fn any_ground() -> impl Strategy<Value = Ground> {
    vec(any_file(), 0..4).prop_map(|files| Ground { files })
}

fn any_limits() -> impl Strategy<Value = Limits> {
    let cap = || prop_oneof![0_usize..9, Just(usize::MAX)];
    (cap(), cap(), cap(), cap(), cap(), any_number()).prop_map(
        |(claims, name, quote, prose, singles, reach)| Limits {
            claims,
            name,
            quote,
            title: prose,
            message: prose,
            singles,
            reach,
        },
    )
}
