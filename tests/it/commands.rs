//! Commands end to end: linters and tests of a repository's own, on a clean checkout of what is judged.

mod ends;
mod formats;
mod hostile;
mod places;

use crate::support::{Ran, Repo};
use serde_json::Value;

/// A policy whose gate `manual` asks for commands alone, with one that is so.
fn policy(command: &str) -> String {
    format!(
        "version = 1\nextends = []\n[gates.manual]\nchecks = [\"commands\"]\nblock = \"high\"\ndeadline = \"60s\"\n\
         on-inconclusive = \"block\"\n[commands.lint]\n{command}\n"
    )
}

/// A linter that complains about each line with `BAD` in it.
const GREP: &str = "run = [\"grep\", \"-rn\", \"BAD\", \".\"]\noutput = \"regex\"\n\
                    regex = '^(?<path>[^:]+):(?<line>\\d+):(?<message>.*)$'\nseverity = \"high\"";

/// A repository with that policy, whose first commit has a file with one bad line in it.
fn repo(policy: &str) -> Repo {
    let repo = Repo::new();
    repo.write(".pantheon.toml", policy);
    repo.write("src/a.txt", "one\nBAD old\nthree\nfour\nfive\nsix\nseven\n");
    repo.commit("Begin");
    repo
}

fn trusted(policy: &str) -> Repo {
    let repo = repo(policy);
    trust(&repo);
    repo
}

fn trust(repo: &Repo) {
    let ran = repo.run(&["trust"]);
    assert_eq!(ran.code, 0, "{ran}");
}

/// What a judgement of the index comes to.
fn staged(repo: &Repo) -> (i32, Value) {
    repo.add();
    report(&repo.run(&["review", "--staged", "--format", "json"]))
}

fn report(ran: &Ran) -> (i32, Value) {
    let report = serde_json::from_str(&ran.stdout).unwrap_or_else(|e| panic!("{e}: {ran}"));
    (ran.code, report)
}

/// Each finding: its path, its line and what it says.
fn found(report: &Value) -> Vec<(String, u64, String)> {
    let findings = report["findings"].as_array().unwrap().iter();
    findings
        .map(|finding| {
            assert!(
                finding["check"].as_str().unwrap().starts_with("commands/"),
                "{finding}"
            );
            let location = &finding["location"];
            let path = location["path"].as_str().unwrap_or_default().to_owned();
            let line = location["region"]["start_line"].as_u64().unwrap_or_default();
            (path, line, finding["message"].as_str().unwrap().to_owned())
        })
        .collect()
}

fn one(path: &str, line: u64, message: &str) -> Vec<(String, u64, String)> {
    vec![(path.to_owned(), line, message.to_owned())]
}

/// The reasons of a verdict, as one text.
fn reasons(report: &Value) -> String {
    report["reasons"].to_string()
}

/// The temporary directories of checkouts that this test's programs left behind.
fn left_behind(dir: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    entries.collect()
}

#[test]
fn only_added_lines_count() {
    let repo = trusted(&policy(GREP));
    repo.write("src/a.txt", "one\nBAD old\nthree\nfour\nfive\nsix\nBAD new\n");
    let (code, said) = staged(&repo);
    assert_eq!(code, 1, "{said}");
    assert_eq!(found(&said), one("src/a.txt", 7, "BAD new"));
    assert!(
        said["notes"]
            .to_string()
            .contains("`commands/lint`: 2 findings outside of `filter = \\\"added\\\"` not counted"),
        "{}",
        said["notes"]
    );
}

#[test]
fn what_is_judged_is_what_is_staged() {
    let repo = trusted(&policy(GREP));
    repo.write("src/b.txt", "fine\n");
    repo.add();
    // Neither what is not staged nor what is not tracked is there.
    repo.write("src/b.txt", "BAD\n");
    repo.write("src/c.txt", "BAD\n");
    let (code, said) = report(&repo.run(&["review", "--staged", "--format", "json"]));
    assert_eq!((code, found(&said)), (0, vec![]), "{said}");
    assert_eq!(repo.read("src/b.txt"), b"BAD\n");
}

#[test]
fn nothing_runs_before_it_is_trusted() {
    let marker = tempfile::tempdir().unwrap();
    let at = marker.path().join("ran");
    let repo = repo(&policy(&format!("run = [\"touch\", \"{}\"]", at.display())));
    repo.write("src/a.txt", "one\n");
    let (code, said) = staged(&repo);
    assert_eq!(code, 3, "{said}");
    assert!(reasons(&said).contains("are not trusted yet"), "{said}");
    assert!(!at.exists());
    let shown = repo.run(&["trust", "--show"]);
    assert_eq!(shown.code, 1);
    assert!(
        shown.stdout.contains("commands.lint.run = [\"touch\", "),
        "{shown}"
    );
    trust(&repo);
    assert_eq!(staged(&repo).0, 0);
    assert!(at.exists());
}

#[test]
fn a_gate_that_asks_for_rules_runs_none() {
    let repo = repo(&policy("run = [\"false\"]").replace("\"commands\"", "\"rules\""));
    repo.write("src/b.txt", "one\n");
    let (code, said) = staged(&repo);
    assert_eq!(code, 0, "{said}");
}

#[test]
fn a_command_that_cannot_be_used_is_told_with_its_place() {
    let cases = [
        ("output = \"sarif\"", "`lint` does not say what to run"),
        (
            "run = [\"x\"]\noutput = \"regex\"",
            "`output = \"regex\"` needs a `regex`",
        ),
        (
            "run = [\"x\"]\noutput = \"regex\"\nregex = '('",
            "the expression cannot be used",
        ),
        (
            "run = [\"x\"]\noutput = \"regex\"\nregex = '(?<path>.)'",
            "has no group `message`",
        ),
    ];
    for (command, why) in cases {
        let repo = repo(&policy(command));
        let ran = repo.run(&["policy", "check"]);
        assert!(
            ran.code == 2 && ran.stderr.contains(why) && ran.stderr.contains(".pantheon.toml:"),
            "{why}: {ran}"
        );
        repo.write("src/b.txt", "one\n");
        repo.add();
        let ran = repo.run(&["review", "--staged"]);
        assert!(ran.code == 2 && ran.stderr.contains(why), "{why}: {ran}");
    }
}

#[test]
fn a_change_of_what_runs_must_be_trusted_again() {
    let repo = trusted(&policy(GREP));
    repo.write(".pantheon.toml", policy(&GREP.replace("BAD", "WORSE")));
    repo.commit("Search for something else");
    repo.write("src/a.txt", "one\n");
    let (code, said) = staged(&repo);
    assert_eq!(code, 3, "{said}");
}

#[test]
fn the_policy_of_the_base_says_what_runs() {
    let repo = trusted(&policy(GREP));
    repo.write(".pantheon.toml", policy("run = [\"true\"]"));
    repo.write("src/b.txt", "BAD\n");
    let (code, said) = staged(&repo);
    assert_eq!(code, 1, "{said}");
    assert!(
        found(&said).contains(&("src/b.txt".to_owned(), 1, "BAD".to_owned())),
        "{said}"
    );
}

#[test]
fn a_hook_runs_them() {
    let repo = trusted(&policy(GREP).replace("gates.manual", "gates.pre-commit"));
    let ran = repo.run(&["hooks", "install"]);
    assert_eq!(ran.code, 0, "{ran}");
    repo.write("src/b.txt", "BAD\n");
    repo.add();
    let ran = repo.try_git(&["commit", "-m", "Be bad"]);
    assert_eq!(ran.code, 1, "{ran}");
    assert!(ran.stderr.contains("commands/lint"), "{ran}");
    repo.write("src/b.txt", "good\n");
    repo.add();
    repo.git(&["commit", "-m", "Be good"]);
}

#[test]
fn a_comment_that_is_used_by_a_command_is_not_called_unused() {
    let repo = trusted(&policy(GREP).replace("[\"commands\"]", "[\"policy\", \"commands\"]"));
    repo.write(
        "src/b.txt",
        "BAD pantheon: allow commands/lint -- it is about that\n",
    );
    let (code, said) = staged(&repo);
    assert_eq!((code, found(&said).len()), (0, 1), "{said}");
}

#[test]
fn comments_waivers_and_the_baseline_hold() {
    let repo = trusted(&policy(GREP));
    repo.write(
        "src/b.txt",
        "BAD pantheon: allow commands/lint -- it is about that\n",
    );
    let (code, said) = staged(&repo);
    assert_eq!(code, 0, "{said}");
    assert_eq!(said["findings"][0]["disposition"], "suppressed");
    repo.write("src/b.txt", "BAD\n");
    let (code, said) = staged(&repo);
    assert_eq!(code, 1, "{said}");
    let fingerprint = said["findings"][0]["fingerprint"].as_str().unwrap();
    let waiver = format!(
        "[[waivers]]\nfingerprint = \"{fingerprint}\"\nreason = \"known\"\nby = \"us\"\nexpires = \"2030-01-01\"\n"
    );
    repo.write("../waived.toml", policy(GREP) + &waiver);
    let ran = repo.run(&[
        "review",
        "--staged",
        "--policy",
        "../waived.toml",
        "--format",
        "json",
    ]);
    assert_eq!(ran.code, 0, "{ran}");
    repo.commit("Be bad");
    let ran = repo.run(&["baseline", "write"]);
    assert_eq!(ran.code, 0, "{ran}");
    repo.commit("Add a baseline");
    let (_, said) = report(&repo.run(&["review", "--tree", "HEAD", "--format", "json"]));
    let findings = said["findings"].as_array().unwrap().iter();
    let there = findings.filter(|finding| finding["location"]["path"] == "src/b.txt");
    let there: Vec<_> = there.map(|finding| finding["disposition"].clone()).collect();
    assert_eq!(there, ["baseline"], "{said}");
    // One more of the same is news, wherever it is put.
    repo.write("src/b.txt", "BAD\nBAD\n");
    let (code, said) = staged(&repo);
    assert_eq!((code, found(&said).len()), (1, 1), "{said}");
}
