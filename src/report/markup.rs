//! Markdown in which no text of the judged content is markup.
//!
//! Words that could be anything else than words stand in code, where no forge looks for links, mentions,
//! references to issues, HTML or commands.

use super::window::{self, Frame};
use super::{log, text};
use crate::model::Snippet;
use std::fmt::Write as _;

// What a line of code in Markdown shows.
const FRAME: Frame = Frame {
    columns: 120,
    unicode: true,
};

// Marks that may follow a word.
const MARKS: [char; 8] = ['.', ',', ';', ':', '?', ')', '"', '\''];

/// Returns text as prose. What stands between backticks is code.
pub fn prose(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len() + 16);
    let parts: Vec<&str> = raw.split('`').collect();
    let is_paired = parts.len() % 2 == 1;
    for (at, part) in parts.iter().enumerate() {
        if at % 2 == 1 && (is_paired || at + 1 < parts.len()) {
            out.push_str(&code(part));
        } else {
            push_words(&mut out, part);
        }
    }
    out
}

/// Appends words; those that are next to each other and are code become one piece of it.
fn push_words(out: &mut String, part: &str) {
    let mut run = String::new();
    for (at, word) in part.split(' ').enumerate() {
        if is_plain(word) && !word.is_empty() {
            flush(out, &mut run);
            push_gap(out, at);
            out.push_str(word);
        } else if word.is_empty() {
            flush(out, &mut run);
            push_gap(out, at);
        } else {
            match run.is_empty() {
                true => push_gap(out, at),
                false => run.push(' '),
            }
            run.push_str(word);
        }
    }
    flush(out, &mut run);
}

fn push_gap(out: &mut String, at: usize) {
    if at > 0 && !out.ends_with(' ') {
        out.push(' ');
    }
}

/// Appends a run as code, the marks at its end behind it.
fn flush(out: &mut String, run: &mut String) {
    if run.is_empty() {
        return;
    }
    // Two pieces of code without anything between them would be one of another kind.
    if out.ends_with('`') {
        out.push(' ');
    }
    let inner = run.trim_end_matches([':', ',', ';']);
    out.push_str(&code(inner));
    out.push_str(&run[inner.len()..]);
    run.clear();
}

/// Whether a word is a word in every Markdown: letters and digits, with some marks in and around them.
fn is_plain(word: &str) -> bool {
    let inner = word.trim_start_matches(['(', ')', '"', '\'', ',', '.', ';', '?']);
    let inner = inner.trim_end_matches(MARKS);
    let is_mark = |c: char| matches!(c, '-' | '\'' | '.' | ',');
    let starts = inner.is_empty() || inner.starts_with(char::is_alphanumeric);
    starts && inner.chars().all(|c| c.is_alphanumeric() || is_mark(c)) && !starts_link(inner)
}

/// Whether a forge makes a link of a word without being told, or an issue's reference.
fn starts_link(word: &str) -> bool {
    let starts = |prefix: &str| {
        word.get(..prefix.len())
            .is_some_and(|w| w.eq_ignore_ascii_case(prefix))
    };
    starts("www.") || starts("GH-")
}

/// Returns text as a piece of code.
pub fn code(raw: &str) -> String {
    let shown = shown(raw);
    if shown.trim().is_empty() {
        return String::new();
    }
    let ticks = "`".repeat(longest_run(&shown) + 1);
    let edge = |c: Option<char>| matches!(c, Some('`' | ' '));
    match edge(shown.chars().next()) || edge(shown.chars().next_back()) {
        true => format!("{ticks} {shown} {ticks}"),
        false => format!("{ticks}{shown}{ticks}"),
    }
}

fn shown(raw: &str) -> String {
    let shown = text::visible(raw);
    String::from_utf8_lossy(&log::defused(shown.as_bytes())).into_owned()
}

/// The length of the longest run of backticks.
fn longest_run(text: &str) -> usize {
    let runs = text.split(|c| c != '`').map(str::len);
    runs.max().unwrap_or_default()
}

/// Appends the lines of a snippet with their numbers, as a block of code with `indent` before each line.
pub fn push_snippet(out: &mut String, snippet: &Snippet, indent: &str) {
    let window = window::window(snippet, FRAME);
    let lines = shown_lines(&window.text);
    let ticks = "`".repeat(longest_run(&lines).max(2) + 1);
    let _ = writeln!(out, "{indent}{ticks}text");
    let width = window.last_line().to_string().len();
    for (line, number) in lines.lines().zip(window.first_line..) {
        let _ = writeln!(out, "{indent}{number:>width$} | {line}");
    }
    let _ = writeln!(out, "{indent}{ticks}");
}

fn shown_lines(text: &str) -> String {
    // The window has made everything visible but its own line ends.
    String::from_utf8_lossy(&log::defused(text.as_bytes())).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_stay_words() {
        assert_eq!(prose("a GitHub token"), "a GitHub token");
        assert_eq!(
            prose("blanks, at the end (of a line)."),
            "blanks, at the end (of a line)."
        );
        assert_eq!(prose("`a_b` was not looked at"), "`a_b` was not looked at");
        assert_eq!(prose("by a/b: `..`, so that"), "by `a/b`: `..`, so that");
    }

    #[test]
    fn everything_else_is_code() {
        assert_eq!(prose("see @all and #12"), "see `@all` and `#12`");
        assert_eq!(prose("<img src=x> [a](b)"), "`<img src=x> [a](b)`");
        assert_eq!(prose("http://x www.x.y GH-1"), "`http://x www.x.y GH-1`");
        assert_eq!(prose("a ` b"), "a  b".replace("  ", " "));
        assert_eq!(code("a`b``"), "``` a`b`` ```");
        assert_eq!(code("##[x]"), "`# #[x]`");
        assert_eq!(prose("/close"), "`/close`");
        assert_eq!(prose("1. a\n- b"), "1. `a\\n-` b");
    }

    /// What is left of prose when its pieces of code are taken out.
    fn outside(text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some(at) = rest.find('`') {
            out.push_str(&rest[..at]);
            let ticks = rest[at..].len() - rest[at..].trim_start_matches('`').len();
            let inside = &rest[at + ticks..];
            let mut end = 0;
            loop {
                let run = inside[end..].find('`').map(|found| end + found);
                let start = run.expect("code is closed");
                let len = inside[start..].len() - inside[start..].trim_start_matches('`').len();
                end = start + len;
                if len == ticks {
                    break;
                }
            }
            rest = &inside[end..];
        }
        out + rest
    }

    proptest! {
        #[test]
        fn no_text_is_markup(text in "([<>@#*_\\[\\](){}!|~$&:/\\\\`.]|[a-c]| |\\n|::|##\\[|www\\.){0,30}") {
            let shown = prose(&text);
            let outside = outside(&shown);
            let bad = outside.find(|c: char| "<>@#*_[]{}!|~$&/\\`\n".contains(c));
            prop_assert_eq!(bad, None, "{} -> {}", text, shown);
            prop_assert!(!shown.contains("##["));
        }
    }
}
