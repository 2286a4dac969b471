//! Names that Windows cannot hold.

use super::is_new_path;
use crate::check::{FileView, Rule, Run, Sink};
use crate::model::{Confidence, RuleInfo, Severity};
use crate::rules::place::show;
use std::borrow::Cow::Borrowed;

/// Finds new paths with a name that Windows reserves or cannot write.
pub const RULE: Rule = Rule {
    info: RuleInfo {
        id: Borrowed("repository/windows-name"),
        summary: Borrowed("a name that Windows cannot hold"),
        why: Borrowed(
            "On Windows the checkout of the whole commit fails, or the file is lost without a word.",
        ),
        fix: Borrowed("Give the file another name."),
        bad: Borrowed("src/aux.c\nlogs/12:30.txt"),
        good: Borrowed("src/auxiliary.c\nlogs/12-30.txt"),
        severity: Severity::Medium,
        confidence: Confidence::High,
        history: false,
        options: Borrowed(&[]),
    },
    run: Run::File(check),
};

fn check(view: &FileView<'_>, sink: &mut Sink<'_>) {
    if !is_new_path(view.file) {
        return;
    }
    for name in view.path().split(|b| *b == b'/') {
        if let Some(what) = trouble(name) {
            let message = format!("windows cannot hold the name `{}`: {what}", show(name));
            sink.on_path(view.path(), message).help("give it another name");
            return;
        }
    }
}

fn trouble(name: &[u8]) -> Option<&'static str> {
    if name.iter().any(|b| b.is_ascii_control()) {
        return Some("it has a control character");
    }
    if name.iter().any(|b| b"<>:\"|?*\\".contains(b)) {
        return Some("it has one of `<>:\"|?*\\`");
    }
    if matches!(name.last(), Some(b' ' | b'.')) {
        return Some("it ends with a space or a dot");
    }
    is_reserved(name).then_some("it names a device")
}

/// Whether the part in front of the first dot names a device.
fn is_reserved(name: &[u8]) -> bool {
    const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "conin$", "conout$"];
    let stem = name
        .split(|b| *b == b'.')
        .next()
        .unwrap_or_default()
        .trim_ascii_end();
    if !(3..=7).contains(&stem.len()) {
        return false;
    }
    let stem = stem.to_ascii_lowercase();
    let port = |s: &[u8]| {
        s.strip_prefix(b"com")
            .or(s.strip_prefix(b"lpt"))
            .is_some_and(is_port)
    };
    DEVICES.iter().any(|d| stem == d.as_bytes()) || port(&stem)
}

/// Whether this is a digit from 1 to 9, or a superscript one, in UTF-8.
fn is_port(rest: &[u8]) -> bool {
    matches!(rest, [b'1'..=b'9'] | [0xC2, 0xB9 | 0xB2 | 0xB3])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{added, deleted, modified};

    #[test]
    fn bad_names_are_found() {
        for (path, expected) in [
            (
                "src/aux.c",
                "medium src/aux.c: windows cannot hold the name `aux.c`: it names a device",
            ),
            (
                "NUL",
                "medium NUL: windows cannot hold the name `NUL`: it names a device",
            ),
            (
                "Com1.tar.gz/a",
                "medium Com1.tar.gz/a: windows cannot hold the name `Com1.tar.gz`: it names a device",
            ),
            (
                "a./b",
                "medium a./b: windows cannot hold the name `a.`: it ends with a space or a dot",
            ),
            (
                "a ",
                "medium a : windows cannot hold the name `a `: it ends with a space or a dot",
            ),
            (
                "12:30",
                "medium 12:30: windows cannot hold the name `12:30`: it has one of `<>:\"|?*\\`",
            ),
            (
                "a\\b",
                "medium a\\b: windows cannot hold the name `a\\b`: it has one of `<>:\"|?*\\`",
            ),
            (
                "a\nb",
                "medium a\nb: windows cannot hold the name `a\\nb`: it has a control character",
            ),
        ] {
            assert_eq!(added(&RULE, path, ""), [expected]);
        }
    }

    #[test]
    fn good_names_are_fine() {
        for path in [
            ".gitignore",
            "auxiliary.c",
            "com0",
            "com10",
            "console/a",
            "nul_.rs",
            "a b",
            "\u{e9}",
            "lpt",
        ] {
            assert!(added(&RULE, path, "").is_empty(), "{path}");
        }
        assert!(modified(&RULE, "aux.c", "", "x").is_empty());
        assert!(deleted(&RULE, "aux.c", "").is_empty());
    }
}
