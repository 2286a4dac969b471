//! What goes wrong on the way, and that it is said.

use super::fake::Kind as Which;
use super::reports::{finding, report};
use super::server::Said;
use super::{forge, outcomes, post, post_to, target};
use pantheon::forge::{Kind, Outcome};
use serde_json::Value;
use std::time::{Duration, Instant};

fn one() -> pantheon::model::Report {
    report(vec![finding("a.rs", 3, "one")])
}

#[test]
fn a_refusal_says_which_permission_to_add() {
    for status in [403, 404] {
        let server = forge(Which::Github);
        for (method, path) in [
            ("POST", "/check-runs"),
            ("POST", "/reviews"),
            ("POST", "/comments"),
            ("POST", "/statuses"),
        ] {
            server.trouble(
                method,
                path,
                Said::no(status, "Resource not accessible by integration"),
                9,
            );
        }
        let posted = post(&server, &one(), &Kind::ALL);
        let no = |kind: &str, name: &str| {
            format!(
                "not posted: `{kind}`: GitHub answers {status}: Resource not accessible by integration; add `{name}: write` to \
                 the `permissions` of the job"
            )
        };
        assert_eq!(
            posted.lines(),
            [
                no("checks", "checks"),
                no("review", "pull-requests"),
                no("comment", "pull-requests"),
                no("status", "statuses")
            ]
        );
        assert!(posted.needs_another_way());
        assert_eq!(server.written().len(), 4, "a refusal is not asked twice");
    }
}

#[test]
fn a_fork_is_told_of_the_second_workflow() {
    let server = forge(Which::Github);
    server.fake.lock().unwrap().is_fork = true;
    server.trouble(
        "POST",
        "/reviews",
        Said::no(403, "Resource not accessible by integration"),
        9,
    );
    let posted = post(&server, &one(), &[Kind::Review]);
    let expected = "not posted: `review`: GitHub answers 403: Resource not accessible by integration; the token of a fork's \
                    pull request only reads: post from a second workflow, as `docs/posting.md` shows";
    assert_eq!(posted.lines(), [expected]);
}

#[test]
fn a_wrong_token_is_named_by_its_variable() {
    let server = forge(Which::Github);
    let mut target = target(&server);
    target.token = pantheon::sys::secret::Secret::new("another-token-of-a-test").unwrap();
    server.trouble(
        "GET",
        "/pulls/7",
        Said::no(401, "bad: another-token-of-a-test"),
        9,
    );
    let posted = post_to(&target, &one(), &[Kind::Comment]);
    let expected =
        "not posted: `comment`: GitHub answers 401: bad: ***; the token in `GITHUB_TOKEN` is not valid here";
    assert_eq!(posted.lines(), [expected]);
}

#[test]
fn a_limit_is_waited_for() {
    for (said, least) in [
        (Said::no(429, "slow down").with("retry-after", 1), 1_000),
        (Said::no(403, "limit").with("retry-after", 1), 1_000),
        (
            Said::no(403, "API rate limit exceeded")
                .with("x-ratelimit-remaining", 0)
                .with("x-ratelimit-reset", 0),
            500,
        ),
    ] {
        let server = forge(Which::Github);
        server.trouble("POST", "/issues/7/comments", said, 1);
        let begun = Instant::now();
        let posted = post(&server, &one(), &[Kind::Comment]);
        assert_eq!(outcomes(&posted), [Outcome::Done]);
        assert!(begun.elapsed() >= Duration::from_millis(least));
        assert_eq!(server.fake.lock().unwrap().notes.len(), 1);
    }
}

#[test]
fn a_limit_that_takes_too_long_is_said_at_once() {
    let server = forge(Which::Github);
    server.trouble(
        "POST",
        "/issues/7/comments",
        Said::no(429, "slow down").with("retry-after", 3_000),
        9,
    );
    let begun = Instant::now();
    let posted = post(&server, &one(), &[Kind::Comment]);
    let expected = "not posted: `comment`: GitHub answers 429: slow down; to wait 3000 s more is too long";
    assert_eq!(posted.lines(), [expected]);
    assert!(begun.elapsed() < Duration::from_secs(10));
}

#[test]
fn what_may_have_been_done_is_looked_for_before_it_is_done_again() {
    for lost in [
        Said::no(502, "Bad Gateway"),
        Said {
            hangs_up: true,
            ..Said::no(500, "")
        },
    ] {
        let server = forge(Which::Github);
        server.lost("POST", "/issues/7/comments", lost.clone());
        server.lost("POST", "/pulls/7/reviews", lost);
        let posted = post(&server, &one(), &[Kind::Comment, Kind::Review]);
        assert_eq!(outcomes(&posted), [Outcome::Same; 2], "{:?}", posted.lines());
        let memory = server.fake.lock().unwrap();
        assert_eq!(
            (memory.notes.len(), memory.remarks.len(), memory.reviews.len()),
            (1, 1, 1)
        );
    }
}

#[test]
fn a_server_in_trouble_is_asked_again_and_given_up() {
    let server = forge(Which::Github);
    server.trouble("GET", "/statuses", Said::no(503, "later"), 1);
    assert_eq!(outcomes(&post(&server, &one(), &[Kind::Status])), [Outcome::Done]);
    let server = forge(Which::Github);
    server.trouble("POST", "/statuses", Said::no(503, "later"), 99);
    let posted = post(&server, &one(), &[Kind::Status]);
    assert_eq!(
        posted.lines(),
        ["not posted: `status`: GitHub answers 503: later"]
    );
}

#[test]
fn a_slow_server_does_not_hold_the_run() {
    let server = forge(Which::Github);
    let slow = Said {
        delay: Duration::from_secs(5),
        ..Said::json(200, &Value::Array(Vec::new()))
    };
    server.trouble("GET", "/", slow, 99);
    let mut target = target(&server);
    target.within = Duration::from_secs(1);
    let begun = Instant::now();
    let posted = post_to(&target, &one(), &Kind::ALL);
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
    assert_eq!(outcomes(&posted), [Outcome::Failed; 4], "{:?}", posted.lines());
}

#[test]
fn rubbish_is_no_success() {
    let html = Said {
        body: b"<html>log in</html>".to_vec(),
        ..Said::json(200, &Value::Null)
    };
    let deep = Said {
        body: "[".repeat(200_000).into_bytes(),
        ..Said::json(200, &Value::Null)
    };
    let other = Said::json(
        200,
        &serde_json::json!({ "id": "../../x", "user": 7, "check_runs": 3 }),
    );
    for rubbish in [html, deep, other] {
        let server = forge(Which::Github);
        server.trouble("GET", "/", rubbish.clone(), 99);
        let posted = post(&server, &one(), &[Kind::Review, Kind::Comment]);
        assert_eq!(outcomes(&posted), [Outcome::Failed; 2], "{:?}", posted.lines());
        assert_eq!(server.written(), Vec::<String>::new());
    }
}

#[test]
fn the_token_goes_nowhere_else() {
    let server = forge(Which::Github);
    let elsewhere = forge(Which::Github);
    let moved = Said::no(301, "Moved").with("location", elsewhere.url());
    server.trouble("GET", "/", moved, 99);
    let posted = post(&server, &one(), &[Kind::Comment]);
    let expected = "not posted: `comment`: GitHub answers 301: it leads elsewhere, which is not followed";
    assert_eq!(posted.lines(), [expected]);
    assert_eq!(elsewhere.asked(), Vec::<String>::new());
    let mut target = target(&server);
    target.api = "http://git.example".to_owned();
    let posted = post_to(&target, &one(), &[Kind::Status]);
    let expected = "not posted: `status`: the address of the api is neither `https://` nor this machine";
    assert_eq!(posted.lines(), [expected]);
}

#[test]
fn a_check_that_breaks_off_is_completed_and_not_taken_for_whole() {
    let server = forge(Which::Github);
    server.trouble("PATCH", "/check-runs", Said::no(422, "no"), 1);
    let found = |n: u32| finding("a.rs", n % 40 + 1, &format!("thing {n}"));
    let many = report((0..170).map(found).collect());
    let posted = post(&server, &many, &[Kind::Checks]);
    assert_eq!(outcomes(&posted), [Outcome::Failed]);
    {
        let memory = server.fake.lock().unwrap();
        assert_eq!(memory.checks[0]["status"], "completed");
        assert_eq!(memory.checks[0]["conclusion"], "failure");
        assert!(memory.checks[0].get("external_id").is_none());
    }
    assert_eq!(outcomes(&post(&server, &many, &[Kind::Checks])), [Outcome::Done]);
    assert_eq!(outcomes(&post(&server, &many, &[Kind::Checks])), [Outcome::Same]);
}

#[test]
fn a_line_that_the_forge_does_not_take_is_in_the_text() {
    let server = forge(Which::Github);
    server.trouble(
        "POST",
        "/reviews",
        Said::no(422, "line must be part of the diff"),
        1,
    );
    let posted = post(&server, &one(), &[Kind::Review]);
    let line = "posted: `review`: 0 remarks beside lines and files, 1 in the text";
    assert_eq!(posted.lines(), [line]);
    assert_eq!(server.fake.lock().unwrap().reviews.len(), 1);
}

#[test]
fn the_program_can_be_told_to_end() {
    let server = forge(Which::Github);
    server.trouble(
        "POST",
        "/statuses",
        Said::no(429, "slow").with("retry-after", 15),
        9,
    );
    let interrupt = pantheon::sys::signal::Interrupt::default();
    let flag = interrupt.flag();
    let end = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(300));
        flag.store(true, std::sync::atomic::Ordering::Relaxed);
    });
    let begun = Instant::now();
    let report = one();
    let subject = pantheon::forge::Subject::Report(&report);
    let posted = pantheon::forge::post(&subject, &target(&server), &[Kind::Status], &interrupt);
    end.join().unwrap();
    assert_eq!(
        posted.lines(),
        ["not posted: `status`: the program was told to end"]
    );
    assert!(begun.elapsed() < Duration::from_secs(5));
}
