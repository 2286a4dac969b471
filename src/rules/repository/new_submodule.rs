//! New submodules, and old ones that come from elsewhere.

use crate::check::{FileView, Rule, Run, Sink};
use crate::model::{Confidence, EntryKind, RuleInfo, Severity};
use std::borrow::Cow::Borrowed;
use std::ops::Range;

/// Finds new submodules and changed URLs in `.gitmodules`.
pub const RULE: Rule = Rule {
    info: RuleInfo {
        id: Borrowed("repository/new-submodule"),
        summary: Borrowed("a new submodule, or another URL of one"),
        why: Borrowed(
            "A submodule brings in a foreign repository that no diff shows. A repository inside of the working tree \
             becomes one by accident with `git add .`.",
        ),
        fix: Borrowed(
            "Say in the message why it is needed; if it was an accident, run `git rm --cached <path>`.",
        ),
        bad: Borrowed("160000 vendor/tool"),
        good: Borrowed("a dependency in the manifest of the package manager"),
        severity: Severity::Low,
        confidence: Confidence::High,
        history: false,
        options: Borrowed(&[]),
    },
    run: Run::File(check),
};

fn check(view: &FileView<'_>, sink: &mut Sink<'_>) {
    let is_submodule = |s: crate::model::Side| s.kind == EntryKind::Submodule;
    if view.file.new.is_some_and(is_submodule) && is_new(view) {
        sink.on_path(view.path(), "a submodule is added")
            .help("run `git rm --cached` on it if it was an accident");
    }
    if view.path() == ".gitmodules" && view.file.old.is_some() {
        changed_urls(view, sink);
    }
}

/// Whether no parent has a submodule at the path.
fn is_new(view: &FileView<'_>) -> bool {
    let parents = [view.file.old]
        .into_iter()
        .chain(view.file.other_parents.iter().copied());
    !parents.flatten().any(|s| s.kind == EntryKind::Submodule)
}

/// Reports URLs in lines that replace others; a URL in new lines only belongs to a new submodule.
fn changed_urls(view: &FileView<'_>, sink: &mut Sink<'_>) {
    let Some(text) = view.text() else { return };
    for hunk in view.hunks().iter().filter(|h| !h.old.is_empty()) {
        for line in hunk.new.clone().map(|n| view.lines().range(n)) {
            if let Some(url) = url(text, line) {
                sink.at(view, url, "the URL of a submodule changes");
            }
        }
    }
}

/// Returns the bytes of the value in a line `url = value`.
fn url(text: &[u8], line: Range<usize>) -> Option<Range<usize>> {
    let bytes = &text[line.clone()];
    let key = bytes.trim_ascii_start().strip_prefix(b"url")?.trim_ascii_start();
    let value = key.strip_prefix(b"=")?.trim_ascii_start();
    let start = line.end - value.len();
    Some(start..start + value.trim_ascii_end().len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::EntryKind::{File, Submodule};
    use crate::rules::testing::{added, case, deleted, modified};

    #[test]
    fn a_new_submodule_is_found() {
        let new = |old| case().entry("lib", old, Some((Submodule, "1"))).run(&RULE);
        assert_eq!(new(None::<(EntryKind, &str)>), ["low lib: a submodule is added"]);
        assert_eq!(new(Some((File, "x"))), ["low lib: a submodule is added"]);
        assert!(new(Some((Submodule, "0"))).is_empty());
    }

    #[test]
    fn a_changed_url_is_found() {
        let text = |url: &str| format!("[submodule \"a\"]\n\tpath = a\n\turl = {url}\n");
        let found = modified(&RULE, ".gitmodules", text("x://a"), text("x://bb"));
        assert_eq!(found, ["low 33..39: the URL of a submodule changes"]);
        assert!(modified(&RULE, ".gitmodules", "", text("x")).is_empty());
        assert!(modified(&RULE, ".gitmodules", text("x"), text("x").replace("= a", "= b")).is_empty());
        assert!(added(&RULE, ".gitmodules", text("x")).is_empty());
        assert!(deleted(&RULE, ".gitmodules", text("x")).is_empty());
    }
}
