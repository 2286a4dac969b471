//! Submodules that do not move forward.

use crate::check::{FileView, Relation, Rule, Run, Sink};
use crate::model::{Confidence, EntryKind, RuleInfo, Severity};
use std::borrow::Cow::Borrowed;

/// Finds submodules that go back to an ancestor or over to another line of history.
pub const RULE: Rule = Rule {
    info: RuleInfo {
        id: Borrowed("repository/submodule-backward"),
        summary: Borrowed("a submodule that does not move forward"),
        why: Borrowed(
            "A stale checkout of a submodule is added by `git add .` or `git commit -a`, and undoes what a colleague \
             updated.",
        ),
        fix: Borrowed(
            "Run `git submodule update <path>` and stage again, or commit with this intent in the message.",
        ),
        bad: Borrowed("lib: 2.1 -> 2.0"),
        good: Borrowed("lib: 2.0 -> 2.1"),
        severity: Severity::High,
        confidence: Confidence::High,
        history: false,
        options: Borrowed(&[]),
    },
    run: Run::File(check),
};

fn check(view: &FileView<'_>, sink: &mut Sink<'_>) {
    let commit = |s: crate::model::Side| (s.kind == EntryKind::Submodule).then_some(s.id);
    let (Some(old), Some(new)) = (view.file.old.and_then(commit), view.file.new.and_then(commit)) else {
        return;
    };
    if view.is_same_content() {
        return;
    }
    let (severity, message) = match view.objects().submodule(view.path(), old, new) {
        Relation::Forward => return,
        Relation::Backward => (Severity::High, "the submodule goes back to an older commit"),
        Relation::Diverged => (
            Severity::Medium,
            "the submodule goes over to another line of history",
        ),
        Relation::Unknown => (
            Severity::Info,
            "whether the submodule moves forward cannot be told here",
        ),
    };
    sink.on_path(view.path(), message)
        .severity(severity)
        .help("run `git submodule update` on it unless it is meant");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::EntryKind::{File, Submodule};
    use crate::rules::testing::case;

    fn moved(relation: Relation) -> Vec<String> {
        case()
            .relation(relation)
            .entry("lib", Some((Submodule, "1")), Some((Submodule, "2")))
            .run(&RULE)
    }

    #[test]
    fn each_relation_has_its_words() {
        assert_eq!(
            moved(Relation::Backward),
            ["high lib: the submodule goes back to an older commit"]
        );
        assert_eq!(
            moved(Relation::Diverged),
            ["medium lib: the submodule goes over to another line of history"]
        );
        assert_eq!(
            moved(Relation::Unknown),
            ["info lib: whether the submodule moves forward cannot be told here"]
        );
        assert!(moved(Relation::Forward).is_empty());
    }

    #[test]
    fn other_changes_are_fine() {
        let back = || case().relation(Relation::Backward);
        assert!(
            back()
                .entry("lib", None::<(EntryKind, &str)>, Some((Submodule, "2")))
                .run(&RULE)
                .is_empty()
        );
        assert!(
            back()
                .entry("lib", Some((Submodule, "1")), None::<(EntryKind, &str)>)
                .run(&RULE)
                .is_empty()
        );
        assert!(
            back()
                .entry("lib", Some((File, "1")), Some((Submodule, "2")))
                .run(&RULE)
                .is_empty()
        );
    }
}
