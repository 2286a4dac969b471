//! Serves all four contracts on 127.0.0.1, by the names of models: see `tests/it/fake/scene.rs`.
//!
//! `cargo run --example fake [SECONDS]` prints the address. It ends when its standard input does, and after
//! that many seconds in any case, ten minutes by default.
#![expect(clippy::print_stdout, reason = "it prints where it listens")]

#[expect(
    dead_code,
    clippy::unwrap_used,
    reason = "the tests use the rest of it, and a server of tests may stop where it stands"
)]
#[path = "../tests/it/fake/mod.rs"]
mod fake;

use std::io::Read;
use std::sync::mpsc;
use std::time::Duration;

fn main() {
    let seconds = std::env::args().nth(1).and_then(|text| text.parse().ok());
    let server = fake::Server::new(fake::scene::play);
    println!("{}", server.http());
    let (over, told) = mpsc::channel();
    std::thread::spawn(move || {
        let ended = std::io::stdin().read_to_end(&mut Vec::new());
        drop(over.send(ended));
    });
    // Either way it is over.
    drop(told.recv_timeout(Duration::from_secs(seconds.unwrap_or(600))));
}
