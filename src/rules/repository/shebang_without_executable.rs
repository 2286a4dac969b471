//! Scripts that cannot be run by name.

use crate::check::{FileView, Rule, Run, Sink};
use crate::model::{Confidence, EntryKind, RuleInfo, Severity};
use std::borrow::Cow::Borrowed;

/// Finds files that come to start with `#!` and are not executable.
pub const RULE: Rule = Rule {
    info: RuleInfo {
        id: Borrowed("repository/shebang-without-executable"),
        summary: Borrowed("a `#!` line in a file that is not executable"),
        why: Borrowed("The line says how to run the file, but the system refuses to run it."),
        fix: Borrowed(
            "Run `git update-index --chmod=+x <path>`, or remove the line if the file is only included.",
        ),
        bad: Borrowed("100644 deploy.sh   #!/bin/sh"),
        good: Borrowed("100755 deploy.sh   #!/bin/sh"),
        severity: Severity::Info,
        confidence: Confidence::Medium,
        history: false,
        options: Borrowed(&[]),
    },
    run: Run::File(check),
};

fn check(view: &FileView<'_>, sink: &mut Sink<'_>) {
    if view.file.new.is_none_or(|s| s.kind != EntryKind::File) || !has_shebang(view) {
        return;
    }
    let lost_bit = view.file.old.is_some_and(|s| s.kind == EntryKind::Executable);
    let end = memchr::memchr(b'\n', view.bytes()).unwrap_or(view.bytes().len());
    let help = "run `git update-index --chmod=+x` on it, or remove the `#!` line";
    if lost_bit {
        sink.on_path(
            view.path(),
            "the file has a `#!` line and is no longer executable",
        )
        .help(help);
    } else if view.is_added(0) {
        sink.at(view, 0..end, "the file has a `#!` line and is not executable")
            .help(help);
    }
}

/// Whether the file names an interpreter; `#![` starts an attribute of Rust.
fn has_shebang(view: &FileView<'_>) -> bool {
    let path = view.text().and_then(|text| text.strip_prefix(b"#!"));
    path.is_some_and(|path| path.trim_ascii_start().starts_with(b"/"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::EntryKind::{Executable, File, Symlink};
    use crate::rules::testing::{added, case, deleted, modified};

    #[test]
    fn it_is_found() {
        assert_eq!(
            added(&RULE, "a", "#! /bin/sh\n"),
            ["info 0..10: the file has a `#!` line and is not executable"]
        );
        assert_eq!(
            modified(&RULE, "a", "x", "#!/bin/sh\nx"),
            ["info 0..9: the file has a `#!` line and is not executable"]
        );
        let case = case().entry("a", Some((Executable, "#!/bin/sh")), Some((File, "#!/bin/sh")));
        assert_eq!(
            case.run(&RULE),
            ["info a: the file has a `#!` line and is no longer executable"]
        );
    }

    #[test]
    fn the_rest_is_fine() {
        assert!(added(&RULE, "a.rs", "#![no_std]\n").is_empty());
        assert!(modified(&RULE, "a", "#!/bin/sh\nx", "#!/bin/sh\ny").is_empty());
        assert!(deleted(&RULE, "a", "#!/bin/sh\n").is_empty());
        let link = case().entry("a", None::<(EntryKind, &str)>, Some((Symlink, "#!/bin/sh")));
        assert!(link.run(&RULE).is_empty());
        let script = case().entry("a", None::<(EntryKind, &str)>, Some((Executable, "#!/bin/sh")));
        assert!(script.run(&RULE).is_empty());
    }
}
