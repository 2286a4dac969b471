//! Reports in several forms at once, and what a build server may not take for a command.

use crate::support::{Ran, Repo};
use serde_json::Value;

/// A repository whose last commit adds two lines that are found; one says what build servers obey.
fn found() -> Repo {
    let repo = Repo::new();
    repo.write("a.py", "x = 1\n");
    repo.commit("Begin");
    repo.write("a.py", "x = 1\nbreakpoint()  # ##[group]z\nbreakpoint()\n");
    repo.commit("Go on");
    repo
}

fn review(repo: &Repo, args: &[&str]) -> Ran {
    let args: Vec<&str> = ["review", "--commit", "HEAD"]
        .iter()
        .chain(args)
        .copied()
        .collect();
    repo.run(&args)
}

#[test]
fn several_forms_at_once() {
    let repo = found();
    let alone = review(&repo, &["--format", "checkstyle"]);
    let several = [
        "--format",
        "junit=j.xml,checkstyle",
        "--format",
        "sarif-github=a.sarif",
    ];
    let ran = review(&repo, &several);
    assert_eq!(ran.stdout, alone.stdout);
    assert!(ran.stdout.starts_with("<?xml"), "{ran}");
    assert!(repo.read("j.xml").starts_with(b"<?xml"));
    let log: Value = serde_json::from_slice(&repo.read("a.sarif")).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    let hash = |result: &Value| result["partialFingerprints"]["primaryLocationLineHash"].clone();
    let hashes: Vec<Value> = results.iter().map(hash).collect();
    // What GitHub's action computes for lines 2 and 3 of the file.
    assert_eq!(hashes, ["ca22f2d2c702af3b:1", "b27b86cfa8e5ae3d:1"]);
}

#[test]
fn one_file_for_each() {
    let repo = found();
    let refuses = |args: &[&str], expected: &str| {
        let ran = review(&repo, args).exits(2);
        assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("", expected));
    };
    refuses(
        &["--format", "json,human"],
        "error: `json` and `human` both go to standard output\n hint: name a file for one: `--format json,human=FILE`\n",
    );
    refuses(
        &["--format", "json=a,sarif=a"],
        "error: two reports go to `a`\n hint: name a file of its own for each\n",
    );
    let two = "error: `--output` holds one report, and `--format` asks for others\n hint: name the file beside each \
               format: `--format sarif=FILE,human`\n";
    refuses(&["--format", "json=a,sarif", "--output", "b"], two);
    refuses(&["--format", "json=a", "--output", "b"], two);
    assert!(!repo.has("a") && !repo.has("b"));
    let ran = review(&repo, &["--format", "json="]).exits(2);
    assert!(ran.stderr.contains("no file stands behind `json=`"), "{ran}");
    let ran = review(&repo, &["--format", "yaml=x"]).exits(2);
    assert!(ran.stderr.contains("the formats are human, json, "), "{ran}");
}

#[test]
fn every_file_is_written_though_one_cannot_be() {
    let repo = found();
    let ran = review(&repo, &["--format", "json=missing/a,jsonl=b,human"]).exits(2);
    assert!(ran.stdout.contains("breakpoint"), "{ran}");
    assert!(ran.stderr.contains("`missing/a` cannot be written"), "{ran}");
    assert!(repo.has("b"));
}

#[test]
fn a_log_gets_no_commands() {
    let mut repo = found();
    let plain = review(&repo, &[]);
    assert!(plain.stdout.contains("##[group]z"), "{plain}");
    repo.env = vec![("CI".into(), "true".into())];
    let ran = review(&repo, &[]);
    assert!(
        ran.stdout.contains("# #[group]z") && !ran.stdout.contains("##["),
        "{ran}"
    );
    assert!(!ran.stdout.contains("::stop-commands::"), "{ran}");
    repo.env = vec![("GITHUB_ACTIONS".into(), "true".into())];
    let ran = review(&repo, &[]);
    let (first, rest) = ran.stdout.split_once('\n').unwrap();
    let token = first.strip_prefix("::stop-commands::").unwrap();
    assert!(
        rest.ends_with(&format!("\n::{token}::\n")) && !rest.contains("##["),
        "{ran}"
    );
}

#[test]
fn a_summary_is_added_to_what_the_step_wrote() {
    let mut repo = found();
    repo.write("summary.md", "# Mine\n");
    let path = repo.path("summary.md");
    let format = format!("github-summary={}", path.display());
    repo.env = vec![("GITHUB_STEP_SUMMARY".into(), path.into())];
    review(&repo, &["--format", &format]);
    let text = String::from_utf8(repo.read("summary.md")).unwrap();
    assert!(text.starts_with("# Mine\n## pantheon: "), "{text}");
    repo.env.clear();
    review(&repo, &["--format", &format]);
    let text = String::from_utf8(repo.read("summary.md")).unwrap();
    assert!(text.starts_with("## pantheon: "), "{text}");
}
