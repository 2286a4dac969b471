//! Messages without a sign-off.

use super::parts::{is_by_git, lines};
use crate::check::{Rule, Run, Sink};
use crate::model::{Confidence, Message, RuleInfo, Severity};
use bstr::ByteSlice;
use std::borrow::Cow::Borrowed;

/// Finds messages without a trailer `Signed-off-by: Name <address>`.
pub const RULE: Rule = Rule {
    info: RuleInfo {
        id: Borrowed("message/sign-off"),
        summary: Borrowed("no `Signed-off-by` trailer"),
        why: Borrowed(
            "With it the author states the Developer Certificate of Origin, which the project asks for.",
        ),
        fix: Borrowed("Commit with `git commit --signoff`, or add it with `git commit --amend --signoff`."),
        bad: Borrowed("Read CRLF\n"),
        good: Borrowed("Read CRLF\n\nSigned-off-by: A. Author <author@example.org>\n"),
        severity: Severity::Medium,
        confidence: Confidence::High,
        history: false,
        options: Borrowed(&[]),
    },
    run: Run::Message(check),
};

fn check(message: &Message, sink: &mut Sink<'_>) {
    let text = &message.text;
    if text.trim_ascii().is_empty() || is_by_git(message) || lines(text).any(|l| is_sign_off(&text[l])) {
        return;
    }
    let end = text.trim_ascii_end().len();
    let start = memchr::memrchr(b'\n', &text[..end]).map_or(0, |at| at + 1);
    sink.in_message(start..end, "the message has no `Signed-off-by` trailer")
        .help("commit with `--signoff`");
}

/// Whether the line is a sign-off with a name and an address.
fn is_sign_off(line: &[u8]) -> bool {
    const TOKEN: &[u8] = b"signed-off-by:";
    let Some((token, value)) = line.split_at_checked(TOKEN.len()) else {
        return false;
    };
    let value = value.trim_ascii();
    let address = value.find_byte(b'<').map(|at| &value[at..]);
    token.eq_ignore_ascii_case(TOKEN)
        && !value.starts_with(b"<")
        && address.is_some_and(|a| a.ends_with(b">") && a.contains(&b'@'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::message;

    #[test]
    fn a_missing_sign_off_is_found() {
        assert_eq!(
            message(&RULE, &RULE.info.bad),
            ["medium 0..9: the message has no `Signed-off-by` trailer"]
        );
        assert_eq!(
            message(&RULE, "a\n\nSigned-off-by: B\n"),
            ["medium 3..19: the message has no `Signed-off-by` trailer"]
        );
        assert_eq!(message(&RULE, "a\n\nSigned-off-by: <a@b>\n").len(), 1);
    }

    #[test]
    fn a_sign_off_is_fine() {
        assert!(message(&RULE, &RULE.info.good).is_empty());
        assert!(message(&RULE, "a\n\nsigned-off-by: B <b@c>\r\n").is_empty());
        assert!(message(&RULE, "Merge branch 'a'\n").is_empty());
        assert!(message(&RULE, "").is_empty());
    }
}
