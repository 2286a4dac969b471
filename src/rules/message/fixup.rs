//! Commits that are not meant to stay.

use super::parts::{autosquash, subject};
use crate::check::{Rule, Run, Sink};
use crate::model::{Confidence, Message, RuleInfo, Severity};
use std::borrow::Cow::Borrowed;

/// Finds subjects that say that the commit is not finished: `fixup!`, `squash!`, `amend!`, `WIP`.
///
/// They are honest work in a local branch; a policy blocks them when they are pushed.
pub const RULE: Rule = Rule {
    info: RuleInfo {
        id: Borrowed("message/fixup"),
        summary: Borrowed("a commit that is not meant to stay"),
        why: Borrowed(
            "`fixup!` and its like are to be folded into another commit before anybody else sees them.",
        ),
        fix: Borrowed(
            "Fold them with `git rebase --interactive --autosquash`, or finish the work and name it.",
        ),
        bad: Borrowed("fixup! Read CRLF\n"),
        good: Borrowed("Read CRLF\n"),
        severity: Severity::Medium,
        confidence: Confidence::High,
        history: false,
        options: Borrowed(&[]),
    },
    run: Run::Message(check),
};

fn check(message: &Message, sink: &mut Sink<'_>) {
    let Some(line) = subject(&message.text) else {
        return;
    };
    let subject = message.text[line.clone()].trim_ascii_start();
    let start = line.end - subject.len();
    if let Some(mark) = autosquash(subject) {
        sink.in_message(
            start..start + mark.len(),
            format!("the commit is to be folded: `{mark}`"),
        )
        .help("run `git rebase --interactive --autosquash`");
    } else if let Some(len) = wip(subject) {
        sink.in_message(start..start + len, "the commit says that it is not finished")
            .help("finish the work and name it");
    }
}

/// Returns the length of `WIP` with its brackets, if the subject starts with it.
fn wip(subject: &[u8]) -> Option<usize> {
    let open = subject.iter().take_while(|b| matches!(b, b'[' | b'(')).count();
    let word = subject.get(open..open + 3)?;
    let next = subject.get(open + 3);
    let is_word = word == b"WIP"
        || (word.eq_ignore_ascii_case(b"wip") && (open > 0 || matches!(next, None | Some(b':'))));
    let ends = next.is_none_or(|b| !b.is_ascii_alphanumeric() && *b != b'_');
    let close = usize::from(open > 0 && matches!(next, Some(b']' | b')')));
    (is_word && ends).then_some(open + 3 + close)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::message;

    #[test]
    fn unfinished_work_is_found() {
        assert_eq!(
            message(&RULE, &RULE.info.bad),
            ["medium 0..6: the commit is to be folded: `fixup!`"]
        );
        assert_eq!(
            message(&RULE, "squash! a"),
            ["medium 0..7: the commit is to be folded: `squash!`"]
        );
        assert_eq!(
            message(&RULE, "\n amend! a"),
            ["medium 2..8: the commit is to be folded: `amend!`"]
        );
        assert_eq!(
            message(&RULE, "WIP"),
            ["medium 0..3: the commit says that it is not finished"]
        );
        assert_eq!(
            message(&RULE, "[wip] a"),
            ["medium 0..5: the commit says that it is not finished"]
        );
        assert_eq!(
            message(&RULE, "wip: a"),
            ["medium 0..3: the commit says that it is not finished"]
        );
    }

    #[test]
    fn finished_work_is_fine() {
        for text in [
            &*RULE.info.good,
            "Wipe the cache",
            "WIPE",
            "wip the cream",
            "Fold fixup! commits",
            "",
            "wi",
        ] {
            assert!(message(&RULE, text).is_empty(), "{text}");
        }
    }
}
