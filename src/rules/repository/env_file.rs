//! Environment files with real values.

use super::is_new_path;
use crate::check::{FileView, Rule, Run, Sink};
use crate::model::{Confidence, RuleInfo, Severity};
use std::borrow::Cow::Borrowed;

/// Finds `.env` files that are not examples.
///
/// One without values is low, one for tests medium. A file that is tracked already is low: the rules
/// for secrets look at what is added to it.
pub const RULE: Rule = Rule {
    info: RuleInfo {
        id: Borrowed("repository/env-file"),
        summary: Borrowed("an environment file with real values"),
        why: Borrowed(
            "These files hold the passwords and keys of one machine. Once pushed, they are in every clone and have \
             to be changed.",
        ),
        fix: Borrowed(
            "Run `git rm --cached <path>`, add it to `.gitignore`, and commit an `.env.example` without values.",
        ),
        bad: Borrowed(".env"),
        good: Borrowed(".env.example"),
        severity: Severity::High,
        confidence: Confidence::High,
        history: true,
        options: Borrowed(&[]),
    },
    run: Run::File(check),
};

fn check(view: &FileView<'_>, sink: &mut Sink<'_>) {
    let Some(kind) = kind(view.name()).filter(|_| view.file.new.is_some_and(|s| s.kind.is_file())) else {
        return;
    };
    if view.is_same_content() && !is_new_path(view.file) {
        return;
    }
    let (severity, message) = judge(view, kind);
    sink.on_path(view.path(), message)
        .severity(severity)
        .help("run `git rm --cached` on it and add it to `.gitignore`");
}

fn judge(view: &FileView<'_>, kind: Kind) -> (Severity, &'static str) {
    if !has_values(view.bytes()) {
        return (Severity::Low, "an environment file without values is added");
    }
    if !is_new_path(view.file) {
        return (Severity::Low, "an environment file is tracked and changed");
    }
    if kind == Kind::Test || view.is_test() {
        return (Severity::Medium, "an environment file for tests is added");
    }
    (Severity::High, "an environment file with values is added")
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Real,
    Test,
}

/// Says what kind of environment file the name stands for; `None` for examples and other files.
fn kind(name: &[u8]) -> Option<Kind> {
    let rest = name.strip_prefix(b".env")?;
    if rest.is_empty() {
        return Some(Kind::Real);
    }
    let rest = rest.strip_prefix(b".")?.to_ascii_lowercase();
    const EXAMPLES: &[&str] = &[
        "example",
        "examples",
        "sample",
        "template",
        "tpl",
        "tmpl",
        "dist",
        "default",
        "defaults",
        "schema",
        "vault",
        "enc",
        "encrypted",
        "age",
        "gpg",
        "sops",
    ];
    const CODE: &[&str] = &[
        "js", "ts", "mjs", "cjs", "mts", "py", "rb", "rs", "go", "php", "md", "txt", "html",
    ];
    const TESTS: &[&str] = &["test", "tests", "testing", "ci", "e2e"];
    let mut words = rest.split(|b| matches!(b, b'.' | b'-' | b'_'));
    let has = |list: &[&str], word: &[u8]| list.iter().any(|w| w.as_bytes() == word);
    if words.clone().any(|w| has(EXAMPLES, w) || has(CODE, w)) {
        return None;
    }
    Some(if words.any(|w| has(TESTS, w)) {
        Kind::Test
    } else {
        Kind::Real
    })
}

/// Whether any line sets a name to something.
fn has_values(text: &[u8]) -> bool {
    text.split(|b| *b == b'\n').map(<[u8]>::trim_ascii).any(|line| {
        let value = line
            .iter()
            .position(|b| *b == b'=')
            .map(|at| line[at + 1..].trim_ascii());
        !line.starts_with(b"#") && value.is_some_and(|v| !matches!(v, b"" | b"\"\"" | b"''"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::EntryKind::{self, Symlink};
    use crate::rules::testing::{added, case, deleted, modified};

    const TEXT: &str = "# comment\nexport A=1\n";

    #[test]
    fn real_values_are_found() {
        assert_eq!(
            added(&RULE, ".env", TEXT),
            ["high .env: an environment file with values is added"]
        );
        for path in ["a/.env.production", ".env.local", ".env.prod.backup"] {
            assert_eq!(
                added(&RULE, path, TEXT),
                [format!("high {path}: an environment file with values is added")]
            );
        }
        assert_eq!(
            added(&RULE, ".env.test", TEXT),
            ["medium .env.test: an environment file for tests is added"]
        );
        assert_eq!(
            added(&RULE, "tests/.env", TEXT),
            ["medium tests/.env: an environment file for tests is added"]
        );
    }

    #[test]
    fn a_file_without_values_is_low() {
        let expected = ["low .env: an environment file without values is added"];
        assert_eq!(added(&RULE, ".env", "# A=1\nB=\nC=\"\"\n"), expected);
        assert_eq!(added(&RULE, ".env", ""), expected);
    }

    #[test]
    fn a_tracked_file_is_low() {
        assert_eq!(
            modified(&RULE, ".env", "A=1\n", TEXT),
            ["low .env: an environment file is tracked and changed"]
        );
        assert!(deleted(&RULE, ".env", TEXT).is_empty());
        let moved = case().file(".env", Some(TEXT), Some(TEXT)).renamed_from("x");
        assert_eq!(
            moved.run(&RULE),
            ["high .env: an environment file with values is added"]
        );
    }

    #[test]
    fn examples_and_other_files_are_fine() {
        for path in [
            ".env.example",
            ".env.local.sample",
            ".env.dist",
            ".envrc",
            ".env.d.ts",
            "env",
            "a.env",
            ".environment",
        ] {
            assert!(added(&RULE, path, TEXT).is_empty(), "{path}");
        }
        assert!(
            case()
                .entry(".env", None::<(EntryKind, &str)>, Some((Symlink, "x")))
                .run(&RULE)
                .is_empty()
        );
    }
}
