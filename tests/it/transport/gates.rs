//! Limits and breakers before a call.

use super::*;
use pantheon::llm::transport::Permit;
use std::sync::Mutex;

/// Gates that say what they were told to, one thing after another, and then `Go`.
#[derive(Default)]
struct Scripted {
    permits: Mutex<Vec<Permit>>,
    heard: Mutex<Vec<String>>,
}

impl Scripted {
    fn new(permits: &[Permit]) -> Self {
        Self {
            permits: Mutex::new(permits.iter().rev().cloned().collect()),
            heard: Mutex::default(),
        }
    }

    fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }
}

impl Gates for Scripted {
    fn before(&self, endpoint: &str, tokens: u64, now: i64) -> Permit {
        assert!(now > 1_700_000_000_000, "{now}");
        let permit = self.permits.lock().unwrap().pop().unwrap_or(Permit::Go);
        let heard = format!("{endpoint} {tokens} {permit:?}");
        self.heard.lock().unwrap().push(heard);
        permit
    }

    fn after(&self, endpoint: &str, outcome: Result<&Answer, &Failure>, _: i64) {
        let name = match outcome {
            Ok(answer) => answer.finish.name(),
            Err(failure) => failure.kind.name(),
        };
        self.heard.lock().unwrap().push(format!("{endpoint} {name}"));
    }
}

fn through(server: &Server, within: &Within, gates: &Scripted) -> Told {
    ask_with(
        &endpoint(&server.http(), Options::default()),
        false,
        within,
        gates,
    )
}

#[test]
fn a_gate_hears_before_and_after() {
    let (server, gates) = (good(), Scripted::default());
    assert!(through(&server, &within(seconds(20)), &gates).0.is_ok());
    assert_eq!(gates.heard(), ["here 100 Go", "here complete"]);
}

#[test]
fn a_wait_that_fits_is_waited() {
    let (server, gates) = (
        good(),
        Scripted::new(&[Permit::Wait(ms(30)), Permit::Wait(ms(20))]),
    );
    let told = through(&server, &within(seconds(20)), &gates);
    assert!(told.0.is_ok());
    assert_eq!(told.1[0].waited, ms(50));
    assert_eq!(gates.heard().len(), 4);
}

#[test]
fn a_wait_that_does_not_fit_fails_at_once() {
    let (server, gates) = (good(), Scripted::new(&[Permit::Wait(seconds(20))]));
    let begun = Instant::now();
    let told = through(&server, &within(seconds(20)), &gates);
    assert!(begun.elapsed() < seconds(2), "{:?}", begun.elapsed());
    assert_eq!(outcomes(&told), ["limited"]);
    assert_eq!(gates.heard(), ["here 100 Wait(20s)"]);
    assert_eq!(server.connections(), 0);
}

#[test]
fn an_open_breaker_fails_at_once() {
    let (server, gates) = (good(), Scripted::new(&[Permit::Open(seconds(9))]));
    let told = through(&server, &within(seconds(20)), &gates);
    assert_eq!(outcomes(&told), ["breaker-open"]);
    let failure = told.0.unwrap_err();
    assert_eq!(failure.kind.wait(), Some(seconds(9)));
    assert_eq!(
        failure.message,
        "the endpoint failed too often; it is left alone for 9 s"
    );
    assert_eq!(server.connections(), 0);
}

#[test]
fn no_room_for_another_try_leaves_the_first_failure() {
    for (permit, name) in [
        (Permit::Wait(seconds(60)), "limited"),
        (Permit::Open(seconds(60)), "breaker-open"),
    ] {
        let server = Server::new(|_, conn| conn.answer(500, JSON, b"broken"));
        let gates = Scripted::new(&[Permit::Go, permit]);
        let mut within = within(seconds(10));
        within.attempts = 3;
        let told = through(&server, &within, &gates);
        assert_eq!(outcomes(&told), ["server", name]);
        assert_eq!(told.0.unwrap_err().message, "broken");
    }
}

#[test]
fn without_time_a_gate_is_not_asked() {
    let (server, gates) = (good(), Scripted::default());
    assert_eq!(
        outcomes(&through(&server, &within(Duration::ZERO), &gates)),
        ["timed-out"]
    );
    assert_eq!(gates.heard(), Vec::<String>::new());
}

#[test]
fn a_gate_that_always_says_wait_ends_with_the_deadline() {
    let (server, gates) = (good(), Scripted::new(&vec![Permit::Wait(Duration::ZERO); 10_000]));
    let told = through(&server, &within(ms(100)), &gates);
    assert!(
        matches!(outcomes(&told)[..], ["limited"] | ["timed-out"]),
        "{told:?}"
    );
    assert!(gates.heard().len() < 200, "{}", gates.heard().len());
}
