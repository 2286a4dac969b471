//! Subjects that are not Conventional Commits.

use super::parts::{autosquash, is_by_git, subject};
use crate::check::{Rule, Run, Sink};
use crate::model::{Confidence, Message, OptionKind, OptionSpec, RuleInfo, Severity};
use bstr::ByteSlice;
use std::borrow::Cow::Borrowed;
use std::ops::Range;

/// Finds subjects that are not of the form `type(scope)!: description` (Conventional Commits 1.0.0).
pub const RULE: Rule = Rule {
    info: RuleInfo {
        id: Borrowed("message/conventional"),
        summary: Borrowed("a subject that is not a Conventional Commit"),
        why: Borrowed(
            "Release tools read the type to choose the next version and to write the list of changes.",
        ),
        fix: Borrowed(
            "Write `type(scope): description`; the scope may be left out, `!` marks a breaking change.",
        ),
        bad: Borrowed("Read CRLF\n"),
        good: Borrowed("fix(parser): read CRLF\n"),
        severity: Severity::Info,
        confidence: Confidence::High,
        history: false,
        options: Borrowed(&[
            OptionSpec {
                name: "types",
                doc: "The types that a subject may have.",
                kind: OptionKind::Texts(&[
                    "build", "chore", "ci", "docs", "feat", "fix", "perf", "refactor", "revert", "style",
                    "test",
                ]),
            },
            OptionSpec {
                name: "scopes",
                doc: "The scopes that a subject may have; any if the list is empty.",
                kind: OptionKind::Texts(&[]),
            },
        ]),
    },
    run: Run::Message(check),
};

fn check(message: &Message, sink: &mut Sink<'_>) {
    let Some(line) = subject(&message.text).filter(|_| !is_by_git(message)) else {
        return;
    };
    let subject = &message.text[line.clone()];
    if autosquash(subject).is_some() {
        return;
    }
    let trouble = match parse(subject) {
        Some(parts) => judge(subject, &parts, sink),
        None => Some((
            0..subject.len(),
            "the subject is not of the form `type(scope): description`".to_owned(),
        )),
    };
    if let Some((bytes, message)) = trouble {
        let place = line.start + bytes.start..line.start + bytes.end;
        sink.in_message(place, message);
    }
}

/// The parts of a subject as ranges of its bytes.
struct Parts {
    kind: Range<usize>,
    scope: Option<Range<usize>>,
}

fn parse(subject: &[u8]) -> Option<Parts> {
    let kind = subject
        .iter()
        .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
        .count();
    let mut at = kind;
    let mut scope = None;
    if subject.get(at) == Some(&b'(') {
        let len = subject[at..].find_byte(b')')?;
        scope = Some(at + 1..at + len);
        at += len + 1;
    }
    at += usize::from(subject.get(at) == Some(&b'!'));
    let description = subject.get(at..)?.strip_prefix(b": ")?;
    let is_whole = kind > 0 && scope.as_ref().is_none_or(|s| !s.is_empty());
    (is_whole && !description.trim_ascii().is_empty()).then_some(Parts { kind: 0..kind, scope })
}

/// Holds type and scope against the lists.
fn judge(subject: &[u8], parts: &Parts, sink: &Sink<'_>) -> Option<(Range<usize>, String)> {
    let types = sink.options.texts(sink.info, "types");
    if !types
        .iter()
        .any(|t| subject[parts.kind.clone()].eq_ignore_ascii_case(t.as_bytes()))
    {
        return Some((
            parts.kind.clone(),
            format!("the type is not one of `{}`", types.join("`, `")),
        ));
    }
    let scopes = sink.options.texts(sink.info, "scopes");
    let scope = parts.scope.clone().filter(|_| !scopes.is_empty())?;
    let is_known = scopes.iter().any(|s| &subject[scope.clone()] == s.as_bytes());
    (!is_known).then(|| {
        (
            scope,
            format!("the scope is not one of `{}`", scopes.join("`, `")),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Choice;
    use crate::rules::testing::{case, message};

    #[test]
    fn other_forms_are_found() {
        let expected = "the subject is not of the form `type(scope): description`";
        assert_eq!(message(&RULE, &RULE.info.bad), [format!("info 0..9: {expected}")]);
        for text in [
            "fix:a", "fix: ", "fix(: a", "fix(): a", "(a): b", ": a", "fix a: b",
        ] {
            assert_eq!(
                message(&RULE, text),
                [format!("info 0..{}: {expected}", text.len())]
            );
        }
    }

    #[test]
    fn an_unknown_type_is_found() {
        let types =
            "`build`, `chore`, `ci`, `docs`, `feat`, `fix`, `perf`, `refactor`, `revert`, `style`, `test`";
        assert_eq!(
            message(&RULE, "\nfoo!: a"),
            [format!("info 1..4: the type is not one of {types}")]
        );
    }

    #[test]
    fn the_lists_can_be_set() {
        let say = |text: &str| Message {
            text: text.into(),
            commit: None,
            merge: false,
        };
        let list = |words: &[&str]| Choice::Texts(words.iter().map(|w| (*w).to_owned()).collect());
        let case = || {
            case()
                .option("types", list(&["add"]))
                .option("scopes", list(&["cli"]))
        };
        assert!(case().say(&RULE, &say("add(cli): a")).is_empty());
        assert!(case().say(&RULE, &say("add: a")).is_empty());
        assert_eq!(
            case().say(&RULE, &say("fix: a")),
            ["info 0..3: the type is not one of `add`"]
        );
        assert_eq!(
            case().say(&RULE, &say("add(x): a")),
            ["info 4..5: the scope is not one of `cli`"]
        );
    }

    #[test]
    fn conventional_subjects_are_fine() {
        for text in [
            &*RULE.info.good,
            "feat!: a",
            "Feat(a b)!: c\n\nbody",
            "fixup! a",
            "Merge a",
            "Revert \"a\"",
            "",
        ] {
            assert!(message(&RULE, text).is_empty(), "{text}");
        }
    }
}
