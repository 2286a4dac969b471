//! Comments that silence another scanner.

use crate::check::{FileView, Marks, Rule, Run, Sink};
use crate::model::{Confidence, RuleInfo, Severity};
use crate::rules::place;
use memchr::memmem;
use std::borrow::Cow::Borrowed;
use std::ops::Range;

/// Finds added comments that tell a security scanner to look away.
///
/// The suppressions of this program are the engine's to judge.
pub const RULE: Rule = Rule {
    info: RuleInfo {
        id: Borrowed("policy/scanner-suppression"),
        summary: Borrowed("a comment that silences a security scanner"),
        why: Borrowed(
            "Such a comment hides what stands on its line from every later scan, and reviewers rarely notice it.",
        ),
        fix: Borrowed("Correct what the scanner found, or say beside the comment why it is wrong."),
        bad: Borrowed("subprocess.call(cmd, shell=True)  # nosec\n"),
        good: Borrowed("subprocess.call([\"ls\", path])\n"),
        severity: Severity::Low,
        confidence: Confidence::High,
        history: false,
        options: Borrowed(&[]),
    },
    run: Run::File(check),
};

/// A comment: what is searched for, what must stand around it, and the scanner.
struct Mark {
    /// The rarest part of the comment. Marks with the same part are found in one pass.
    part: &'static str,
    /// One of these stands in each form.
    marks: Marks,
    /// The forms, each with what stands in front of the part and behind it.
    forms: &'static [(&'static str, &'static str, &'static str)],
}

const MARKS: &[Mark] = &[
    Mark {
        part: "nose",
        marks: Marks::NOSEC.and(Marks::NOSEMGREP),
        forms: &[("", "c", "bandit"), ("", "mgrep", "semgrep")],
    },
    Mark {
        part: ":allow",
        marks: Marks::ALLOW,
        forms: &[("gitleaks", "", "gitleaks"), ("betterleaks", "", "betterleaks")],
    },
    Mark {
        part: "secret",
        marks: Marks::LIST_SECRET.and(Marks::SECRETLINT),
        forms: &[
            ("pragma: allowlist ", "", "detect-secrets"),
            ("pragma: whitelist ", "", "detect-secrets"),
            ("", "lint-disable", "secretlint"),
        ],
    },
    Mark {
        part: "noqa: S",
        marks: Marks::NOQA,
        forms: &[("", "", "ruff")],
    },
    Mark {
        part: "ignore",
        marks: Marks::IGNORE.and(Marks::ZIZMOR).and(Marks::GGIGNORE),
        forms: &[
            ("trufflehog:", "", "trufflehog"),
            ("kingfisher:", "", "kingfisher"),
            ("zizmor: ", "", "zizmor"),
            ("tfsec:", "", "tfsec"),
            ("trivy:", "", "trivy"),
            ("gg", "", "ggshield"),
        ],
    },
    Mark {
        part: "checkov:skip",
        marks: Marks::CHECKOV,
        forms: &[("", "", "checkov")],
    },
    Mark {
        part: "NOSONAR",
        marks: Marks::NOSONAR,
        forms: &[("", "", "sonar")],
    },
];

fn check(view: &FileView<'_>, sink: &mut Sink<'_>) {
    let Some(text) = view.text() else { return };
    for mark in MARKS.iter().filter(|mark| view.marks().has(mark.marks)) {
        for at in memmem::find_iter(text, mark.part) {
            let Some((bytes, scanner)) = form(text, at, mark) else {
                continue;
            };
            if place::is_prose(view) || view.is_generated() {
                return;
            }
            if view.is_added_at(at) {
                sink.at(view, bytes, format!("a comment tells `{scanner}` to look away"));
            }
        }
    }
}

/// Returns the bytes and the scanner of the comment that has its rarest part at `at`.
fn form(text: &[u8], at: usize, mark: &Mark) -> Option<(Range<usize>, &'static str)> {
    let end = at + mark.part.len();
    mark.forms.iter().find_map(|(front, behind, scanner)| {
        let is_form = text[..at].ends_with(front.as_bytes()) && text[end..].starts_with(behind.as_bytes());
        let bytes = at - front.len().min(at)..end + behind.len();
        (is_form && is_comment(text, &bytes)).then_some((bytes, *scanner))
    })
}

/// Whether the words stand alone behind a sign that starts a comment on the same line.
fn is_comment(text: &[u8], bytes: &Range<usize>) -> bool {
    let word = |b: Option<&u8>| b.is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_');
    let after = text
        .get(bytes.end)
        .filter(|_| !text[bytes.clone()].ends_with(b"S"));
    if word(bytes.start.checked_sub(1).and_then(|at| text.get(at))) || word(after) {
        return false;
    }
    let from = bytes.start.saturating_sub(200);
    let line = &text[from..bytes.start];
    let line = memchr::memrchr(b'\n', line).map_or(line, |at| &line[at + 1..]);
    ["#", "//", "/*", "<!--", "--", ";"]
        .iter()
        .any(|sign| memmem::find(line, sign.as_bytes()).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{added, deleted, modified};

    #[test]
    fn each_scanner_is_known() {
        for (comment, expected) in [
            ("# nosec", "low 4..9: a comment tells `bandit` to look away"),
            ("# nosec B602", "low 4..9: a comment tells `bandit` to look away"),
            (
                "// nosemgrep: x",
                "low 5..14: a comment tells `semgrep` to look away",
            ),
            (
                "# gitleaks:allow",
                "low 4..18: a comment tells `gitleaks` to look away",
            ),
            (
                "# betterleaks:allow",
                "low 4..21: a comment tells `betterleaks` to look away",
            ),
            (
                "# pragma: allowlist secret",
                "low 4..28: a comment tells `detect-secrets` to look away",
            ),
            (
                "# pragma: whitelist secret",
                "low 4..28: a comment tells `detect-secrets` to look away",
            ),
            ("# noqa: S602", "low 4..11: a comment tells `ruff` to look away"),
            (
                "// trufflehog:ignore",
                "low 5..22: a comment tells `trufflehog` to look away",
            ),
            (
                "/* kingfisher:ignore */",
                "low 5..22: a comment tells `kingfisher` to look away",
            ),
            (
                "# zizmor: ignore[x]",
                "low 4..18: a comment tells `zizmor` to look away",
            ),
            (
                "#tfsec:ignore:x",
                "low 3..15: a comment tells `tfsec` to look away",
            ),
            (
                "#trivy:ignore:x",
                "low 3..15: a comment tells `trivy` to look away",
            ),
            ("# ggignore", "low 4..12: a comment tells `ggshield` to look away"),
            (
                "# checkov:skip=x",
                "low 4..16: a comment tells `checkov` to look away",
            ),
            ("// NOSONAR", "low 5..12: a comment tells `sonar` to look away"),
            (
                "// secretlint-disable",
                "low 5..23: a comment tells `secretlint` to look away",
            ),
        ] {
            assert_eq!(added(&RULE, "a.py", format!("a {comment}\n")), [expected]);
        }
    }

    #[test]
    fn other_words_are_fine() {
        for text in [
            "nosec = 1",
            "# diagnosec",
            "# nosecond",
            "# noqa: E501",
            "# gitignore",
            "x\n#\nnosec",
            "\"nosec\"",
        ] {
            assert!(added(&RULE, "a.py", text).is_empty(), "{text}");
        }
        assert!(added(&RULE, "a.md", "# nosec\n").is_empty());
    }

    #[test]
    fn only_added_lines_count() {
        let bad = RULE.info.bad.as_ref();
        assert!(modified(&RULE, "a.py", bad, format!("{bad}x\n")).is_empty());
        assert!(deleted(&RULE, "a.py", bad).is_empty());
    }
}
