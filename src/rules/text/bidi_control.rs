//! Characters that change the order in which a line is shown.

use crate::check::{FileView, Rule, Run, Sink};
use crate::model::{Confidence, RuleInfo, Severity};
use crate::rules::place;
use std::borrow::Cow::Borrowed;

/// Finds bidirectional controls: U+202A to U+202E and U+2066 to U+2069 (CVE-2021-42574).
pub const RULE: Rule = Rule {
    info: RuleInfo {
        id: Borrowed("text/bidi-control"),
        summary: Borrowed("characters that reorder the line on the screen"),
        why: Borrowed(
            "These characters make an editor or a review page show code in another order than the compiler reads \
             it. What a reviewer takes for a comment can be a statement that runs.",
        ),
        fix: Borrowed(
            "Remove the character, or write it as an escape sequence of the language if the program needs it.",
        ),
        bad: Borrowed("if role != \"user<U+202E> <U+2066>// admins only<U+2069>\" {"),
        good: Borrowed("if role != \"user\" { // admins only"),
        severity: Severity::High,
        confidence: Confidence::High,
        history: false,
        options: Borrowed(&[]),
    },
    run: Run::File(check),
};

fn check(view: &FileView<'_>, sink: &mut Sink<'_>) {
    let Some(text) = view.text().filter(|_| view.traits().non_ascii) else {
        return;
    };
    // A line needs one finding only, however many controls it has.
    let mut reported = 0;
    for at in memchr::memchr_iter(0xE2, text) {
        let Some((code, name)) = text.get(at..at + 3).and_then(control).filter(|_| at >= reported) else {
            continue;
        };
        reported = at + memchr::memchr(b'\n', &text[at..]).unwrap_or(text.len() - at);
        if view.is_added_at(at) {
            sink.at(
                view,
                at..at + 3,
                format!("{code} ({name}) changes the order in which the line is shown"),
            )
            .severity(severity(view))
            .help("remove it, or write it as an escape sequence");
        }
    }
}

/// Returns the code point and the name of a bidirectional control in UTF-8.
fn control(bytes: &[u8]) -> Option<(&'static str, &'static str)> {
    Some(match bytes {
        [0xE2, 0x80, 0xAA] => ("U+202A", "left-to-right embedding"),
        [0xE2, 0x80, 0xAB] => ("U+202B", "right-to-left embedding"),
        [0xE2, 0x80, 0xAC] => ("U+202C", "pop directional formatting"),
        [0xE2, 0x80, 0xAD] => ("U+202D", "left-to-right override"),
        [0xE2, 0x80, 0xAE] => ("U+202E", "right-to-left override"),
        [0xE2, 0x81, 0xA6] => ("U+2066", "left-to-right isolate"),
        [0xE2, 0x81, 0xA7] => ("U+2067", "right-to-left isolate"),
        [0xE2, 0x81, 0xA8] => ("U+2068", "first strong isolate"),
        [0xE2, 0x81, 0xA9] => ("U+2069", "pop directional isolate"),
        _ => return None,
    })
}

/// Text that people read may need the controls for Arabic and Hebrew.
fn severity(view: &FileView<'_>) -> Severity {
    if place::is_prose(view) || view.is_test() {
        Severity::Medium
    } else {
        Severity::High
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{added, deleted, modified};

    #[test]
    fn a_control_is_found_once_per_line() {
        let line = "a \u{202e}\u{2066}b\n";
        let expected =
            ["high 2..5: U+202E (right-to-left override) changes the order in which the line is shown"];
        assert_eq!(added(&RULE, "a.rs", line), expected);
        assert_eq!(added(&RULE, "a.rs", line.repeat(2)).len(), 2);
    }

    #[test]
    fn every_control_is_known() {
        for c in ('\u{202a}'..='\u{202e}').chain('\u{2066}'..='\u{2069}') {
            let found = added(&RULE, "a.rs", c.to_string());
            assert!(
                found[0].starts_with(&format!("high 0..3: U+{:04X} (", c as u32)),
                "{found:?}"
            );
        }
    }

    #[test]
    fn neighbours_are_not_controls() {
        assert!(added(&RULE, "a.rs", "\u{2029}\u{202f}\u{2065}\u{206a}\u{2013}\u{2019}").is_empty());
        assert!(added(&RULE, "a.rs", b"\xE2\x80").is_empty());
        assert!(added(&RULE, "a.rs", "plain\n").is_empty());
    }

    #[test]
    fn only_added_lines_count() {
        assert!(modified(&RULE, "a.rs", "\u{202e}\n", "\u{202e}\nnew\n").is_empty());
        assert!(deleted(&RULE, "a.rs", "\u{202e}\n").is_empty());
    }

    #[test]
    fn text_for_people_does_not_block() {
        let expected =
            ["medium 0..3: U+2067 (right-to-left isolate) changes the order in which the line is shown"];
        assert_eq!(added(&RULE, "README.md", "\u{2067}\n"), expected);
        assert_eq!(added(&RULE, "locale/he.json", "\u{2067}\n"), expected);
        assert_eq!(added(&RULE, "tests/a.rs", "\u{2067}\n"), expected);
    }
}
