//! What the lists and explanations look like.

use super::*;
use crate::model::{Confidence, OptionKind, OptionSpec};
use std::borrow::Cow;

const OPTIONS: &[OptionSpec] = &[
    OptionSpec {
        name: "max",
        doc: "How many are fine.",
        kind: OptionKind::Int(3),
    },
    OptionSpec {
        name: "words",
        doc: "What is looked for.",
        kind: OptionKind::Texts(&["TODO", "FIXME"]),
    },
];

fn rule(id: &'static str, severity: Severity) -> RuleInfo {
    RuleInfo {
        id: Cow::Borrowed(id),
        summary: "a thing that should not be there".into(),
        why: "It does harm. It is hard to take back.".into(),
        fix: "Take it out, then record again.".into(),
        bad: "if x:\n\tbad()\n".into(),
        good: "good()\n".into(),
        severity,
        confidence: Confidence::High,
        history: id.starts_with("secrets"),
        options: Cow::Borrowed(if id == "text/words" { OPTIONS } else { &[] }),
    }
}

fn rules() -> Vec<RuleInfo> {
    vec![
        rule("secrets/private-key", Severity::Critical),
        rule("text/words", Severity::Low),
        rule("text/words-\x1b[31m", Severity::Low),
    ]
}

fn effective(info: &RuleInfo) -> Effective {
    let severity = if info.id == "text/words" {
        Severity::Medium
    } else {
        info.severity
    };
    let enabled = info.id != "text/words-\x1b[31m";
    Effective { enabled, severity }
}

fn with<T>(run: impl FnOnce(&[(&RuleInfo, Effective)]) -> T) -> T {
    let rules = rules();
    run(&rules
        .iter()
        .map(|info| (info, effective(info)))
        .collect::<Vec<_>>())
}

fn options(width: usize) -> Options<'static> {
    Options {
        width,
        ..Options::default()
    }
}

/// What models say, with one validator of the repository's own.
fn validators() -> Vec<Validator> {
    vec![
        Validator {
            name: "security".into(),
            summary: "a way in".into(),
            looks_at: "everything but prose".into(),
            claims: vec!["security", "external"],
            families: vec!["security", "world"],
            gates: true,
            stages: vec![crate::model::Stage::PrePush, crate::model::Stage::Ci],
        },
        Validator {
            name: "audit-\x1b[31m".into(),
            summary: "what `a.md` says".into(),
            looks_at: "everything".into(),
            claims: vec!["defect"],
            families: vec!["correctness"],
            gates: false,
            stages: Vec::new(),
        },
    ]
}

fn others() -> Vec<String> {
    validators::ids(&validators())
}

fn explained(id: &str) -> Option<String> {
    validators::text(id, &validators(), &options(60))
}

#[test]
fn explains_what_models_say() {
    insta::assert_snapshot!("models_all", explained("validators").unwrap());
    insta::assert_snapshot!("models_both", explained("validators/security").unwrap());
    insta::assert_snapshot!("models_family", explained("validators/intent").unwrap());
    insta::assert_snapshot!("models_own", explained("audit-\x1b[31m").unwrap());
    assert_eq!(explained("secrets/private-key"), None);
    assert_eq!(explained("validators/"), None);
}

#[test]
fn lists_as_a_table() {
    let table = with(|rules| list::table(rules, &options(60)));
    insta::assert_snapshot!(table);
}

#[test]
fn lists_as_json() {
    let json = with(list::json);
    insta::assert_snapshot!(json);
}

#[test]
fn explains() {
    let text = with(|rules| explain::text(rules[1].0, rules[1].1, &options(60)));
    insta::assert_snapshot!(text);
}

#[test]
fn finds_by_id_and_by_name() {
    with(|rules| {
        assert_eq!(
            find(rules, "secrets/private-key", &others()).unwrap().0.id,
            "secrets/private-key"
        );
        assert_eq!(
            find(rules, "private-key", &others()).unwrap().0.id,
            "secrets/private-key"
        );
    });
}

#[test]
fn names_what_is_near() {
    let failure = with(|rules| find(rules, "secret/privat-key", &others()).unwrap_err());
    assert_eq!(failure.message, "no rule is called `secret/privat-key`");
    assert_eq!(
        failure.hint.as_deref(),
        Some("did you mean `secrets/private-key`?")
    );
    assert_eq!(failure.code, 2);
    let failure = with(|rules| find(rules, "text/words-", &others()).unwrap_err());
    assert_eq!(
        failure.hint.as_deref(),
        Some("did you mean `text/words` or `text/words-\\x1b[31m`?")
    );
    let failure = with(|rules| find(rules, "validators/secuirty", &others()).unwrap_err());
    assert_eq!(
        failure.hint.as_deref(),
        Some("did you mean `validators/security`?")
    );
    let failure = with(|rules| find(rules, "validators/zzz", &others()).unwrap_err());
    assert_eq!(
        failure.hint.as_deref(),
        Some("`pantheon rules explain validators` shows what models say")
    );
    let failure = with(|rules| find(rules, "zzz", &others()).unwrap_err());
    assert_eq!(
        failure.hint.as_deref(),
        Some("`pantheon rules list` shows all rules")
    );
}
