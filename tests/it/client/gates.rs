//! Breakers and limits, shared by clients that know nothing of each other.

use super::*;
use pantheon::store::{breaker, bucket};
use pantheon::sys::clock;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

/// A question that nobody asked before.
fn new(n: usize) -> Ask {
    Ask {
        text: format!("question {n}"),
        limit: Duration::from_secs(5),
        ..Ask::default()
    }
}

#[test]
fn three_failures_of_any_client_open_the_breaker_and_one_probe_closes_it() {
    let status = Arc::new(AtomicU16::new(500));
    let of_server = status.clone();
    let server = Server::new(move |_, conn| match of_server.load(Ordering::Relaxed) {
        200 => conn.json(200, &contract::answer(KIND, "fine")),
        status => failing(conn, status),
    });
    let text = one(&server);
    let (dir, _store) = state();
    // Each with a book, a client and a state file of its own, as a process has.
    let ask = |n| new(n).by(&book(&text), Some(&open(&dir)));
    for n in 0..3 {
        assert_eq!(failures(&ask(n)), ["first at one: server"]);
    }
    let refused = ask(3);
    let message = &refused.failure().unwrap().message;
    assert!(
        message.starts_with("no model can be asked: first at one: its breaker is open for "),
        "{message}"
    );
    assert_eq!(server.asked().len(), 3);
    wait_is_over(&dir);
    status.store(200, Ordering::Relaxed);
    assert_eq!(super::text(&ask(4)), "fine");
    assert_eq!(super::text(&ask(5)), "fine");
    assert_eq!(breaker::open_for(&open(&dir), "one", clock::now()).unwrap(), None);
    assert_eq!(server.asked().len(), 5);
}

#[test]
fn a_probe_that_fails_opens_it_for_longer() {
    let server = fails(500);
    let text = one(&server);
    let (dir, _store) = state();
    let ask = |n| new(n).by(&book(&text), Some(&open(&dir)));
    for n in 0..3 {
        ask(n);
    }
    wait_is_over(&dir);
    assert_eq!(failures(&ask(3)), ["first at one: server"]);
    let left = breaker::open_for(&open(&dir), "one", clock::now()).unwrap();
    assert!(left.unwrap() > Duration::from_secs(30), "{left:?}");
}

/// Lets the time of every open breaker be over.
fn wait_is_over(dir: &TempDir) {
    let db = rusqlite::Connection::open(dir.path().join("state/state.db")).unwrap();
    let done = db.execute("UPDATE breaker SET open_until = 1 WHERE open_until > 0", []);
    assert_eq!(done.unwrap(), 1);
}

#[test]
fn a_wait_that_a_provider_asks_for_holds_for_everybody() {
    let server = Server::new(|_, conn| {
        let headers = format!("{}retry-after: 30\r\n", crate::fake::JSON);
        conn.answer(429, &headers, &contract::error(KIND, 429, "slow down", false))
    });
    let text = one(&server);
    let (dir, _store) = state();
    let reply = new(0).by(&book(&text), Some(&open(&dir)));
    assert_eq!(failures(&reply), ["first at one: rate-limited"]);
    let begun = Instant::now();
    let other = new(1).by(&book(&text), Some(&open(&dir)));
    assert_eq!(failures(&other), ["first at one: limited"]);
    assert!(begun.elapsed() < Duration::from_secs(3));
    assert_eq!(server.asked().len(), 1);
}

#[test]
fn no_more_requests_are_sent_in_a_minute_than_allowed() {
    let server = says("fine");
    let text = provider("one", &server.http(), "requests-per-minute = 2") + &first("\"one\"", "");
    let (dir, store) = state();
    for n in 0..5 {
        let reply = new(n).by(&book(&text), Some(&open(&dir)));
        assert_eq!(reply.answer.is_some(), n < 2, "{reply:?}");
        if n >= 2 {
            assert_eq!(failures(&reply), ["first at one: limited"]);
        }
    }
    assert_eq!(server.asked().len(), 2);
    assert_eq!(spent(&store).counted().0, 0);
}

#[test]
fn what_a_refused_call_took_of_the_limits_is_given_back() {
    let server = says("fine");
    let text = provider("one", &server.http(), "requests-per-minute = 1") + &first("\"one\"", "");
    let (dir, store) = state();
    // The breaker opens between the route and the gate: somebody else's probe is under way.
    let now = clock::now();
    breaker::trip(&store, "one", Duration::from_secs(1), now - 5_000).unwrap();
    let rule = breaker::Rule::default();
    let pass = breaker::before(&store, "one", &rule, now).unwrap();
    assert_eq!(pass, breaker::Pass::Probe);
    let reply = new(0).by(&book(&text), Some(&open(&dir)));
    assert_eq!(failures(&reply), ["first at one: breaker-open"]);
    breaker::after(&store, "one", breaker::Told::Well, &rule, clock::now()).unwrap();
    assert_eq!(super::text(&new(1).by(&book(&text), Some(&open(&dir)))), "fine");
    let want = bucket::Want {
        bucket: "requests one",
        amount: 1,
        limit: Some(bucket::Limit::per_minute(1)),
    };
    let full = bucket::take(&store, &[want], clock::now()).unwrap();
    assert!(matches!(full, bucket::Take::Wait(_)), "{full:?}");
}

#[test]
fn a_call_that_is_dropped_gives_its_probe_back_and_counts() {
    let server = Server::new(|_, conn| {
        conn.closed_within(Duration::from_secs(5));
        Then::Close
    });
    let book = paid(&one(&server));
    let (dir, store) = state();
    let now = clock::now();
    breaker::trip(&store, "one", Duration::from_secs(1), now - 5_000).unwrap();
    let request = Request::question("", "", "hello", 10);
    let question = Question {
        agent: "",
        task: "",
        stage: "manual",
        run: "run",
        day: DAY,
        repository: "",
        request: &request,
        expected: None,
        prompt: "",
        deadline: now_and(20),
        cancel: Cancel::default(),
    };
    let client = Client::new(&book, Some(&store));
    block_on(async {
        let limit = Duration::from_millis(400);
        assert!(tokio::time::timeout(limit, client.ask(&question)).await.is_err());
    })
    .unwrap();
    assert_eq!(server.asked().len(), 1);
    assert_eq!(spent(&store).lost, 1);
    let pass = breaker::before(&open(&dir), "one", &breaker::Rule::default(), clock::now());
    assert_eq!(pass.unwrap(), breaker::Pass::Probe);
}

fn now_and(seconds: u64) -> Instant {
    Instant::now() + Duration::from_secs(seconds)
}
