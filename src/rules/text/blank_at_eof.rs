//! Empty lines at the end of files.

use crate::check::{FileView, Rule, Run, Sink};
use crate::model::{Confidence, RuleInfo, Severity};
use crate::rules::place;
use std::borrow::Cow::Borrowed;

/// Finds added empty lines at the end of a file: `blank-at-eof` of git's `core.whitespace`.
pub const RULE: Rule = Rule {
    info: RuleInfo {
        id: Borrowed("text/blank-at-eof"),
        summary: Borrowed("empty lines at the end of the file"),
        why: Borrowed("They say nothing, and every editor that strips them makes a change of its own."),
        fix: Borrowed("Remove the empty lines; one line feed ends the file."),
        bad: Borrowed("let a = 1;\n\n"),
        good: Borrowed("let a = 1;\n"),
        severity: Severity::Low,
        confidence: Confidence::High,
        history: false,
        options: Borrowed(&[]),
    },
    run: Run::File(check),
};

fn check(view: &FileView<'_>, sink: &mut Sink<'_>) {
    let Some(text) = view.text().filter(|t| t.last() == Some(&b'\n')) else {
        return;
    };
    let end = text
        .iter()
        .rposition(|b| !b.is_ascii_whitespace())
        .map_or(0, |at| at + 1);
    let Some(first) = memchr::memchr(b'\n', &text[end..])
        .map(|at| end + at + 1)
        .filter(|at| *at < text.len())
    else {
        return;
    };
    if place::is_diff(view) || view.is_generated() {
        return;
    }
    let ends = || memchr::memchr_iter(b'\n', &text[first..]).map(|at| first + at);
    if let Some(line) = ends().find(|at| view.is_added_at(*at)) {
        let draft = sink.at(view, line..text.len(), "empty lines at the end of the file");
        // Lines that were there before are the business of another change.
        if ends().filter(|at| *at > line).all(|at| view.is_added_at(at)) {
            let start = memchr::memrchr(b'\n', &text[..line]).map_or(0, |at| at + 1);
            draft.fix("remove the empty lines", vec![(start..text.len(), "")]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{added, deleted, fixed, lets_be, modified};

    #[test]
    fn they_are_found() {
        assert_eq!(
            added(&RULE, "a", "a\n\n\n"),
            ["low 2..4: empty lines at the end of the file"]
        );
        assert_eq!(
            added(&RULE, "a", "a\r\n\r\n"),
            ["low 4..5: empty lines at the end of the file"]
        );
        assert_eq!(
            modified(&RULE, "a", "a\n", "a\n\n"),
            ["low 2..3: empty lines at the end of the file"]
        );
        assert_eq!(
            added(&RULE, "a", "\n\n"),
            ["low 1..2: empty lines at the end of the file"]
        );
    }

    #[test]
    fn one_line_feed_is_fine() {
        lets_be(&RULE, "a", ["a\n", "a\n\nb", "\n", ""]);
    }

    #[test]
    fn old_lines_are_left_alone() {
        assert!(modified(&RULE, "a", "a\n\n", "b\n\n").is_empty());
        assert!(deleted(&RULE, "a", "a\n\n").is_empty());
    }

    #[test]
    fn they_are_removed() {
        for text in ["a\n\n\n", "a\n \n\t\n"] {
            assert_eq!(fixed(&RULE, "a", None, text), "a\n");
        }
        assert_eq!(fixed(&RULE, "a", None, "a\r\n\r\n"), "a\r\n");
        assert_eq!(fixed(&RULE, "a", Some("a\n\n"), "a\n\n\n"), "a\n\n");
    }
}
