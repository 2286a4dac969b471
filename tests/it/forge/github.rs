//! GitHub.

use super::fake::{Kind as Which, ME, OTHER};
use super::reports::{HOSTILE, finding, inconclusive, report};
use super::{forge, outcomes, post, post_to, target};
use pantheon::forge::{Kind, Outcome, Subject};
use pantheon::model::Disposition;
use pantheon::sys::signal::Interrupt;

#[test]
fn a_first_run_says_everything_and_a_second_one_changes_nothing() {
    let server = forge(Which::Github);
    let report = report(vec![
        finding("a.rs", 3, "a token"),
        finding("dir/b.rs", 5, "another token"),
    ]);
    let posted = post(&server, &report, &Kind::ALL);
    let lines = [
        "posted: `checks`: blocked: 2 blocking",
        "posted: `review`: 2 remarks beside lines and files, 2 new",
        "posted: `comment`: blocked: 2 blocking",
        "posted: `status`: blocked: 2 blocking",
    ];
    assert_eq!(posted.lines(), lines);
    let written = [
        "POST /repos/o/r/check-runs",
        "POST /repos/o/r/pulls/7/reviews",
        "POST /repos/o/r/issues/7/comments",
        "POST /repos/o/r/statuses/a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1",
    ];
    assert_eq!(server.written(), written);
    let again = post(&server, &report, &Kind::ALL);
    assert_eq!(outcomes(&again), [Outcome::Same; 4], "{:?}", again.lines());
    assert_eq!(server.written(), Vec::<String>::new());
}

#[test]
fn what_matters_stands_first_with_the_way_to_the_whole_report() {
    let server = forge(Which::Github);
    post(&server, &report(vec![finding("a.rs", 3, "a token")]), &Kind::ALL);
    let memory = server.fake.lock().unwrap();
    let page = "## pantheon: blocked\n\n1 blocking, 0 warnings, 0 notes, 2 files, gate `ci`\n\n\
                The whole report: <https://ci.example/run/1>\n\n### What blocks\n\n\
                - `a.rs:3:3` a token (`secrets/github-token`, high)\n";
    let marker = "<!-- pantheon:v1 key=ci head=a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1 -->\n";
    assert_eq!(memory.notes[0]["body"], format!("{marker}{page}"));
    let check = &memory.checks[0];
    assert_eq!(check["output"]["summary"], page);
    assert_eq!(check["details_url"], "https://ci.example/run/1");
    assert_eq!(
        (&check["name"], &check["conclusion"]),
        (&"pantheon".into(), &"failure".into())
    );
    let annotation = serde_json::json!({
        "path": "a.rs", "start_line": 3, "end_line": 3, "annotation_level": "failure",
        "title": "secrets/github-token", "message": "a token", "start_column": 3, "end_column": 8,
    });
    assert_eq!(check["annotations"], serde_json::json!([annotation]));
    let status = &memory.statuses[0];
    assert_eq!(
        (&status["state"], &status["context"]),
        (&"failure".into(), &"pantheon".into())
    );
    let said = memory.said();
    assert!(
        said[0].ends_with(" -->\n**blocks**: a token (`secrets/github-token`, high)\n"),
        "{}",
        said[0]
    );
}

#[test]
fn a_verdict_becomes_a_conclusion() {
    let warning = || {
        let mut finding = finding("a.rs", 3, "a thing");
        finding.disposition = Disposition::Warn;
        finding
    };
    let cases = [
        (report(Vec::new()), "success", "success", "passed: nothing found"),
        (report(vec![warning()]), "neutral", "success", "passed: 1 warning"),
        (
            report(vec![warning(), finding("a.rs", 4, "a token")]),
            "failure",
            "failure",
            "blocked: 1 blocking, 1 warning",
        ),
        (
            inconclusive(vec![warning()]),
            "failure",
            "failure",
            "inconclusive: `a.rs` was not looked at",
        ),
    ];
    for (report, check, status, title) in cases {
        let server = forge(Which::Github);
        post(&server, &report, &[Kind::Checks, Kind::Status]);
        let memory = server.fake.lock().unwrap();
        assert_eq!(memory.checks[0]["conclusion"], check);
        assert_eq!(memory.checks[0]["output"]["title"], title);
        assert_eq!(memory.statuses[0]["state"], status);
        assert_eq!(memory.statuses[0]["description"], title);
    }
}

#[test]
fn an_error_is_a_failure_that_says_so() {
    let server = forge(Which::Github);
    let remark = server
        .fake
        .lock()
        .unwrap()
        .remark(ME, "<!-- pantheon:v1 key=ci finding=00 -->\nx", None);
    let subject = Subject::Error("`.pantheon.toml` line 3: unknown key `blok`\nmore");
    let posted = pantheon::forge::post(&subject, &target(&server), &Kind::ALL, &Interrupt::default());
    assert_eq!(
        outcomes(&posted),
        [Outcome::Done, Outcome::Skipped, Outcome::Done, Outcome::Done]
    );
    let memory = server.fake.lock().unwrap();
    let title = "pantheon error: `.pantheon.toml` line 3: unknown key `blok`";
    assert_eq!(memory.checks[0]["output"]["title"], title);
    assert_eq!(memory.checks[0]["conclusion"], "failure");
    let note = memory.notes[0]["body"].as_str().unwrap();
    assert!(
        note.contains("\n## pantheon: error\n\nnothing was judged: "),
        "{note}"
    );
    assert_eq!(
        memory.remarks[0]["id"], remark,
        "nobody looked, so nothing is outdated"
    );
}

#[test]
fn what_is_no_longer_said_goes_unless_somebody_answered() {
    let server = forge(Which::Github);
    let first = report(vec![
        finding("a.rs", 3, "one"),
        finding("a.rs", 4, "two"),
        finding("a.rs", 5, "three"),
    ]);
    post(&server, &first, &[Kind::Review, Kind::Comment]);
    let answered = server.fake.lock().unwrap().remarks[1]["id"].as_i64();
    server.fake.lock().unwrap().remark(OTHER, "why?", answered);
    let posted = post(
        &server,
        &report(vec![finding("a.rs", 5, "three")]),
        &[Kind::Review, Kind::Comment],
    );
    assert_eq!(
        posted.lines(),
        [
            "posted: `review`: 1 remark beside lines and files, 1 removed",
            "posted: `comment`: blocked: 1 blocking"
        ]
    );
    let memory = server.fake.lock().unwrap();
    let said: Vec<&str> = memory
        .said()
        .iter()
        .map(|body| body.lines().last().unwrap())
        .collect();
    let block = |what: &str| format!("**blocks**: {what} (`secrets/github-token`, high)");
    assert_eq!(said, [block("two"), block("three"), "why?".to_owned()]);
    assert_eq!(memory.notes.len(), 1, "one comment, which is kept up to date");
}

#[test]
fn nothing_is_taken_away_by_a_run_that_did_not_see_everything() {
    let server = forge(Which::Github);
    post(
        &server,
        &report(vec![finding("a.rs", 3, "one"), finding("a.rs", 4, "two")]),
        &[Kind::Review],
    );
    post(
        &server,
        &inconclusive(vec![finding("a.rs", 4, "two")]),
        &[Kind::Review],
    );
    assert_eq!(server.fake.lock().unwrap().remarks.len(), 2);
}

#[test]
fn a_remark_whose_line_is_gone_is_said_again_where_it_stands() {
    let server = forge(Which::Github);
    post(&server, &report(vec![finding("a.rs", 3, "one")]), &[Kind::Review]);
    server.fake.lock().unwrap().remarks[0]["line"] = serde_json::Value::Null;
    post(&server, &report(vec![finding("a.rs", 9, "one")]), &[Kind::Review]);
    let memory = server.fake.lock().unwrap();
    let lines: Vec<_> = memory.remarks.iter().map(|r| r["line"].clone()).collect();
    assert_eq!(lines, [9]);
}

#[test]
fn a_marker_that_somebody_else_has_planted_is_not_ours() {
    let server = forge(Which::Github);
    let found = finding("a.rs", 3, "one");
    let planted = format!("<!-- pantheon:v1 key=ci finding={} -->\nmine", found.fingerprint);
    {
        let mut memory = server.fake.lock().unwrap();
        memory.note(OTHER, "<!-- pantheon:v1 key=ci head=a1 -->\nall is well");
        memory.note(ME, "said by hand");
        memory.remark(OTHER, &planted, None);
    }
    post(&server, &report(vec![found]), &[Kind::Review, Kind::Comment]);
    let memory = server.fake.lock().unwrap();
    assert_eq!((memory.notes.len(), memory.remarks.len()), (3, 2));
    assert_eq!(
        memory.notes[0]["body"],
        "<!-- pantheon:v1 key=ci head=a1 -->\nall is well"
    );
    assert_eq!(memory.notes[1]["body"], "said by hand");
    assert_eq!(memory.remarks[0]["body"], planted);
}

#[test]
fn the_token_of_a_run_is_asked_for_its_name_in_another_way() {
    let server = forge(Which::Github);
    let no = || super::server::Said::no(403, "Resource not accessible by integration");
    server.trouble("GET", "/user", no(), 9);
    let report = report(vec![finding("a.rs", 3, "one")]);
    for expected in [Outcome::Done, Outcome::Same] {
        assert_eq!(outcomes(&post(&server, &report, &[Kind::Comment])), [expected]);
    }
    assert_eq!(server.fake.lock().unwrap().notes.len(), 1);
}

#[test]
fn two_comments_of_ours_become_one() {
    let server = forge(Which::Github);
    for head in ["01", "02"] {
        let body = format!("<!-- pantheon:v1 key=ci head={head} -->\nold");
        server.fake.lock().unwrap().note(ME, &body);
    }
    post(&server, &report(Vec::new()), &[Kind::Comment]);
    let memory = server.fake.lock().unwrap();
    assert_eq!(memory.notes.len(), 1);
    assert!(
        memory.notes[0]["body"]
            .as_str()
            .unwrap()
            .contains("pantheon: passed")
    );
}

#[test]
fn what_has_no_line_here_stands_on_the_file_or_in_the_text() {
    let server = forge(Which::Github);
    let report = report(vec![
        finding("a.rs", 3, "shown"),
        finding("a.rs", 400, "far"),
        finding("else.rs", 1, "elsewhere"),
    ]);
    let posted = post(&server, &report, &[Kind::Review]);
    let line = "posted: `review`: 2 remarks beside lines and files, 2 new, 1 in the text";
    assert_eq!(posted.lines(), [line]);
    let again = post(&server, &report, &[Kind::Review]);
    assert_eq!(outcomes(&again), [Outcome::Same], "{:?}", again.lines());
    let memory = server.fake.lock().unwrap();
    assert_eq!((memory.reviews.len(), memory.remarks.len()), (1, 2));
    let text = memory.reviews[0]["body"].as_str().unwrap();
    let expected = "\n**pantheon**: blocked: 3 blocking\n\nThe whole report: <https://ci.example/run/1>\n\n\
                    1 remark without a place of its own here:\n\n\
                    - `else.rs:1:3` blocks: elsewhere (`secrets/github-token`)\n";
    assert!(text.ends_with(expected), "{text}");
}

#[test]
fn a_thousand_findings_stay_within_what_the_forge_takes() {
    let server = forge(Which::Github);
    let found = |n: u32| {
        finding(
            if n.is_multiple_of(2) { "a.rs" } else { "dir/b.rs" },
            n % 40 + 1,
            &format!("thing {n}{}", " and more of it".repeat(6)),
        )
    };
    let report = report((0..1_000).map(found).collect());
    let posted = post(&server, &report, &Kind::ALL);
    assert_eq!(
        posted.lines()[1],
        "posted: `review`: 30 remarks beside lines and files, 30 new, 970 in the text"
    );
    {
        let memory = server.fake.lock().unwrap();
        assert_eq!(memory.checks.len(), 1);
        assert_eq!(memory.checks[0]["annotations"].as_array().unwrap().len(), 1_000);
        assert_eq!(memory.checks[0]["conclusion"], "failure");
        assert_eq!((memory.remarks.len(), memory.reviews.len()), (30, 1));
        let note = memory.notes[0]["body"].as_str().unwrap();
        assert!(note.contains(" of 1,000 findings are shown**") && note.len() < 65_536);
    }
    let written = server.written();
    assert_eq!(
        written.iter().filter(|line| line.contains("check-runs")).count(),
        20
    );
    let again = post(&server, &report, &Kind::ALL);
    assert_eq!(outcomes(&again), [Outcome::Same; 4], "{:?}", again.lines());
    assert_eq!(server.written(), Vec::<String>::new());
}

#[test]
fn hostile_text_is_text() {
    let server = forge(Which::Github);
    let mut found = finding("a.rs", 3, HOSTILE);
    found.help = Some(HOSTILE.to_owned());
    let report = report(vec![found, finding(&format!("dir/{HOSTILE}"), 1, HOSTILE)]);
    post(&server, &report, &Kind::ALL);
    assert_eq!(outcomes(&post(&server, &report, &Kind::ALL)), [Outcome::Same; 4]);
    let memory = server.fake.lock().unwrap();
    let bodies = memory.remarks.iter().chain(&memory.notes).chain(&memory.reviews);
    for body in bodies.map(|value| value["body"].as_str().unwrap()) {
        let (marker, rest) = body.split_once('\n').unwrap();
        assert!(marker.starts_with("<!-- pantheon:v1 key=ci ") && marker.matches("-->").count() == 1);
        for line in rest.lines() {
            let outside = outside_of_code(line).replace("<https://ci.example/run/1>", "");
            assert!(
                !outside.contains(['@', '#', '<', '[', '!']) || outside.starts_with("##"),
                "{line}"
            );
            assert!(
                !line.starts_with('/') && !line.contains(['\u{202e}', '\u{1b}']),
                "{line}"
            );
        }
    }
}

#[test]
fn another_head_is_another_run() {
    let server = forge(Which::Github);
    server.fake.lock().unwrap().head = "c3".repeat(20);
    let report = report(vec![finding("a.rs", 3, "one")]);
    let posted = post(&server, &report, &Kind::ALL);
    let moved = "the pull request has moved on to `c3c3c3c3c3`, which another run judges";
    assert_eq!(posted.lines()[1], format!("not posted: `review`: {moved}"));
    assert_eq!(
        outcomes(&posted),
        [Outcome::Done, Outcome::Skipped, Outcome::Skipped, Outcome::Done]
    );
    assert!(!posted.needs_another_way());
}

#[test]
fn a_pull_request_is_found_by_its_branch() {
    let server = forge(Which::Github);
    let mut target = target(&server);
    (target.pull, target.branch) = (None, Some("x:fix".to_owned()));
    post_to(&target, &report(Vec::new()), &[Kind::Comment]);
    assert_eq!(server.fake.lock().unwrap().notes.len(), 1);
    server.fake.lock().unwrap().head = "c3".repeat(20);
    let posted = post_to(&target, &report(Vec::new()), &[Kind::Comment]);
    assert_eq!(
        posted.lines(),
        ["not posted: `comment`: no pull request is known for this run"]
    );
}

/// What is left of a line when its pieces of code are taken out.
fn outside_of_code(line: &str) -> String {
    let ticks = |text: &str| text.len() - text.trim_start_matches('`').len();
    let (mut out, mut rest) = (String::new(), line);
    while let Some(at) = rest.find('`') {
        out.push_str(&rest[..at]);
        let open = ticks(&rest[at..]);
        rest = &rest[at + open..];
        loop {
            let at = rest.find('`').expect("code is closed");
            let close = ticks(&rest[at..]);
            rest = &rest[at + close..];
            if close == open {
                break;
            }
        }
    }
    out + rest
}
