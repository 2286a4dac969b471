//! What the worker hands on is what this process would have made of it itself.

use super::*;
use crate::fake::http2::Http2;
use crate::fake::scene::play;
use crate::fake::tls::{Authority, Ends};
use crate::fake::{Conn, EVENTS, JSON, Then, contract};
use pantheon::sys::http::{Identity, Proxies, Trust};

const SCENES: [&str; 14] = [
    "model-1", "busy", "full", "fault", "key", "gone", "day", "long", "cap", "safety", "tool", "mid", "cut",
    "end",
];

#[track_caller]
fn same(ask: &Ask, to: &Endpoint) -> String {
    let (here, outcome) = ask.through(&InProcess, to);
    let (there, other) = ask.through(&worker(), to);
    assert_eq!(there, here);
    assert_eq!(other, outcome);
    outcome
}

#[test]
fn every_scene_in_every_contract() {
    let server = Server::new(play);
    for codec in provider::ALL {
        let to = at(&server.http(), codec.kind(), Options::default());
        for model in SCENES {
            for stream in [false, true] {
                let mut ask = Ask::new(stream);
                ask.request.model = model.to_owned();
                let outcome = same(&ask, &to);
                assert_eq!(
                    outcome == "complete",
                    model == "model-1" || !stream && ["mid", "cut", "end"].contains(&model)
                );
            }
        }
    }
}

fn trusting(authority: &Authority) -> Options {
    Options {
        trust: Trust {
            authorities: Some(authority.bundle()),
            identity: None,
        },
        ..Options::default()
    }
}

fn proxied(proxy: &str) -> Options {
    Options {
        proxies: Proxies {
            http: Some(proxy.to_owned()),
            https: Some(proxy.to_owned()),
            none_for: String::new(),
        },
        ..Options::default()
    }
}

fn secure(config: std::sync::Arc<rustls::ServerConfig>) -> Server {
    Server::with_tls(config, play)
}

#[test]
fn certificates_are_believed_for_the_same_reasons() {
    let authority = Authority::new();
    let told = |config, options| {
        let server = secure(config);
        same(&Ask::new(true), &at(&server.https(), KIND, options))
    };
    assert_eq!(
        told(authority.server(Ends::Later), trusting(&authority)),
        "complete"
    );
    assert_eq!(told(authority.server(Ends::Earlier), trusting(&authority)), "tls");
    assert_eq!(told(authority.server(Ends::Later), Options::default()), "tls");
    assert_eq!(
        told(authority.server_for("other.example"), trusting(&authority)),
        "tls"
    );
}

#[test]
fn a_server_that_asks_gets_the_certificate_of_the_client() {
    let authority = Authority::new();
    let server = secure(authority.curious());
    let mut options = trusting(&authority);
    assert_eq!(
        same(&Ask::new(true), &at(&server.https(), KIND, options.clone())),
        "tls"
    );
    let (certificate, key) = authority.client();
    options.trust.identity = Some(Identity { certificate, key });
    assert_eq!(
        same(&Ask::new(true), &at(&server.https(), KIND, options)),
        "complete"
    );
}

#[test]
fn a_certificate_that_cannot_be_read_is_named() {
    let mut options = Options::default();
    options.trust.authorities = Some("/nowhere/ca.pem".into());
    let server = Server::new(play);
    let to = at(&server.https(), KIND, options);
    assert_eq!(same(&Ask::new(true), &to), "refused");
}

#[test]
fn an_endpoint_that_is_not_there_is_no_connection() {
    for url in [
        "http://127.0.0.1:9",
        "https://127.0.0.1:9",
        "http://models.invalid",
    ] {
        assert_eq!(
            same(&Ask::new(true), &at(url, KIND, Options::default())),
            "connect"
        );
    }
    let to = at("ftp://models.invalid", KIND, Options::default());
    assert_eq!(same(&Ask::new(true), &to), "refused");
}

#[test]
fn http2_is_spoken_where_the_server_does() {
    let authority = Authority::new();
    let body: &'static [u8] = contract::answer(KIND, "well").leak();
    let server = Http2::new(authority.modern(), body);
    let to = at(&format!("https://{}", server.address), KIND, trusting(&authority));
    assert_eq!(same(&Ask::new(false), &to), "complete");
    assert_eq!(server.seen(), (2, 2));
}

#[test]
fn a_proxy_forwards_and_gets_its_password() {
    let proxy = Server::new(|_, conn| conn.json(200, &contract::answer(KIND, "well")));
    let url = format!("http://me:hunter2@{}", proxy.address);
    let to = at("http://models.invalid", KIND, proxied(&url));
    assert_eq!(same(&Ask::new(false), &to), "complete");
    let asked = proxy.asked();
    for asked in &asked {
        assert_eq!(
            asked.line,
            "POST http://models.invalid/v1/chat/completions HTTP/1.1"
        );
        assert_eq!(asked.header("proxy-authorization"), "Basic bWU6aHVudGVyMg==");
        assert_eq!(asked.header("host"), "models.invalid");
    }
    assert_eq!(asked.len(), 2);
}

#[test]
fn a_proxy_tunnels_or_says_why_not() {
    for (status, headers) in [(403, ""), (407, "proxy-authenticate: Basic\r\n")] {
        let proxy = Server::new(move |_, conn| conn.answer(status, headers, b"no"));
        let to = at("https://models.invalid", KIND, proxied(&proxy.http()));
        assert_eq!(same(&Ask::new(true), &to), "connect");
        for asked in proxy.asked() {
            assert_eq!(asked.line, "CONNECT models.invalid:443 HTTP/1.1");
            assert!(!format!("{asked:?}").contains(KEY));
        }
    }
}

#[test]
fn through_a_tunnel_it_is_the_endpoint_that_is_believed() {
    let authority = Authority::new();
    let server = secure(authority.server(Ends::Later));
    let port = server.address.port();
    let proxy = tunnel(port);
    let mut options = proxied(&format!("http://{proxy}"));
    options.trust = trusting(&authority).trust;
    // The name leads nowhere but through the tunnel, and is not the one in the certificate.
    let to = at(&format!("https://models.invalid:{port}"), KIND, options);
    assert_eq!(same(&Ask::new(true), &to), "tls");
    let (carried, _) = Ask::new(true).through(&worker(), &to);
    let message = carried.unwrap_err().message;
    assert!(message.contains("not valid for name"), "{message}");
}

/// A proxy that connects everybody to that port of this machine.
fn tunnel(port: u16) -> std::net::SocketAddr {
    use std::io::{Read, Write};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for near in listener.incoming() {
            let mut near = near.unwrap();
            let mut head = [0; 4096];
            let read = near.read(&mut head).unwrap();
            assert!(head[..read].ends_with(b"\r\n\r\n"));
            near.write_all(b"HTTP/1.1 200 X\r\n\r\n").unwrap();
            let far = std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
            let (mut a, mut b) = (near.try_clone().unwrap(), far.try_clone().unwrap());
            let (mut near, mut far) = (near, far);
            std::thread::spawn(move || drop(std::io::copy(&mut a, &mut far)));
            std::thread::spawn(move || drop(std::io::copy(&mut b, &mut near)));
        }
    });
    address
}

#[test]
fn what_is_sent_is_the_same() {
    let server = Server::new(play);
    same(&Ask::new(true), &to(&server));
    let asked = server.asked();
    let headers = |n: usize| {
        let mut headers = asked[n].headers.clone();
        headers.sort();
        headers
    };
    assert_eq!(asked[0].line, asked[1].line);
    assert_eq!(headers(0), headers(1));
    assert_eq!(asked[0].body, asked[1].body);
}

/// What a server on a bad day does, and what that is called.
type Bad = (&'static str, bool, fn(&mut Conn) -> Then, &'static str);

const BAD: &[Bad] = &[
    ("an endless body", false, endless, "too-much"),
    ("an endless stream", true, endless_events, "too-much"),
    ("endless headers", false, endless_headers, "malformed"),
    ("a huge event", true, huge_event, "too-much"),
    (
        "no HTTP",
        false,
        |conn| sends(conn, b"\x16\x03\x01\x00nonsense\r\n\r\n"),
        "malformed",
    ),
    (
        "half a head",
        false,
        |conn| sends(conn, b"HTTP/1.1 200 X\r\ncontent-"),
        "broken",
    ),
    (
        "half a body",
        false,
        |conn| sends(conn, b"HTTP/1.1 200 X\r\ncontent-length: 99\r\n\r\n{"),
        "broken",
    ),
    (
        "a chunk without a size",
        false,
        |conn| {
            sends(
                conn,
                b"HTTP/1.1 200 X\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
            )
        },
        "malformed",
    ),
    (
        "two lengths",
        false,
        |conn| {
            sends(
                conn,
                b"HTTP/1.1 200 X\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n{}",
            )
        },
        "malformed",
    ),
    (
        "a redirect",
        false,
        |conn| conn.answer(307, "location: http://127.0.0.1:9/\r\n", b""),
        "redirect",
    ),
    (
        "compressed",
        false,
        |conn| {
            conn.answer(
                200,
                "content-type: application/json\r\ncontent-encoding: gzip\r\n",
                b"\x1f\x8b",
            )
        },
        "malformed",
    ),
    (
        "a page",
        false,
        |conn| conn.answer(200, "content-type: text/html\r\n", b"<html>"),
        "malformed",
    ),
    (
        "no JSON",
        false,
        |conn| conn.answer(200, JSON, b"{\"a\":"),
        "malformed",
    ),
    (
        "deep JSON",
        false,
        |conn| conn.answer(200, JSON, &b"[".repeat(200_000)),
        "malformed",
    ),
    (
        "no text",
        true,
        |conn| conn.answer(200, EVENTS, b"data: \xff\xfe\n\n"),
        "malformed",
    ),
    ("a reset", false, |conn| conn.reset(), "broken"),
    ("nothing", false, |_| Then::Close, "broken"),
    (
        "a key that comes back",
        false,
        |conn| conn.answer(401, "", KEY.as_bytes()),
        "auth",
    ),
];

fn sends(conn: &mut Conn, bytes: &[u8]) -> Then {
    conn.send(bytes);
    Then::Close
}

fn endless(conn: &mut Conn) -> Then {
    conn.chunked(JSON);
    while conn.chunk(&[b'x'; 64 << 10]) {}
    Then::Close
}

fn endless_events(conn: &mut Conn) -> Then {
    conn.chunked(EVENTS);
    while conn.chunk(&b": nothing\n\n".repeat(4096)) {}
    Then::Close
}

fn endless_headers(conn: &mut Conn) -> Then {
    conn.send(b"HTTP/1.1 200 X\r\n");
    while conn.send(&b"x-more: and more\r\n".repeat(512)) {}
    Then::Close
}

fn huge_event(conn: &mut Conn) -> Then {
    conn.chunked(EVENTS);
    conn.chunk(b"data: ");
    while conn.chunk(&[b'x'; 64 << 10]) {}
    Then::Close
}

#[test]
fn a_hostile_endpoint_is_called_by_the_same_name() {
    let mut told = Vec::new();
    for (name, stream, act, expected) in BAD {
        let server = Server::new(|_, conn| act(conn));
        let ask = Ask::new(*stream);
        let (here, outcome) = ask.through(&InProcess, &to(&server));
        let (there, other) = ask.through(&worker(), &to(&server));
        let kinds = (here.unwrap_err().kind, there.unwrap_err().kind);
        if outcome != *expected || other != *expected || kinds.0 != kinds.1 {
            told.push((name, outcome, other));
        }
    }
    assert!(told.is_empty(), "{told:#?}");
}

#[test]
fn what_stalls_is_given_up_after_the_same_wait() {
    let waits = |within: &mut Within| {
        within.connect = Duration::from_millis(1500);
        within.first_byte = Duration::from_millis(1700);
        within.idle = Duration::from_millis(700);
    };
    let silent = Server::new(|_, conn| {
        conn.closed_within(Duration::from_secs(9));
        Then::Close
    });
    let drips = Server::new(|_, conn| {
        conn.chunked(EVENTS);
        conn.chunk(b": so far\n\n");
        conn.closed_within(Duration::from_secs(9));
        Then::Close
    });
    let mute = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let deaf = format!("https://{}", mute.local_addr().unwrap());
    let cases = [
        (to(&silent), "timed-out-first-byte"),
        (to(&drips), "timed-out-idle"),
        (at(&deaf, KIND, Options::default()), "timed-out-connect"),
    ];
    for (to, expected) in cases {
        let mut ask = Ask::new(true);
        waits(&mut ask.within);
        let begun = Instant::now();
        assert_eq!(same(&ask, &to), expected);
        assert!(begun.elapsed() < Duration::from_secs(15), "{:?}", begun.elapsed());
    }
}
