//! Who is asked next.

use super::*;
use crate::fake::{JSON, tls};

type Act = fn(&mut Conn) -> Then;

/// Kinds of failures, and what a server does to bring them about.
const KINDS: &[(&str, Act)] = &[
    ("bad-request", |conn| failing(conn, 400)),
    ("context-too-long", |conn| {
        conn.json(
            400,
            br#"{"error":{"message":"long","code":"context_length_exceeded"}}"#,
        )
    }),
    ("too-large", |conn| failing(conn, 413)),
    ("auth", |conn| failing(conn, 401)),
    ("permission", |conn| failing(conn, 403)),
    ("not-found", |conn| failing(conn, 404)),
    ("exhausted", |conn| {
        conn.json(
            429,
            br#"{"error":{"message":"quota","code":"insufficient_quota"}}"#,
        )
    }),
    ("rate-limited", |conn| failing(conn, 429)),
    ("overloaded", |conn| failing(conn, 503)),
    ("server", |conn| failing(conn, 500)),
    ("broken", |conn| {
        conn.chunked(JSON);
        conn.chunk(b"{");
        Then::Close
    }),
    ("timed-out-first-byte", |conn| {
        conn.closed_within(Duration::from_secs(5));
        Then::Close
    }),
    ("timed-out-idle", |conn| {
        conn.chunked(JSON);
        conn.chunk(b"{");
        conn.closed_within(Duration::from_secs(5));
        Then::Close
    }),
    ("too-much", |conn| conn.json(200, &vec![b' '; (4 << 20) + 1])),
    ("malformed", |conn| conn.json(200, b"[oops")),
    ("redirect", |conn| {
        conn.answer(307, "location: http://127.0.0.1:9/\r\n", b"")
    }),
];

/// `first` at `one` and `two`, then `second` at `three`.
fn chain(urls: [&str; 2], last: &Server, more: &str) -> String {
    let mut text = provider("one", urls[0], more) + &provider("two", urls[1], more);
    text += &provider("three", &last.http(), "");
    text += &first("[\"one\", \"two\"]", "fallback = [\"second\"]");
    text + "[models.second]\nprovider = \"three\"\nid = \"model-1\"\n"
}

const SHORT: &str = "first-byte-timeout = \"300ms\"\nidle-timeout = \"300ms\"";

#[test]
fn after_any_failure_the_next_endpoint_is_asked_and_then_the_next_model() {
    for (kind, act) in KINDS {
        let bad = [(); 2].map(|()| Server::new(move |_, conn| act(conn)));
        let good = says("fine");
        let book = book(&chain([&bad[0].http(), &bad[1].http()], &good, SHORT));
        let (_dir, store) = state();
        let reply = Ask::default().by(&book, Some(&store));
        let expected = ["first at one", "first at two"].map(|name| format!("{name}: {kind}"));
        assert_eq!(failures(&reply), expected, "{reply:?}");
        assert_eq!(text(&reply), "fine");
        assert_eq!(reply.answer.as_ref().unwrap().model, "second");
        let outcomes: Vec<&str> = reply.attempts.iter().map(|a| a.outcome.as_str()).collect();
        assert_eq!(outcomes, [*kind, *kind, "complete"]);
        assert_eq!(good.connections(), 1, "{kind}");
    }
}

#[test]
fn nobody_there_or_a_wrong_certificate_leads_on_too() {
    let gone = says("x").http();
    let good = says("fine");
    let unknown = tls::Authority::new();
    let server = Server::with_tls(unknown.server(tls::Ends::Later), |_, conn| conn.json(200, b"{}"));
    let book = book(&chain([&gone, &server.https()], &good, ""));
    let reply = Ask::default().by(&book, None);
    assert_eq!(
        failures(&reply),
        ["first at one: connect", "first at two: tls"],
        "{reply:?}"
    );
    assert_eq!(text(&reply), "fine");
}

#[test]
fn nobody_is_asked_once_it_was_called_off() {
    let good = says("fine");
    let stalls = Server::new(|_, conn| {
        conn.closed_within(Duration::from_secs(5));
        Then::Close
    });
    let book = book(&chain([&stalls.http(), &good.http()], &good, ""));
    let ask = Ask::default();
    let cancel = ask.cancel.clone();
    let caller = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(300));
        cancel.cancel();
    });
    let begun = Instant::now();
    let reply = ask.by(&book, None);
    caller.join().unwrap();
    assert_eq!(failures(&reply), ["first at one: cancelled"]);
    assert!(begun.elapsed() < Duration::from_secs(3));
    let reply = ask.by(&book, None);
    assert_eq!(failures(&reply), ["everybody: cancelled"]);
    assert_eq!((stalls.connections(), good.connections()), (1, 0));
}

#[test]
fn nobody_is_asked_after_the_deadline() {
    let good = says("fine");
    let stalls = Server::new(|_, conn| {
        conn.closed_within(Duration::from_secs(5));
        Then::Close
    });
    let book = book(&chain([&stalls.http(), &good.http()], &good, ""));
    let ask = Ask {
        limit: Duration::from_millis(400),
        ..Ask::default()
    };
    let begun = Instant::now();
    let reply = ask.by(&book, None);
    assert!(begun.elapsed() < Duration::from_secs(3));
    assert_eq!(failures(&reply), ["first at one: timed-out"]);
    assert_eq!(good.connections(), 0);
    let late = Ask {
        limit: Duration::ZERO,
        ..Ask::default()
    };
    assert_eq!(failures(&late.by(&book, None)), ["everybody: timed-out"]);
    assert_eq!(stalls.connections(), 1);
}

#[test]
fn why_nobody_can_be_asked_is_said() {
    let server = says("fine");
    let text = provider("one", &server.http(), "api-key-env = \"PANTHEON_NO_SUCH_KEY\"");
    let reply = Ask::default().by(&book(&(text + &first("\"one\"", ""))), None);
    assert_eq!(
        reply.failure().unwrap().message,
        "no model can be asked: first at one: `PANTHEON_NO_SUCH_KEY` is not set"
    );
    assert_eq!(server.connections(), 0);
}

#[test]
fn a_look_takes_no_turn() {
    let servers = [says("a"), says("b")];
    let text = provider("one", &servers[0].http(), "")
        + &provider("two", &servers[1].http(), "")
        + &first("[\"one\", \"two\"]", "").replace("\"first\"\nbalance = \"first\"", "\"first\"");
    let book = book(&text);
    let (_dir, store) = state();
    for n in 0..4 {
        let request = Request::question("", "", &format!("question {n}"), 10);
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
            deadline: Instant::now() + Duration::from_secs(20),
            cancel: Cancel::default(),
        };
        let client = Client::new(&book, Some(&store));
        let shown = client.preview(&question).target.unwrap();
        assert_eq!(client.preview(&question).target.as_ref(), Some(&shown));
        let routed = client.route(&question).targets[0];
        let given = block_on(client.ask(&question)).unwrap().answer.unwrap();
        assert_eq!(format!("{} at {}", given.model, given.endpoint), shown);
        assert_eq!(book.table.endpoints[routed.endpoint].name, given.endpoint);
    }
    assert_eq!(servers.map(|server| server.asked().len()), [2, 2]);
}
