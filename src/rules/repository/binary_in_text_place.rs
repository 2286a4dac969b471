//! Binary content under the name of a text file.

use crate::check::{Content, FileView, Rule, Run, Sink};
use crate::model::{Confidence, RuleInfo, Severity};
use crate::rules::place;
use std::borrow::Cow::Borrowed;

/// Finds files that are named like text and hold a NUL byte.
pub const RULE: Rule = Rule {
    info: RuleInfo {
        id: Borrowed("repository/binary-in-text-place"),
        summary: Borrowed("binary content in a file named like text"),
        why: Borrowed(
            "Nobody can review what git shows as binary, and the file was most often damaged or saved as UTF-16. \
             Content can also be hidden this way.",
        ),
        fix: Borrowed("Save the file as UTF-8, or name it for what it is."),
        bad: Borrowed("src/main.rs   with a NUL byte"),
        good: Borrowed("src/main.rs   in UTF-8"),
        severity: Severity::Medium,
        confidence: Confidence::High,
        history: false,
        options: Borrowed(&[]),
    },
    run: Run::File(check),
};

fn check(view: &FileView<'_>, sink: &mut Sink<'_>) {
    let is_file = view.file.new.is_some_and(|s| s.kind.is_file());
    if !is_file || view.content() != Content::Binary || view.is_same_content() || !is_text_name(view) {
        return;
    }
    if is_binary(view.old_bytes()) {
        return;
    }
    let wide = view.bytes().starts_with(b"\xFF\xFE") || view.bytes().starts_with(b"\xFE\xFF");
    let (severity, message) = match (wide, view.file.old.is_some()) {
        (true, _) => (Severity::Low, "the file is in UTF-16, which git shows as binary"),
        (false, true) => (Severity::Medium, "a text file became binary"),
        (false, false) => (
            Severity::Medium,
            "the file is named like text and holds binary content",
        ),
    };
    let severity = if view.is_test() { Severity::Low } else { severity };
    sink.on_path(view.path(), message)
        .severity(severity)
        .help("save it as UTF-8, or name it for what it is");
}

/// Whether the name says text. A `.ts` file that starts with `G` is a video.
fn is_text_name(view: &FileView<'_>) -> bool {
    let extension = view.extension();
    let is_data = matches!(
        &*extension,
        "json"
            | "yml"
            | "yaml"
            | "toml"
            | "xml"
            | "ini"
            | "cfg"
            | "conf"
            | "csv"
            | "svg"
            | "lock"
            | "properties"
    );
    let is_video = extension == "ts" && view.bytes().first() == Some(&b'G');
    (is_data || place::is_code(view) || place::is_prose(view)) && !is_video && extension != "mo"
}

fn is_binary(bytes: &[u8]) -> bool {
    memchr::memchr(0, &bytes[..bytes.len().min(8000)]).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{added, deleted, modified};

    #[test]
    fn binary_content_is_found() {
        assert_eq!(
            added(&RULE, "a.rs", b"a\0"),
            ["medium a.rs: the file is named like text and holds binary content"]
        );
        assert_eq!(
            modified(&RULE, "a.rs", "a", b"a\0"),
            ["medium a.rs: a text file became binary"]
        );
        assert_eq!(
            added(&RULE, "a.ps1", b"\xFF\xFEa\0"),
            ["low a.ps1: the file is in UTF-16, which git shows as binary"]
        );
        assert_eq!(
            added(&RULE, "tests/a.json", b"\0"),
            ["low tests/a.json: the file is named like text and holds binary content"]
        );
    }

    #[test]
    fn the_rest_is_fine() {
        assert!(added(&RULE, "a.png", b"a\0").is_empty());
        assert!(added(&RULE, "a.ts", b"G\0").is_empty());
        assert!(added(&RULE, "a.rs", "a").is_empty());
        assert!(modified(&RULE, "a.rs", b"a\0", b"b\0").is_empty());
        assert!(deleted(&RULE, "a.rs", b"a\0").is_empty());
    }
}
