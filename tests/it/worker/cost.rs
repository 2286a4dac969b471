//! What a worker costs, beside the same exchange in this process.

use super::*;
use crate::fake::scene::play;
use crate::fake::tls::{Authority, Ends};

/// How often each way is gone.
const TIMES: usize = 200;

/// Prints the medians in microseconds; run it with `--release -- --ignored --nocapture worker::cost`.
#[test]
#[ignore = "a measurement, for a machine that does nothing else"]
fn measured() {
    let authority = Authority::new();
    let plain = Server::new(play);
    let secure = Server::with_tls(authority.server(Ends::Later), play);
    let mut options = Options::default();
    options.trust.authorities = Some(authority.bundle());
    for (name, url) in [("plain", plain.http()), ("tls", secure.https())] {
        let new = || at(&url, KIND, options.clone());
        let shared = new();
        let worker = worker();
        let mut taken = [Vec::new(), Vec::new(), Vec::new()];
        for _ in 0..TIMES {
            taken[0].push(timed(&InProcess, &new()));
            taken[1].push(timed(&InProcess, &shared));
            taken[2].push(timed(&worker, &shared));
        }
        let [first, next, carried] = taken.map(median);
        println!("{name}: first {first} us, next {next} us, through the worker {carried} us");
    }
}

fn timed(carrier: &dyn Carrier, to: &Endpoint) -> u128 {
    let ask = Ask::new(true);
    let begun = Instant::now();
    assert_eq!(ask.through(carrier, to).1, "complete");
    begun.elapsed().as_micros()
}

fn median(mut taken: Vec<u128>) -> u128 {
    taken.sort_unstable();
    taken[taken.len() / 2]
}
