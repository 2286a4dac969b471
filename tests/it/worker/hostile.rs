//! What the worker cannot do, by its own word and by the word of who watches its system calls.

use super::*;
use crate::fake::scene::play;
use std::path::Path;

/// Where the watcher is; the trace test fails without it, and says so.
const STRACE: &str = "/usr/bin/strace";

/// A worker whose system calls are written to a file.
fn watched(file: &Path) -> Worker {
    let words = ["-f", "-s", "256", "-o"].map(Into::into);
    let more = [file.into(), PANTHEON.into()];
    Worker::of(STRACE, words.into_iter().chain(more).collect())
}

#[test]
fn the_trace_shows_nothing_that_reaches_out() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("trace");
    let server = Server::new(play);
    let (carried, outcome) = Ask::new(true).through(&watched(&file), &to(&server));
    let trace = std::fs::read_to_string(&file).unwrap();
    assert_eq!(outcome, "complete", "{carried:?}\n{trace}");
}
