//! TOML that no parser reads.

use super::syntax::{LIMIT, Parsed, Syntax, SyntaxError};
use crate::check::{FileView, Rule, Run, Sink};
use crate::model::{Confidence, RuleInfo, Severity};
use std::borrow::Cow::Borrowed;
use toml::de::DeTable;

/// Finds `.toml` files and lock files in TOML with a syntax error or a key that is set twice.
pub const RULE: Rule = Rule {
    info: RuleInfo {
        id: Borrowed("text/invalid-toml"),
        summary: Borrowed("a syntax error in TOML"),
        why: Borrowed("Build tools and package managers refuse the file, and with it the whole project."),
        fix: Borrowed("Correct the place that the finding names; it may be a key that is set twice."),
        bad: Borrowed("[package]\nname = pantheon\n"),
        good: Borrowed("[package]\nname = \"pantheon\"\n"),
        severity: Severity::High,
        confidence: Confidence::High,
        history: false,
        options: Borrowed(&[]),
    },
    run: Run::File(check),
};

const TOML: Syntax = Syntax {
    language: "TOML",
    limit: LIMIT,
    parse,
};

fn check(view: &FileView<'_>, sink: &mut Sink<'_>) {
    let name = view.name();
    let is_lock = ["Cargo.lock", "poetry.lock", "uv.lock", "Pipfile"]
        .iter()
        .any(|n| name == n.as_bytes());
    if is_lock || name.ends_with(b".toml") {
        TOML.check(view, sink);
    }
}

fn parse(_: &FileView<'_>, text: &str) -> Parsed {
    let Err(error) = DeTable::parse(text) else {
        return Parsed::Sound;
    };
    // The parser's own bound says nothing about the text.
    if error.message().contains("recursion") {
        return Parsed::Unread("it nests deeper than is parsed".to_owned());
    }
    let at = error.span().map_or(0, |span| span.start);
    Parsed::Broken(SyntaxError::new(at, error.message()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{added, deleted, modified};

    #[test]
    fn an_error_is_found_where_it_is() {
        assert_eq!(
            added(&RULE, "Cargo.toml", RULE.info.bad.as_bytes()),
            ["high 17..18: not valid TOML: string values must be quoted, expected literal string"]
        );
        assert_eq!(
            added(&RULE, "a.toml", "a = 1\na = 2\n"),
            ["high 6..7: not valid TOML: duplicate key"]
        );
        assert_eq!(
            added(&RULE, "a.toml", "[a\n"),
            ["high 1..2: not valid TOML: unclosed table, expected `]`"]
        );
        assert_eq!(
            added(&RULE, "Cargo.lock", "a ="),
            ["high 2..3: not valid TOML: string values must be quoted, expected literal string"]
        );
    }

    #[test]
    fn valid_toml_is_fine() {
        assert!(added(&RULE, "a.toml", RULE.info.good.as_bytes()).is_empty());
        assert!(added(&RULE, "a.toml", "").is_empty());
        assert!(added(&RULE, "a.toml", "a = 1\r\n# b\r\n[[c]]\r\nd = '''\r\n'''\r\n").is_empty());
        assert!(added(&RULE, "a.txt", "[").is_empty());
        assert!(added(&RULE, "a.toml", "name = \"{{ name }}\"\n{% if a %}\n").is_empty());
    }

    #[test]
    fn an_old_error_is_not_the_fault_of_the_change() {
        assert_eq!(
            modified(&RULE, "a.toml", "a =\n", "a =\nb = 1\n"),
            ["low a.toml: not valid TOML at line 1: string values must be quoted, expected literal string"]
        );
        assert!(deleted(&RULE, "a.toml", "a =").is_empty());
    }

    #[test]
    fn deep_nesting_is_read() {
        for text in ["[", "{a=", "a."] {
            let deep = format!("a = {}", text.repeat(100_000));
            added(&RULE, "a.toml", deep);
        }
        assert!(
            added(
                &RULE,
                "a.toml",
                format!("a = {}{}", "[".repeat(500), "]".repeat(500))
            )
            .is_empty()
        );
    }
}
