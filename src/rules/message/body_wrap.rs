//! Body lines that are too long.

use super::parts::{is_by_git, is_trailer, lines, subject};
use crate::check::{Rule, Run, Sink};
use crate::model::{Confidence, Message, OptionKind, OptionSpec, RuleInfo, Severity};
use bstr::ByteSlice;
use std::borrow::Cow::Borrowed;

/// Finds body lines of more characters than a limit, but for code, quotes, tables, links and trailers.
pub const RULE: Rule = Rule {
    info: RuleInfo {
        id: Borrowed("message/body-wrap"),
        summary: Borrowed("a line of the body that is too long"),
        why: Borrowed("Git does not wrap messages, so long lines run out of the terminal."),
        fix: Borrowed("Break the lines of the body."),
        bad: Borrowed(
            "Read CRLF\n\nFiles that come from Windows have carriage returns, which the parser took for a part of the last field so far.\n",
        ),
        good: Borrowed(
            "Read CRLF\n\nFiles that come from Windows have carriage returns, which the\nparser took for a part of the last field so far.\n",
        ),
        severity: Severity::Info,
        confidence: Confidence::High,
        history: false,
        options: Borrowed(&[OptionSpec {
            name: "max",
            doc: "The largest number of characters in a line of the body.",
            kind: OptionKind::Int(100),
        }]),
    },
    run: Run::Message(check),
};

fn check(message: &Message, sink: &mut Sink<'_>) {
    let text = &message.text;
    let Some(subject) = subject(text).filter(|_| !is_by_git(message)) else {
        return;
    };
    let max = usize::try_from(sink.int("max")).unwrap_or(0);
    let mut in_code = false;
    for line in lines(text).filter(|line| line.start > subject.end) {
        let bytes = &text[line.clone()];
        in_code ^= bytes.starts_with(b"```");
        let length = bytes.chars().count();
        if length > max && !in_code && !is_unbreakable(bytes) {
            sink.in_message(line, format!("the line has {length} characters, more than {max}"));
        }
    }
}

/// Whether a break would harm the line, or cannot be made.
fn is_unbreakable(line: &[u8]) -> bool {
    let words = line.trim_ascii().split(|b| *b == b' ').filter(|w| !w.is_empty());
    let starts = [&b"    "[..], b"\t", b">", b"|"];
    starts.iter().any(|s| line.starts_with(s))
        || line.contains_str("://")
        || is_trailer(line)
        || words.count() < 2
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::message;

    #[test]
    fn a_long_line_is_found() {
        assert_eq!(
            message(&RULE, &RULE.info.bad),
            ["info 11..121: the line has 110 characters, more than 100"]
        );
        assert!(message(&RULE, &RULE.info.good).is_empty());
    }

    #[test]
    fn what_cannot_be_broken_is_fine() {
        let long = "word ".repeat(30);
        for text in [
            format!("{long}\n"),
            format!("a\n\n    {long}"),
            format!("a\n\n> {long}"),
            format!("a\n\n```\n{long}\n```\n"),
            format!("a\n\n{long} https://example.org"),
            format!("a\n\nCo-authored-by: {long}"),
            format!("a\n\n{}", "x".repeat(200)),
            format!("Merge a\n\n{long}"),
            String::new(),
        ] {
            assert_eq!(message(&RULE, &text), [""; 0], "{text}");
        }
        assert_eq!(message(&RULE, &format!("a\n\n```\n```\n{long}")).len(), 1);
    }
}
