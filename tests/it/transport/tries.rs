//! Trying again: when, how often, and how it is called off.

use super::*;
use crate::fake::Then;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// Fails so often with this answer, then answers well.
fn failing(times: usize, status: u16, headers: &'static str) -> Server {
    let count = AtomicUsize::new(0);
    Server::new(move |_, conn| {
        if count.fetch_add(1, Ordering::Relaxed) < times {
            conn.answer(status, headers, b"broken")
        } else {
            conn.answer(200, JSON, GOOD)
        }
    })
}

fn times(attempts: u32, deadline: Duration) -> Within {
    Within {
        attempts,
        ..within(deadline)
    }
}

#[test]
fn what_may_pass_is_tried_again_after_a_pause() {
    let server = failing(1, 500, "");
    let told = ask(&server, false, &times(3, seconds(10)));
    assert_eq!(outcomes(&told), ["server", "complete"]);
    assert_eq!(told.1[0].waited, Duration::ZERO);
    assert!((ms(375)..=ms(625)).contains(&told.1[1].waited), "{told:?}");
    assert!(told.1[1].started_ms - told.1[0].started_ms >= 375, "{told:?}");
}

#[test]
fn what_will_not_pass_is_tried_once() {
    let server = failing(9, 401, "");
    let told = ask(&server, false, &times(3, seconds(10)));
    assert_eq!(outcomes(&told), ["auth"]);
    assert_eq!(server.asked().len(), 1);
}

#[test]
fn tries_are_counted() {
    let server = failing(9, 429, "retry-after: 1\r\n");
    let told = ask(&server, false, &times(3, seconds(10)));
    assert_eq!(outcomes(&told), ["rate-limited"; 3]);
    assert_eq!(server.asked().len(), 3);
    assert!(told.1[1].waited >= ms(1), "{told:?}");
}

#[test]
fn the_wait_that_a_server_asks_for_is_kept() {
    let server = failing(1, 429, "retry-after: 300\r\n");
    let told = ask(&server, false, &times(3, seconds(10)));
    assert_eq!(outcomes(&told), ["rate-limited", "complete"]);
    assert!((ms(300)..=ms(350)).contains(&told.1[1].waited), "{told:?}");
}

#[test]
fn a_wait_beyond_the_deadline_ends_it_at_once() {
    let server = failing(1, 429, "retry-after: 56000\r\n");
    let begun = Instant::now();
    let told = ask(&server, false, &times(5, seconds(20)));
    assert!(begun.elapsed() < seconds(2), "{:?}", begun.elapsed());
    assert_eq!(outcomes(&told), ["rate-limited"]);
    assert_eq!(told.0.unwrap_err().kind.wait(), Some(seconds(56)));
}

#[test]
fn a_connection_that_breaks_is_made_anew() {
    let first = AtomicBool::new(true);
    let server = Server::new(move |_, conn| {
        if first.swap(false, Ordering::Relaxed) {
            return conn.reset();
        }
        conn.answer(200, JSON, GOOD)
    });
    let told = ask(&server, false, &times(2, seconds(10)));
    assert_eq!(outcomes(&told), ["broken", "complete"]);
    assert_eq!(server.connections(), 2);
}

#[test]
fn without_time_nothing_is_sent() {
    let server = good();
    let told = ask(&server, false, &within(Duration::ZERO));
    assert_eq!(outcomes(&told), ["timed-out"]);
    assert_eq!(server.connections(), 0);
}

/// A server that never answers, and tells when the other side closed.
fn patient() -> (Server, Arc<AtomicBool>) {
    let closed = Arc::new(AtomicBool::new(false));
    let tell = closed.clone();
    let server = Server::new(move |_, conn| {
        tell.store(conn.closed_within(seconds(10)), Ordering::Relaxed);
        Then::Close
    });
    (server, closed)
}

/// Asks a server that never answers, calls it off as soon as that was asked, and says how long that took.
fn call_off(server: &Server, how: impl AsyncFn(&Cancel)) -> (Told, Duration) {
    let within = within(seconds(30));
    let to = endpoint(&server.http(), Options::default());
    let request = request();
    block_on(async {
        let asking = transport::ask(&to, &request, false, &within, &Open);
        let calling = async {
            while server.asked().is_empty() {
                tokio::time::sleep(ms(1)).await;
            }
            how(&within.cancel).await;
            Instant::now()
        };
        let (told, called) = tokio::join!(asking, calling);
        (told, called.elapsed())
    })
    .unwrap()
}

#[test]
fn a_call_is_called_off_and_the_server_sees_it_close() {
    let (server, closed) = patient();
    let (told, after) = call_off(&server, async |cancel| cancel.cancel());
    assert_eq!(outcomes(&told), ["cancelled"]);
    assert!(after < ms(500), "{after:?}");
    assert!(eventually(|| closed.load(Ordering::Relaxed)));
}

#[test]
fn a_dropped_call_closes_its_connection() {
    let (server, closed) = patient();
    let to = endpoint(&server.http(), Options::default());
    block_on(async {
        let within = within(seconds(30));
        let request = request();
        let asking = transport::ask(&to, &request, false, &within, &Open);
        assert!(tokio::time::timeout(ms(200), asking).await.is_err());
        // The runtime lives on, and with it the task that holds the connection.
        while !closed.load(Ordering::Relaxed) {
            tokio::time::sleep(ms(5)).await;
        }
    })
    .unwrap();
}

#[test]
fn a_pause_is_called_off() {
    let server = failing(9, 429, "retry-after: 20000\r\n");
    let within = times(3, seconds(60));
    let to = endpoint(&server.http(), Options::default());
    let request = request();
    let begun = Instant::now();
    let told = block_on(async {
        let asking = transport::ask(&to, &request, false, &within, &Open);
        let calling = async {
            tokio::time::sleep(ms(200)).await;
            within.cancel.cancel();
        };
        tokio::join!(asking, calling).0
    });
    let told = told.unwrap();
    assert_eq!(outcomes(&told), ["rate-limited"]);
    assert_eq!(told.0.unwrap_err().kind.name(), "cancelled");
    assert!(begun.elapsed() < seconds(20), "{:?}", begun.elapsed());
}

fn eventually(is_so: impl Fn() -> bool) -> bool {
    let end = Instant::now() + seconds(20);
    while Instant::now() < end {
        if is_so() {
            return true;
        }
        std::thread::sleep(ms(5));
    }
    false
}
