//! Changes of the policy that judges changes.

use super::deed;
use crate::check::{FileView, Rule, Run, Sink};
use crate::model::{Confidence, RuleInfo, Severity, Status};
use bstr::{BStr, ByteSlice};
use std::borrow::Cow::Borrowed;

/// Finds changes of `.pantheon.toml`, `.pantheon-baseline` and `.pantheon/`.
///
/// A first policy is worth knowing only.
pub const RULE: Rule = Rule {
    info: RuleInfo {
        id: Borrowed("policy/policy-changed"),
        summary: Borrowed("a change of the policy"),
        why: Borrowed(
            "A change of the policy decides what is found from the next change on, so a person should look at it.",
        ),
        fix: Borrowed("Commit the policy on its own, and have its owner review it."),
        bad: Borrowed(".pantheon.toml together with the code that it lets pass"),
        good: Borrowed(".pantheon.toml in a change of its own"),
        severity: Severity::Medium,
        confidence: Confidence::High,
        history: false,
        options: Borrowed(&[]),
    },
    run: Run::File(check),
};

fn check(view: &FileView<'_>, sink: &mut Sink<'_>) {
    if view.is_from_another_parent() {
        return;
    }
    let file = view.file;
    let old = file.old_path.as_ref().filter(|_| file.status == Status::Renamed);
    if !is_policy(view.path()) && !old.is_some_and(|p| is_policy(p.as_bstr())) {
        return;
    }
    let severity = if deed(file) == "added" {
        Severity::Info
    } else {
        Severity::Medium
    };
    sink.on_path(view.path(), format!("a file of the policy is {}", deed(file)))
        .severity(severity)
        .help("commit the policy on its own, and have its owner review it");
}

fn is_policy(path: &BStr) -> bool {
    path == ".pantheon.toml" || path == ".pantheon-baseline" || path.starts_with(b".pantheon/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{added, case, deleted, modified};

    #[test]
    fn each_deed_is_found() {
        let path = ".pantheon.toml";
        assert_eq!(
            modified(&RULE, path, "a", "b"),
            ["medium .pantheon.toml: a file of the policy is changed"]
        );
        assert_eq!(
            deleted(&RULE, path, "a"),
            ["medium .pantheon.toml: a file of the policy is deleted"]
        );
        assert_eq!(
            added(&RULE, path, "a"),
            ["info .pantheon.toml: a file of the policy is added"]
        );
        let moved = case().file("x.toml", Some("a"), Some("a")).renamed_from(path);
        assert_eq!(
            moved.run(&RULE),
            ["medium x.toml: a file of the policy is renamed"]
        );
        assert_eq!(modified(&RULE, ".pantheon-baseline", "a", "b").len(), 1);
        assert_eq!(modified(&RULE, ".pantheon/rules.toml", "a", "b").len(), 1);
    }

    #[test]
    fn other_files_are_fine() {
        assert!(modified(&RULE, "a/.pantheon.toml", "a", "b").is_empty());
        assert!(modified(&RULE, "pantheon.toml", "a", "b").is_empty());
    }
}
