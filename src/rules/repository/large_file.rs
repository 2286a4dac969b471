//! Files that are too large for git.

use crate::check::{FileView, Rule, Run, Sink};
use crate::model::{Confidence, OptionKind, OptionSpec, RuleInfo, Severity};
use std::borrow::Cow::Borrowed;

/// Finds files above a size, unless Git LFS holds them or a package manager locks versions in them.
pub const RULE: Rule = Rule {
    info: RuleInfo {
        id: Borrowed("repository/large-file"),
        summary: Borrowed("a file that is too large for git"),
        why: Borrowed(
            "Every clone carries every version of the file for ever, and removing it later means to rewrite history.",
        ),
        fix: Borrowed(
            "Keep the file in Git LFS or in a place for artefacts, or raise `max-kib` if it belongs here.",
        ),
        bad: Borrowed("assets/demo.mp4   38 MiB"),
        good: Borrowed("assets/demo.mp4   a pointer of Git LFS"),
        severity: Severity::High,
        confidence: Confidence::High,
        history: true,
        options: Borrowed(&[OptionSpec {
            name: "max-kib",
            doc: "The largest size in KiB that a file may have.",
            kind: OptionKind::Int(500),
        }]),
    },
    run: Run::File(check),
};

fn check(view: &FileView<'_>, sink: &mut Sink<'_>) {
    let max = u64::try_from(sink.int("max-kib")).unwrap_or(0);
    if !view.file.new.is_some_and(|s| s.kind.is_file()) || view.size() <= max * 1024 {
        return;
    }
    if view.is_same_content() || is_lock_file(view) {
        return;
    }
    let kib = view.size().div_ceil(1024);
    let draft = sink.on_path(view.path(), format!("the file has {kib} KiB, more than {max}"));
    draft.help("keep it in Git LFS or outside of git, or raise `max-kib`");
    if was_large(view, max) {
        draft.severity(Severity::Medium);
    }
}

/// Whether the file was above the limit before the change.
fn was_large(view: &FileView<'_>, max: u64) -> bool {
    let old = view.file.old.filter(|s| s.kind.is_file());
    old.and_then(|s| view.objects().size(s.id).ok())
        .is_some_and(|size| size > max * 1024)
}

fn is_lock_file(view: &FileView<'_>) -> bool {
    const NAMES: &[&str] = &[
        "Cargo.lock",
        "composer.lock",
        "flake.lock",
        "Gemfile.lock",
        "go.sum",
        "mix.lock",
        "npm-shrinkwrap.json",
        "package-lock.json",
        "Package.resolved",
        "packages.lock.json",
        "pdm.lock",
        "Pipfile.lock",
        "pnpm-lock.yaml",
        "Podfile.lock",
        "poetry.lock",
        "pubspec.lock",
        "uv.lock",
        "yarn.lock",
        "bun.lock",
    ];
    NAMES.iter().any(|n| view.name() == n.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Choice, EntryKind};
    use crate::rules::testing::{added, case, deleted, modified};

    #[test]
    fn a_large_file_is_found() {
        let large = vec![b'a'; 500 * 1024 + 1];
        assert_eq!(
            added(&RULE, "a.bin", &large),
            ["high a.bin: the file has 501 KiB, more than 500"]
        );
        assert!(added(&RULE, "a.bin", &large[1..]).is_empty());
        assert_eq!(modified(&RULE, "a.bin", "", &large).len(), 1);
        assert!(deleted(&RULE, "a.bin", &large).is_empty());
        assert!(added(&RULE, "x/Cargo.lock", &large).is_empty());
    }

    #[test]
    fn a_file_that_was_large_does_not_block() {
        let (old, new) = (vec![b'a'; 600 * 1024], vec![b'b'; 601 * 1024]);
        assert_eq!(
            modified(&RULE, "a.bin", &old, &new),
            ["medium a.bin: the file has 601 KiB, more than 500"]
        );
        let moved = case().file("b.bin", Some(&old), Some(&old)).renamed_from("a.bin");
        assert!(moved.run(&RULE).is_empty());
    }

    #[test]
    fn content_that_is_not_read_counts_too() {
        let large = vec![b'a'; 600 * 1024];
        let case = case().limit(1000).file("a.bin", None::<&str>, Some(&large));
        assert_eq!(
            case.run(&RULE),
            ["high a.bin: the file has 600 KiB, more than 500"]
        );
    }

    #[test]
    fn the_limit_can_be_set() {
        let case = || case().option("max-kib", Choice::Int(1));
        let found = case().file("a", None::<&str>, Some(vec![b'a'; 1025])).run(&RULE);
        assert_eq!(found, ["high a: the file has 2 KiB, more than 1"]);
        let link = case().entry(
            "a",
            None::<(EntryKind, &str)>,
            Some((EntryKind::Symlink, "a".repeat(2000))),
        );
        assert!(link.run(&RULE).is_empty());
    }
}
