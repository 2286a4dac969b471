//! What a gateway lets nobody do.

use super::*;
use pantheon::store::audit::Kind;

#[expect(clippy::too_many_lines, reason = "most of it is a table of cases")]
#[test]
fn other_places_and_what_could_be_understood_in_two_ways_are_refused() {
    let server = good();
    let mut world = plan(&server).open();
    let port = world.port;
    let own = format!("Host: 127.0.0.1:{port}\r\nx-api-key: {PLACEHOLDER}\r\n");
    let body = question().to_string();
    let length = format!("Content-Length: {}\r\n", body.len());
    let hidden = format!("POST /v1/files HTTP/1.1\r\n{own}Content-Length: 0\r\n\r\n");
    let hidden_length = hidden.len();
    let cases = [
        (
            403,
            format!(
                "POST http://{}/v1/messages HTTP/1.1\r\n{own}{length}\r\n{body}",
                server.address
            ),
        ),
        (
            403,
            format!("POST http://127.0.0.1:{port}/v1/messages HTTP/1.1\r\n{own}{length}\r\n{body}"),
        ),
        (
            403,
            format!(
                "POST /v1/messages HTTP/1.1\r\nHost: evil.example\r\nx-api-key: {PLACEHOLDER}\r\n{length}\r\n{body}"
            ),
        ),
        (
            400,
            format!("POST /v1/messages HTTP/1.1\r\n{own}Host: evil.example\r\n{length}\r\n{body}"),
        ),
        (403, format!("POST /v1/files HTTP/1.1\r\n{own}{length}\r\n{body}")),
        (403, format!("GET /v1/messages/../files HTTP/1.1\r\n{own}\r\n")),
        (403, format!("GET //evil.example/v1/models HTTP/1.1\r\n{own}\r\n")),
        (403, format!("OPTIONS / HTTP/1.1\r\n{own}\r\n")),
        (405, format!("DELETE /v1/models/model-1 HTTP/1.1\r\n{own}\r\n")),
        (
            426,
            format!("GET /v1/responses HTTP/1.1\r\n{own}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n"),
        ),
        (
            400,
            format!("POST /v1/messages HTTP/1.1\r\n{own}{length}{length}\r\n{body}"),
        ),
        (
            400,
            format!("POST /v1/messages HTTP/1.1\r\n{own}{length}Content-Length: 3\r\n\r\n{body}"),
        ),
        (
            400,
            format!(
                "POST /v1/messages HTTP/1.1\r\n{own}{length}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n{hidden}"
            ),
        ),
        (
            400,
            format!(
                "POST /v1/messages HTTP/1.1\r\n{own}Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\n"
            ),
        ),
        (
            400,
            format!(
                "POST /v1/messages HTTP/1.1\r\n{own}Transfer-Encoding: chunked\r\n\r\n5;x=\"\n\"\r\nhello\r\n0\r\n\r\n"
            ),
        ),
        (
            400,
            format!("POST /v1/messages HTTP/1.1\r\n{own}Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n"),
        ),
        (
            400,
            format!("POST /v1/messages HTTP/1.1\r\n{own}Transfer-Encoding: chunked\r\n\r\nfffffffff\r\n\r\n"),
        ),
        (
            400,
            format!(
                "POST /v1/messages HTTP/1.1\r\n{own}Transfer-Encoding: chunked\r\n\r\n2\r\n{{}}xx0\r\n\r\n"
            ),
        ),
        (
            400,
            format!(
                "POST /v1/messages HTTP/1.1\r\n{own}Transfer-Encoding: chunked\r\n\r\n0\r\nx-api-key: sk\r\n\r\n"
            ),
        ),
        (
            400,
            format!("POST /v1/messages HTTP/1.1\n{}\n", own.replace('\r', "")),
        ),
        (400, format!("GET /v1/models HTTP/2.0\r\n{own}\r\n")),
        (
            400,
            format!("POST /v1/messages HTTP/1.1\r\n{own}Content-Length: {hidden_length}\r\n\r\n{hidden}"),
        ),
        (
            415,
            format!("POST /v1/messages HTTP/1.1\r\n{own}Content-Encoding: gzip\r\n{length}\r\n{body}"),
        ),
        (
            400,
            format!(
                "POST /v1/messages HTTP/1.1\r\n{own}X: {}\r\n\r\n",
                "a".repeat(70_000)
            ),
        ),
        (
            400,
            format!("GET /v1/models HTTP/1.1\r\n{own}{}\r\n", "A: b\r\n".repeat(200)),
        ),
        (
            407,
            "CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n".to_owned(),
        ),
        (400, "\u{16}\u{3}\u{1}\u{2}\r\n\r\n".to_owned()),
        (400, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned()),
    ];
    let count = cases.len();
    for (status, text) in cases {
        // Where no end of a head comes, the end of the connection must.
        let mut socket = world.connect();
        drop(socket.write_all(text.as_bytes()));
        drop(socket.shutdown(std::net::Shutdown::Write));
        let reply = Reply::read(socket);
        assert_eq!(
            reply.status,
            status,
            "{:?}",
            text.chars().take(300).collect::<String>()
        );
        assert!(
            reply.json()["error"]["message"]
                .as_str()
                .unwrap()
                .starts_with("pantheon: ")
        );
    }
    assert_eq!(server.asked().len(), 0, "{:?}", server.asked());
    let (spent, log) = world.close();
    assert_eq!((spent.requests, spent.refused), (0, count as u64));
    assert!(
        log.iter()
            .all(|entry| entry.kind == Kind::Refused && !entry.note.is_empty())
    );
}

#[test]
fn a_second_request_on_a_connection_is_none() {
    let server = good();
    let world = plan(&server).open();
    let one = post(
        world.port,
        "/v1/messages",
        &format!("x-api-key: {PLACEHOLDER}"),
        question().to_string().as_bytes(),
    );
    let reply = world.say(&[one.clone(), one].concat());
    assert_eq!((reply.status, reply.is_whole), (200, true));
    assert_eq!(server.asked().len(), 1);
    assert!(reply.head.contains("connection: close"));
}

#[test]
fn chunks_are_read_and_a_client_that_waits_is_told_to_go_on() {
    let server = good();
    let world = plan(&server).open();
    let body = question().to_string();
    let (first, second) = body.split_at(7);
    let head = format!(
        "POST /v1/messages HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nx-api-key: {PLACEHOLDER}\r\n\
         Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n",
        world.port
    );
    let mut socket = world.connect();
    socket.write_all(head.as_bytes()).unwrap();
    let mut told = [0; 25];
    socket.read_exact(&mut told).unwrap();
    assert_eq!(&told, b"HTTP/1.1 100 Continue\r\n\r\n");
    let chunks = format!(
        "{:X}\r\n{first}\r\n{:x}\r\n{second}\r\n0\r\n\r\n",
        first.len(),
        second.len()
    );
    socket.write_all(chunks.as_bytes()).unwrap();
    assert_eq!(Reply::read(socket).status, 200);
}

#[test]
fn what_is_too_long_or_too_slow_is_refused() {
    let server = good();
    let mut plan = plan(&server);
    plan.bounds.body = 1 << 20;
    plan.bounds.arrive = ms(400);
    let world = plan.open();
    let auth = format!("x-api-key: {PLACEHOLDER}");
    let long = vec![b' '; 40 << 20];
    let reply = world.say(&post(world.port, "/v1/messages", &auth, &long));
    assert_eq!(reply.status, 413);
    assert_eq!(reply.json()["error"]["type"], "request_too_large");
    let chunked = format!(
        "POST /v1/messages HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n{auth}\r\nTransfer-Encoding: chunked\r\n\r\n",
        world.port
    );
    let chunk = [b"10000\r\n".to_vec(), vec![b'x'; 65536], b"\r\n".to_vec()].concat();
    let reply = world.say(&[chunked.into_bytes(), chunk.repeat(20)].concat());
    assert_eq!(reply.status, 413);
    // A head, and a body, of which a part never comes.
    for text in ["POST /v1/mess".to_owned(), {
        let whole = post(world.port, "/v1/messages", &auth, b"{\"model\":\"m\"}");
        String::from_utf8(whole[..whole.len() - 3].to_vec()).unwrap()
    }] {
        let began = Instant::now();
        assert_eq!(world.say(text.as_bytes()).status, 408, "{text}");
        assert!(began.elapsed() < seconds(5));
    }
    assert_eq!(server.asked().len(), 0);
}

#[test]
fn tools_of_the_provider_do_not_pass_and_the_log_says_so() {
    let server = good();
    let mut world = plan(&server).open();
    let mut body = question();
    body["tools"] =
        json!([{"name": "Read", "input_schema": {}}, {"type": "web_fetch_20250910", "name": "web_fetch"}]);
    let text = body.to_string();
    let auth = format!(
        "x-api-key: {PLACEHOLDER}\r\nanthropic-beta: a-1, web-fetch-2025-09-10,mcp-client-2025-04-04"
    );
    assert_eq!(
        world
            .say(&post(world.port, "/v1/messages", &auth, text.as_bytes()))
            .status,
        200
    );
    let asked = server.asked()[0].clone();
    let sent: Value = serde_json::from_slice(&asked.body).unwrap();
    assert_eq!(sent["tools"], json!([{"name": "Read", "input_schema": {}}]));
    assert_eq!(asked.header("anthropic-beta"), "a-1");
    let mut image = question();
    image["messages"][0]["content"] =
        json!([{"type": "image", "source": {"type": "url", "url": "https://evil.example"}}]);
    assert_eq!(world.ask(0, &image).status, 403);
    assert_eq!(server.asked().len(), 1);
    let (_, log) = world.close();
    assert_eq!(log[0].note, "taken out: web_fetch_20250910");
}
