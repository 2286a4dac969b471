//! The whole way from claims to candidates, and agreement between real reviewers.

use super::samples::{self, Stated};
use super::*;
use crate::model::Hunk;
use crate::validators::claim::{Kind, Scope};
use serde::Deserialize;
use std::collections::BTreeSet;

const LINES: [&str; 12] = [
    "fn a() {",
    "    let a = 1;",
    "    let b = 2;",
    "    a + b",
    "}",
    "",
    "fn far() {",
    "    let c = 3;",
    "    c",
    "}",
    "",
    "fn last() {}",
];

fn ground() -> Ground {
    samples::ground(samples::file(&LINES, &[(1..1, 1..3)]))
}

fn with(change: impl Fn(&mut Claim)) -> Claim {
    let mut claim = samples::claim();
    change(&mut claim);
    claim
}

fn sifted(claims: &[Claim]) -> Sifted {
    sift(claims.to_vec(), &ground(), &Stated::default(), &Limits::default())
}

#[test]
fn each_drop_has_its_step_and_reason() {
    let claims = [
        with(|claim| claim.quote = "x".repeat(2_001)),
        with(|claim| claim.path = "src/b.rs".into()),
        with(|claim| claim.path = "./src/a.rs".into()),
        with(|claim| claim.quote = "let d = 4;".into()),
        with(|claim| claim.quote = " ".into()),
        with(|claim| claim.kind = Kind::Secret),
    ];
    let sifted = sifted(&claims);
    assert_eq!(sifted.candidates, []);
    let expected = [
        ((Step::Caps, caps::QUOTE_TOO_LONG), 1),
        ((Step::Path, UNKNOWN_PATH), 2),
        ((Step::Quote, quote::NO_QUOTE), 1),
        ((Step::Quote, quote::NOT_FOUND), 1),
        ((Step::Facts, refute::NO_SECRET), 1),
    ];
    assert_eq!(sifted.counts(), BTreeMap::from(expected));
}

#[test]
fn the_first_reason_lowers() {
    let why = |change: fn(&mut Claim)| sifted(&[with(change)]).candidates[0].ceiling;
    let note = Ceiling::AnnotateOnly;
    assert_eq!(why(|_| ()), Ceiling::MayBlock);
    assert_eq!(why(|claim| claim.quote = "let c = 3;".into()), note(Why::OldCode));
    assert_eq!(
        why(|claim| claim.kind = Kind::MissingSymbol),
        note(Why::Unanswered)
    );
    assert_eq!(why(|claim| claim.kind = Kind::External), note(Why::OutsideWorld));
    assert_eq!(why(|claim| claim.kind = Kind::Intent), note(Why::Intent));
    assert_eq!(
        why(|claim| claim.scope = Scope::Repository),
        note(Why::WiderThanShown)
    );
    assert_eq!(
        why(|claim| claim.title = "verify it".into()),
        note(Why::AsksToCheck)
    );
    let both: fn(&mut Claim) = |claim| {
        claim.title = "verify it".into();
        claim.quote = "let c = 3;".into();
    };
    assert_eq!(why(both), note(Why::OldCode));
}

#[test]
fn a_claim_becomes_a_candidate_on_its_line() {
    let claim = with(|claim| claim.line = Some(9));
    let found = sifted(std::slice::from_ref(&claim));
    assert_eq!(found.drops, []);
    assert_eq!(found.lowered(), BTreeMap::new());
    let expected = Candidate {
        unit: 0,
        path: "src/a.rs".into(),
        lines: 3..4,
        anchor: "    let b = 2;".into(),
        family: Family::Correctness,
        severity: Severity::High,
        claims: vec![Anchored {
            bare: false,
            claim,
            path: "src/a.rs".into(),
            lines: 3..4,
            anchor: "    let b = 2;".into(),
            severity: Severity::High,
            ceiling: Ceiling::MayBlock,
        }],
        models: vec!["gemini/pro".into()],
        ceiling: Ceiling::MayBlock,
        nth: 0,
    };
    assert_eq!(found.candidates, [expected]);
}

#[test]
fn who_asks_to_check_gives_a_note() {
    let sifted = sifted(&[with(|claim| claim.title = "Ensure that b is used".into())]);
    assert_eq!(sifted.candidates[0].severity, Severity::Info);
    assert_eq!(sifted.lowered(), BTreeMap::from([(Why::AsksToCheck, 1)]));
}

#[test]
fn a_renamed_file_is_known_by_both_paths() {
    let mut ground = ground();
    ground.files[0].old_path = Some("src/old.rs".into());
    let claim = with(|claim| claim.path = "src/old.rs".into());
    let sifted = sift(vec![claim], &ground, &NoFacts, &Limits::default());
    assert_eq!(sifted.candidates[0].path, "src/a.rs");
}

#[test]
fn a_fingerprint_moves_with_the_text() {
    let print = |lines: &[&str], change: fn(&mut Claim)| {
        let hunk = (0..0, 0..lines.len() as u32);
        let ground = samples::ground(samples::file(lines, &[hunk]));
        let sifted = sift(vec![with(change)], &ground, &NoFacts, &Limits::default());
        sifted.candidates[0].fingerprint("validators/correctness")
    };
    let here = print(&LINES, |_| ());
    let words: fn(&mut Claim) = |claim| claim.title = "other words".into();
    assert_eq!(
        print(&["", "", "\tlet b  = 2;"], words),
        here,
        "moved, indented, other words"
    );
    assert_ne!(print(&LINES, |claim| claim.kind = Kind::Security), here);
    assert_ne!(print(&LINES, |claim| claim.quote = "let a = 1;".into()), here);
}

/// Comments of real reviews by models, on the lines that they are about.
#[derive(Deserialize)]
struct Review {
    name: String,
    path: String,
    lines: BTreeMap<u32, String>,
    hunks: Vec<[u32; 4]>,
    comments: Vec<Comment>,
    /// Which comments are one candidate.
    candidates: BTreeSet<BTreeSet<usize>>,
}

#[derive(Deserialize)]
struct Comment {
    author: String,
    from: u32,
    to: u32,
    category: String,
    text: String,
}

impl Review {
    fn ground(&self) -> Ground {
        let hunk = |[old, old_end, new, new_end]: &[u32; 4]| Hunk {
            old: *old..*old_end,
            new: *new..*new_end,
        };
        samples::ground(GroundFile {
            path: self.path.clone(),
            new: self.lines.clone(),
            hunks: self.hunks.iter().map(hunk).collect(),
            shown: self.lines.keys().map(|line| *line..line + 1).collect(),
            ..GroundFile::default()
        })
    }

    fn claims(&self) -> Vec<Claim> {
        let comments = self.comments.iter().enumerate();
        comments
            .map(|(index, comment)| self.claim(index, comment))
            .collect()
    }

    fn claim(&self, index: usize, comment: &Comment) -> Claim {
        let cited = (comment.from..=comment.to).map_while(|line| self.lines.get(&line));
        let quote: Vec<&str> = cited.map(String::as_str).collect();
        Claim {
            validator: index.to_string(),
            model: comment.author.clone(),
            kind: match comment.category.as_str() {
                "Security Vulnerability" => Kind::Security,
                "Performance" => Kind::Performance,
                "Code Defect" => Kind::Defect,
                "Maintainability and Readability" => Kind::Maintainability,
                other => panic!("`{other}`"),
            },
            path: self.path.clone(),
            line: Some(comment.from),
            quote: quote.join("\n"),
            title: comment.text.lines().next().unwrap_or_default().to_owned(),
            message: comment.text.clone(),
            ..samples::claim()
        }
    }
}

fn members(candidate: &Candidate) -> BTreeSet<usize> {
    let claims = candidate.claims.iter();
    claims
        .map(|claim| claim.claim.validator.parse().unwrap())
        .collect()
}

#[test]
fn real_reviewers_agree_by_place_and_not_by_words() {
    let text = include_str!("../../../fixtures/sift/agreement.json");
    let reviews: Vec<Review> = serde_json::from_str(text).unwrap();
    assert_eq!(reviews.len(), 5);
    for review in reviews {
        let sifted = sift(review.claims(), &review.ground(), &NoFacts, &Limits::default());
        assert_eq!(sifted.drops, [], "{}", review.name);
        let found: BTreeSet<BTreeSet<usize>> = sifted.candidates.iter().map(members).collect();
        assert_eq!(found, review.candidates, "{}", review.name);
        for candidate in &sifted.candidates {
            assert_eq!(candidate.agreement(), members(candidate).len(), "{}", review.name);
        }
    }
}
