//! A state that cannot be used, and what is learnt in one that can.
#![expect(clippy::disallowed_methods, reason = "a test damages files")]

use super::*;
use pantheon::store::calibration;

/// A state whose tables are gone.
fn broken() -> (TempDir, Store) {
    let (dir, store) = state();
    let db = rusqlite::Connection::open(store.path()).unwrap();
    let tables = [
        "spend", "total", "taken", "drained", "breaker", "flight", "answer", "outcome",
    ];
    for table in tables {
        db.execute(&format!("DROP TABLE {table}"), []).unwrap();
    }
    (dir, store)
}

#[test]
fn with_a_limit_nothing_is_sent_that_cannot_be_counted() {
    let server = says("fine");
    let book = paid(&(one(&server) + "[budget]\nper-day = \"9 USD\"\n"));
    let (_dir, store) = broken();
    for store in [None, Some(&store)] {
        let reply = Ask::default().by(&book, store);
        let failure = reply.failure().unwrap();
        assert_eq!(failure.kind.name(), "budget");
        assert!(
            failure
                .message
                .contains("the ledger cannot be read, so no limit can be held"),
            "{failure}"
        );
    }
    assert_eq!(server.connections(), 0);
}

#[test]
fn without_a_limit_it_goes_on_and_says_so() {
    let server = says("fine");
    let (_dir, store) = broken();
    let reply = Ask::default().by(&paid(&one(&server)), Some(&store));
    assert_eq!(super::text(&reply), "fine");
    assert!(!reply.notes.is_empty());
    assert!(reply.notes[0].contains("no such table"), "{:?}", reply.notes);
    assert_eq!(reply.cost.0, 49_000_000);
}

#[test]
fn what_costs_nothing_is_asked_whatever_the_state() {
    let server = says("fine");
    let book = book(&(one(&server) + "[budget]\nper-day = \"9 USD\"\n"));
    assert_eq!(super::text(&Ask::default().by(&book, None)), "fine");
    let (_dir, store) = broken();
    assert_eq!(super::text(&Ask::default().by(&book, Some(&store))), "fine");
}

#[test]
fn a_damaged_file_counts_as_no_state() {
    let server = says("fine");
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("state")).unwrap();
    let path = dir.path().join("state/state.db");
    std::fs::write(&path, "not a database at all ".repeat(300)).unwrap();
    let store = open(&dir);
    assert!(store.notes[0].starts_with("the state was damaged and now lies in `"));
    assert_eq!(
        super::text(&Ask::default().by(&paid(&one(&server)), Some(&store))),
        "fine"
    );
}

#[test]
fn the_next_estimate_is_closer() {
    // A tenth more than the estimator says, for a prompt of a few hundred tokens.
    let server = Server::new(|asked, conn| {
        let tokens = asked.body.len() as u64 / 4;
        conn.json(
            200,
            &answer("fine", |value| value["usage"]["prompt_tokens"] = json!(tokens)),
        )
    });
    let book = book(&one(&server));
    let family = book.models[0].family.name();
    let (_dir, store) = state();
    assert_eq!(calibration::read(&store, family, "").unwrap().samples, 0);
    let mut off = Vec::new();
    for n in 0..8 {
        let ask = Ask {
            text: format!("{n} {}", "some words and more of them\n".repeat(60)),
            ..Ask::default()
        };
        let before = calibration::read(&store, family, "").unwrap().factor;
        let reply = ask.by(&book, Some(&store));
        let after = calibration::read(&store, family, "").unwrap();
        assert_eq!(after.samples, n + 1);
        off.push((before, after.factor, reply.usage.input));
    }
    let (first, last) = (off[0], off[7]);
    assert!(
        (last.1 - first.0).abs() > (first.1 - first.0).abs(),
        "each report moves it further: {off:?}"
    );
}
