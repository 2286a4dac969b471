//! Names that differ by case alone.

use super::is_new_path;
use crate::check::{ChangeView, Rule, Run, Sink};
use crate::model::{Confidence, Oid, RuleInfo, Severity};
use crate::rules::place::show;
use bstr::{BStr, BString, ByteSlice};
use std::borrow::Cow::Borrowed;
use std::collections::{BTreeMap, BTreeSet};

/// Finds added paths of which a file or directory has a sibling that differs by case alone.
///
/// Only the directories along the added paths are listed, each once. Unicode normalisation is not
/// looked at.
pub const RULE: Rule = Rule {
    info: RuleInfo {
        id: Borrowed("repository/case-conflict"),
        summary: Borrowed("two names that differ by case alone"),
        why: Borrowed(
            "Windows and macOS keep only one of the two: a checkout there loses a file, and `git status` is never \
             clean again.",
        ),
        fix: Borrowed("Give one of the two another name, or remove one."),
        bad: Borrowed("docs/Readme.md\ndocs/README.md"),
        good: Borrowed("docs/README.md"),
        severity: Severity::High,
        confidence: Confidence::High,
        history: false,
        options: Borrowed(&[]),
    },
    run: Run::Change(check),
};

fn check(view: &ChangeView<'_>, sink: &mut Sink<'_>) {
    let mut directories = Directories {
        view,
        known: BTreeMap::new(),
    };
    let mut reported = BTreeSet::new();
    for file in view.change.files.iter().filter(|f| is_new_path(f)) {
        for (dir, name) in parts(file.path.as_bstr()) {
            let Some(other) = directories.twin(dir, name) else {
                continue;
            };
            if reported.insert((dir, fold(name))) && !was_there(view, dir, name) {
                let message = format!("`{}` and `{}` differ by case alone", show(name), show(&other));
                sink.on_path(file.path.as_bstr(), message)
                    .help("give one of them another name");
            }
        }
    }
}

/// The listings that were asked for: each folded name of a directory with the names it stands for.
struct Directories<'a> {
    view: &'a ChangeView<'a>,
    known: BTreeMap<BString, BTreeMap<String, Vec<BString>>>,
}

impl Directories<'_> {
    /// Returns another name of the directory that differs by case alone.
    fn twin(&mut self, dir: &BStr, name: &BStr) -> Option<BString> {
        if !self.known.contains_key(dir) {
            let names = list(self.view, self.view.change.head, dir);
            self.known.insert(dir.to_owned(), names);
        }
        let names = self.known.get(dir)?.get(&fold(name))?;
        names.iter().find(|n| n.as_bstr() != name).cloned()
    }
}

fn list(view: &ChangeView<'_>, tree: Oid, dir: &BStr) -> BTreeMap<String, Vec<BString>> {
    let mut folded: BTreeMap<String, Vec<BString>> = BTreeMap::new();
    // A tree that cannot be read is the engine's to report: the files in it cannot be read either.
    for (name, _) in view.objects.names(tree, dir).unwrap_or_default() {
        folded.entry(fold(name.as_bstr())).or_default().push(name);
    }
    folded
}

/// Whether both names stood in the directory before the change.
fn was_there(view: &ChangeView<'_>, dir: &BStr, name: &BStr) -> bool {
    let Some(base) = view.change.base else {
        return false;
    };
    list(view, base, dir)
        .get(&fold(name))
        .is_some_and(|names| names.len() > 1)
}

/// Returns each part of a path with the directory it stands in.
fn parts(path: &BStr) -> impl Iterator<Item = (&BStr, &BStr)> {
    let ends = memchr::memchr_iter(b'/', path).chain([path.len()]);
    let mut start = 0;
    ends.map(move |end| {
        let part = (path[..start.max(1) - 1].as_bstr(), path[start..end].as_bstr());
        start = end + 1;
        part
    })
    .filter(|(_, name)| !name.is_empty())
}

fn fold(name: &BStr) -> String {
    name.to_str_lossy().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::EntryKind::File;
    use crate::rules::testing::{added, case};

    #[test]
    fn a_new_name_is_held_against_its_siblings() {
        let case =
            case()
                .unchanged("docs/README.md", File, "")
                .file("docs/Readme.md", None::<&str>, Some(""));
        assert_eq!(
            case.run(&RULE),
            ["high docs/Readme.md: `Readme.md` and `README.md` differ by case alone"]
        );
    }

    #[test]
    fn directories_conflict_once() {
        let case = case()
            .unchanged("src/a", File, "")
            .file("Src/b", None::<&str>, Some(""))
            .file("Src/c", None::<&str>, Some(""));
        assert_eq!(
            case.run(&RULE),
            ["high Src/b: `Src` and `src` differ by case alone"]
        );
    }

    #[test]
    fn two_new_names_conflict_once() {
        let case = case()
            .file("A\u{c4}", None::<&str>, Some(""))
            .file("a\u{e4}", None::<&str>, Some(""));
        assert_eq!(
            case.run(&RULE),
            ["high A\u{c4}: `A\u{c4}` and `a\u{e4}` differ by case alone"]
        );
    }

    #[test]
    fn an_old_conflict_is_left_alone() {
        let case =
            case()
                .unchanged("A/x", File, "")
                .unchanged("a/x", File, "")
                .file("A/y", None::<&str>, Some(""));
        assert_eq!(case.run(&RULE), [""; 0]);
    }

    #[test]
    fn other_names_are_fine() {
        assert!(added(&RULE, "a/b/c", "").is_empty());
        let case = case()
            .unchanged("a/b", File, "")
            .file("A2/b", None::<&str>, Some(""))
            .file("a/c", Some(""), Some("x"));
        assert!(case.run(&RULE).is_empty());
    }

    #[test]
    fn a_change_of_case_is_fine() {
        let case = case()
            .file("readme", Some("x"), None::<&str>)
            .file("README", None::<&str>, Some("x"));
        assert!(case.renamed_from("readme").run(&RULE).is_empty());
    }
}
