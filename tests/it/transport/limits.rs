//! Limits on time and on bytes.

use super::*;
use crate::fake::{EVENTS, Then};

#[test]
fn the_deadline_comes_before_every_other_limit() {
    let server = Server::new(|_, conn| {
        conn.closed_within(seconds(10));
        Then::Close
    });
    let begun = Instant::now();
    let told = ask(&server, false, &within(ms(200)));
    assert_eq!(outcomes(&told), ["timed-out"]);
    assert!(begun.elapsed() < seconds(2), "{:?}", begun.elapsed());
}

#[test]
fn as_many_bytes_as_are_taken_and_not_one_more() {
    let body = [vec![b'x'; 997], b"end".to_vec()].concat();
    for (most, outcome) in [(1000, "complete"), (999, "too-much")] {
        let body = body.clone();
        let server = Server::new(move |_, conn| conn.answer(200, JSON, &body));
        let within = Within {
            max_body: most,
            ..within(seconds(20))
        };
        assert_eq!(outcomes(&ask(&server, false, &within)), [outcome]);
    }
}

#[test]
fn a_stream_is_bounded_as_a_whole_and_not_by_its_events() {
    for (most, outcome) in [(900, "complete"), (899, "too-much")] {
        let server = Server::new(|_, conn| {
            let events = [b"data: 0123\n\n".repeat(74), b"data: end\n\n\n".to_vec()].concat();
            assert_eq!(events.len(), 900);
            conn.answer(200, EVENTS, &events)
        });
        let within = Within {
            max_body: most,
            ..within(seconds(20))
        };
        assert_eq!(outcomes(&ask(&server, true, &within)), [outcome]);
    }
}

#[test]
fn a_failure_is_told_by_its_status_though_its_body_never_ends() {
    let server = Server::new(|_, conn| {
        conn.send(b"HTTP/1.1 401 X\r\ncontent-length: 1000000\r\n\r\nno such key");
        conn.closed_within(seconds(10));
        Then::Close
    });
    let (result, attempts) = ask(&server, false, &within(seconds(9)));
    let failure = result.unwrap_err();
    assert_eq!(
        (failure.status, failure.message.as_str()),
        (Some(401), "no such key")
    );
    assert!(attempts[0].elapsed < seconds(4), "{attempts:?}");
}

#[test]
fn a_failure_of_many_bytes_is_cut() {
    let server = Server::new(|_, conn| {
        conn.send(b"HTTP/1.1 401 X\r\ncontent-length: 100000000\r\n\r\n");
        while conn.send(&[b'x'; 64 << 10]) {}
        Then::Close
    });
    let told = ask(&server, false, &within(seconds(9)));
    assert_eq!(outcomes(&told), ["auth"]);
    assert!(server.sent() < 16 << 20, "{}", server.sent());
}

#[test]
fn who_sends_a_head_at_once_may_still_think_as_long_as_the_first_byte_may_take() {
    let thinks = |pause| {
        Server::new(move |_, conn| {
            conn.chunked(EVENTS);
            // A sign of life is no answer yet.
            std::thread::sleep(pause / 2);
            conn.chunk(b":\n\n");
            std::thread::sleep(pause);
            conn.chunk(b"data: fine\n\n");
            std::thread::sleep(pause);
            conn.chunk(b"data: end\n\n");
            conn.chunk(b"");
            Then::Close
        })
    };
    for (first_byte, idle, outcome) in [
        (ms(3000), ms(1500), "complete"),
        (ms(3000), ms(300), "timed-out-idle"),
        (ms(300), ms(300), "timed-out-idle"),
    ] {
        let within = Within {
            connect: ms(100),
            first_byte,
            idle,
            ..within(seconds(20))
        };
        let begun = Instant::now();
        assert_eq!(outcomes(&ask(&thinks(ms(900)), true, &within)), [outcome]);
        // With a time for the first piece it is the second one that is too late.
        let least = if first_byte > ms(900) { ms(1350) } else { ms(0) };
        assert!(begun.elapsed() >= least, "{:?}", begun.elapsed());
    }
}
