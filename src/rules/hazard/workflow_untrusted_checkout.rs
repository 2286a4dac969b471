//! Workflows with rights that check out the code of strangers.

use super::workflow::{KeyLine, is_workflow, key_lines};
use crate::check::{FileView, Rule, Run, Sink};
use crate::model::{Confidence, RuleInfo, Severity};
use bstr::ByteSlice;
use memchr::memmem;
use std::borrow::Cow::Borrowed;
use std::ops::Range;

/// Finds a trigger that runs with the secrets of the project together with a checkout of what a
/// pull request proposes.
pub const RULE: Rule = Rule {
    info: RuleInfo {
        id: Borrowed("hazard/workflow-untrusted-checkout"),
        summary: Borrowed("code of strangers in a workflow with secrets"),
        why: Borrowed(
            "`pull_request_target` and `workflow_run` run with the secrets and the write token of the project. Once \
             the code of a pull request is checked out there, its build scripts, tests and configuration run with \
             them.",
        ),
        fix: Borrowed(
            "Use `pull_request` for what needs the code, and hand its result over to a second workflow that does not \
             check it out.",
        ),
        bad: Borrowed(
            "on: pull_request_target\njobs:\n  test:\n    steps:\n      - uses: actions/checkout@v4\n        with:\n          \
             ref: ${{ github.event.pull_request.head.sha }}\n",
        ),
        good: Borrowed("on: pull_request\njobs:\n  test:\n    steps:\n      - uses: actions/checkout@v4\n"),
        severity: Severity::High,
        confidence: Confidence::High,
        history: false,
        options: Borrowed(&[]),
    },
    run: Run::File(check),
};

fn check(view: &FileView<'_>, sink: &mut Sink<'_>) {
    if !is_workflow(view) {
        return;
    }
    let Some(text) = view.text() else { return };
    let Some(trigger) = trigger(text) else { return };
    for checkout in checkouts(text) {
        // The pair is new if either half is.
        let at = [&checkout, &trigger].into_iter().find(|r| view.is_added_in(r));
        if let Some(at) = at {
            sink.at(
                view,
                at.clone(),
                "a workflow with secrets checks out code that a stranger proposes",
            )
            .help("use `pull_request` for what needs the code");
        }
    }
}

/// Returns the first trigger that runs with the rights of the project.
fn trigger(text: &[u8]) -> Option<Range<usize>> {
    let names = ["pull_request_target", "workflow_run"];
    let is_there = names.iter().any(|n| memmem::find(text, n.as_bytes()).is_some());
    if !is_there {
        return None;
    }
    key_lines(text).find_map(|line| {
        if names.iter().any(|n| line.key == n.as_bytes()) {
            let start = memmem::rfind(&text[..line.content.start], line.key)?;
            return Some(start..start + line.key.len());
        }
        let value = &text[line.content.clone()];
        let is_list = matches!(line.key, b"on" | b"");
        let name = names.iter().find(|n| is_list && value.contains_str(n))?;
        let start = line.content.start + value.find(name)?;
        Some(start..start + name.len())
    })
}

/// Returns the places where the head of a pull request is checked out.
fn checkouts(text: &[u8]) -> Vec<Range<usize>> {
    let uses_action = memmem::find(text, b"actions/checkout").is_some();
    key_lines(text)
        .filter(|line| match line.key {
            b"ref" | b"repository" => uses_action && is_head(&text[line.content.clone()]),
            b"run" => fetches_head(&text[line.content.clone()]),
            _ => false,
        })
        .map(|line: KeyLine<'_>| line.content)
        .collect()
}

fn is_head(value: &[u8]) -> bool {
    let marks = [
        "pull_request.head.",
        "github.head_ref",
        "workflow_run.head_",
        "workflow_run.pull_requests",
        "refs/pull/",
        "github.event.number",
        "pull_request.number",
        "pull_request.merge_commit_sha",
    ];
    marks.iter().any(|mark| value.contains_str(mark))
}

fn fetches_head(command: &[u8]) -> bool {
    command.contains_str("gh pr checkout")
        || (command.contains_str("git ") && command.contains_str("pull/${{"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{added, deleted, modified};

    const PATH: &str = ".github/workflows/a.yml";
    const WORDS: &str = "a workflow with secrets checks out code that a stranger proposes";

    #[test]
    fn the_pair_is_found() {
        let bad = RULE.info.bad.as_ref();
        assert_eq!(added(&RULE, PATH, bad), [format!("high 112..153: {WORDS}")]);
        let list = bad.replace("on: pull_request_target", "on: [push, workflow_run]");
        assert_eq!(added(&RULE, PATH, list).len(), 1);
        let map = bad.replace(
            "on: pull_request_target",
            "on:\n  pull_request_target:\n    types: [opened]",
        );
        assert_eq!(added(&RULE, PATH, map).len(), 1);
        let item = bad.replace("on: pull_request_target", "on:\n  - pull_request_target");
        assert_eq!(added(&RULE, PATH, item).len(), 1);
        let command = "on: pull_request_target\nx:\n  - run: gh pr checkout 1\n";
        assert_eq!(added(&RULE, PATH, command), [format!("high 36..52: {WORDS}")]);
    }

    #[test]
    fn either_half_may_be_new() {
        let bad = RULE.info.bad.as_ref();
        let before = bad.replace("pull_request_target", "pull_request");
        assert_eq!(
            modified(&RULE, PATH, before, bad),
            [format!("high 4..23: {WORDS}")]
        );
        assert!(modified(&RULE, PATH, bad, format!("{bad}# end\n")).is_empty());
        assert!(deleted(&RULE, PATH, bad).is_empty());
    }

    #[test]
    fn one_half_is_fine() {
        let bad = RULE.info.bad.as_ref();
        assert!(added(&RULE, PATH, RULE.info.good.as_bytes()).is_empty());
        assert!(added(&RULE, PATH, bad.replace("pull_request_target", "pull_request")).is_empty());
        assert!(
            added(
                &RULE,
                PATH,
                bad.replace("github.event.pull_request.head.sha", "github.sha")
            )
            .is_empty()
        );
        assert!(added(&RULE, PATH, bad.replace("on:", "# on:")).is_empty());
        assert!(added(&RULE, "a.yml", bad).is_empty());
    }
}
