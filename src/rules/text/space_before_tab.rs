//! Spaces in front of tabs in the indent.

use crate::check::{FileView, Rule, Run, Sink};
use crate::model::{Confidence, RuleInfo, Severity};
use crate::rules::place;
use std::borrow::Cow::Borrowed;

/// Finds a space in front of a tab in the indent of added lines: `space-before-tab` of git's `core.whitespace`.
pub const RULE: Rule = Rule {
    info: RuleInfo {
        id: Borrowed("text/space-before-tab"),
        summary: Borrowed("a space in front of a tab in the indent"),
        why: Borrowed(
            "The indent depends on the width of a tab, so the line stands elsewhere in every other editor.",
        ),
        fix: Borrowed("Indent with tabs or with spaces."),
        bad: Borrowed("  \tlet a = 1;\n"),
        good: Borrowed("\tlet a = 1;\n"),
        severity: Severity::Info,
        confidence: Confidence::High,
        history: false,
        options: Borrowed(&[]),
    },
    run: Run::File(check),
};

fn check(view: &FileView<'_>, sink: &mut Sink<'_>) {
    let Some(text) = view.text().filter(|_| view.traits().space_before_tab) else {
        return;
    };
    if place::is_diff(view) || view.is_generated() || !has_odd_indent(text) {
        return;
    }
    for (_, line) in view.added_lines() {
        let indent = indent(&text[line.clone()]);
        if let Some(at) = memchr::memmem::find(indent, b" \t") {
            let start = line.start + at;
            sink.at(
                view,
                start..start + 1,
                "a space stands in front of a tab in the indent",
            );
        }
    }
}

/// Tables and trailing comments have spaces in front of tabs too, behind the indent.
///
/// The look back is bounded, so that a long run of blanks is not read once for each of them.
fn has_odd_indent(text: &[u8]) -> bool {
    memchr::memmem::find_iter(text, b" \t").any(|at| {
        let mut before = text[..at].iter().rev().take(64);
        before
            .find(|b| !matches!(b, b' ' | b'\t'))
            .is_none_or(|b| *b == b'\n')
    })
}

fn indent(line: &[u8]) -> &[u8] {
    let end = line
        .iter()
        .position(|b| !matches!(b, b' ' | b'\t'))
        .unwrap_or(line.len());
    &line[..end]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{added, deleted, modified};

    #[test]
    fn it_is_found() {
        let expected = ["info 3..4: a space stands in front of a tab in the indent"];
        assert_eq!(added(&RULE, "a.c", "a\n \u{20}\tb\n"), expected);
    }

    #[test]
    fn behind_the_indent_it_is_fine() {
        assert!(added(&RULE, "a.c", "\tint a; \t// b\n\t  c\n").is_empty());
        assert!(added(&RULE, "a.diff", " \tb\n").is_empty());
    }

    #[test]
    fn only_added_lines_count() {
        assert!(modified(&RULE, "a.c", " \ta\n", " \ta\nb\n").is_empty());
        assert!(deleted(&RULE, "a.c", " \ta\n").is_empty());
    }
}
