//! Text of strangers that becomes part of a script in a workflow.

use super::workflow::{is_workflow_or_action, key_lines};
use crate::check::{FileView, Rule, Run, Sink};
use crate::model::{Confidence, RuleInfo, Severity};
use memchr::memmem;
use std::borrow::Cow::Borrowed;
use std::ops::Range;

/// Finds `${{ github.event... }}` with text that a stranger writes, in `run:` and in the `script:` of
/// `actions/github-script`.
pub const RULE: Rule = Rule {
    info: RuleInfo {
        id: Borrowed("hazard/workflow-injection"),
        summary: Borrowed("text of strangers in a script of a workflow"),
        why: Borrowed(
            "The expression is put into the script before the shell reads it. Whoever opens an issue or a pull \
             request with a title such as `\"; curl ... #` runs commands with the token of the workflow.",
        ),
        fix: Borrowed("Hand the value over in `env:` and read the variable in the script, in quotes."),
        bad: Borrowed("- run: echo \"${{ github.event.issue.title }}\"\n"),
        good: Borrowed("- run: echo \"$TITLE\"\n  env:\n    TITLE: ${{ github.event.issue.title }}\n"),
        severity: Severity::High,
        confidence: Confidence::High,
        history: false,
        options: Borrowed(&[]),
    },
    run: Run::File(check),
};

fn check(view: &FileView<'_>, sink: &mut Sink<'_>) {
    if !is_workflow_or_action(view) {
        return;
    }
    let Some(text) = view.text().filter(|t| memmem::find(t, b"${{").is_some()) else {
        return;
    };
    let has_script = memmem::find(text, b"actions/github-script").is_some();
    for line in key_lines(text) {
        if line.key != b"run" && !(has_script && line.key == b"script") {
            continue;
        }
        for expression in expressions(text, line.content) {
            if is_injectable(&text[expression.clone()]) && view.is_added_in(&expression) {
                sink.at(
                    view,
                    expression,
                    "text that a stranger writes becomes part of the script",
                )
                .help("hand it over in `env:` and read the variable");
            }
        }
    }
}

/// Returns each `${{ ... }}` that starts and ends in the range.
fn expressions(text: &[u8], range: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let mut at = range.start;
    std::iter::from_fn(move || {
        let start = at + memmem::find(&text[at..range.end], b"${{")?;
        at = start + memmem::find(&text[start..range.end], b"}}")? + 2;
        Some(start..at)
    })
}

/// Whether the value of the expression is text that a stranger writes.
fn is_injectable(expression: &[u8]) -> bool {
    // A comparison or a search gives back true or false, a hash gives back digits.
    let tests = ["contains(", "startsWith(", "endsWith(", "hashFiles(", "==", "!="];
    if tests
        .iter()
        .any(|t| memmem::find(expression, t.as_bytes()).is_some())
    {
        return false;
    }
    memmem::find_iter(expression, b"github.").any(|at| is_tainted(&context(&expression[at..])))
}

/// Reads a context such as `github.event['issue'].title`, and puts dots for brackets.
fn context(text: &[u8]) -> String {
    let name = |b: &u8| {
        b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'*' | b'[' | b']' | b'\'' | b'"')
    };
    let raw: String = text
        .iter()
        .take_while(|b| name(b))
        .map(|b| char::from(*b))
        .collect();
    let dotted = raw.replace(['[', '.'], ".").replace([']', '\'', '"'], "");
    dotted.to_ascii_lowercase()
}

/// Whether a stranger writes what the context holds.
fn is_tainted(context: &str) -> bool {
    if context == "github.head_ref" {
        return true;
    }
    let Some(path) = context.strip_prefix("github.event.") else {
        return false;
    };
    let parts: Vec<&str> = path.split('.').collect();
    let (first, last) = (parts.first().copied(), parts.last().copied());
    // Only members of the project write these.
    let trusted = [
        "repository",
        "organization",
        "sender",
        "label",
        "release",
        "inputs",
        "installation",
        "enterprise",
    ];
    if first.is_none_or(|first| trusted.contains(&first)) {
        return false;
    }
    let within = |names: &[&str]| parts.iter().any(|p| names.contains(p));
    match last.unwrap_or_default() {
        "title" | "body" | "description" | "page_name" | "head_branch" | "display_title" => true,
        "message" | "name" | "email" => within(&["commits", "head_commit", "head_repository"]),
        "ref" | "label" | "default_branch" => within(&["head"]),
        // A whole object, made into text by `toJSON`, holds all of these.
        "issue" | "pull_request" | "comment" | "review" | "discussion" | "head_commit" | "commits" => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{added, deleted, modified};

    const PATH: &str = ".github/workflows/a.yml";
    const WORDS: &str = "text that a stranger writes becomes part of the script";

    #[test]
    fn a_value_in_a_script_is_found() {
        assert_eq!(
            added(&RULE, PATH, RULE.info.bad.as_bytes()),
            [format!("high 13..44: {WORDS}")]
        );
        let block = "steps:\n  - run: |\n      set -e\n      x='${{github.head_ref}}'\n";
        assert_eq!(
            added(&RULE, "x/action.yml", block),
            [format!("high 40..60: {WORDS}")]
        );
        let script = "- uses: actions/github-script@v7\n  with:\n    script: |\n      f(`${{ github.event.comment.body }}`)\n";
        assert_eq!(added(&RULE, PATH, script), [format!("high 64..96: {WORDS}")]);
    }

    #[test]
    fn a_value_in_a_variable_is_fine() {
        assert!(added(&RULE, PATH, RULE.info.good.as_bytes()).is_empty());
        assert!(added(&RULE, PATH, "if: ${{ github.event.issue.title }}\n").is_empty());
        assert!(added(&RULE, PATH, "# run: ${{ github.event.issue.title }}\n").is_empty());
        assert!(added(&RULE, PATH, "script: ${{ github.event.issue.title }}\n").is_empty());
        assert!(added(&RULE, "a.yml", RULE.info.bad.as_bytes()).is_empty());
        assert!(added(&RULE, ".github/workflows/a.md", RULE.info.bad.as_bytes()).is_empty());
    }

    #[test]
    fn only_text_of_strangers_counts() {
        for (context, expected) in [
            ("github.event.pull_request.title", true),
            ("github.event.pull_request.head.ref", true),
            ("github.event.pull_request.head.repo.default_branch", true),
            ("github.event['issue']['body']", true),
            ("github.event.commits[0].author.email", true),
            ("github.event.commits.*.message", true),
            ("github.event.head_commit.message", true),
            ("github.event.pages[1].page_name", true),
            ("github.event.workflow_run.head_branch", true),
            ("toJSON(github.event.issue)", true),
            ("github.event.pull_request.base.ref", false),
            ("github.event.pull_request.number", false),
            ("github.event.pull_request.head.sha", false),
            ("github.event.repository.name", false),
            ("github.event.label.name", false),
            ("github.event.release.body", false),
            ("github.sha", false),
            ("github.ref_name", false),
            ("inputs.title", false),
            ("contains(github.event.comment.body, '/x')", false),
            ("github.head_ref == 'main'", false),
        ] {
            assert_eq!(
                is_injectable(format!("${{{{ {context} }}}}").as_bytes()),
                expected,
                "{context}"
            );
        }
    }

    #[test]
    fn only_added_lines_count() {
        let bad = RULE.info.bad.as_ref();
        assert!(modified(&RULE, PATH, bad, format!("{bad}- run: ls\n")).is_empty());
        assert!(deleted(&RULE, PATH, bad).is_empty());
        assert!(added(&RULE, PATH, "run: ${{ github.event.issue.title").is_empty());
    }
}
