//! The commits of a change, one by one: what a later one takes away again, and what their messages say.

use super::world::{Forge, Runner, secret};
use serde_json::{Value, json};

/// A pull request of `topic`, with its merge checked out as the action does.
fn pull(forge: &Forge, depth: u32) -> Runner {
    forge.author.git(&["switch", "-q", "main"]);
    let merge = forge.merge("topic", "refs/pull/7/merge");
    let (base, head) = (forge.tip("main"), forge.tip("topic"));
    let event = json!({"pull_request": {"base": {"sha": base}, "head": {"sha": head}}});
    let sha = format!("GITHUB_SHA={merge}");
    forge
        .checkout("refs/pull/7/merge", depth)
        .github("pull_request", &event, &[&sha, "GITHUB_BASE_REF=main"])
}

/// A pull request whose second commit takes away what the first one brought; the id of the first.
fn taken_away() -> (Forge, String) {
    let forge = Forge::new();
    let bad = forge.change("topic", "new.py", &secret());
    forge.change("topic", "new.py", "key = \"\"\n");
    (forge, bad)
}

fn json_of(runner: &Runner, args: &[&str], code: i32) -> Value {
    let ran = runner.ci(&[&["--format", "json"], args].concat()).exits(code);
    serde_json::from_str(&ran.stdout).unwrap()
}

#[test]
fn a_secret_that_a_later_commit_takes_away_blocks_and_names_its_commit() {
    let (forge, bad) = taken_away();
    for depth in [0, 1, 2] {
        let report = json_of(&pull(&forge, depth), &[], 1);
        let findings = report["findings"].as_array().unwrap();
        assert_eq!(findings.len(), 1, "depth {depth}: {report:#}");
        assert_eq!(findings[0]["check"], "secrets/github-token");
        assert_eq!(findings[0]["commit"], bad);
        // The merge is the system's, and no commit of the change.
        assert_eq!(report["commits"], 2, "depth {depth}");
    }
    let ran = pull(&forge, 1).ci(&[]).exits(1);
    let help = format!(
        "the change brings this commit too: rewrite it with `git rebase -i {:.10}^`",
        bad
    );
    assert!(ran.stdout.contains(&help), "{ran}");
    assert!(ran.stdout.contains(&bad[..10]), "{ran}");
}

#[test]
fn what_the_sum_holds_is_found_once() {
    let forge = Forge::new();
    forge.change("topic", "new.py", &secret());
    forge.change("topic", "other.py", "one = 1\n");
    let report = json_of(&pull(&forge, 0), &[], 1);
    assert_eq!(report["findings"].as_array().unwrap().len(), 1, "{report:#}");
    assert_eq!(
        report["findings"][0]["commit"],
        Value::Null,
        "it stands in the head: {report:#}"
    );
}

#[test]
fn every_message_is_judged() {
    let forge = Forge::new();
    forge.change("topic", "new.py", "one = 1\n");
    forge.author.write("new.py", "two = 2\n");
    let bad = forge.author.commit(&format!("Set the {}", secret().trim_end()));
    forge.author.write("new.py", "three = 3\n");
    forge.author.commit("Count on");
    forge.push("topic");
    let report = json_of(&pull(&forge, 1), &[], 1);
    let found = report["findings"].as_array().unwrap();
    assert_eq!(found.len(), 1, "{report:#}");
    assert_eq!(found[0]["commit"], bad);
    assert_eq!(report["commits"], 3);
}

#[test]
fn what_was_on_the_target_before_is_nobodys() {
    let forge = Forge::new();
    forge.change("main", "late.py", &secret());
    forge.change("main", "late.py", "gone = 1\n");
    forge.change("topic", "new.py", "one = 1\n");
    for depth in [0, 1] {
        let report = json_of(&pull(&forge, depth), &[], 0);
        assert_eq!(report["commits"], 1, "depth {depth}: {report:#}");
    }
}

#[test]
fn a_push_is_judged_commit_by_commit_too() {
    let forge = Forge::new();
    let before = forge.tip("main");
    let bad = forge.change("main", "new.py", &secret());
    let after = forge.change("main", "new.py", "gone = 1\n");
    let event = json!({"before": before, "after": after, "repository": {"default_branch": "main"}});
    for depth in [0, 1] {
        let runner = forge.checkout("refs/heads/main", depth);
        let runner = runner.github("push", &event, &["GITHUB_REF=refs/heads/main"]);
        let report = json_of(&runner, &[], 1);
        assert_eq!(report["findings"][0]["commit"], bad, "depth {depth}");
    }
}

#[test]
fn a_partial_clone_is_given_what_its_commits_need() {
    let (forge, bad) = taken_away();
    let (base, head) = (forge.tip("main"), forge.tip("topic"));
    for filter in ["--filter=blob:none", "--filter=tree:0"] {
        let runner = forge.clone(filter, &head);
        let report = json_of(&runner, &["--base", &base], 1);
        assert_eq!(report["findings"][0]["commit"], bad, "{filter}");
    }
}

#[test]
fn commits_that_cannot_be_had_are_said_and_inconclusive() {
    let (forge, _) = taken_away();
    let runner = pull(&forge, 2);
    let ran = runner.ci(&["--no-fetch"]).exits(3);
    assert!(ran.stdout.contains("the single commits of the change"), "{ran}");
    assert!(ran.stdout.contains("`fetch-depth: 0`"), "{ran}");
    // Who wants none is not held up.
    let ran = runner.ci(&["--no-fetch", "--commits", "0"]).exits(0);
    assert!(
        ran.stdout
            .contains("no commit was looked at by itself, as the command line says"),
        "{ran}"
    );
}

#[test]
fn a_bound_is_the_users_and_is_said() {
    let (forge, bad) = taken_away();
    let runner = pull(&forge, 0);
    let report = json_of(&runner, &["--commits", "1"], 0);
    assert_eq!(report["commits"], 1);
    assert!(
        report["notes"]
            .to_string()
            .contains("not looked at by itself, as the command line says: 1 commit"),
        "{report:#}"
    );
    let report = json_of(&runner, &["--commits", "2"], 1);
    assert_eq!(report["findings"][0]["commit"], bad);
}
