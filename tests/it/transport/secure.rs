//! Certificates, proxies, and the places where a key must not turn up.

use super::*;
use crate::fake::http2::Http2;
use crate::fake::tls::{Authority, Ends};
use pantheon::sys::http::{Identity, Proxies, Trust};
use std::io::Write;
use std::sync::Mutex;

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
            none_for: "direct.invalid".to_owned(),
        },
        ..Options::default()
    }
}

fn secure(config: Arc<rustls::ServerConfig>) -> Server {
    Server::with_tls(config, |_, conn| conn.answer(200, JSON, GOOD))
}

fn failure(to: &Endpoint) -> (String, String) {
    let (result, attempts) = ask_with(to, false, &within(seconds(20)), &Open);
    (attempts[0].outcome.clone(), result.unwrap_err().message)
}

#[test]
fn an_authority_of_ones_own_is_believed() {
    let authority = Authority::new();
    let server = secure(authority.server(Ends::Later));
    let to = endpoint(&server.https(), trusting(&authority));
    assert_eq!(
        outcomes(&ask_with(&to, false, &within(seconds(20)), &Open)),
        ["complete"]
    );
}

#[test]
fn a_certificate_is_believed_for_good_reason_alone() {
    let authority = Authority::new();
    let failed = |config, options| {
        let server = secure(config);
        let told = failure(&endpoint(&server.https(), options));
        assert!(
            server.asked().is_empty(),
            "nothing is said before the certificate is believed"
        );
        told
    };
    let (outcome, message) = failed(authority.server(Ends::Earlier), trusting(&authority));
    assert_eq!(outcome, "tls");
    assert!(message.contains("certificate expired"), "{message}");
    let (outcome, message) = failed(authority.server(Ends::Later), Options::default());
    assert_eq!(outcome, "tls");
    assert!(message.contains("UnknownIssuer"), "{message}");
    let (outcome, message) = failed(authority.server_for("other.example"), trusting(&authority));
    assert_eq!(outcome, "tls");
    assert!(message.contains("not valid for name"), "{message}");
}

#[test]
fn a_server_that_asks_gets_the_certificate_of_the_client() {
    let authority = Authority::new();
    let server = secure(authority.curious());
    let (certificate, key) = authority.client();
    let mut options = trusting(&authority);
    let (outcome, message) = failure(&endpoint(&server.https(), options.clone()));
    assert_eq!(outcome, "tls");
    assert!(message.contains("CertificateRequired"), "{message}");
    options.trust.identity = Some(Identity { certificate, key });
    let to = endpoint(&server.https(), options);
    assert_eq!(
        outcomes(&ask_with(&to, false, &within(seconds(20)), &Open)),
        ["complete"]
    );
}

#[test]
fn a_file_that_holds_no_certificate_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("none.pem");
    let trust = |path: &std::path::Path| Options {
        trust: Trust {
            authorities: Some(path.to_owned()),
            identity: None,
        },
        ..Options::default()
    };
    let (outcome, message) = failure(&endpoint("https://127.0.0.1:9", trust(&path)));
    assert_eq!(outcome, "refused");
    assert!(
        message.starts_with(&format!("cannot read `{}`", path.display())),
        "{message}"
    );
    std::fs::File::create(&path).unwrap();
    let (_, message) = failure(&endpoint("https://127.0.0.1:9", trust(&path)));
    assert_eq!(message, format!("`{}` holds no certificate", path.display()));
}

#[test]
fn a_handshake_that_stalls_is_a_connection_that_takes_too_long() {
    let server = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = server.local_addr().unwrap();
    let to = endpoint(&format!("https://{address}"), Options::default());
    let within = Within {
        connect: ms(200),
        ..within(seconds(9))
    };
    let told = ask_with(&to, false, &within, &Open);
    assert_eq!(outcomes(&told), ["timed-out-connect"]);
    assert!(told.1[0].elapsed < seconds(3), "{told:?}");
}

#[test]
fn http2_carries_many_calls_on_one_connection() {
    let authority = Authority::new();
    let server = Http2::new(authority.modern(), GOOD);
    let to = endpoint(&format!("https://{}", server.address), trusting(&authority));
    let request = request();
    let within = within(seconds(20));
    let done = block_on(async {
        let one = || transport::ask(&to, &request, false, &within, &Open);
        // The first one makes the connection, the others share it.
        let first = one().await.0;
        let (second, third) = tokio::join!(one(), one());
        [first, second.0, third.0].map(|result| result.unwrap().text)
    });
    assert_eq!(done.unwrap(), ["fine "; 3]);
    assert_eq!(server.seen(), (1, 3));
}

#[test]
fn a_proxy_stands_before_every_host_but_this_machine() {
    let proxy = good();
    let direct = good();
    let to = endpoint("http://models.invalid", proxied(&proxy.http()));
    assert_eq!(
        outcomes(&ask_with(&to, false, &within(seconds(20)), &Open)),
        ["complete"]
    );
    assert_eq!(
        proxy.asked()[0].line,
        "POST http://models.invalid/ask?secret=no HTTP/1.1"
    );
    let port = direct.address.port();
    for host in [
        format!("http://127.0.0.1:{port}"),
        format!("http://localhost:{port}"),
    ] {
        let to = endpoint(&host, proxied(&proxy.http()));
        assert_eq!(
            outcomes(&ask_with(&to, false, &within(seconds(20)), &Open)),
            ["complete"],
            "{host}"
        );
    }
    assert_eq!((proxy.asked().len(), direct.asked().len()), (1, 2));
}

#[test]
fn a_proxy_is_passed_by_for_the_hosts_that_are_named() {
    let proxy = good();
    let (outcome, _) = failure(&endpoint("http://direct.invalid", proxied(&proxy.http())));
    assert_eq!((outcome.as_str(), proxy.connections()), ("connect", 0));
}

#[test]
fn a_proxy_gets_its_password_and_not_the_key_of_a_secure_endpoint() {
    let proxy = Server::new(|_, conn| conn.answer(403, "", b"no"));
    let url = format!("http://me:hunter2@{}", proxy.address);
    let (outcome, message) = failure(&endpoint("https://models.invalid", proxied(&url)));
    assert_eq!(outcome, "connect");
    assert_eq!(message, "no connection: tunnel error: unsuccessful");
    let asked = &proxy.asked()[0];
    assert_eq!(asked.line, "CONNECT models.invalid:443 HTTP/1.1");
    assert_eq!(asked.header("proxy-authorization"), "Basic bWU6aHVudGVyMg==");
    assert!(!format!("{asked:?}").contains(KEY));
}

#[test]
fn a_proxy_that_wants_a_password_is_no_connection() {
    let proxy = Server::new(|_, conn| conn.answer(407, "proxy-authenticate: Basic\r\n", b""));
    let (outcome, message) = failure(&endpoint("http://models.invalid", proxied(&proxy.http())));
    assert_eq!(outcome, "connect");
    assert_eq!(message, "the proxy asks for a user and a password");
    let (outcome, message) = failure(&endpoint("https://models.invalid", proxied(&proxy.http())));
    assert_eq!(outcome, "connect");
    assert_eq!(
        message,
        "no connection: tunnel error: proxy authorization required"
    );
}

#[test]
fn a_key_that_a_server_repeats_is_taken_out() {
    let server = Server::new(|asked, conn| {
        let key = asked.header("authorization").to_owned();
        // The end of a message that is cut must not leave half of the key either.
        let body = format!("{}{key}", "x".repeat(285));
        conn.answer(401, "", body.as_bytes())
    });
    let (result, _) = ask(&server, false, &within(seconds(20)));
    let message = result.unwrap_err().message;
    assert!(message.ends_with("xBearer ***"), "{message}");
}

#[test]
fn a_redirect_is_not_followed() {
    let other = good();
    let to = format!("location: {}/else\r\n", other.http());
    let server = Server::new(move |_, conn| conn.answer(307, &to, b""));
    let told = ask(&server, false, &within(seconds(20)));
    assert_eq!(outcomes(&told), ["redirect"]);
    assert_eq!(other.connections(), 0);
}

/// Everything that is logged, on every level.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Returns what is logged on every level while something runs.
pub fn logged<T>(run: impl FnOnce() -> T) -> (T, String) {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    let result = tracing::subscriber::with_default(subscriber, run);
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    (result, text)
}

#[test]
fn the_log_names_the_call_and_nothing_that_it_says() {
    let server = good();
    let authority = Authority::new();
    let modern = Http2::new(authority.modern(), GOOD);
    let urls = [server.http(), format!("https://{}", modern.address)];
    let ((), log) = logged(|| {
        for url in &urls {
            let to = endpoint(url, trusting(&authority));
            assert_eq!(
                outcomes(&ask_with(&to, false, &within(seconds(20)), &Open)),
                ["complete"]
            );
        }
    });
    let own: Vec<&str> = log.lines().filter(|line| line.contains("pantheon::")).collect();
    assert_eq!(own.len(), 2, "{log}");
    let host = server.address;
    for word in [
        "DEBUG",
        "method=\"POST\"",
        &format!("host=\"{host}\""),
        "path=\"/ask\"",
        "status=200",
    ] {
        assert!(own[0].contains(word), "{word}: {}", own[0]);
    }
    for word in [KEY, "canary", "secret=no", "model-1", "fine"] {
        assert!(!log.contains(word), "{word}: {log}");
    }
}

#[test]
fn a_server_that_speaks_in_the_open_where_it_should_not_is_not_believed() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = std::thread::spawn(move || {
        let (mut socket, _) = listener.accept().unwrap();
        let mut hello = [0; 4096];
        let read = std::io::Read::read(&mut socket, &mut hello).unwrap();
        socket
            .write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n")
            .unwrap();
        hello[..read].to_vec()
    });
    let (outcome, message) = failure(&endpoint(&format!("https://{address}"), Options::default()));
    assert_eq!(outcome, "tls", "{message}");
    assert!(message.contains("InvalidContentType"), "{message}");
    let heard = server.join().unwrap();
    assert!(!heard.windows(6).any(|bytes| bytes == b"canary"));
}
