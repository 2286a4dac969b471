//! Executable text files without an interpreter.

use crate::check::{FileView, Rule, Run, Sink};
use crate::model::{Confidence, EntryKind, RuleInfo, Severity};
use std::borrow::Cow::Borrowed;

/// Finds text files that become executable and have no `#!` line.
pub const RULE: Rule = Rule {
    info: RuleInfo {
        id: Borrowed("repository/executable-without-shebang"),
        summary: Borrowed("an executable text file without a `#!` line"),
        why: Borrowed(
            "The system cannot run the file, so the bit is most often an accident of a foreign file system.",
        ),
        fix: Borrowed("Take the bit away with `git update-index --chmod=-x <path>`, or add a `#!` line."),
        bad: Borrowed("100755 notes.txt"),
        good: Borrowed("100644 notes.txt"),
        severity: Severity::Low,
        confidence: Confidence::High,
        history: false,
        options: Borrowed(&[]),
    },
    run: Run::File(check),
};

fn check(view: &FileView<'_>, sink: &mut Sink<'_>) {
    let executable = |s: crate::model::Side| s.kind == EntryKind::Executable;
    let file = view.file;
    let parents = file.other_parents.iter().copied().chain([file.old]);
    if !file.new.is_some_and(executable) || parents.into_iter().flatten().any(executable) {
        return;
    }
    let is_windows = matches!(&*view.extension(), "bat" | "cmd" | "ps1" | "com");
    if !is_windows && view.text().is_some_and(|text| !text.starts_with(b"#!")) {
        sink.on_path(view.path(), "the file is executable and has no `#!` line")
            .help("run `git update-index --chmod=-x` on it, or add a `#!` line");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::EntryKind::{Executable, File};
    use crate::rules::testing::{added, case};

    fn new(path: &str, bytes: &[u8]) -> Vec<String> {
        case()
            .entry(path, None::<(EntryKind, &[u8])>, Some((Executable, bytes)))
            .run(&RULE)
    }

    #[test]
    fn it_is_found() {
        let expected = ["low a.txt: the file is executable and has no `#!` line"];
        assert_eq!(new("a.txt", b"text\n"), expected);
        assert_eq!(new("a.txt", b""), expected);
        assert_eq!(
            case()
                .entry("a.txt", Some((File, "a")), Some((Executable, "a")))
                .run(&RULE),
            expected
        );
    }

    #[test]
    fn what_can_run_is_fine() {
        assert!(new("a", b"#!/bin/sh\n").is_empty());
        assert!(new("a", b"\x7fELF\0").is_empty());
        assert!(new("a.BAT", b"echo").is_empty());
        assert!(added(&RULE, "a", "text").is_empty());
        assert!(
            case()
                .entry("a", Some((Executable, "a")), Some((Executable, "b")))
                .run(&RULE)
                .is_empty()
        );
        assert!(
            case()
                .entry("a", Some((Executable, "a")), None::<(EntryKind, &str)>)
                .run(&RULE)
                .is_empty()
        );
    }
}
