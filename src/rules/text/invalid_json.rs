//! JSON that no parser reads.

use super::syntax::{self, LIMIT, Parsed, Syntax, SyntaxError};
use crate::check::{FileView, Rule, Run, Sink};
use crate::model::{Confidence, RuleInfo, Severity};
use bstr::ByteSlice;
use serde::de::{Deserialize, IgnoredAny};
use std::borrow::Cow::Borrowed;

/// Finds `.json` files with a syntax error (RFC 8259).
///
/// Files whose readers take comments and trailing commas (`tsconfig.json`, `.vscode/`, `.jsonc`) may
/// have them. Comments elsewhere are shown and do not block: somebody wrote them on purpose.
pub const RULE: Rule = Rule {
    info: RuleInfo {
        id: Borrowed("text/invalid-json"),
        summary: Borrowed("a syntax error in JSON"),
        why: Borrowed(
            "A program that reads the file fails, often long after the commit and far from its author.",
        ),
        fix: Borrowed(
            "Correct the place that the finding names; a formatter or `python3 -m json.tool` shows it too.",
        ),
        bad: Borrowed("{\"name\": \"pantheon\",}\n"),
        good: Borrowed("{\"name\": \"pantheon\"}\n"),
        severity: Severity::High,
        confidence: Confidence::High,
        history: false,
        options: Borrowed(&[]),
    },
    run: Run::File(check),
};

const JSON: Syntax = Syntax {
    language: "JSON",
    limit: LIMIT,
    parse,
};

fn check(view: &FileView<'_>, sink: &mut Sink<'_>) {
    let name = view.name();
    if [
        ".json",
        ".jsonc",
        ".webmanifest",
        ".geojson",
        ".code-workspace",
        ".eslintrc",
        ".babelrc",
    ]
    .iter()
    .any(|end| name.ends_with(end.as_bytes()))
    {
        JSON.check(view, sink);
    }
}

fn parse(view: &FileView<'_>, text: &str) -> Parsed {
    error(view, text).map_or(Parsed::Sound, Parsed::Broken)
}

fn error(view: &FileView<'_>, text: &str) -> Option<SyntaxError> {
    let error = strict(text)?;
    let plain = without_comments(text);
    let relaxed = strict(&plain.text);
    if takes_comments(view) {
        return relaxed;
    }
    if relaxed.is_none() && plain.had_comments {
        let what = "has comments, which JSON does not know";
        return Some(SyntaxError {
            severity: Severity::Medium,
            ..SyntaxError::new(plain.first_comment, what)
        });
    }
    Some(error)
}

/// Returns where and why the text is not JSON. Does not recurse, however deep the text nests.
fn strict(text: &str) -> Option<SyntaxError> {
    let (body, skipped) = match text.strip_prefix('\u{feff}') {
        Some(body) => (body, text.len() - body.len()),
        None => (text, 0),
    };
    let mut json = serde_json::Deserializer::from_str(body);
    let error = IgnoredAny::deserialize(&mut json)
        .and_then(|_| json.end())
        .err()?;
    // Columns count from 1; column 0 is the line feed in front of the line.
    let line = syntax::offset(body, error.line(), 0);
    let at = (line + error.column()).saturating_sub(1).min(body.len());
    let message = error.to_string();
    let what = message.split(" at line ").next().unwrap_or_default();
    Some(SyntaxError::new(at + skipped, what))
}

/// Whether the programs that read the file take comments and trailing commas.
fn takes_comments(view: &FileView<'_>) -> bool {
    const NAMES: &[&str] = &[
        ".eslintrc",
        ".eslintrc.json",
        ".babelrc",
        ".babelrc.json",
        ".jshintrc",
        ".swcrc",
        ".devcontainer.json",
        "devcontainer.json",
        "deno.json",
        "biome.json",
        "turbo.json",
        "nx.json",
        "project.json",
        "api-extractor.json",
        "language-configuration.json",
        "settings.json",
        "launch.json",
        "tasks.json",
        "wrangler.json",
        "oxlintrc.json",
        ".oxlintrc.json",
        "renovate.json",
        "rush.json",
    ];
    let name = view.name();
    let stem = |prefix: &str| name.starts_with_str(prefix);
    let end = |suffix: &str| name.ends_with_str(suffix);
    NAMES.iter().any(|n| name == n.as_bytes())
        || stem("tsconfig")
        || stem("jsconfig")
        || end(".jsonc")
        || end(".code-workspace")
        || view.path().split(|b| *b == b'/').any(|dir| dir == b".vscode")
}

/// A text in which comments and trailing commas are spaces, byte for byte.
struct Plain {
    text: String,
    had_comments: bool,
    first_comment: usize,
}

fn without_comments(text: &str) -> Plain {
    let mut out = text.as_bytes().to_vec();
    let mut first = None;
    let mut at = 0;
    while at < out.len() {
        let end = match &out[at..] {
            [b'"', ..] => string_end(&out, at),
            [b'/', b'/', ..] => find(&out, at, b"\n"),
            [b'/', b'*', ..] => (find(&out, at + 2, b"*/") + 2).min(out.len()),
            _ => at + 1,
        };
        if out[at] == b'/' && end > at + 1 {
            first.get_or_insert(at);
            blank(&mut out[at..end]);
        }
        at = end;
    }
    drop_trailing_commas(&mut out);
    Plain {
        text: String::from_utf8(out).unwrap_or_default(),
        had_comments: first.is_some(),
        first_comment: first.unwrap_or_default(),
    }
}

/// Makes commas in front of a closing bracket spaces.
fn drop_trailing_commas(out: &mut [u8]) {
    let mut comma = None;
    let mut at = 0;
    while at < out.len() {
        match out[at] {
            b'"' => at = string_end(out, at) - 1,
            b',' => comma = Some(at),
            b'}' | b']' => {
                if let Some(comma) = comma {
                    out[comma] = b' ';
                }
            }
            _ => {}
        }
        if !matches!(out[at], b',' | b' ' | b'\t' | b'\r' | b'\n') {
            comma = None;
        }
        at += 1;
    }
}

fn string_end(text: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(n) = text.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
        at += n;
        if text[at] == b'"' {
            return at + 1;
        }
        at += 2;
    }
    text.len()
}

fn find(text: &[u8], from: usize, needle: &[u8]) -> usize {
    let rest = text.get(from..).unwrap_or_default();
    memchr::memmem::find(rest, needle).map_or(text.len(), |n| from + n)
}

fn blank(bytes: &mut [u8]) {
    for byte in bytes.iter_mut().filter(|b| **b != b'\n') {
        *byte = b' ';
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{added, case, deleted, modified};

    #[test]
    fn an_error_is_found_where_it_is() {
        assert_eq!(
            added(&RULE, "a.json", RULE.info.bad.as_bytes()),
            ["high 20..21: not valid JSON: key must be a string"]
        );
        assert_eq!(
            added(&RULE, "a.json", "{\n  \"a\": tru\n}\n"),
            ["high 12..13: not valid JSON: expected ident"]
        );
        assert_eq!(
            added(&RULE, "a.json", "[1\n"),
            ["high 1..2: not valid JSON: EOF while parsing a list"]
        );
        assert_eq!(
            added(&RULE, "a.json", "{} {}"),
            ["high 3..4: not valid JSON: trailing characters"]
        );
        assert_eq!(
            added(&RULE, "a.json", ""),
            ["high 0..0: not valid JSON: EOF while parsing a value"]
        );
    }

    #[test]
    fn valid_json_is_fine() {
        assert!(added(&RULE, "a.json", RULE.info.good.as_bytes()).is_empty());
        assert!(added(&RULE, "a.json", "\u{feff}{\"\u{e9}\": [1, -2.5e3, null]}").is_empty());
        assert!(added(&RULE, "a.txt", "{").is_empty());
        assert!(added(&RULE, "a.json", b"{\0").is_empty());
        assert!(added(&RULE, "a.json", b"{\"a\": \"\xFF\"").is_empty());
    }

    #[test]
    fn comments_are_fine_where_they_are_read() {
        let text = "// a\n{\n  \"a\": \"//\", /* b */\n  \"b\": [1, 2,],\n}\n";
        for path in [
            "tsconfig.json",
            "x/tsconfig.base.json",
            ".vscode/settings.json",
            "a.jsonc",
            ".eslintrc",
        ] {
            assert!(added(&RULE, path, text).is_empty(), "{path}");
        }
        assert_eq!(
            added(&RULE, "tsconfig.json", "{ // a\n"),
            ["high 5..6: not valid JSON: EOF while parsing an object"]
        );
        assert_eq!(
            added(&RULE, "a.json", text),
            ["medium 0..1: not valid JSON: has comments, which JSON does not know"]
        );
    }

    #[test]
    fn templates_are_left_alone() {
        assert!(added(&RULE, "a.json", "{\"a\": {{ value }}}").is_empty());
        assert!(added(&RULE, "a.json", "{% if a %}{}").is_empty());
    }

    #[test]
    fn an_old_error_is_not_the_fault_of_the_change() {
        assert_eq!(
            modified(&RULE, "a.json", "{\n", "{\n\n"),
            ["low a.json: not valid JSON at line 1: EOF while parsing an object"]
        );
        assert!(deleted(&RULE, "a.json", "{").is_empty());
        assert!(
            case()
                .file("a.json", Some("["), Some("{"))
                .other_parent("{")
                .run(&RULE)
                .is_empty()
        );
    }

    #[test]
    fn an_error_beside_the_change_stands_on_the_path() {
        assert_eq!(
            modified(&RULE, "a.json", "[\n1,\n2\n]\n", "[\n1,\n2\n"),
            ["high a.json: not valid JSON at line 3: EOF while parsing a list"]
        );
    }

    #[test]
    fn fixtures_do_not_block() {
        assert_eq!(
            added(&RULE, "tests/a.json", "{"),
            ["medium 0..1: not valid JSON: EOF while parsing an object"]
        );
    }

    #[test]
    fn deep_nesting_is_read() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(added(&RULE, "a.json", &deep).is_empty());
        assert_eq!(added(&RULE, "a.json", &deep[1..]).len(), 1);
    }
}
