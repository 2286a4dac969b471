//! What nobody should hand to the program, and somebody will: what it says, byte for byte, and its exit
//! code. It never panics, and never says that all is well about what it did not look at.
#![expect(
    clippy::disallowed_methods,
    reason = "a test starts programs and writes files on its own"
)]

mod content;
mod objects;
mod place;
mod settings;
mod words;

use crate::support::{Ran, Repo};

/// A program that breaks down ends with this code.
const PANIC: i32 = 101;

/// Insists that the program refused for this reason.
#[track_caller]
fn refuses(ran: &Ran, stderr: &str) {
    assert_eq!(ran.stderr, stderr, "{ran}");
    assert_eq!(ran.stdout, "", "{ran}");
    assert_eq!(ran.code, 2, "{ran}");
}

/// Insists that no byte of the output is a control character other than a line feed.
#[track_caller]
fn is_plain(ran: &Ran) {
    let odd = |text: &str| text.bytes().any(|b| b.is_ascii_control() && b != b'\n');
    assert!(
        !odd(&ran.stdout) && !odd(&ran.stderr),
        "{:?}",
        (&ran.stdout, &ran.stderr)
    );
    assert_ne!(ran.code, PANIC, "{ran}");
}

/// A repository with one commit, and a second line of `notes.txt` staged.
fn staged() -> Repo {
    let repo = Repo::new();
    repo.write("notes.txt", "one\n");
    repo.write("dir/inner.txt", "two\n");
    repo.commit("Begin");
    repo.write("notes.txt", "one\nthree\n");
    repo.add();
    repo
}

/// Takes what differs from run to run out of a closing line.
fn timeless(text: &str) -> String {
    let words = text.split(' ').collect::<Vec<_>>();
    let is_time = |at: usize| {
        words
            .get(at + 1)
            .is_some_and(|unit| unit.trim_end().trim_end_matches(')') == "ms")
    };
    let shown = words
        .iter()
        .enumerate()
        .map(|(at, word)| if is_time(at) { "N" } else { word });
    shown.collect::<Vec<_>>().join(" ")
}
