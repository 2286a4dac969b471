//! Providers on a bad day.

use super::*;
use crate::fake::{EVENTS, JSON};
use pantheon::store::audit::Kind;

/// A gateway at a server that does one thing, with short limits.
fn world(script: impl Fn(&Asked, &mut Conn) -> Then + Send + Sync + 'static) -> (Server, World) {
    let server = Server::new(script);
    let mut plan = plan(&server);
    for upstream in &mut plan.upstreams {
        upstream.first_byte = ms(500);
        upstream.idle = ms(500);
    }
    plan.bounds.answer = 1 << 20;
    let world = plan.open();
    (server, world)
}

/// Asks once; the answer, what was spent, and what the log was told.
fn once(script: impl Fn(&Asked, &mut Conn) -> Then + Send + Sync + 'static) -> (Reply, Spent, Entry) {
    let (_server, mut world) = world(script);
    let reply = world.ask(0, &question());
    let (spent, mut log) = world.close();
    assert_eq!(log.len(), 1);
    (reply, spent, log.remove(0))
}

/// The most that the question may come to, which counts where nobody knows what it came to.
const MOST: std::ops::Range<i64> = 100_000_000..300_000_000;

#[test]
fn a_failure_of_the_provider_passes_and_costs_nothing() {
    for status in [400, 401, 404, 429, 500, 503, 529] {
        let (reply, spent, entry) = once(move |_, conn| {
            let headers = format!("{JSON}retry-after: 7\r\nx-secret: 1\r\n");
            conn.answer(
                status,
                &headers,
                &contract::error("anthropic", status, "no", false),
            )
        });
        assert_eq!((reply.status, reply.is_whole), (status, true));
        assert_eq!(reply.body, contract::error("anthropic", status, "no", false));
        assert!(
            reply.head.contains("retry-after: 7") && !reply.head.contains("x-secret"),
            "{}",
            reply.head
        );
        assert_eq!(
            (spent.cost.0, spent.requests, entry.status),
            (0, 1, u64::from(status))
        );
    }
}

#[test]
fn a_provider_that_is_slow_drips_or_resets_is_told_of_as_such() {
    let (reply, spent, entry) = once(|_, conn| {
        conn.closed_within(seconds(20));
        Then::Close
    });
    assert_eq!(reply.status, 504);
    assert_eq!(
        reply.json()["error"]["message"],
        "pantheon: `my-anthropic` gave no answer: no answer in time"
    );
    assert!(MOST.contains(&spent.cost.0), "{}", spent.cost);
    assert_eq!(entry.kind, Kind::Request);
    let (reply, spent, _) = once(|_, conn| conn.reset());
    assert_eq!(reply.status, 502);
    assert!(MOST.contains(&spent.cost.0), "it may have been charged");
    // In the middle of an answer.
    for reset in [false, true] {
        let (reply, spent, entry) = once(move |_, conn| {
            conn.chunked(EVENTS);
            for event in &contract::events("anthropic", "hello")[..3] {
                conn.chunk(event);
            }
            if reset {
                return conn.reset();
            }
            conn.closed_within(seconds(20));
            Then::Close
        });
        assert_eq!((reply.status, reply.is_whole), (200, false), "{reply:?}");
        assert!(String::from_utf8_lossy(&reply.body).contains("message_start"));
        assert!(MOST.contains(&spent.cost.0), "{}", spent.cost);
        assert!(
            ["the answer stalled", "the connection broke"]
                .iter()
                .any(|why| entry.note.contains(why)),
            "{entry:?}"
        );
    }
    // It drips, and all comes in the end.
    let (reply, spent, _) = once(|_, conn| {
        conn.chunked(EVENTS);
        for byte in contract::events("anthropic", "hello").concat().chunks(9) {
            conn.chunk(byte);
            std::thread::sleep(ms(2));
        }
        conn.chunk(b"");
        Then::Close
    });
    assert!(reply.is_whole);
    assert_eq!((spent.input, spent.output, spent.cost.0), (40, 9, 49_000_000));
}

#[test]
fn a_provider_that_is_not_there_costs_nothing() {
    let server = good();
    let mut plan = plan(&server);
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    plan.upstreams[0].base_url = format!("http://{free}/v1");
    let mut world = plan.open();
    let reply = world.ask(0, &question());
    assert_eq!(reply.status, 502);
    assert_eq!(reply.json()["error"]["type"], "api_error");
    assert_eq!(world.close().0.cost.0, 0);
}

#[test]
fn an_answer_that_cannot_be_read_is_not_passed_on() {
    for headers in [
        "location: https://evil.example/\r\n",
        "content-encoding: gzip\r\ncontent-type: application/json\r\n",
    ] {
        let status = if headers.starts_with("location") { 307 } else { 200 };
        let (reply, _, _) = once(move |_, conn| conn.answer(status, headers, b"x"));
        assert_eq!(reply.status, 502);
        assert!(!reply.head.contains("evil.example"));
    }
    let (reply, spent, entry) = once(|_, conn| {
        conn.chunked(JSON);
        while conn.chunk(&[b'x'; 65536]) {}
        Then::Close
    });
    assert!(
        !reply.is_whole && reply.body.len() <= 1 << 20,
        "{}",
        reply.body.len()
    );
    assert!(MOST.contains(&spent.cost.0));
    assert_eq!(entry.note, "the answer is too long");
    // An answer without a count: nobody knows what it came to.
    let (reply, spent, _) = once(|_, conn| conn.json(200, b"{\"content\":[]}"));
    assert_eq!(reply.status, 200);
    assert!(MOST.contains(&spent.cost.0));
}

#[test]
fn an_agent_that_goes_away_ends_its_call() {
    let (server, mut world) = world(|_, conn| {
        conn.chunked(EVENTS);
        while conn.chunk(b": ping\n\n") {
            std::thread::sleep(ms(20));
        }
        Then::Close
    });
    let mut socket = world.connect();
    let auth = format!("x-api-key: {PLACEHOLDER}");
    let body = question().to_string();
    socket
        .write_all(&post(world.port, "/v1/messages", &auth, body.as_bytes()))
        .unwrap();
    until("the call is under way", || server.sent() > 100);
    drop(socket);
    until("the call has ended", || world.log.lock().unwrap().len() == 1);
    let (spent, log) = world.close();
    assert_eq!(log[0].note, "the agent went away");
    assert!(MOST.contains(&spent.cost.0));
}
