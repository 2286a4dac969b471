//! What the policy makes of findings, gaps, waivers and baselines.

mod models;

use super::*;
use crate::model::{
    CheckRun, Confidence, Counts, Decision, Disposition, Finding, LeftOut, Location, Oid, OnInconclusive,
    Origin, Outcome, Reason, Region, Selector, Stage, Threshold, Verdict,
};
use bstr::BString;
use proptest::prelude::*;
use std::borrow::Cow;
use std::time::Duration;

fn selector(text: &str) -> Selector {
    let name = text.strip_prefix('!').unwrap_or(text);
    Selector {
        name: name.to_owned(),
        negated: name != text,
    }
}

fn policy() -> Policy {
    Policy {
        gate: Gate {
            stage: Stage::PreCommit,
            checks: vec![selector("rules"), selector("!text/odd")],
            block: Some(Threshold {
                severity: Severity::High,
                confidence: Confidence::Medium,
            }),
            block_models: None,
            warn: Severity::Low,
            deadline: Duration::from_secs(2),
            on_inconclusive: OnInconclusive::Warn,
        },
        severities: BTreeMap::new(),
        paths: Vec::new(),
        waivers: Vec::new(),
        baseline: BTreeSet::new(),
        digest: "d".to_owned().into(),
        today: "2030-01-31".to_owned(),
    }
}

fn entry(glob: &str) -> PathEntry {
    PathEntry {
        matches: vec![glob.to_owned()],
        severity_cap: None,
        checks: Vec::new(),
        exclude: false,
        origin: "f:1".to_owned(),
    }
}

fn waiver(expires: &str) -> Waiver {
    Waiver {
        fingerprint: "070707070707".to_owned(),
        reason: "known".to_owned(),
        by: "team".to_owned(),
        expires: expires.to_owned(),
        origin: "f:9".to_owned(),
    }
}

fn finding(check: &'static str, severity: Severity, path: &str, line: u32) -> Finding {
    Finding {
        check: Cow::Borrowed(check),
        severity,
        confidence: Confidence::High,
        message: "found".to_owned(),
        location: Location::File {
            path: path.into(),
            region: Some(Region {
                start_line: line,
                start_column: 1,
                end_line: line,
                end_column: 2,
            }),
        },
        snippet: None,
        help: None,
        fix: None,
        origin: Origin::Computed,
        commit: None,
        fingerprint: Fingerprint([7; 16]),
        disposition: Disposition::Note,
    }
}

fn run(outcome: Outcome) -> CheckRun {
    CheckRun {
        check: Cow::Borrowed("rules"),
        outcome,
        elapsed: Duration::ZERO,
    }
}

fn oid() -> Oid {
    Oid::null(gix::hash::Kind::Sha1)
}

fn decided(policy: &Policy, found: Vec<Finding>) -> (Verdict, Vec<Finding>) {
    decide(policy, oid(), vec![run(Outcome::Completed(found))], &[])
}

/// What became of one high finding in `src/a.rs`.
fn fate(policy: &Policy) -> Option<Disposition> {
    let found = finding("hazard/debugger", Severity::High, "src/a.rs", 1);
    decided(policy, vec![found])
        .1
        .pop()
        .map(|finding| finding.disposition)
}

fn texts(verdict: &Verdict) -> Vec<&str> {
    verdict
        .reasons
        .iter()
        .map(|reason| reason.text.as_str())
        .collect()
}

#[test]
fn nothing_found_passes() {
    let (verdict, findings) = decided(&policy(), Vec::new());
    assert_eq!(verdict.decision, Decision::Pass);
    assert_eq!(
        (verdict.stage, verdict.policy_digest.as_str()),
        (Stage::PreCommit, "d")
    );
    assert!(verdict.reasons.is_empty() && findings.is_empty());
}

#[test]
fn findings_block_warn_or_are_noted() {
    let found = vec![
        finding("text/a", Severity::Info, "a", 1),
        finding("text/a", Severity::Low, "b", 2),
        finding("text/a", Severity::Low, "b", 1),
        finding("hazard/b", Severity::Critical, "c", 1),
    ];
    let (verdict, findings) = decided(&policy(), found);
    let lines: Vec<(Severity, Disposition)> = findings
        .into_iter()
        .map(|f| (f.severity, f.disposition))
        .collect();
    assert_eq!(
        lines,
        [
            (Severity::Critical, Disposition::Block),
            (Severity::Low, Disposition::Warn),
            (Severity::Low, Disposition::Warn),
            (Severity::Info, Disposition::Note),
        ]
    );
    let counts = Counts {
        block: 1,
        warn: 2,
        note: 1,
        ..Counts::default()
    };
    assert_eq!((verdict.decision, verdict.counts), (Decision::Block, counts));
    assert_eq!(
        texts(&verdict),
        [
            "1 finding at or above `high`",
            "2 findings at or above `low` that the gate lets pass"
        ]
    );
}

#[test]
fn a_guess_does_not_block() {
    let mut guess = finding("hazard/b", Severity::Critical, "c", 1);
    guess.confidence = Confidence::Low;
    assert_eq!(decided(&policy(), vec![guess]).0.decision, Decision::Warn);
}

#[test]
fn findings_are_ordered_by_place() {
    let place = |f: &Finding| match &f.location {
        Location::File { path, region } => (path.to_string(), region.map_or(0, |r| r.start_line)),
        _ => (String::new(), 0),
    };
    let mut message = finding("text/a", Severity::Low, "", 1);
    message.location = Location::Message(None);
    let found = vec![
        finding("text/a", Severity::Low, "b", 10),
        finding("text/a", Severity::Low, "b", 9),
        finding("text/a", Severity::Low, "a", 11),
        message,
    ];
    let places: Vec<(String, u32)> = decided(&policy(), found).1.iter().map(place).collect();
    let expected = [("", 0), ("a", 11), ("b", 9), ("b", 10)].map(|(path, line)| (path.to_owned(), line));
    assert_eq!(places, expected);
}

#[test]
fn severities_are_replaced_and_capped() {
    let mut policy = policy();
    policy
        .severities
        .insert("hazard/debugger".to_owned(), Severity::Critical);
    policy.gate.block = Some(Threshold {
        severity: Severity::Critical,
        confidence: Confidence::Low,
    });
    assert_eq!(fate(&policy), Some(Disposition::Block));
    policy.paths = vec![
        entry("docs/**"),
        PathEntry {
            severity_cap: Some(Severity::Info),
            ..entry("src/**")
        },
        entry("**"),
    ];
    assert_eq!(fate(&policy), Some(Disposition::Note));
    policy
        .severities
        .insert("hazard/debugger".to_owned(), Severity::Info);
    policy.paths[1].severity_cap = Some(Severity::Critical);
    assert_eq!(fate(&policy), Some(Disposition::Note));
    policy
        .severities
        .insert("hazard/debugger".to_owned(), Severity::Critical);
    policy.paths[1].severity_cap = Some(Severity::Info);
    // The first entry that matches is the only one that counts.
    policy.paths.insert(0, entry("src/*.rs"));
    assert_eq!(fate(&policy), Some(Disposition::Block));
}

#[test]
fn path_entries_add_and_take_away_checks() {
    let mut policy = policy();
    let with = |check: &str| PathEntry {
        checks: vec![selector(check)],
        ..entry("src/**")
    };
    policy.paths = vec![with("!hazard/*")];
    assert_eq!(fate(&policy), None);
    policy.paths = vec![PathEntry {
        exclude: true,
        ..entry("src/**")
    }];
    assert_eq!(fate(&policy), None);
    policy.paths = vec![with("text/odd")];
    let found = vec![
        finding("text/odd", Severity::Low, "src/a", 1),
        finding("text/odd", Severity::Low, "docs/a", 1),
    ];
    assert_eq!(decided(&policy, found).1.len(), 1);
}

#[test]
fn a_waiver_covers_until_its_last_day() {
    let mut policy = policy();
    policy.waivers = vec![waiver("2030-01-31")];
    assert_eq!(fate(&policy), Some(Disposition::Waived("known".to_owned())));
    policy.today = "2030-02-01".to_owned();
    assert_eq!(fate(&policy), Some(Disposition::Block));
    let found = finding("hazard/debugger", Severity::High, "src/a.rs", 1);
    let (verdict, _) = decided(&policy, vec![found]);
    assert_eq!(
        texts(&verdict),
        [
            "1 finding at or above `high`",
            "the waiver for `070707070707` at f:9 expired on 2030-01-31"
        ]
    );
}

#[test]
fn a_waiver_without_use_is_told_where_there_is_time() {
    let mut policy = policy();
    policy.waivers = vec![waiver("2030-01-31")];
    assert_eq!(texts(&decided(&policy, Vec::new()).0), [""; 0]);
    policy.gate.stage = Stage::Ci;
    let (verdict, _) = decided(&policy, Vec::new());
    assert_eq!(
        texts(&verdict),
        ["the waiver for `070707070707` at f:9 covers nothing here"]
    );
    assert_eq!(verdict.decision, Decision::Pass);
}

#[test]
fn the_baseline_covers_and_suppressions_stay() {
    let mut policy = policy();
    policy.baseline.insert(Fingerprint([7; 16]));
    assert_eq!(fate(&policy), Some(Disposition::Baseline));
    let mut found = finding("hazard/b", Severity::Critical, "a", 1);
    found.disposition = Disposition::Suppressed("fine".to_owned());
    let (verdict, findings) = decided(&policy, vec![found]);
    assert_eq!(
        findings[0].disposition,
        Disposition::Suppressed("fine".to_owned())
    );
    assert_eq!((verdict.decision, verdict.counts.suppressed), (Decision::Pass, 1));
}

#[test]
fn a_gate_may_block_nothing() {
    let mut policy = policy();
    policy.gate.block = None;
    assert_eq!(fate(&policy), Some(Disposition::Warn));
}

#[test]
fn what_was_not_looked_at_is_not_passed() {
    let mut policy = policy();
    let told = |policy: &Policy, runs: Vec<CheckRun>, left_out: &[LeftOut]| {
        let verdict = decide(policy, oid(), runs, left_out).0;
        (verdict.decision, texts(&verdict).join("; "))
    };
    let nothing = (Decision::Warn, "nothing was checked".to_owned());
    assert_eq!(told(&policy, Vec::new(), &[]), nothing);
    let skipped = run(Outcome::Skipped("no files".to_owned()));
    assert_eq!(told(&policy, vec![skipped], &[]), nothing);
    policy.gate.on_inconclusive = OnInconclusive::Block;
    let failed = run(Outcome::Failed("a blob is missing".to_owned(), Vec::new()));
    assert_eq!(
        told(&policy, vec![run(Outcome::TimedOut(Vec::new())), failed], &[]),
        (
            Decision::Inconclusive,
            "`rules` could not look at everything: a blob is missing; `rules` ran out of time".to_owned()
        )
    );
    let left = |inconclusive| LeftOut {
        what: BString::from("big.bin"),
        why: "too large".to_owned(),
        inconclusive,
    };
    let done = || vec![run(Outcome::Completed(Vec::new()))];
    assert_eq!(
        told(&policy, done(), &[left(false)]),
        (Decision::Pass, String::new())
    );
    assert_eq!(
        told(&policy, done(), &[left(true)]),
        (
            Decision::Inconclusive,
            "`big.bin` was not looked at: too large".to_owned()
        )
    );
}

#[test]
fn reasons_stand_worst_first() {
    let mut policy = policy();
    policy.gate.on_inconclusive = OnInconclusive::Block;
    let found = vec![
        finding("text/a", Severity::Low, "a", 1),
        finding("text/a", Severity::High, "a", 1),
    ];
    let (verdict, _) = decide(&policy, oid(), vec![run(Outcome::TimedOut(found))], &[]);
    let decisions: Vec<Decision> = verdict
        .reasons
        .iter()
        .map(|reason: &Reason| reason.decision)
        .collect();
    assert_eq!(
        decisions,
        [Decision::Block, Decision::Inconclusive, Decision::Warn]
    );
    assert_eq!(verdict.decision, Decision::Block);
}

fn any_finding() -> impl Strategy<Value = Finding> {
    let check = prop::sample::select(vec!["text/a", "text/odd", "hazard/b", "secrets/c"]);
    let path = prop::sample::select(vec!["src/a", "docs/b", "tests/c", "d"]);
    (
        check,
        0..5_usize,
        0..3_usize,
        path,
        1..4_u32,
        0..4_u8,
        any::<bool>(),
    )
        .prop_map(|(check, severity, confidence, path, line, print, suppressed)| {
            let mut found = finding(check, Severity::ALL[severity], path, line);
            found.confidence = Confidence::ALL[confidence];
            found.fingerprint = Fingerprint([print; 16]);
            if suppressed {
                found.disposition = Disposition::Suppressed("fine".to_owned());
            }
            found
        })
}

fn any_outcome() -> impl Strategy<Value = Outcome> {
    let found = || prop::collection::vec(any_finding(), 0..4);
    prop_oneof![
        found().prop_map(Outcome::Completed),
        found().prop_map(Outcome::TimedOut),
        found().prop_map(|found| Outcome::Failed("why".to_owned(), found)),
        Just(Outcome::Skipped("no files".to_owned())),
    ]
}

fn any_policy() -> impl Strategy<Value = Policy> {
    (
        any::<bool>(),
        any::<bool>(),
        0..5_usize,
        0..5_usize,
        any::<bool>(),
    )
        .prop_map(|(closes, blocks, line, cap, expired)| {
            let mut policy = policy();
            if closes {
                policy.gate.on_inconclusive = OnInconclusive::Block;
            }
            policy.gate.block = blocks.then_some(Threshold {
                severity: Severity::ALL[line],
                confidence: Confidence::Medium,
            });
            policy.paths = vec![
                PathEntry {
                    severity_cap: Some(Severity::ALL[cap]),
                    ..entry("tests/**")
                },
                PathEntry {
                    checks: vec![selector("text/odd"), selector("!secrets")],
                    ..entry("docs/**")
                },
            ];
            policy.baseline.insert(Fingerprint([1; 16]));
            let mut known = waiver(if expired { "2029-01-01" } else { "2031-01-01" });
            known.fingerprint = "020202020202".to_owned();
            policy.waivers.push(known);
            policy
        })
}

fn with(mut outcome: Outcome, more: Finding) -> Outcome {
    match &mut outcome {
        Outcome::Completed(found) | Outcome::Failed(_, found) | Outcome::TimedOut(found) => found.push(more),
        Outcome::Skipped(_) => {}
    }
    outcome
}

fn summary(policy: &Policy, outcomes: Vec<Outcome>) -> (Decision, Vec<Reason>, String) {
    let (verdict, findings) = decide(policy, oid(), outcomes.into_iter().map(run).collect(), &[]);
    (verdict.decision, verdict.reasons, format!("{findings:?}"))
}

#[test]
fn order_has_no_effect_on_what_is_allowed_for_different_reasons() {
    let allowed = |disposition| Finding {
        disposition,
        ..finding("text/merge-marker", Severity::Medium, "a", 1)
    };
    let both = vec![
        allowed(Disposition::Suppressed("fine".to_owned())),
        allowed(Disposition::Suppressed("known".to_owned())),
    ];
    let other = both.iter().rev().cloned().collect();
    let policy = policy();
    assert_eq!(
        summary(&policy, vec![Outcome::Completed(both)]),
        summary(&policy, vec![Outcome::Completed(other)])
    );
}

proptest! {
    #[test]
    fn a_further_finding_never_makes_it_milder(
        policy in any_policy(),
        outcome in any_outcome(),
        more in any_finding(),
    ) {
        let before = summary(&policy, vec![outcome.clone()]).0;
        prop_assert!(summary(&policy, vec![with(outcome, more)]).0 >= before);
    }

    #[test]
    fn order_has_no_effect(policy in any_policy(), outcomes in prop::collection::vec(any_outcome(), 0..4)) {
        let mut other = outcomes.clone();
        other.reverse();
        for outcome in &mut other {
            if let Outcome::Completed(found) | Outcome::Failed(_, found) | Outcome::TimedOut(found) = outcome {
                found.reverse();
            }
        }
        prop_assert_eq!(summary(&policy, outcomes), summary(&policy, other));
    }

    #[test]
    fn what_did_not_complete_never_passes(
        policy in any_policy(),
        outcomes in prop::collection::vec(any_outcome(), 0..4),
    ) {
        let complete = |outcome: &Outcome| matches!(outcome, Outcome::Completed(_));
        let cut = |outcome: &Outcome| matches!(outcome, Outcome::Failed(..) | Outcome::TimedOut(_));
        let gap = outcomes.iter().any(cut) || !outcomes.iter().any(complete);
        let decision = summary(&policy, outcomes).0;
        let least = match policy.gate.on_inconclusive {
            OnInconclusive::Block => Decision::Inconclusive,
            OnInconclusive::Warn => Decision::Warn,
        };
        prop_assert!(!gap || decision >= least);
    }

    #[test]
    fn a_failed_run_never_makes_it_milder(
        policy in any_policy(),
        mut outcomes in prop::collection::vec(any_outcome(), 0..4),
    ) {
        let before = summary(&policy, outcomes.clone()).0;
        outcomes.push(Outcome::Failed("why".to_owned(), Vec::new()));
        prop_assert!(summary(&policy, outcomes).0 >= before);
    }

    #[test]
    fn a_baseline_is_read_as_it_was_written(
        paths in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..12), 0..6),
    ) {
        let line = |path: Vec<u8>| Line {
            fingerprint: Fingerprint([path.len() as u8; 16]),
            check: "text/a".to_owned(),
            path: path.into(),
        };
        let mut lines: Vec<Line> = paths.into_iter().map(line).collect();
        let text = write_baseline(&lines);
        lines.sort();
        lines.dedup();
        prop_assert_eq!(read_baseline(&text), Ok(lines));
    }

    #[test]
    fn no_bytes_make_the_baseline_panic(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
        let _ = read_baseline(&bytes);
    }
}

#[test]
fn a_baseline_is_sorted_lines() {
    let line = |print: u8, path: &[u8]| Line {
        fingerprint: Fingerprint([print; 16]),
        check: "text/a".to_owned(),
        path: path.into(),
    };
    let lines = [
        line(2, b"b c\xff\""),
        line(1, b"src/a.rs"),
        line(2, b""),
        line(1, b"src/a.rs"),
    ];
    let text = write_baseline(&lines);
    assert_eq!(
        String::from_utf8(text).unwrap(),
        "\
# Findings that were there before the gate. Written by `pantheon baseline`; a line that is taken out
# is a finding that counts again.
01010101010101010101010101010101 text/a src/a.rs
02020202020202020202020202020202 text/a \"\"
02020202020202020202020202020202 text/a \"b c\\xff\\x22\"
"
    );
}

#[test]
fn a_baseline_is_read_strictly() {
    let told = |text: &str| read_baseline(text.as_bytes()).unwrap_err().to_string();
    let print = "0".repeat(32);
    assert_eq!(
        told("# head\n\nabc text/a b\n"),
        "line 3 of the baseline does not begin with 32 hexadecimal digits"
    );
    assert_eq!(
        told(&format!("{}0 text/a b\n", &print)),
        "line 1 of the baseline does not begin with 32 hexadecimal digits"
    );
    assert_eq!(told(&print), "line 1 of the baseline names no check");
    assert_eq!(
        told(&format!("{print} text/a\n")),
        "line 1 of the baseline has no path"
    );
    for path in ["", "\"", "\"a", "\"\\x0\"", "\"\\n\"", "a\"b", "\"a\"b\""] {
        let text = format!("{print} text/a {path}\n");
        assert_eq!(
            told(&text),
            "line 1 of the baseline has a path with broken quotes",
            "{path}"
        );
    }
    assert_eq!(
        told("<<<<<<< ours\n"),
        "line 1 of the baseline does not begin with 32 hexadecimal digits"
    );
}
