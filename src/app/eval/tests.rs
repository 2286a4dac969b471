//! Recording and replaying belong together; what is hostile is refused and never more.

use super::case::Case;
use super::play::{self, Play, Played};
use super::recorded::Recorded;
use super::{answers, live, validators, version::Version};
use crate::app::eval::facts::Secrets;
use crate::llm::answer::Finish;
use crate::llm::client::{Given, Reply};
use crate::llm::reading::{self, Expected, Limits};
use crate::model::{Money, Usage};
use crate::sys::file;
use crate::validators::review::{Answered, Answering, Ask, Asker, SYNONYMS, VERBATIM};
use proptest::prelude::*;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const CASE: &str = "title = \"t\"\nlanguage = \"python\"\nsource = \"s\"\nlicence = \"MIT\"\n\
    validators = [\"correctness\"]\n\n[[must-find]]\npath = \"a.py\"\nlines = [2, 2]\nkinds = [\"defect\"]\nwhy = \"w\"\n";

const SAID: &str = r#"{"findings": [{"path": "a.py", "line": 2, "quote": "b = 1 / 0", "message": "It divides by zero.",
    "title": "Division by zero", "kind": "defect", "severity": "high", "confidence": "high", "scope": "diff",
    "subject": "", "fix": ""}]}"#;

/// Says the same to every validator, and cannot refute anything.
struct Parrot;

impl Asker for Parrot {
    fn ask<'a>(&'a self, ask: &'a Ask) -> Answering<'a> {
        let text = match ask.task.as_str() {
            "falsifier" => r#"{"reason": "none", "evidence": "", "refuted": false}"#,
            _ => SAID,
        };
        let schema = ask.request.schema.as_ref().unwrap();
        let expected = Expected {
            schema: &schema.value,
            verbatim: VERBATIM,
            synonyms: SYNONYMS,
            limits: Limits::default(),
        };
        let given = Given {
            model: ask.agent.clone(),
            endpoint: "e".into(),
            served: None,
            finish: Finish::Complete,
            text: text.into(),
            reading: Some(reading::read(text, &Finish::Complete, &expected).unwrap()),
            cached: false,
            asked_again: false,
            calls: Vec::new(),
            turn: Vec::new(),
        };
        let reply = Reply {
            answer: Some(given),
            usage: Usage {
                input: 7,
                output: 3,
                ..Usage::default()
            },
            cost: Money(11),
            ..Reply::default()
        };
        let model = format!("parrot/{}", ask.agent);
        Box::pin(std::future::ready(Answered { model, reply }))
    }

    fn is_over(&self) -> bool {
        false
    }
}

fn write(dir: &Path, name: &str, text: &str) {
    let path = dir.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    file::write_atomic(&path, text.as_bytes(), 0o644).unwrap();
}

fn case() -> (TempDir, Case) {
    let dir = TempDir::new().unwrap();
    write(dir.path(), "case.toml", CASE);
    write(dir.path(), "before/a.py", "a = 1\n");
    write(dir.path(), "after/a.py", "a = 1\nb = 1 / 0\n");
    let case = Case::read(dir.path()).unwrap();
    (dir, case)
}

fn played(case: &Case, asker: &dyn Asker, agents: &[&str], falsifier: &str) -> Played {
    let agents: Vec<String> = agents.iter().map(|agent| (*agent).to_owned()).collect();
    play::play(&Play {
        number: 0,
        case,
        specs: &[validators::spec("correctness", None, &agents).unwrap()],
        asker,
        falsifier: Some(falsifier.to_owned()),
        secrets: &Secrets::new().unwrap(),
        parallel: 2,
    })
    .unwrap()
}

#[test]
fn what_is_recorded_is_replayed_and_fits() {
    let (dir, case) = case();
    let spoken = played(&case, &Parrot, &["x", "y"], "z");
    let written = live::record(&case, &spoken.taped, &Version::default()).unwrap();
    let names: Vec<_> = written
        .iter()
        .map(|path| path.strip_prefix(dir.path().join("answers")).unwrap())
        .collect();
    assert_eq!(
        names,
        [
            Path::new("parrot/x/correctness@v1.json"),
            Path::new("parrot/y/correctness@v1.json"),
            Path::new("parrot/z/falsifier.json")
        ]
    );
    let all = answers::read(&case).unwrap();
    let recorded = Recorded::new(answers::chosen(&all, &|_| None));
    let again = played(&case, &recorded, &["parrot/x", "parrot/y"], "");
    assert_eq!(recorded.unfit().len(), 0, "nothing is stale");
    assert_eq!(
        format!("{:?}", again.candidates),
        format!("{:?}", spoken.candidates)
    );
    assert_eq!(again.candidates.len(), 1);
    assert_eq!(
        (again.candidates[0].backing, again.candidates[0].stands),
        (2, true)
    );
    let sum = |played: &Played| {
        let mut usage = Usage::default();
        played.taped.iter().for_each(|taped| usage += taped.usage());
        usage
    };
    assert_eq!((sum(&again), sum(&again).input), (sum(&spoken), 21));
}

#[test]
fn a_changed_view_makes_an_answer_stale() {
    let (dir, case) = case();
    let spoken = played(&case, &Parrot, &["x"], "z");
    live::record(&case, &spoken.taped, &Version::default()).unwrap();
    write(dir.path(), "after/a.py", "a = 1\nb = 1 / 0\nc = 2\n");
    let case = Case::read(dir.path()).unwrap();
    let all = answers::read(&case).unwrap();
    let recorded = Recorded::new(answers::chosen(&all, &|_| None));
    let again = played(&case, &recorded, &["parrot/x"], "");
    assert_eq!(again.candidates.len(), 1, "it is sifted all the same");
    assert!(again.candidates[0].stands, "what it is about is the same");
    let unfit = recorded.unfit();
    assert_eq!(unfit.len(), 2);
    assert!(unfit.iter().all(|unfit| !unfit.is_missing));
}

#[test]
fn what_was_refuted_of_another_version_is_kept() {
    let (dir, case) = case();
    let other = answers::Record {
        when: "something else".to_owned(),
        ..played(&case, &Parrot, &["x"], "z").taped.pop().unwrap().record
    };
    let text = answers::write("parrot/z", &[other]);
    let text = String::from_utf8(text).unwrap();
    write(dir.path(), "answers/parrot/z/falsifier.json", &text);
    let spoken = played(&case, &Parrot, &["x"], "z");
    live::record(&case, &spoken.taped, &Version::default()).unwrap();
    live::record(&case, &spoken.taped, &Version::default()).unwrap();
    let all = answers::read(&case).unwrap();
    let falsifier = all
        .iter()
        .find(|answers| answers.validator == "falsifier")
        .unwrap();
    let when: Vec<&str> = falsifier
        .answers
        .iter()
        .map(|record| record.when.as_str())
        .collect();
    assert_eq!(when.len(), 2, "{when:?}");
    assert!(when.contains(&"something else"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Nothing that stands in a case makes the reader do more than refuse it.
    #[test]
    fn any_text_is_read_or_refused(cut in 0..CASE.len(), junk in "[\\[\\]{}=\".a-z0-9\n-]{0,40}") {
        let dir = TempDir::new().unwrap();
        let text = format!("{}{junk}{}", &CASE[..cut], &CASE[cut..]);
        write(dir.path(), "case.toml", &text);
        write(dir.path(), "after/a.py", "a = 1\nb = 2\n");
        if let Ok(case) = Case::read(dir.path()) {
            write(dir.path(), "answers/a/correctness.json", &junk);
            prop_assert!(answers::read(&case).is_err());
        }
    }
}

#[test]
fn depth_is_bounded() {
    let dir = TempDir::new().unwrap();
    write(dir.path(), "after/a.py", "a = 1\n");
    for text in [
        format!("title = {}", "[".repeat(60_000)),
        format!("{} = 1", "a.".repeat(30_000) + "a"),
        format!("[{}]", "a.".repeat(30_000) + "a"),
    ] {
        write(dir.path(), "case.toml", &text);
        assert!(Case::read(dir.path()).is_err());
    }
}
