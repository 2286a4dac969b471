//! Symbolic links that lead nowhere.

use super::is_new_path;
use super::link::{Lead, ancestors, lead};
use crate::check::{ChangeView, ReadError, Rule, Run, Sink};
use crate::model::{Confidence, EntryKind, FileChange, RuleInfo, Severity};
use bstr::{BStr, ByteSlice};
use std::borrow::Cow::Borrowed;

/// Finds changed symbolic links whose target is not in the tree that the change ends in.
///
/// Links through other links or into submodules are taken to lead somewhere. Links whose target the
/// change removes are not looked for: that would mean to read every link of the tree.
pub const RULE: Rule = Rule {
    info: RuleInfo {
        id: Borrowed("repository/symlink-broken"),
        summary: Borrowed("a symbolic link that leads nowhere"),
        why: Borrowed("In a fresh clone the link cannot be opened; most often its target was not added."),
        fix: Borrowed("Add the target, correct the link, or remove it."),
        bad: Borrowed("current -> releases/2.0   (no such path)"),
        good: Borrowed("current -> releases/1.0"),
        severity: Severity::Low,
        confidence: Confidence::Medium,
        history: false,
        options: Borrowed(&[]),
    },
    run: Run::Change(check),
};

fn check(view: &ChangeView<'_>, sink: &mut Sink<'_>) {
    let is_link = |f: &&FileChange| f.new.is_some_and(|s| s.kind == EntryKind::Symlink) && is_changed(f);
    for file in view.change.files.iter().filter(is_link) {
        // What cannot be read is the engine's to report: every link is read as a file too.
        if leads_nowhere(view, file).unwrap_or(false) {
            sink.on_path(
                file.path.as_bstr(),
                "the symbolic link leads to a path that is not in the repository",
            )
            .help("add the target, or correct the link");
        }
    }
}

/// Whether no parent has the link, at this path and with this target.
fn is_changed(file: &FileChange) -> bool {
    (file.new != file.old || is_new_path(file)) && !file.other_parents.contains(&file.new)
}

fn leads_nowhere(view: &ChangeView<'_>, file: &FileChange) -> Result<bool, ReadError> {
    let Some(side) = file.new else {
        return Ok(false);
    };
    let target = view.objects.blob(side.id)?;
    let Lead::Inside(path) = lead(file.path.as_bstr(), &target) else {
        return Ok(false);
    };
    let path = path.as_bstr();
    Ok(!path.is_empty() && !exists(view, path)? && !passes_a_link(view, path)?)
}

fn exists(view: &ChangeView<'_>, path: &BStr) -> Result<bool, ReadError> {
    let head = view.change.head;
    Ok(view.objects.entry(head, path)?.is_some() || !view.objects.names(head, path)?.is_empty())
}

fn passes_a_link(view: &ChangeView<'_>, path: &BStr) -> Result<bool, ReadError> {
    for dir in ancestors(path) {
        let entry = view.objects.entry(view.change.head, dir)?;
        if entry.is_some_and(|s| !s.kind.is_file()) {
            return Ok(true);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::EntryKind::{File, Submodule, Symlink};
    use crate::rules::testing::{Case, added, case};

    fn link(case: Case, target: &str) -> Vec<String> {
        case.entry("a/b", None::<(EntryKind, &str)>, Some((Symlink, target)))
            .run(&RULE)
    }

    #[test]
    fn a_missing_target_is_found() {
        let expected = ["low a/b: the symbolic link leads to a path that is not in the repository"];
        assert_eq!(link(case(), "c"), expected);
        assert_eq!(link(case().unchanged("c", File, ""), "../c/d"), expected);
    }

    #[test]
    fn a_target_in_the_tree_is_fine() {
        assert!(link(case().unchanged("a/c", File, ""), "c").is_empty());
        assert!(link(case().unchanged("c/d", File, ""), "../c").is_empty());
        assert!(link(case().file("a/c", None::<&str>, Some("")), "./c").is_empty());
        assert!(link(case(), "..").is_empty());
    }

    #[test]
    fn what_cannot_be_followed_is_let_be() {
        assert!(link(case().unchanged("c", Symlink, "d"), "../c/x").is_empty());
        assert!(link(case().unchanged("c", Submodule, "d"), "../c/x/y").is_empty());
        assert!(link(case(), "/usr/bin").is_empty());
        assert!(added(&RULE, "a", "b").is_empty());
        assert!(
            case()
                .entry("a", Some((Symlink, "b")), None::<(EntryKind, &str)>)
                .run(&RULE)
                .is_empty()
        );
    }
}
