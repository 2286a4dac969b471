//! Bodies that stick to the subject.

use super::parts::{lines, subject};
use crate::check::{Rule, Run, Sink};
use crate::model::{Confidence, Message, RuleInfo, Severity};
use std::borrow::Cow::Borrowed;

/// Finds messages whose second line is not blank.
pub const RULE: Rule = Rule {
    info: RuleInfo {
        id: Borrowed("message/subject-blank-line"),
        summary: Borrowed("no blank line behind the subject"),
        why: Borrowed(
            "Git takes everything up to the first blank line for the subject, and shows it as one long line.",
        ),
        fix: Borrowed("Put a blank line between the subject and the body."),
        bad: Borrowed("Read CRLF\nFiles from Windows have it.\n"),
        good: Borrowed("Read CRLF\n\nFiles from Windows have it.\n"),
        severity: Severity::Low,
        confidence: Confidence::High,
        history: false,
        options: Borrowed(&[]),
    },
    run: Run::Message(check),
};

fn check(message: &Message, sink: &mut Sink<'_>) {
    let text = &message.text;
    let Some(subject) = subject(text) else { return };
    let second = lines(text).find(|line| line.start > subject.end);
    if let Some(line) = second.filter(|line| !text[line.clone()].trim_ascii().is_empty()) {
        sink.in_message(line, "the second line is not blank")
            .help("put a blank line between the subject and the body");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::message;

    #[test]
    fn a_second_line_is_found() {
        assert_eq!(
            message(&RULE, &RULE.info.bad),
            ["low 10..37: the second line is not blank"]
        );
        assert_eq!(
            message(&RULE, "\na\r\nb"),
            ["low 4..5: the second line is not blank"]
        );
    }

    #[test]
    fn a_blank_line_is_fine() {
        for text in [&*RULE.info.good, "a", "a\n", "a\n \nb", "a\r\n\r\nb", ""] {
            assert!(message(&RULE, text).is_empty(), "{text}");
        }
    }
}
