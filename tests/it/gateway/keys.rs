//! The key stays outside, whatever the provider says.

use super::*;

/// The key as a server may say it, in an answer or a header.
fn shapes() -> Vec<(&'static str, String)> {
    let every = |write: fn(u8) -> String| KEY.bytes().map(write).collect::<String>();
    let encode = |text: &str| pantheon_base64(text.as_bytes());
    vec![
        ("plain", KEY.to_owned()),
        ("twice", format!("{KEY}{KEY}")),
        ("in a sentence", format!("Incorrect API key provided: {KEY}.")),
        ("lowercase", KEY.to_lowercase()),
        ("uppercase", KEY.to_uppercase()),
        ("with slashes escaped", KEY.replace('/', "\\/")),
        ("for an address", KEY.replace('/', "%2F").replace('+', "%2B")),
        (
            "for an address in lowercase",
            KEY.replace('/', "%2f").replace('+', "%2b"),
        ),
        ("for HTML", KEY.replace('+', "&#43;").replace('/', "&#x2F;")),
        ("all escaped", every(|b| format!("\\u{b:04x}"))),
        ("all escaped in capitals", every(|b| format!("\\u{b:04X}"))),
        ("escaped twice", every(|b| format!("\\\\u{b:04x}"))),
        ("all percent", every(|b| format!("%{b:02X}"))),
        ("all entities", every(|b| format!("&#{b};"))),
        ("all entities in hex", every(|b| format!("&#x{b:X};"))),
        ("as hex", every(|b| format!("{b:02x}"))),
        ("as hex in capitals", every(|b| format!("{b:02X}"))),
        ("in base64", encode(KEY)),
        ("in base64 after one", encode(&format!("x{KEY}"))),
        ("in base64 after two", encode(&format!("xy{KEY}"))),
        ("as a basic authorization", encode(&format!("api:{KEY}"))),
        ("in base64 with more", encode(&format!("{{\"key\":\"{KEY}\"}}"))),
        (
            "in base64 for addresses",
            encode(KEY).replace('+', "-").replace('/', "_").replace('=', ""),
        ),
        ("within quotes", format!("\\\"{KEY}\\\"")),
        ("as a bearer", format!("Bearer {KEY}")),
        ("in an address", format!("https://a.example/?key={KEY}&x=1")),
        ("after its own beginning", format!("sk-Real/sk-Real/Key{KEY}")),
        ("before its own beginning", format!("{KEY}sk-Real/Key+")),
        ("half escaped", KEY.replacen("Real", "\\u0052eal", 1)),
        ("between lines", format!("\\n{KEY}\\n")),
    ]
}

/// Encodes bytes, by the program that everybody has.
fn pantheon_base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits: Vec<u8> = bytes
        .iter()
        .flat_map(|b| (0..8).rev().map(move |at| b >> at & 1))
        .collect();
    let letters = bits.chunks(6).map(|six| {
        let at = (0..6).fold(0, |sum, at| sum * 2 + usize::from(*six.get(at).unwrap_or(&0)));
        char::from(LETTERS[at])
    });
    let text: String = letters.collect();
    let missing = (4 - text.len() % 4) % 4;
    format!("{text}{}", "=".repeat(missing))
}

/// What would let the agent put the key together again.
fn leaks(reply: &Reply, shape: &str) -> bool {
    let text = String::from_utf8_lossy(&reply.raw);
    let marks = [KEY, shape, "0123456789abcdef", "0123456789ABCDEF"];
    marks.iter().any(|mark| text.contains(mark))
}

#[test]
fn a_key_that_is_echoed_in_any_shape_does_not_come_back() {
    let all = shapes();
    assert_eq!(all.len(), 30);
    let told = Arc::new(Mutex::new(String::new()));
    let says = told.clone();
    // It says the shape in a header, in its status, and in a body that is cut in every place.
    let server = Server::new(move |asked: &Asked, conn: &mut Conn| {
        let shape = says.lock().unwrap().clone();
        let status = if asked.line.contains("count") { 401 } else { 200 };
        conn.send(
            format!("HTTP/1.1 {status} {shape}\r\nrequest-id: {shape}\r\nx-echo: {shape}\r\n").as_bytes(),
        );
        conn.send(b"content-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n");
        let text = format!("event: x\ndata: {{\"echo\":\"{shape}\"}}\n\n: {shape}\n\n");
        for piece in text.as_bytes().chunks(7) {
            conn.chunk(piece);
        }
        conn.chunk(b"");
        Then::Close
    });
    let mut world = plan(&server).open();
    for (name, shape) in &all {
        told.lock().unwrap().clone_from(shape);
        for path in ["/v1/messages", "/v1/messages/count_tokens"] {
            let reply = world.post(path, &format!("x-api-key: {PLACEHOLDER}"), &question());
            assert!(reply.is_whole, "{name}: {reply:?}");
            assert!(
                !leaks(&reply, shape),
                "{name}: {}",
                String::from_utf8_lossy(&reply.raw)
            );
            assert!(String::from_utf8_lossy(&reply.body).contains("***"), "{name}");
            assert!(!reply.head.contains("x-echo"));
        }
    }
    let (spent, log) = world.close();
    let text = format!("{spent:?} {log:?}");
    assert!(
        !text.contains(KEY) && !text.contains("0123456789abcdef"),
        "{text}"
    );
}

#[test]
fn a_key_in_what_the_agent_sends_goes_nowhere() {
    let server = good();
    let world = plan(&server).open();
    let mut body = question();
    body["messages"][0]["content"] = json!(format!("found in .env: {KEY}"));
    assert_eq!(world.ask(0, &body).status, 200);
    let sent = String::from_utf8(server.asked()[0].body.clone()).unwrap();
    assert!(
        sent.contains("found in .env: ***") && !sent.contains(KEY),
        "{sent}"
    );
}

#[test]
fn only_the_placeholder_opens() {
    let server = good();
    let mut world = plan(&server).open();
    let shown = |name: &str, key: &str| format!("{name}: {key}");
    let bearer = |key: &str| format!("authorization: Bearer {key}");
    for wrong in [
        "x-nothing: 1".to_owned(),
        shown("x-api-key", ""),
        shown("x-api-key", "sk-other"),
        shown("x-api-key", KEY),
        shown("x-api-key", &PLACEHOLDER[1..]),
        shown("x-api-key", &format!("{PLACEHOLDER} ")).replace(' ', "\u{a0}"),
        shown("x-api-key", &PLACEHOLDER.to_uppercase()),
        shown("x-goog-api-key", "sk-other"),
        bearer("sk-other"),
        bearer(""),
        shown("authorization", PLACEHOLDER),
        shown("authorization", &format!("Basic {PLACEHOLDER}")),
        shown("cookie", PLACEHOLDER),
        format!("{}\r\n{}", shown("x-api-key", PLACEHOLDER), bearer("sk-other")),
        format!(
            "{}\r\n{}",
            bearer(PLACEHOLDER),
            shown("x-goog-api-key", "sk-other")
        ),
    ] {
        let reply = world.post("/v1/messages", &wrong, &question());
        assert_eq!(reply.status, 401, "{wrong}");
        assert_eq!(reply.json()["error"]["type"], "authentication_error");
    }
    let wrong = world.post(
        "/v1/messages?key=sk-other",
        &shown("x-api-key", PLACEHOLDER),
        &question(),
    );
    assert_eq!(wrong.status, 401);
    assert_eq!(server.asked().len(), 0);
    let target = format!("/v1beta/models/model-1:generateContent?key={PLACEHOLDER}");
    assert_eq!(world.post(&target, "x-a: b", &question()).status, 200);
    assert!(
        !server.asked()[0].line.contains("key"),
        "{}",
        server.asked()[0].line
    );
    let (spent, log) = world.close();
    assert_eq!((spent.refused, spent.requests, log.len()), (16, 1, 17));
    assert!(!format!("{log:?}").contains(PLACEHOLDER));
}
