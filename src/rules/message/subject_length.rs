//! Subjects that are too long.

use super::parts::{autosquash, is_by_git, subject};
use crate::check::{Rule, Run, Sink};
use crate::model::{Confidence, Message, OptionKind, OptionSpec, RuleInfo, Severity};
use bstr::ByteSlice;
use std::borrow::Cow::Borrowed;

/// Finds subjects of more characters than a limit. Merges and reverts have the subject that git writes.
pub const RULE: Rule = Rule {
    info: RuleInfo {
        id: Borrowed("message/subject-length"),
        summary: Borrowed("a subject that is too long"),
        why: Borrowed(
            "`git log --oneline`, mails and web pages cut long subjects, often in front of what matters.",
        ),
        fix: Borrowed("Say what the commit does in one short line and the rest in the body."),
        bad: Borrowed(
            "Change the parser so that it reads lines that end in CRLF, and also add a test for files without any line end",
        ),
        good: Borrowed("Read lines that end in CRLF\n\nAlso test files without any line end.\n"),
        severity: Severity::Low,
        confidence: Confidence::High,
        history: false,
        options: Borrowed(&[OptionSpec {
            name: "max",
            doc: "The largest number of characters in a subject.",
            kind: OptionKind::Int(72),
        }]),
    },
    run: Run::Message(check),
};

fn check(message: &Message, sink: &mut Sink<'_>) {
    let Some(line) = subject(&message.text).filter(|_| !is_by_git(message)) else {
        return;
    };
    let subject = &message.text[line.clone()];
    let max = usize::try_from(sink.int("max")).unwrap_or(0);
    let length = subject.chars().count();
    if length <= max || autosquash(subject).is_some() {
        return;
    }
    let cut = subject
        .char_indices()
        .nth(max)
        .map_or(subject.len(), |(at, _, _)| at);
    sink.in_message(
        line.start + cut..line.end,
        format!("the subject has {length} characters, more than {max}"),
    )
    .help("move the rest into the body");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Choice;
    use crate::rules::testing::{case, message};

    #[test]
    fn a_long_subject_is_found_where_it_is_too_long() {
        let text = format!("\n{}\n", "\u{e9}".repeat(73));
        assert_eq!(
            message(&RULE, &text),
            ["low 145..147: the subject has 73 characters, more than 72"]
        );
        assert!(message(&RULE, &"\u{e9}".repeat(72)).is_empty());
        assert_eq!(message(&RULE, &RULE.info.bad).len(), 1);
        assert!(message(&RULE, &RULE.info.good).is_empty());
        assert!(message(&RULE, "").is_empty());
    }

    #[test]
    fn what_git_writes_is_fine() {
        let long = "a".repeat(80);
        for text in [
            format!("Merge {long}"),
            format!("Revert \"{long}\""),
            format!("fixup! {long}"),
        ] {
            assert!(message(&RULE, &text).is_empty(), "{text}");
        }
    }

    #[test]
    fn the_limit_can_be_set() {
        let say = |text: &str| Message {
            text: text.into(),
            commit: None,
            merge: false,
        };
        let case = case().option("max", Choice::Int(3));
        assert_eq!(
            case.say(&RULE, &say("abcd")),
            ["low 3..4: the subject has 4 characters, more than 3"]
        );
    }
}
