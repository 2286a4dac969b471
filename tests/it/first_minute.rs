//! The README's first command, and the screen that the README shows of it.

use crate::source;
use crate::support::{PANTHEON, Repo};

#[test]
fn the_first_minute_goes_as_the_readme_shows() {
    let repo = Repo::new();
    let script = source::root().join("examples/first-minute.sh");
    let mut sh = repo.command("sh");
    // The README shows what a terminal of today draws.
    sh.env("LC_ALL", "C.UTF-8").arg(script).arg(PANTHEON);
    let ran = repo.finish(&mut sh, b"").exits(0);
    let readme = source::read("README.md");
    let (_, rest) = readme.split_once("<!-- screen -->\n\n```text\n").unwrap();
    let (screen, _) = rest.split_once("```\n").unwrap();
    assert!(!screen.is_empty());
    assert!(timeless(&ran.stdout).contains(&timeless(screen)), "{ran}");
}

/// Takes the milliseconds out of a report.
fn timeless(text: &str) -> String {
    let words = text
        .split_inclusive(' ')
        .map(|word| match word.trim_end().parse::<u32>() {
            Ok(_) => "_ ",
            Err(_) => word,
        });
    words.collect()
}
