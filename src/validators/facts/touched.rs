//! Whether a change writes tests.

use crate::check::FileView;
use crate::model::{ChangeSet, Objects};
use bstr::ByteSlice;

/// What stands before a test in Rust.
const ATTRIBUTES: [&str; 5] = ["#[test]", "::test]", "::test(", "#[rstest", "proptest!"];

/// Whether a change adds lines to tests. What it takes out of them tests nothing.
pub fn tests(change: &ChangeSet, objects: &dyn Objects, file_bytes: u64) -> bool {
    let is_read = |view: &FileView<'_>| {
        let size = |side: crate::model::Side| objects.size(side.id).is_ok_and(|size| size <= file_bytes);
        view.file
            .new
            .is_some_and(|side| side.kind.is_file() && size(side))
            && view.file.old.is_none_or(size)
    };
    change
        .files
        .iter()
        .map(|file| FileView::new(file, objects))
        .filter(is_read)
        .any(|view| writes_tests(&view))
}

fn writes_tests(view: &FileView<'_>) -> bool {
    let is_rust = view.path().ends_with(b".rs");
    if view.is_same_content() || !(is_rust || is_test(view)) {
        return false;
    }
    let mut added = view.added_lines();
    match is_test(view) {
        true => added.next().is_some(),
        false => {
            let tests = test_modules(view);
            added.any(|(line, range)| {
                let text = &view.bytes()[range];
                let has = |attribute: &&str| text.contains_str(attribute);
                ATTRIBUTES.iter().any(has) || tests.iter().any(|t| t.contains(&line))
            })
        }
    }
}

/// Whether a path is that of a test. Examples and samples are none.
fn is_test(view: &FileView<'_>) -> bool {
    const NO_TESTS: [&str; 3] = ["example", "examples", "samples"];
    let path = view.path().to_str_lossy();
    let name = path.rsplit('/').next().unwrap_or_default();
    let stem = name.split('.').next().unwrap_or_default();
    let is_class = ["Test", "Tests", "IT", "Spec"].iter().any(|end| {
        let before = stem.strip_suffix(end);
        before.is_some_and(|before| before.ends_with(|c: char| c.is_lowercase() || c.is_ascii_digit()))
    });
    let is_module = ["tests", "test", "conftest"].contains(&stem);
    let is_other = path.split('/').any(|part| NO_TESTS.contains(&part));
    is_class || is_module || (view.is_test() && !is_other)
}

/// Returns the lines of the modules of a Rust file that are compiled for tests alone, from 0.
fn test_modules(view: &FileView<'_>) -> Vec<std::ops::Range<u32>> {
    let lines = view.lines();
    let line = |at: u32| view.bytes()[lines.range(at)].as_bstr();
    let mut found = Vec::new();
    let mut at = 0;
    while at < lines.count() {
        let text = line(at).trim_end();
        at += 1;
        let indent = text.len() - text.trim_start().len();
        let head = line(at).trim();
        if text.trim() != b"#[cfg(test)]" || !head.contains_str("mod ") || !head.ends_with(b"{") {
            continue;
        }
        let closes = |at: &u32| {
            let text = line(*at).trim_end();
            text.len() == indent + 1 && text.ends_with(b"}")
        };
        let end = (at..lines.count()).find(closes).unwrap_or(lines.count());
        found.push(at + 1..end);
        at = end;
    }
    found
}
