//! GitLab.

use super::fake::{Kind as Which, ME, OTHER};
use super::reports::{HOSTILE, finding, report};
use super::{forge, outcomes, post};
use pantheon::forge::{Kind, Outcome};

#[test]
fn a_first_run_says_everything_and_a_second_one_changes_nothing() {
    let server = forge(Which::Gitlab);
    let report = report(vec![
        finding("a.rs", 3, "a token"),
        finding("a.rs", 400, "far"),
        finding("dir/b.rs", 5, HOSTILE),
    ]);
    let posted = post(&server, &report, &Kind::ALL);
    assert_eq!(
        posted.lines(),
        [
            "not posted: `checks`: GitLab has no checks; `status` says the verdict",
            "posted: `review`: 2 remarks beside lines and files, 2 new, 1 in the text",
            "posted: `comment`: blocked: 3 blocking",
            "posted: `status`: blocked: 3 blocking",
        ]
    );
    server.written();
    let again = post(&server, &report, &Kind::ALL);
    assert_eq!(
        outcomes(&again),
        [Outcome::Skipped, Outcome::Same, Outcome::Same, Outcome::Same],
        "{:?}",
        again.lines()
    );
    assert_eq!(server.written(), Vec::<String>::new());
    let memory = server.fake.lock().unwrap();
    assert_eq!(memory.statuses[0]["state"], "failed");
    assert_eq!((memory.remarks.len(), memory.notes.len()), (2, 2));
}

#[test]
fn what_is_no_longer_said_goes_unless_somebody_answered() {
    let server = forge(Which::Gitlab);
    post(
        &server,
        &report(vec![
            finding("a.rs", 3, "one"),
            finding("a.rs", 4, "two"),
            finding("else.rs", 4, "rest"),
        ]),
        &[Kind::Review],
    );
    let answered = server.fake.lock().unwrap().remarks[1]["id"].as_i64();
    server.fake.lock().unwrap().remark(OTHER, "why?", answered);
    post(&server, &report(Vec::new()), &[Kind::Review]);
    let memory = server.fake.lock().unwrap();
    let said: Vec<&str> = memory
        .said()
        .iter()
        .map(|body| body.lines().last().unwrap())
        .collect();
    assert_eq!(said, ["**blocks**: two (`secrets/github-token`, high)", "why?"]);
    assert_eq!(memory.notes.len(), 0, "there is no rest any more");
}

#[test]
fn a_marker_that_somebody_else_has_planted_is_not_ours() {
    let server = forge(Which::Gitlab);
    let found = finding("a.rs", 3, "one");
    let planted = format!("<!-- pantheon:v1 key=ci finding={} -->\nmine", found.fingerprint);
    server.fake.lock().unwrap().remark(OTHER, &planted, None);
    server
        .fake
        .lock()
        .unwrap()
        .note(OTHER, "<!-- pantheon:v1 key=ci head=a1 -->\nall is well");
    server.fake.lock().unwrap().note(ME, "said by hand");
    post(&server, &report(vec![found]), &[Kind::Review, Kind::Comment]);
    let memory = server.fake.lock().unwrap();
    assert_eq!((memory.notes.len(), memory.remarks.len()), (3, 2));
    assert_eq!(memory.said()[0], planted);
}

#[test]
fn a_place_that_the_forge_does_not_take_is_in_the_text() {
    let server = forge(Which::Gitlab);
    let no = super::server::Said::no(400, "line_code can't be blank");
    server.trouble("POST", "/discussions", no, 1);
    let report = report(vec![finding("a.rs", 3, "one"), finding("a.rs", 4, "two")]);
    let posted = post(&server, &report, &[Kind::Review]);
    let line = "posted: `review`: 1 remark beside lines and files, 1 new, 1 in the text";
    assert_eq!(posted.lines(), [line]);
    let memory = server.fake.lock().unwrap();
    assert!(
        memory.notes[0]["body"]
            .as_str()
            .unwrap()
            .contains("- `a.rs:3:3` blocks: one")
    );
}
