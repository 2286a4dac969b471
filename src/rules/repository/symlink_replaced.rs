//! Symbolic links that became files with their target as text.

use crate::check::{FileView, Rule, Run, Sink};
use crate::model::{Confidence, EntryKind, RuleInfo, Severity};
use std::borrow::Cow::Borrowed;

/// Finds files that hold the target of the symbolic link that they replace.
pub const RULE: Rule = Rule {
    info: RuleInfo {
        id: Borrowed("repository/symlink-replaced"),
        summary: Borrowed("a symbolic link that became a text file"),
        why: Borrowed(
            "Where links are switched off (`core.symlinks = false`, archives, some editors) git writes a link as a \
             small file. Committed from there, the link is lost for everybody.",
        ),
        fix: Borrowed("Restore the link: `git restore --staged --worktree <path>`."),
        bad: Borrowed("current: link to releases/1.0 -> file with the text `releases/1.0`"),
        good: Borrowed("current: link to releases/1.0 -> link to releases/2.0"),
        severity: Severity::Medium,
        confidence: Confidence::High,
        history: false,
        options: Borrowed(&[]),
    },
    run: Run::File(check),
};

fn check(view: &FileView<'_>, sink: &mut Sink<'_>) {
    let was_link = view.file.old.is_some_and(|s| s.kind == EntryKind::Symlink);
    let is_file = view.file.new.is_some_and(|s| s.kind.is_file());
    if !was_link || !is_file || view.size() > 4096 {
        return;
    }
    if !view.bytes().is_empty() && view.bytes().trim_ascii() == view.old_bytes().trim_ascii() {
        sink.on_path(view.path(), "a symbolic link became a file that holds its target")
            .help("restore the link with `git restore --staged --worktree`");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::EntryKind::{File, Symlink};
    use crate::rules::testing::{case, modified};

    #[test]
    fn a_lost_link_is_found() {
        let case = case().entry("a", Some((Symlink, "b/c")), Some((File, "b/c\n")));
        assert_eq!(
            case.run(&RULE),
            ["medium a: a symbolic link became a file that holds its target"]
        );
    }

    #[test]
    fn a_real_file_is_fine() {
        let replaced = |new: (EntryKind, &str)| case().entry("a", Some((Symlink, "b")), Some(new)).run(&RULE);
        assert!(replaced((File, "content")).is_empty());
        assert!(replaced((File, "")).is_empty());
        assert!(replaced((Symlink, "c")).is_empty());
        assert!(modified(&RULE, "a", "b", "b\n").is_empty());
    }
}
