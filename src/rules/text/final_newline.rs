//! Files whose last line does not end.

use crate::check::{FileView, Rule, Run, Sink};
use crate::model::{Confidence, RuleInfo, Severity};
use std::borrow::Cow::Borrowed;

/// Finds an added last line without a line feed, unless the file never had one.
pub const RULE: Rule = Rule {
    info: RuleInfo {
        id: Borrowed("text/final-newline"),
        summary: Borrowed("no line feed at the end of the file"),
        why: Borrowed(
            "The next person who adds a line changes the last one too, and tools that read or join files by lines \
             lose it or glue it to the next.",
        ),
        fix: Borrowed("End the file with a line feed."),
        bad: Borrowed("let a = 1;"),
        good: Borrowed("let a = 1;\n"),
        severity: Severity::Low,
        confidence: Confidence::High,
        history: false,
        options: Borrowed(&[]),
    },
    run: Run::File(check),
};

fn check(view: &FileView<'_>, sink: &mut Sink<'_>) {
    let Some(text) = view.text().filter(|t| !t.is_empty() && !ends(t)) else {
        return;
    };
    if view.is_same_content() || view.is_generated() || never_ended(view) || !view.is_added_at(text.len() - 1)
    {
        return;
    }
    let start = memchr::memrchr(b'\n', text).map_or(0, |at| at + 1);
    let end = if text[..start].ends_with(b"\r\n") {
        "\r\n"
    } else {
        "\n"
    };
    sink.at(view, start..text.len(), "the last line has no line feed")
        .help(REMEDY)
        .fix(REMEDY, vec![(text.len()..text.len(), end)]);
}

const REMEDY: &str = "end the file with a line feed";

fn ends(text: &[u8]) -> bool {
    matches!(text.last(), Some(b'\n' | b'\r'))
}

fn never_ended(view: &FileView<'_>) -> bool {
    let old = view.old_bytes();
    !old.is_empty() && !ends(old)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{added, deleted, fixed, lets_be, modified};

    #[test]
    fn it_is_found() {
        assert_eq!(
            added(&RULE, "a", "a\nb"),
            ["low 2..3: the last line has no line feed"]
        );
        assert_eq!(
            modified(&RULE, "a", "a\n", "a"),
            ["low 0..1: the last line has no line feed"]
        );
    }

    #[test]
    fn a_line_that_ends_is_fine() {
        lets_be(&RULE, "a", ["a\nb\n", "a\r\n", "a\r", ""]);
        assert!(added(&RULE, "a", b"\0a").is_empty());
    }

    #[test]
    fn an_old_habit_is_left_alone() {
        assert!(modified(&RULE, "a", "a\nb", "c\nb").is_empty());
        assert!(modified(&RULE, "a", "a\nb", "a\nc").is_empty());
        assert!(deleted(&RULE, "a", "a").is_empty());
    }

    #[test]
    fn it_is_added() {
        assert_eq!(fixed(&RULE, "a", None, "a\nb"), "a\nb\n");
        assert_eq!(fixed(&RULE, "a", None, "a\r\nb"), "a\r\nb\r\n");
        assert_eq!(fixed(&RULE, "a", Some("a\n"), "a"), "a\n");
    }
}
