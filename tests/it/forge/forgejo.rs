//! Forgejo.

use super::fake::{Kind as Which, OTHER};
use super::reports::{HOSTILE, finding, report};
use super::{forge, outcomes, post};
use pantheon::forge::{Kind, Outcome};

#[test]
fn a_first_run_says_everything_and_a_second_one_changes_nothing() {
    let server = forge(Which::Forgejo);
    let report = report(vec![
        finding("a.rs", 3, "a token"),
        finding("else.rs", 4, "elsewhere"),
        finding("dir/b.rs", 5, HOSTILE),
    ]);
    let posted = post(&server, &report, &Kind::ALL);
    assert_eq!(
        posted.lines(),
        [
            "not posted: `checks`: Forgejo has no checks; `status` says the verdict",
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
    assert_eq!(server.fake.lock().unwrap().reviews.len(), 1);
}

#[test]
fn what_is_no_longer_said_goes_unless_somebody_answered() {
    let server = forge(Which::Forgejo);
    post(
        &server,
        &report(vec![finding("a.rs", 3, "one"), finding("a.rs", 4, "two")]),
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
}
