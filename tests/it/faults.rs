//! Everything that can go wrong with a call, in every contract: each has one name, comes inside the deadline,
//! and shows no key.
//!
//! `cargo test --test it faults -- --nocapture` prints the table.

mod acts;

use crate::fake::tls::{Authority, Ends};
use crate::fake::{Asked, Conn, Server, contract};
use crate::transport::secure::logged;
use crate::transport::{KEY, endpoint, within};
use acts::Act;
use pantheon::llm::answer::{Answer, Failure};
use pantheon::llm::provider::{self, Codec};
use pantheon::llm::request::Request;
use pantheon::llm::transport::{self, Attempt, Open, Within};
use pantheon::sys::http::{Options, Proxies, Trust, block_on};
use std::time::{Duration, Instant};

/// What goes wrong, and what comes of it.
struct Fault {
    name: &'static str,
    /// Where the server is.
    place: Place,
    /// What it does.
    act: Act,
    /// The outcome of an answer at one go, and of a stream; empty: it cannot happen there.
    outcomes: [&'static str; 2],
}

/// Where a server is, from the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// There, without TLS.
    Here,
    /// There, behind a certificate that ends so; whether its authority is believed.
    Tls(Ends, bool),
    /// Nowhere: nobody listens.
    Nowhere,
    /// Behind a proxy, which is the server; whether what is asked for needs a tunnel.
    Proxy(bool),
    /// Behind a proxy that is not there.
    NoProxy,
}

const fn here(name: &'static str, act: Act, outcome: &'static str) -> Fault {
    at(name, Place::Here, act, outcome)
}

const fn at(name: &'static str, place: Place, act: Act, outcome: &'static str) -> Fault {
    Fault {
        name,
        place,
        act,
        outcomes: [outcome, outcome],
    }
}

const fn split(name: &'static str, act: Act, outcomes: [&'static str; 2]) -> Fault {
    Fault {
        name,
        place: Place::Here,
        act,
        outcomes,
    }
}

#[rustfmt::skip]
const FAULTS: &[Fault] = &[
    here("nothing", Act::Good, "complete"),
    here("the answer repeats the key", Act::Echo, "complete"),
    here("400", Act::Status(400), "bad-request"),
    here("401", Act::Status(401), "auth"),
    here("403", Act::Status(403), "permission"),
    here("404", Act::Status(404), "not-found"),
    here("408", Act::Status(408), "server"),
    here("413", Act::Status(413), "too-large"),
    here("429", Act::Status(429), "rate-limited"),
    here("429 with a hint", Act::Hint(429), "rate-limited"),
    here("500", Act::Status(500), "server"),
    here("502", Act::Status(502), "server"),
    here("502 in HTML", Act::Html(502), "server"),
    here("503", Act::Status(503), "overloaded"),
    here("503 with a hint", Act::Hint(503), "overloaded"),
    here("529", Act::Status(529), "overloaded"),
    at("connection refused", Place::Nowhere, Act::Good, "connect"),
    here("connection closed at once", Act::CloseAtOnce, "broken"),
    here("reset in mid-body", Act::Reset, "broken"),
    here("end in mid-body", Act::ShortBody, "broken"),
    here("not HTTP", Act::NotHttp, "malformed"),
    here("chunk without a size", Act::BadChunk, "malformed"),
    here("no byte at all", Act::Silent, "timed-out-first-byte"),
    here("stalled in mid-body", Act::Stall, "timed-out-idle"),
    here("a byte now and then", Act::Drip, "timed-out"),
    split("truncated JSON", Act::CutJson, ["malformed", ""]),
    split("truncated event", Act::CutEvent, ["", "malformed"]),
    split("no finish in a stream", Act::NoFinish, ["", "no-finish-reason"]),
    here("invalid UTF-8", Act::NotUtf8, "malformed"),
    here("invalid JSON", Act::NotJson, "malformed"),
    here("JSON of another kind", Act::OtherJson, "malformed"),
    here("wrong schema (read later)", Act::OtherSchema, "complete"),
    here("empty body", Act::Empty, "malformed"),
    here("200 MB", Act::Huge, "too-much"),
    here("wrong content type", Act::Page, "malformed"),
    here("compressed", Act::Compressed, "malformed"),
    here("redirect to another host", Act::Redirect, "redirect"),
    at("certificate expired", Place::Tls(Ends::Earlier, true), Act::Good, "tls"),
    at("certificate of a stranger", Place::Tls(Ends::Later, false), Act::Good, "tls"),
    at("certificate of ours", Place::Tls(Ends::Later, true), Act::Good, "complete"),
    at("proxy refuses a tunnel", Place::Proxy(true), Act::Html(403), "connect"),
    at("proxy wants a password", Place::Proxy(false), Act::Html(407), "connect"),
    at("proxy is not there", Place::NoProxy, Act::Good, "connect"),
];

/// A fault in one contract and one mode.
pub struct Case {
    codec: &'static dyn Codec,
    stream: bool,
    /// Another host, which must not be asked.
    other: Server,
}

/// What came of a case.
struct Row {
    fault: &'static str,
    stream: bool,
    outcome: String,
    elapsed: Duration,
    /// What should not have been.
    complaints: Vec<String>,
}

/// The most bytes of an answer.
const MOST: usize = 8 << 20;

/// What the sockets between client and server may hold on top of it.
const BUFFERED: usize = 24 << 20;

/// What a loaded machine may add to a limit.
const SLACK: Duration = Duration::from_secs(2);

#[test]
fn every_fault_has_one_name_in_every_contract() {
    assert!(!provider::ALL.is_empty());
    let columns: Vec<(&str, Vec<Row>)> = std::thread::scope(|scope| {
        let started: Vec<_> = provider::ALL
            .iter()
            .map(|codec| (codec.kind(), scope.spawn(|| column(*codec))))
            .collect();
        let done = started
            .into_iter()
            .map(|(kind, thread)| (kind, thread.join().unwrap()));
        done.collect()
    });
    print(&columns);
    let complaints: Vec<String> = columns
        .iter()
        .flat_map(|(kind, rows)| {
            rows.iter()
                .flat_map(move |row| row.complaints.iter().map(move |c| (kind, row, c)))
        })
        .map(|(kind, row, complaint)| format!("{kind}, {}, stream {}: {complaint}", row.fault, row.stream))
        .collect();
    assert_eq!(complaints, Vec::<String>::new());
}

fn column(codec: &'static dyn Codec) -> Vec<Row> {
    let authority = Authority::new();
    let mut rows = Vec::new();
    for fault in FAULTS {
        for (stream, expected) in [false, true].into_iter().zip(fault.outcomes) {
            if !expected.is_empty() {
                rows.push(row(fault, codec, stream, expected, &authority));
            }
        }
    }
    rows
}

fn row(fault: &Fault, codec: &'static dyn Codec, stream: bool, expected: &str, authority: &Authority) -> Row {
    let case = std::sync::Arc::new(Case {
        codec,
        stream,
        other: Server::new(|_, conn| conn.json(200, b"{}")),
    });
    let server = serve(fault, &case, authority);
    let (url, options) = reach(fault.place, &server, authority);
    let mut to = endpoint(&url, options);
    to.codec = codec;
    to.api_version = codec.defaults().api_version.to_owned();
    let within = Within {
        connect: Duration::from_millis(500),
        first_byte: Duration::from_millis(600),
        idle: Duration::from_millis(400),
        max_body: MOST,
        ..within(fault.act.deadline())
    };
    let request = Request::question(contract::MODEL, "Judge.", "a change", 100);
    let begun = Instant::now();
    let asked = || block_on(transport::ask(&to, &request, stream, &within, &Open)).unwrap();
    let ((result, attempts), log) = logged(asked);
    let elapsed = begun.elapsed();
    let mut complaints = complaints(fault, &result, &attempts, &log, expected);
    if elapsed > fault.act.deadline() + SLACK {
        complaints.push(format!("it took {elapsed:?}"));
    }
    if server.sent() > MOST + BUFFERED {
        complaints.push(format!("{} bytes were taken", server.sent()));
    }
    if case.other.connections() > 0 {
        complaints.push("another host was asked".to_owned());
    }
    Row {
        fault: fault.name,
        stream,
        outcome: attempts[0].outcome.clone(),
        elapsed,
        complaints,
    }
}

fn serve(fault: &Fault, case: &std::sync::Arc<Case>, authority: &Authority) -> Server {
    let (act, case) = (fault.act, case.clone());
    let script = move |asked: &Asked, conn: &mut Conn| act.run(&case, asked, conn);
    match fault.place {
        Place::Tls(ends, _) => Server::with_tls(authority.server(ends), script),
        _ => Server::new(script),
    }
}

/// Returns the address of a server, and how it is reached.
fn reach(place: Place, server: &Server, authority: &Authority) -> (String, Options) {
    let mut options = Options::default();
    let through = |proxy: &str| Proxies {
        http: Some(proxy.to_owned()),
        https: Some(proxy.to_owned()),
        none_for: String::new(),
    };
    let url = match place {
        Place::Here => server.http(),
        Place::Tls(_, is_believed) => {
            options.trust = Trust {
                authorities: is_believed.then(|| authority.bundle()),
                identity: None,
            };
            server.https()
        }
        Place::Nowhere => nowhere(),
        Place::Proxy(needs_tunnel) => {
            options.proxies = through(&server.http());
            let scheme = if needs_tunnel { "https" } else { "http" };
            format!("{scheme}://models.invalid")
        }
        Place::NoProxy => {
            options.proxies = through(&nowhere());
            "https://models.invalid".to_owned()
        }
    };
    (url, options)
}

/// An address at which nobody listens.
fn nowhere() -> String {
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", gone.local_addr().unwrap())
}

fn complaints(
    fault: &Fault,
    result: &Result<Answer, Failure>,
    attempts: &[Attempt],
    log: &str,
    expected: &str,
) -> Vec<String> {
    let mut found = Vec::new();
    let outcomes: Vec<&str> = attempts.iter().map(|a| a.outcome.as_str()).collect();
    if outcomes != [expected] {
        found.push(format!("{outcomes:?} instead of {expected}: {result:?}"));
    }
    let shown = match result {
        Ok(answer) => format!("{answer:?}"),
        Err(failure) => format!("{failure:?} {failure}"),
    };
    // A part of the key is as bad.
    if [&shown, log, &format!("{attempts:?}")]
        .iter()
        .any(|text| text.contains(&KEY[..12]))
    {
        found.push(format!("the key is shown: {shown}"));
    }
    if let Act::Hint(_) = fault.act {
        let wait = result.as_ref().err().and_then(|failure| failure.kind.wait());
        if wait != Some(Duration::from_secs(2)) {
            found.push(format!("the hint is read as {wait:?}"));
        }
    }
    found
}

fn print(columns: &[(&str, Vec<Row>)]) {
    let heads: String = columns.iter().map(|(kind, _)| format!("{kind:<30}")).collect();
    println!("{:<30}{:<8}{heads}", "what goes wrong", "");
    let rows = columns.first().map_or(0, |(_, rows)| rows.len());
    for at in 0..rows {
        let first = &columns[0].1[at];
        let mode = if first.stream { "stream" } else { "whole" };
        let cells: String = columns
            .iter()
            .map(|(_, rows)| {
                let cell = format!("{} {} ms", rows[at].outcome, rows[at].elapsed.as_millis());
                format!("{cell:<30}")
            })
            .collect();
        println!("{:<30}{mode:<8}{}", first.fault, cells.trim_end());
    }
}
