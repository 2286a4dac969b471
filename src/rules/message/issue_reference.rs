//! Messages that name no issue.

use super::parts::{autosquash, is_by_git};
use crate::check::{Rule, Run, Sink};
use crate::model::{Confidence, Message, RuleInfo, Severity};
use bstr::ByteSlice;
use std::borrow::Cow::Borrowed;

/// Finds messages without `#123`, `GH-1`, `ABC-123` or the address of an issue.
pub const RULE: Rule = Rule {
    info: RuleInfo {
        id: Borrowed("message/issue-reference"),
        summary: Borrowed("no issue is named"),
        why: Borrowed(
            "Whoever reads the line in a year finds the discussion behind it only through the issue.",
        ),
        fix: Borrowed("Name the issue in the subject or in a trailer such as `Refs: #123`."),
        bad: Borrowed("Read CRLF\n"),
        good: Borrowed("Read CRLF\n\nRefs: #123\n"),
        severity: Severity::Info,
        confidence: Confidence::Medium,
        history: false,
        options: Borrowed(&[]),
    },
    run: Run::Message(check),
};

fn check(message: &Message, sink: &mut Sink<'_>) {
    let text = &message.text;
    let Some(subject) = super::parts::subject(text).filter(|_| !is_by_git(message)) else {
        return;
    };
    if autosquash(&text[subject.clone()]).is_none() && !names_issue(text) {
        sink.in_message(subject, "the message names no issue")
            .help("add a trailer such as `Refs: #123`");
    }
}

fn names_issue(text: &[u8]) -> bool {
    text.split(|b| !b.is_ascii_alphanumeric() && !matches!(b, b'#' | b'-' | b'/'))
        .any(|word| has_number_sign(word) || is_address(word) || is_key(word))
}

/// Whether the word has `#` and a number behind it.
fn has_number_sign(word: &[u8]) -> bool {
    word.find_byte(b'#')
        .is_some_and(|at| word.get(at + 1).is_some_and(u8::is_ascii_digit))
}

/// Whether the word is the end of an address, such as `/issues/123`.
fn is_address(word: &[u8]) -> bool {
    ["/issues/", "/pull/", "/merge_requests/", "/work_items/"]
        .iter()
        .any(|part| {
            let at = word.find(part).map(|at| at + part.len());
            at.and_then(|at| word.get(at)).is_some_and(u8::is_ascii_digit)
        })
}

/// Whether the word is a key such as `ABC-123`, and not the name of a standard.
fn is_key(word: &[u8]) -> bool {
    const STANDARDS: &[&str] = &[
        "AES", "CVE", "CWE", "ECMA", "IEC", "IEEE", "ISO", "MD", "RFC", "RSA", "SHA", "UTF", "UCS",
    ];
    let Some(dash) = word.find_byte(b'-') else {
        return false;
    };
    let (project, number) = (&word[..dash], &word[dash + 1..]);
    project.len() >= 2
        && project[0].is_ascii_uppercase()
        && project
            .iter()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        && !number.is_empty()
        && number.iter().all(u8::is_ascii_digit)
        && !STANDARDS.iter().any(|s| project == s.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::message;

    #[test]
    fn a_message_without_issue_is_found() {
        assert_eq!(
            message(&RULE, &RULE.info.bad),
            ["info 0..9: the message names no issue"]
        );
        for text in [
            "use UTF-8",
            "SHA-256",
            "# 1",
            "a-1",
            "A-1",
            "AB-1c",
            "#x",
            "/issues/",
        ] {
            assert_eq!(message(&RULE, text).len(), 1, "{text}");
        }
    }

    #[test]
    fn a_named_issue_is_fine() {
        for text in [
            &*RULE.info.good,
            "a (#1)",
            "ABC-123: a",
            "[GH-1] a",
            "owner/repo#12",
            "see https://example.org/a/b/issues/7.",
            "Merge a",
            "fixup! a",
            "",
        ] {
            assert!(message(&RULE, text).is_empty(), "{text}");
        }
    }
}
