//! `pantheon ci --post`, through the binary.

use super::fake::{Kind as Which, Memory};
use super::forge;
use super::server::{Said, Server};
use crate::ci::world::{Forge, Runner, secret};
use serde_json::json;

/// A checkout of a pull request with a secret in it, and its forge.
pub fn runner(server: &Server<Memory>, more: &[&str]) -> Runner {
    let forge = Forge::new();
    let base = forge.tip("main");
    let head = forge.change("feature", "a.rs", &secret());
    let merge = forge.merge("feature", "refs/pull/7/merge");
    {
        let mut memory = server.fake.lock().unwrap();
        memory.head.clone_from(&head);
    }
    let payload =
        json!({ "pull_request": { "number": 7, "base": { "sha": base }, "head": { "sha": head } } });
    let runner = forge.checkout("refs/pull/7/merge", 0);
    let sha = format!("GITHUB_SHA={merge}");
    let api = format!("GITHUB_API_URL={}", server.url());
    let fixed = [
        sha.as_str(),
        &api,
        "GITHUB_REPOSITORY=o/r",
        "GITHUB_TOKEN=token-of-a-test",
    ];
    runner.github("pull_request", &payload, &[&fixed, more].concat())
}

#[test]
fn a_status_and_a_comment_stand_at_the_head_and_the_verdict_is_what_it_was() {
    let server = forge(Which::Github);
    let ran = runner(&server, &[]).ci(&["--post", "comment,review"]).exits(1);
    assert!(
        ran.stderr
            .contains("\npantheon: posted: `comment`: blocked: 1 blocking\n"),
        "{ran}"
    );
    assert!(!ran.stderr.contains("token-of-a-test") && !ran.stdout.contains("token-of-a-test"));
    let memory = server.fake.lock().unwrap();
    let head = format!("head={} ", memory.head);
    assert!(memory.notes[0]["body"].as_str().unwrap().contains(&head));
    assert!(
        !memory.notes[0]["body"].as_str().unwrap().contains("ghp_q7R2"),
        "a secret stays here"
    );
}

#[test]
fn where_the_forge_refuses_the_log_says_it() {
    let server = forge(Which::Github);
    server.trouble(
        "POST",
        "/check-runs",
        Said::no(403, "Resource not accessible by integration"),
        9,
    );
    let ran = runner(&server, &[])
        .ci(&["--post", "checks", "--format", "json"])
        .exits(1);
    assert!(
        ran.stderr
            .contains("add `checks: write` to the `permissions` of the job"),
        "{ran}"
    );
    assert!(
        ran.stderr
            .contains("\n::error title=secrets/github-token,file=a.rs,line=1"),
        "{ran}"
    );
    serde_json::from_str::<serde_json::Value>(&ran.stdout).unwrap();
}

#[test]
fn without_a_token_nothing_is_posted_and_the_verdict_stands() {
    let server = forge(Which::Github);
    let ran = runner(&server, &["GITHUB_TOKEN="])
        .ci(&["--post", "comment"])
        .exits(1);
    let line = "pantheon: not posted: there is no token for GitHub; give the step one of `PANTHEON_FORGE_TOKEN`, \
                `GITHUB_TOKEN`, `GH_TOKEN`";
    assert!(ran.stderr.contains(line), "{ran}");
    assert_eq!(server.asked(), Vec::<String>::new());
}

#[test]
fn an_error_is_posted_as_one() {
    let server = forge(Which::Github);
    let ran = runner(&server, &[])
        .ci(&["--post", "comment", "--policy", "absent.toml"])
        .exits(2);
    let memory = server.fake.lock().unwrap();
    let note = memory.notes[0]["body"].as_str().unwrap();
    assert!(note.contains("\n## pantheon: error\n"), "{note}\n{ran}");
}

#[test]
fn a_kind_that_is_none_is_said() {
    let server = forge(Which::Github);
    let ran = runner(&server, &[]).ci(&["--post", "likes"]).exits(2);
    assert!(
        ran.stderr
            .contains("the kinds are checks, review, comment, status"),
        "{ran}"
    );
}
