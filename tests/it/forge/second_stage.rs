//! `pantheon ci report --post`: what the job for the pull request of a fork has written is said by a job with rights.

use super::fake::Kind as Which;
use super::forge;
use super::through_ci::runner;
use serde_json::json;

#[test]
fn the_report_of_a_merge_is_said_at_the_head_that_the_event_names() {
    let server = forge(Which::Github);
    let first = runner(&server, &[]);
    first.ci(&["--format", "json=../first.json"]).exits(1);
    let head = server.fake.lock().unwrap().head.clone();
    let run = json!({
        "event": "pull_request", "head_sha": head, "head_branch": "feature",
        "pull_requests": [{ "number": 7, "head": { "sha": head }, "base": { "sha": "0".repeat(40) } }],
    });
    let second = first.github("workflow_run", &json!({ "workflow_run": run }), &[]);
    let report = |expected: &str| {
        let fixed = [
            "report",
            "--from",
            "../first.json",
            "--post",
            "comment",
            "--expect-head",
        ];
        second.ci(&[&fixed[..], &[expected]].concat())
    };
    report(&"b".repeat(40)).exits(2);
    assert_eq!(server.asked(), Vec::<String>::new());
    let ran = report(&head).exits(0);
    let line = "pantheon: posted: `comment`: blocked: 1 blocking\n";
    assert!(ran.stderr.contains(line), "{ran}");
    let memory = server.fake.lock().unwrap();
    let body = memory.notes[0]["body"].as_str().unwrap();
    assert!(body.contains(&format!("head={head} ")), "{body}");
}

#[test]
fn a_share_is_not_posted() {
    let server = forge(Which::Github);
    let ran = runner(&server, &[])
        .ci(&["--post", "comment", "--shard", "hash:1/2"])
        .exits(2);
    assert!(ran.stderr.contains("cannot be used with"), "{ran}");
    assert_eq!(server.asked(), Vec::<String>::new());
}
