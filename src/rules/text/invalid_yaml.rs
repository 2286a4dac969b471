//! YAML that no parser reads.

use super::syntax::{self, Parsed, Syntax, SyntaxError};
use crate::check::{FileView, Rule, Run, Sink};
use crate::model::{Confidence, RuleInfo, Severity};
use saphyr_parser::{Parser, ScanError};
use std::borrow::Cow::Borrowed;

/// Finds `.yml` and `.yaml` files with a syntax error (YAML 1.2).
///
/// All documents of the file are read as events, so neither deep nesting nor aliases cost more than
/// their bytes. Templates of Helm and Jinja are left alone.
pub const RULE: Rule = Rule {
    info: RuleInfo {
        id: Borrowed("text/invalid-yaml"),
        summary: Borrowed("a syntax error in YAML"),
        why: Borrowed(
            "Pipelines and deployments read the file after the commit, and a wrong indent stops them or is taken \
             for something else.",
        ),
        fix: Borrowed(
            "Correct the place that the finding names: most often an indent, a tab or a missing quote.",
        ),
        bad: Borrowed("name: [a, b\nport: 80\n"),
        good: Borrowed("name: [a, b]\nport: 80\n"),
        severity: Severity::High,
        confidence: Confidence::High,
        history: false,
        options: Borrowed(&[]),
    },
    run: Run::File(check),
};

/// Content above this size is not parsed: large YAML is written by programs, and the parser is slow.
const LIMIT: usize = 512 << 10;

/// Nesting above this depth is not parsed on: no program that reads the file would.
const DEPTH: usize = 512;

const YAML: Syntax = Syntax {
    language: "YAML",
    limit: LIMIT,
    parse,
};

fn check(view: &FileView<'_>, sink: &mut Sink<'_>) {
    let name = view.name();
    if name.ends_with(b".yml") || name.ends_with(b".yaml") {
        YAML.check(view, sink);
    }
}

fn parse(_: &FileView<'_>, text: &str) -> Parsed {
    if nests_deeply(text) {
        return Parsed::Unread(format!("it nests deeper than the {DEPTH} levels that are parsed"));
    }
    match Parser::new_from_str(text).find_map(Result::err) {
        Some(error) => Parsed::Broken(placed(text, &error)),
        None => Parsed::Sound,
    }
}

fn placed(text: &str, error: &ScanError) -> SyntaxError {
    let mark = error.marker();
    let line = syntax::offset(text, mark.line(), 0);
    let column: usize = text[line..].chars().take(mark.col()).map(char::len_utf8).sum();
    let mut error = SyntaxError::new(line + column, error.info());
    // Some programs put files together before they read them, anchors of one in another.
    if error.what.contains("anchor") {
        error.severity = Severity::Medium;
    }
    error
}

/// Whether brackets open more often than they close, by far.
fn nests_deeply(text: &str) -> bool {
    let mut depth = 0_usize;
    memchr::memchr2_iter(b'[', b'{', text.as_bytes()).any(|_| {
        depth += 1;
        depth > DEPTH
    }) && deepest(text) > DEPTH
}

fn deepest(text: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    for byte in text.bytes() {
        match byte {
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{added, deleted, modified};
    use std::time::{Duration, Instant};

    #[test]
    fn an_error_is_found_where_it_is() {
        assert_eq!(
            added(&RULE, "a.yml", RULE.info.bad.as_bytes()),
            ["high 16..17: not valid YAML: illegal placement of ':' indicator"]
        );
        assert_eq!(
            added(&RULE, "a.yaml", "a:\n\tb: 1\n"),
            ["high 4..5: not valid YAML: tabs disallowed within this context (block indentation)"]
        );
        assert_eq!(
            added(&RULE, "a.yaml", "a: *b\n"),
            ["medium 3..4: not valid YAML: while parsing node, found unknown anchor"]
        );
        assert_eq!(
            added(&RULE, "a.yaml", "\u{e9}: 'b\n"),
            ["high 4..5: not valid YAML: while scanning a quoted scalar, found unexpected end of stream"]
        );
    }

    #[test]
    fn valid_yaml_is_fine() {
        for text in [
            RULE.info.good.as_ref(),
            "",
            "# only a comment\n",
            "a: 1\n---\nb: 2\n...\n---\n- c\n",
            "a: &x {b: 1}\nc: *x\nd: !Ref e\ne: !Sub\n  - f\n",
            "%YAML 1.2\n---\na: |\n  b\n\n  c\nd: >-\n  e\n",
            "on: push\r\njobs:\r\n  a: {}\r\n",
            "\u{feff}a: 1\n",
            "\"a b\": 'it''s'\n? c\n: d\n",
        ] {
            assert_eq!(added(&RULE, "a.yml", text), [""; 0], "{text}");
        }
        assert!(added(&RULE, "a.txt", "[").is_empty());
    }

    #[test]
    fn templates_are_left_alone() {
        assert!(added(&RULE, "templates/a.yaml", "a: {{ .Values.b }}\n{{- end }}\n").is_empty());
        assert!(added(&RULE, "a.yaml", "{% for x in y %}\n- [\n{% endfor %}\n").is_empty());
    }

    #[test]
    fn an_old_error_is_not_the_fault_of_the_change() {
        assert_eq!(
            modified(&RULE, "a.yml", "a: [\n", "a: [\nb\n"),
            ["low 5..6: not valid YAML: invalid indentation"]
        );
        assert!(deleted(&RULE, "a.yml", "a: [").is_empty());
    }

    #[test]
    fn hostile_text_is_read_quickly() {
        let start = Instant::now();
        let bomb = format!(
            "a: &a [x,x]\nb: &b [{}]\nc: [{}]\n",
            "*a,".repeat(999),
            "*b,".repeat(999)
        );
        assert!(added(&RULE, "a.yml", bomb).is_empty());
        for text in [
            "[", "{", "- ", "? ", "a: ", "&a ", "!a ", "\"", "'", "|\n", "[\n", "\n- ", "*",
        ] {
            added(&RULE, "a.yml", text.repeat(20_000));
        }
        let stairs: String = (0..2000).map(|n| format!("{}a:\n", " ".repeat(n / 8))).collect();
        added(&RULE, "a.yml", stairs);
        assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    }
}
