//! What a call says to the server, and what it makes of a good answer.

use super::*;
use crate::fake::{EVENTS, Then};
use pantheon::llm::answer::Finish;

#[test]
fn a_call_carries_the_key_and_asks_for_nothing_compressed() {
    let server = good();
    let mut to = endpoint(&format!("{}/base/", server.http()), Options::default());
    to.headers = vec![
        ("x-more".into(), "1".into()),
        ("authorization".into(), "mine".into()),
    ];
    let told = ask_with(&to, false, &within(seconds(20)), &Open);
    assert_eq!(told.0.as_ref().unwrap().text, "fine ");
    assert_eq!(outcomes(&told), ["complete"]);
    let asked = &server.asked()[0];
    assert_eq!(asked.line, "POST /base/ask?secret=no HTTP/1.1");
    assert_eq!(asked.body, b"model-1");
    let expected = [
        ("accept-encoding", "identity"),
        ("authorization", "Bearer sk-canary-0123456789abcdef"),
        ("content-type", "application/json"),
        ("user-agent", concat!("pantheon/", env!("CARGO_PKG_VERSION"))),
        ("x-contract", "plain"),
        ("x-more", "1"),
    ];
    for (name, value) in expected {
        let all: Vec<&str> = asked
            .headers
            .iter()
            .filter(|(n, _)| n == name)
            .map(|(_, v)| v.as_str())
            .collect();
        assert_eq!(all, [value], "{name}");
    }
}

#[test]
fn a_stream_in_any_pieces_is_one_answer() {
    let server = Server::new(|_, conn| {
        conn.chunked(EVENTS);
        for byte in b"data: so\n\ndata: far\n\ndata: end\n\n" {
            conn.chunk(&[*byte]);
        }
        conn.chunk(b"");
        Then::Keep
    });
    let (answer, _) = ask(&server, true, &within(seconds(20)));
    let answer = answer.unwrap();
    assert_eq!(
        (answer.text.as_str(), answer.finish),
        ("so far", Finish::Complete)
    );
}

#[test]
fn a_stream_that_ends_early_has_no_finish() {
    let server = Server::new(|_, conn| conn.answer(200, EVENTS, b"data: so\n\ndata: far\n\n"));
    let (answer, attempts) = ask(&server, true, &within(seconds(20)));
    assert_eq!(answer.unwrap().finish, Finish::Missing);
    assert_eq!(attempts[0].outcome, "no-finish-reason");
}

#[test]
fn the_last_event_may_lack_its_blank_line() {
    let server = Server::new(|_, conn| conn.answer(200, EVENTS, b"data: so\n\ndata: end"));
    let (answer, _) = ask(&server, true, &within(seconds(20)));
    assert_eq!(answer.unwrap().finish, Finish::Complete);
}

#[test]
fn an_answer_at_one_go_is_as_good_as_a_stream() {
    let (answer, _) = ask(&good(), true, &within(seconds(20)));
    assert_eq!(answer.unwrap().text, "fine ");
}

#[test]
fn calls_share_a_connection() {
    let server = good();
    let to = endpoint(&server.http(), Options::default());
    let results = block_on(async {
        let mut results = Vec::new();
        for _ in 0..3 {
            let within = within(seconds(20));
            results.push(
                transport::ask(&to, &request(), false, &within, &Open)
                    .await
                    .0
                    .is_ok(),
            );
        }
        results
    });
    assert_eq!(results.unwrap(), [true, true, true]);
    assert_eq!(server.connections(), 1);
}

#[test]
fn an_endpoint_outlives_the_runtime_of_its_connections() {
    let server = good();
    let to = endpoint(&server.http(), Options::default());
    for _ in 0..3 {
        assert_eq!(
            outcomes(&ask_with(&to, false, &within(seconds(20)), &Open)),
            ["complete"]
        );
    }
    assert_eq!(server.connections(), 3);
}

#[test]
fn counts_and_lists() {
    let server = Server::new(|asked, conn| match asked.line.as_str() {
        "POST /count HTTP/1.1" => conn.answer(200, JSON, b"12345"),
        _ => conn.answer(200, JSON, b"model-1"),
    });
    let to = endpoint(&server.http(), Options::default());
    let within = within(seconds(20));
    let counted = block_on(transport::count(&to, &request(), &within)).unwrap();
    assert_eq!(counted.unwrap(), Some(5));
    let listed = block_on(transport::models(&to, &within)).unwrap();
    assert_eq!(listed.unwrap(), ["model-1"]);
    assert_eq!(server.asked()[1].line, "GET /models HTTP/1.1");
}

#[test]
fn a_call_that_cannot_be_sent_is_refused() {
    let server = good();
    let failed = |base_url: &str, header: &str| {
        let mut to = endpoint(base_url, Options::default());
        to.headers = vec![(header.to_owned(), "a\nb".to_owned()); usize::from(!header.is_empty())];
        let (result, attempts) = ask_with(&to, false, &within(seconds(20)), &Open);
        assert_eq!(attempts[0].outcome, "refused");
        result.unwrap_err().message
    };
    assert_eq!(
        failed(&server.http(), "x-more"),
        "the header `x-more` cannot be sent"
    );
    assert_eq!(
        failed("here", ""),
        "the address is wrong: relative URL without a base"
    );
    assert_eq!(server.connections(), 0);
}
