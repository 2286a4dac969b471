//! Models that are not there, and models that are late: decided in time, by policy, with the reason.

use super::*;
use std::time::{Duration, Instant};

const TWO: &str = "{ severity = \"high\", agreement = 2 }";

/// What stands closed where something was not looked at.
fn closed(more: &str) -> String {
    more.replace(
        "deadline = \"20s\"",
        "deadline = \"2s\"\non-inconclusive = \"block\"",
    )
}

#[test]
fn without_a_key_the_policy_decides() {
    let keyed = "[providers.fake]\nkind = \"openai-compatible\"\nbase-url = \"http://127.0.0.1:9/v1\"\napi-key-env = \
                 \"NOBODY_SET_THIS\"\n";
    let text = policy("http://127.0.0.1:9", &gate("[\"one\"]", TWO));
    let start = text.find("[providers.fake]").unwrap();
    let end = text.find("[models.one]").unwrap();
    let text = format!("{}{keyed}{}", &text[..start], &text[end..]);
    let ran = review(&repo(&text)).exits(0);
    assert!(ran.stdout.contains("`NOBODY_SET_THIS` is not set"), "{ran}");
    let ran = review(&repo(&closed(&text))).exits(3);
    assert!(ran.stdout.contains("`NOBODY_SET_THIS` is not set"), "{ran}");
}

#[test]
fn with_the_server_stopped_the_policy_decides() {
    // Nobody listens where a server was.
    let gone = says(|_| json!([])).http();
    let text = policy(&gone, &gate("[\"one\"]", TWO));
    let ran = review(&repo(&text)).exits(0);
    assert!(ran.stdout.contains("validators/correctness"), "{ran}");
    review(&repo(&closed(&text))).exits(3);
}

#[test]
fn an_answer_after_the_deadline_is_none() {
    let late = Server::new(|asked, conn| {
        conn.closed_within(Duration::from_secs(6));
        answer(conn, &Question::of(asked), &json!([defect()]))
    });
    let repo = repo(&closed(&policy(&late.http(), &gate("[\"one\"]", TWO))));
    let begun = Instant::now();
    let ran = review(&repo).exits(3);
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
    assert!(
        ran.stdout.contains("`validators/correctness` ran out of time"),
        "{ran}"
    );
}

#[test]
fn a_connection_that_is_cut_in_the_middle_gives_no_pass() {
    let cut = Server::new(|_, conn| {
        conn.send(
            b"HTTP/1.1 200 X\r\ncontent-type: application/json\r\ncontent-length: 9000\r\n\r\n{\"choices\":[",
        );
        conn.reset()
    });
    let ran = review(&repo(&closed(&policy(&cut.http(), &gate("[\"one\"]", TWO))))).exits(3);
    let words: Vec<&str> = ran.stdout.split_whitespace().collect();
    let told = words.join(" ");
    assert!(
        told.contains("no answer: correctness: one at fake: the connection broke"),
        "{ran}"
    );
}

#[test]
fn an_answer_that_is_cut_off_adds_findings_and_never_passes() {
    let cut = Server::new(|asked, conn| {
        let said = json!({ "findings": [defect()] }).to_string();
        let mut body = whole(&Question::of(asked), &said[..said.len() - 2]);
        body["choices"][0]["finish_reason"] = json!("length");
        conn.json(200, body.to_string().as_bytes())
    });
    let (code, said) = report(&repo(&closed(&policy(&cut.http(), &gate("[\"one\"]", TWO)))));
    assert_eq!((code, found(&said).len()), (3, 1), "{said}");
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_it_at_once() {
    let late = Server::new(|_, conn| {
        conn.closed_within(Duration::from_secs(20));
        Then::Close
    });
    let repo = repo(&policy(&late.http(), &gate("[\"one\"]", TWO)));
    let mut child = repo
        .command(crate::support::PANTHEON)
        .args(["review", "--commit", "HEAD"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    while late.asked().is_empty() && begun.elapsed() < Duration::from_secs(10) {
        std::thread::sleep(Duration::from_millis(10));
    }
    repo.finish(repo.command("kill").args(["-INT", &child.id().to_string()]), b"")
        .exits(0);
    let begun = Instant::now();
    let status = child.wait().unwrap();
    assert_eq!(status.code(), Some(130));
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
}
