//! `pantheon eval`, over the cases that are shipped and over ones that are made for a test.

use crate::generated;
use crate::source;
use crate::support::{Ran, Repo};
use serde_json::{Value, json};
use std::path::Path;

fn world() -> Repo {
    Repo::outside("repo")
}

/// Copies a shipped case, or all of them, into a place where a test can change it.
fn copy(repo: &Repo, case: &str) {
    let from = source::root().join("fixtures/eval").join(case);
    let files = files_below(&from);
    for file in files {
        let to = Path::new("fixtures/eval").join(case).join(&file);
        repo.write(to, std::fs::read(from.join(&file)).unwrap());
    }
}

fn files_below(dir: &Path) -> Vec<String> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        match path.is_dir() {
            true => files.extend(files_below(&path).iter().map(|inner| format!("{name}/{inner}"))),
            false => files.push(name),
        }
    }
    files
}

fn eval(repo: &Repo, args: &[&str]) -> Ran {
    repo.run(&[&["eval"], args].concat())
}

fn whole(repo: &Repo, args: &[&str]) -> Value {
    let ran = eval(repo, &[args, &["--format", "json"]].concat()).exits(0);
    serde_json::from_str(&ran.stdout).unwrap()
}

/// The counts of a stage: said right, wrong and unlabelled; found, of so many.
fn stage(value: &Value, name: &str) -> [u64; 5] {
    let stage = &value["evaluation"]["stages"][name];
    ["right", "wrong", "unlabelled", "found", "expected"].map(|key| stage[key].as_u64().unwrap())
}

fn dropped(value: &Value) -> Vec<String> {
    let rows = value["evaluation"]["dropped"].as_array().unwrap();
    let row = |row: &Value| {
        format!(
            "{} {} {}",
            row["step"].as_str().unwrap(),
            row["reason"].as_str().unwrap(),
            row["claims"]
        )
    };
    rows.iter().map(row).collect()
}

#[test]
fn the_shipped_cases_have_these_figures() {
    let repo = world();
    copy(&repo, "");
    let value = whole(&repo, &[]);
    assert_eq!(stage(&value, "claims"), [38, 12, 8, 14, 15]);
    assert_eq!(stage(&value, "candidates"), [20, 8, 1, 15, 15]);
    assert_eq!(stage(&value, "agreement-1"), [14, 3, 1, 13, 15]);
    assert_eq!(stage(&value, "agreement-2"), [8, 0, 0, 8, 15]);
    assert_eq!(stage(&value, "agreement-3"), [1, 0, 0, 1, 15]);
    assert_eq!(stage(&value, "not-refuted"), [3, 0, 0, 3, 15]);
    let candidates = &value["evaluation"]["stages"]["candidates"];
    assert_eq!(candidates["precision"], json!(0.6897));
    assert_eq!(candidates["labelled_precision"], json!(0.7143));
    assert_eq!(candidates["recall"], json!(1.0));
    assert_eq!(candidates["f1"], json!(0.8163));
    let answers = &value["evaluation"]["answers"];
    assert_eq!([&answers["cases"], &answers["answers"]], [22, 57]);
    assert_eq!([&answers["stale"], &answers["missing"]], [0, 0]);
    let page = eval(&repo, &[]).exits(0).stdout;
    generated::holds_part("docs/eval.md", "figures", &format!("```text\n{page}```\n"));
}

#[test]
fn each_validator_has_a_case_with_something_and_one_with_nothing_or_a_lie() {
    let repo = world();
    copy(&repo, "");
    let value = whole(&repo, &[]);
    let mut models = Vec::new();
    for name in [
        "correctness",
        "security",
        "performance",
        "architecture",
        "tests",
        "intent",
        "dependency",
        "migration",
    ] {
        let only = whole(&repo, &["--validator", name]);
        let cases = only["evaluation"]["cases"].as_array().unwrap();
        assert!(cases.len() >= 2, "{name}");
        let row = &value["evaluation"]["validators"][name]["candidates"];
        assert!(row["expected"].as_u64() >= Some(1), "{name}");
        models.push(only["evaluation"]["models"].as_object().unwrap().len());
    }
    assert!(models.iter().all(|models| *models >= 2), "{models:?}");
}

#[test]
fn every_reason_is_exercised() {
    let repo = world();
    copy(&repo, "");
    flood(&repo);
    let value = whole(&repo, &[]);
    let reasons: Vec<String> = dropped(&value)
        .iter()
        .map(|row| row.rsplit_once(' ').unwrap().0.to_owned())
        .collect();
    let expected = [
        "caps name-too-long",
        "caps no-title",
        "caps quote-too-long",
        "caps too-many-claims",
        "facts file-exists",
        "facts import-is-used",
        "facts it-compiles",
        "facts scanner-found-nothing",
        "facts scanner-reports-it",
        "facts symbol-exists",
        "facts tests-changed",
        "facts version-is-locked",
        "path unknown-path",
        "quote no-quote",
        "quote quote-ambiguous",
        "quote quote-not-found",
        "quote quote-says-nothing",
        "rank not-among-the-first",
        "schema not-as-asked",
    ];
    assert_eq!(reasons, expected);
    let lowered = value["evaluation"]["never_blocks"].as_array().unwrap();
    let lowered: Vec<&str> = lowered
        .iter()
        .map(|row| row["reason"].as_str().unwrap())
        .collect();
    assert_eq!(
        lowered,
        [
            "unanswered",
            "refuted",
            "old-code",
            "wider-than-shown",
            "asks-to-check",
            "intent",
            "outside-world"
        ]
    );
}

const HEAD: &str = "title = \"t\"\nlanguage = \"python\"\nsource = \"s\"\nlicence = \"MIT\"\n";

/// A case with a secret, and a model that says more than anybody reads.
fn flood(repo: &Repo) {
    let lines: String = (0..430).map(|n| format!("value_{n} = {n}\n")).collect();
    let token = ["AKIA", "Q3EGT5VZ7LKPW2XM"].concat();
    let text = format!("{lines}key = \"{token}\"\n");
    repo.write("fixtures/eval/flood/after/values.py", &text);
    let head = format!("{HEAD}validators = [\"correctness\", \"security\"]\n");
    repo.write("fixtures/eval/flood/case.toml", head);
    let claims: Vec<Value> = (0..410)
        .map(|n| claim("values.py", n + 1, &format!("value_{n} = {n}"), "defect"))
        .collect();
    let answer = |claims: &[Value]| answers(&json!([one(claims)]));
    repo.write(
        "fixtures/eval/flood/answers/a/loud/correctness.json",
        answer(&claims),
    );
    let secret = claim("values.py", 431, "key =", "secret");
    repo.write(
        "fixtures/eval/flood/answers/a/quiet/security.json",
        answer(&[secret]),
    );
}

fn claim(path: &str, line: u32, quote: &str, kind: &str) -> Value {
    json!({
        "path": path, "line": line, "quote": quote, "message": "m", "title": format!("t {line}"), "kind": kind,
        "severity": "high", "confidence": "high", "scope": "diff", "subject": "", "fix": ""
    })
}

fn one(claims: &[Value]) -> Value {
    json!({ "unit": 0, "finish": "complete", "answer": { "findings": claims } })
}

fn answers(answers: &Value) -> String {
    json!({ "version": 1, "model": "a/b", "source": "by hand", "answers": answers }).to_string()
}

#[test]
fn what_is_drowned_is_counted() {
    let repo = world();
    flood(&repo);
    let value = whole(&repo, &[]);
    let expected = [
        "caps too-many-claims 11",
        "facts scanner-reports-it 1",
        "rank not-among-the-first 379",
    ];
    // How many of the first are one candidate is the part of the sift.
    let rows = dropped(&value);
    assert_eq!(rows[..2], expected[..2]);
    assert!(rows[2].starts_with("rank not-among-the-first "), "{rows:?}");
    assert!(!value.to_string().contains("AKIA"), "{value}");
}

#[test]
fn a_changed_answer_changes_the_figures() {
    let repo = world();
    let case = "fixtures/eval/correctness-last-page";
    copy(&repo, "correctness-last-page");
    let before = whole(&repo, &[case]);
    assert_eq!(stage(&before, "candidates"), [1, 0, 0, 1, 1]);
    assert_eq!(stage(&before, "agreement-2"), [1, 0, 0, 1, 1]);
    let answer = format!("{case}/answers/scripted/b/correctness@v2.json");
    let text = String::from_utf8(repo.read(&answer)).unwrap();
    repo.write(
        &answer,
        text.replace("offset = (page - 1) * size", "offset = page * size"),
    );
    let after = whole(&repo, &[case]);
    assert_eq!(stage(&after, "candidates"), [1, 0, 0, 1, 1]);
    assert_eq!(stage(&after, "agreement-2"), [0, 0, 0, 0, 1]);
    assert_eq!(
        dropped(&after),
        ["facts it-compiles 1", "quote quote-not-found 1"]
    );
    repo.write(
        format!("{case}/case.toml"),
        String::from_utf8(repo.read(format!("{case}/case.toml")))
            .unwrap()
            .replace("kinds = [\"defect\"]", "kinds = [\"security\"]"),
    );
    assert_eq!(stage(&whole(&repo, &[case]), "candidates"), [0, 0, 1, 0, 1]);
}

#[test]
fn versions_are_compared_over_what_both_answered() {
    let repo = world();
    copy(&repo, "");
    let ran = eval(&repo, &["--compare", "v1", "--with", "v2"]).exits(0);
    let expected = "\
v1: 1 case; 2 answers; 3000 tokens in, 440 out; $0.0020
v2: 1 case; 2 answers; 3000 tokens in, 350 out; $0.0018

             precision v1    v2  change  recall v1    v2  change  F1 v1    v2  change
claims               0.75  1.00   +0.25       1.00  1.00   +0.00   0.86  1.00   +0.14
candidates           1.00  1.00   +0.00       1.00  1.00   +0.00   1.00  1.00   +0.00
agreement 1          1.00  1.00   +0.00       1.00  1.00   +0.00   1.00  1.00   +0.00
agreement 2             -  1.00       -       0.00  1.00   +1.00      -  1.00       -
agreement 3             -     -       -       0.00  0.00   +0.00      -     -       -
";
    assert!(ran.stdout.starts_with(expected), "{ran}");
    let prompt = "+++\nname = \"correctness\"\nversion = 1\nplaceholders = []\n+++\nLook.\n";
    repo.write("one.md", prompt);
    repo.write("two/x.md", prompt.replace("version = 1", "version = 2"));
    let args = ["--compare", "one.md", "--with", "two", "--format", "json"];
    let by_prompt: Value = serde_json::from_str(&eval(&repo, &args).exits(0).stdout).unwrap();
    assert_eq!(by_prompt["names"], json!(["one.md", "two"]));
    assert_eq!(by_prompt["change"]["precision"], json!(0.0));
    let of_two = &by_prompt["sides"][1]["stages"]["agreement-2"];
    assert_eq!(of_two["recall"], json!(1.0));
}

#[test]
fn a_gate_holds_the_least() {
    let repo = world();
    copy(&repo, "security-query-text");
    let gate = |args: &[&str]| eval(&repo, args);
    gate(&["--min-precision", "0.5", "--min-recall", "1"]).exits(0);
    let ran = gate(&["--min-precision", "0.51"]).exits(1);
    assert_eq!(ran.stderr, "the precision is 0.50, less than 0.51\n");
    copy(&repo, "intent-more-than-a-typo");
    let ran = gate(&["fixtures/eval/intent-more-than-a-typo", "--validator", "intent"]).exits(0);
    assert!(ran.stdout.contains("1 of 1"), "{ran}");
    gate(&["--min-recall", "2"]).exits(2);
    gate(&["--compare", "v1"]).exits(2);
}

#[test]
fn what_is_not_defined_is_not_enough() {
    let repo = world();
    copy(&repo, "migration-clean-nullable");
    let ran = eval(&repo, &["--min-precision", "0.1", "--min-recall", "0"]).exits(1);
    let expected = "the precision is -, less than 0.1\nthe recall is -, less than 0\n";
    assert_eq!(ran.stderr, expected);
}

/// A case with one line, for answers to be wrong about.
fn small(repo: &Repo) {
    repo.write("c/after/a.py", "a = 1\n");
    repo.write("c/case.toml", format!("{HEAD}validators = [\"correctness\"]\n"));
    repo.write("c/answers/a/b/correctness.json", answers(&json!([one(&[])])));
}

#[test]
fn answers_to_something_else_are_counted_and_can_be_refused() {
    let repo = world();
    small(&repo);
    let value = whole(&repo, &["c", "--strict"]);
    assert_eq!(value["evaluation"]["answers"]["stale"], 0);
    for (key, what) in [
        ("prompt", "another prompt"),
        ("material", "something else that was shown"),
    ] {
        let mut answer = one(&[]);
        answer[key] = json!("00");
        repo.write("c/answers/a/b/correctness.json", answers(&json!([answer])));
        assert_eq!(whole(&repo, &["c"])["evaluation"]["answers"]["stale"], 1);
        let ran = eval(&repo, &["c", "--strict"]).exits(2);
        let told = format!(
            "error: `c/answers/a/b/correctness.json`: the answer to unit 0 was given to {what}\n \
             hint: record it again\n"
        );
        assert_eq!(ran.stderr, told);
    }
    let mut answer = one(&[]);
    answer["unit"] = json!(7);
    repo.write("c/answers/a/b/correctness.json", answers(&json!([answer])));
    assert_eq!(whole(&repo, &["c"])["evaluation"]["answers"]["missing"], 1);
    let ran = eval(&repo, &["c", "--strict"]).exits(2);
    assert!(ran.stderr.contains("unit 0 has no answer"), "{ran}");
}

#[test]
fn nobody_is_asked_unless_that_is_wanted() {
    let repo = world();
    small(&repo);
    for flag in ["--live", "--record"] {
        let ran = eval(&repo, &["c", flag]);
        assert_ne!(ran.code, 0, "{ran}");
        assert!(ran.stderr.contains("hint: "), "{ran}");
    }
}

#[test]
fn a_case_that_cannot_be_used_says_why() {
    for (change, told) in [
        ("titel = \"t\"\n", "unknown field `titel`"),
        ("validators = \"x\"\n", "line 2: duplicate key"),
        (
            "[[must-find]]\npath = \"b.py\"\nlines = [1, 1]\nkinds = [\"defect\"]\nwhy = \"w\"\n",
            "`must-find[0].path`: there is no `b.py`",
        ),
        (
            "[[must-find]]\npath = \"a.py\"\nlines = [1, 9]\nkinds = [\"defect\"]\nwhy = \"w\"\n",
            "`must-find[0].lines`: `a.py` has no lines 1 to 9, but 1 in all",
        ),
        (
            "[[must-find]]\npath = \"a.py\"\nlines = [1, 1]\nkinds = [\"defekt\"]\nwhy = \"w\"\n",
            "did you mean `defect`?",
        ),
        (
            "[[must-find]]\npath = \"a.py\"\nkinds = [\"defect\"]\nwhy = \"w\"\n",
            "`must-find[0]` has no `lines` or no `kinds`",
        ),
        (
            "[[must-not-find]]\npath = \"a.py\"\nwhy = \" \"\n",
            "`must-not-find[0].why` is empty",
        ),
        (
            "[[must-not-find]]\npath = \"a.py\"\nwhy = \"w\"\nvalidators = [\"security\"]\n",
            "there is no `security`",
        ),
    ] {
        let repo = world();
        small(&repo);
        let text = format!("{HEAD}validators = [\"correctness\"]\n{change}");
        let text = match change.starts_with("validators") {
            true => format!("{change}validators = []\n"),
            false => text,
        };
        repo.write("c/case.toml", text);
        let ran = eval(&repo, &["c"]).exits(2);
        assert!(ran.stderr.contains(told), "{change}: {ran}");
        assert!(ran.stderr.starts_with("error: `c/case.toml`: "), "{ran}");
        assert!(ran.stderr.contains("\n hint: "), "{ran}");
    }
}

#[test]
fn an_answer_that_cannot_be_used_says_why() {
    let good = json!({ "unit": 0, "finish": "complete", "text": "{}" });
    let with = |key: &str, value: Value| {
        let mut answer = good.clone();
        answer[key] = value;
        answers(&json!([answer]))
    };
    for (text, told) in [
        ("{".to_owned(), "EOF while parsing"),
        ("[".repeat(100_000), "at line 1"),
        (
            with("finish", json!("done")),
            "`answers[0].finish` cannot be used",
        ),
        (with("cost", json!(-1)), "`answers[0].cost` cannot be used"),
        (with("usage", json!({ "input": u64::MAX })), "`answers[0].usage`"),
        (with("answer", json!({})), "`answers[0].text` cannot be used"),
        (with("unitt", json!(0)), "unknown field `unitt`"),
        (answers(&json!([good, good])), "unit 0 is answered twice"),
        (
            answers(&json!([good])).replace("\"version\":1", "\"version\":2"),
            "`version` is 2, and not 1",
        ),
    ] {
        let repo = world();
        small(&repo);
        repo.write("c/answers/a/b/correctness.json", &text);
        let ran = eval(&repo, &["c"]).exits(2);
        assert!(ran.stderr.contains(told), "{told}: {ran}");
        let named = "error: `c/answers/a/b/correctness.json`: ";
        assert!(ran.stderr.starts_with(named), "{ran}");
    }
}

#[test]
fn places_that_hold_no_case_are_named() {
    let repo = world();
    let ran = eval(&repo, &[]).exits(2);
    assert!(
        ran.stderr.starts_with("error: `fixtures/eval`: cannot be read"),
        "{ran}"
    );
    repo.write("empty/x", "");
    let ran = eval(&repo, &["empty"]).exits(2);
    assert!(
        ran.stderr.starts_with("error: `empty`: there is no case"),
        "{ran}"
    );
    repo.write("c/case.toml", format!("{HEAD}validators = [\"correctness\"]\n"));
    let ran = eval(&repo, &["c"]).exits(2);
    assert!(ran.stderr.contains("`c`: changes nothing"), "{ran}");
    repo.write("c/after/a.py", "a = 1\n");
    let ran = eval(&repo, &["c"]).exits(2);
    assert!(ran.stderr.contains("`c/answers`: there are no answers"), "{ran}");
    repo.write("c/answers/a/corectness.json", answers(&json!([])));
    let ran = eval(&repo, &["c"]).exits(2);
    assert!(ran.stderr.contains("hint: did you mean `correctness`?"), "{ran}");
    let ran = eval(&repo, &["c", "--validator", "secruity"]).exits(2);
    assert!(ran.stderr.contains("hint: did you mean `security`?"), "{ran}");
    let ran = eval(&repo, &["c", "--compare", "a/b", "--with", "v1"]).exits(2);
    assert!(ran.stderr.contains("is neither there nor a label"), "{ran}");
}

#[cfg(unix)]
#[test]
fn a_link_leads_nowhere() {
    let repo = world();
    small(&repo);
    std::os::unix::fs::symlink("/etc", repo.path("c/after/link")).unwrap();
    let ran = eval(&repo, &["c"]).exits(2);
    let told = "error: `c/after/link`: is neither a file nor a directory\n";
    assert!(ran.stderr.starts_with(told), "{ran}");
}

#[test]
fn hostile_words_do_not_reach_the_terminal() {
    let repo = world();
    small(&repo);
    let mut evil = claim("a.py", 1, "a = 1", "defect");
    evil["title"] = json!("\u{1b}[2J\u{202e}evil");
    repo.write(
        "c/answers/a/b/correctness.json",
        answers(&json!([one(&[evil])])).replace("a/b", "a/\\u001bb"),
    );
    let ran = eval(&repo, &["c", "-v"]).exits(0);
    let is_shown = |c: char| c == '\u{1b}' || c == '\u{202e}';
    assert!(
        !ran.stdout.contains(is_shown) && !ran.stderr.contains(is_shown),
        "{ran}"
    );
    assert!(ran.stdout.contains("unlabelled:\n  c: a.py:1: "), "{ran}");
}
