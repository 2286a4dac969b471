//! Conflict markers that a merge left behind.

use crate::check::{FileView, Rule, Run, Sink};
use crate::model::{Confidence, RuleInfo, Severity};
use crate::rules::place;
use memchr::memmem;
use std::borrow::Cow::Borrowed;
use std::ops::Range;

/// Finds lines that `git merge` writes around a conflict.
///
/// One kind of marker alone is not enough: seven `=` are a heading in reStructuredText, and a quoted
/// mail may start with seven `>`.
pub const RULE: Rule = Rule {
    info: RuleInfo {
        id: Borrowed("text/merge-marker"),
        summary: Borrowed("conflict markers left by a merge"),
        why: Borrowed(
            "Git writes these lines where it could not merge. A file that still holds them does not compile, \
             does not parse, or shows both versions to its readers.",
        ),
        fix: Borrowed("Decide which side is right, remove the markers and stage the file again."),
        bad: Borrowed("<<<<<<< HEAD\nlet port = 80;\n=======\nlet port = 8080;\n>>>>>>> feature\n"),
        good: Borrowed("let port = 8080;\n"),
        severity: Severity::High,
        confidence: Confidence::High,
        history: false,
        options: Borrowed(&[]),
    },
    run: Run::File(check),
};

fn check(view: &FileView<'_>, sink: &mut Sink<'_>) {
    let Some(text) = view.text().filter(|_| view.traits().triple_angle) else {
        return;
    };
    let markers = markers(text);
    let kinds = Kind::ALL.iter().filter(|k| markers.iter().any(|m| m.kind == **k));
    if kinds.count() < 2 {
        return;
    }
    let mut fences = Fences::default();
    for conflict in conflicts(&markers).into_iter().filter(|c| view.is_added_in(c)) {
        let from = markers.partition_point(|m| m.line.start < conflict.start);
        let Some(marker) = markers[from..].iter().find(|m| view.is_added_at(m.line.start)) else {
            continue;
        };
        let is_quoted = place::is_markdown(view) && fences.hold(text, marker.line.start);
        let severity = if is_quoted || view.is_test() {
            Severity::Medium
        } else {
            Severity::High
        };
        sink.at(view, marker.line.clone(), "a conflict marker is left in the file")
            .severity(severity)
            .help("resolve the conflict, then `git add` the file");
    }
}

/// What a marker line is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Ours,
    Middle,
    Theirs,
}

impl Kind {
    const ALL: [Self; 3] = [Self::Ours, Self::Middle, Self::Theirs];
}

/// A marker line, without its line feed.
struct Marker {
    kind: Kind,
    line: Range<usize>,
}

/// Returns the marker lines in order; none if no line opens or closes a conflict.
fn markers(text: &[u8]) -> Vec<Marker> {
    let mut found = Vec::new();
    for (kind, needle) in [(Kind::Ours, "<<<<<<< "), (Kind::Theirs, ">>>>>>> ")] {
        found.extend(lines_with(text, needle).map(|line| Marker { kind, line }));
    }
    if found.is_empty() {
        return found;
    }
    let middle = lines_with(text, "=======").filter(|line| text[line.clone()].trim_ascii_end().len() == 7);
    found.extend(middle.map(|line| Marker {
        kind: Kind::Middle,
        line,
    }));
    found.sort_by_key(|m| m.line.start);
    found
}

/// Returns the lines that start with `needle`.
fn lines_with<'a>(text: &'a [u8], needle: &'a str) -> impl Iterator<Item = Range<usize>> + 'a {
    memmem::find_iter(text, needle)
        .filter(|at| *at == 0 || text[at - 1] == b'\n')
        .map(|at| at..at + memchr::memchr(b'\n', &text[at..]).unwrap_or(text.len() - at))
}

/// Returns each conflict from its first to its last marker.
fn conflicts(markers: &[Marker]) -> Vec<Range<usize>> {
    let mut out: Vec<Range<usize>> = Vec::new();
    let mut open = false;
    for marker in markers {
        match out.last_mut().filter(|_| open && marker.kind != Kind::Ours) {
            Some(last) => last.end = marker.line.end,
            None => out.push(marker.line.clone()),
        }
        open = marker.kind != Kind::Theirs;
    }
    out
}

/// Counts the fences of Markdown on the way down: what stands between two may be an example.
#[derive(Default)]
struct Fences {
    count: usize,
    read: usize,
}

impl Fences {
    fn hold(&mut self, text: &[u8], at: usize) -> bool {
        let lines = text[self.read.min(at)..at].split(|b| *b == b'\n');
        self.count += lines.filter(|l| is_fence(l)).count();
        self.read = at;
        self.count % 2 == 1
    }
}

fn is_fence(line: &[u8]) -> bool {
    let line = line.trim_ascii_start();
    line.starts_with(b"```") || line.starts_with(b"~~~")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{added, deleted, modified};

    const CONFLICT: &str = "a\n<<<<<<< HEAD\nb\n=======\nc\n>>>>>>> topic\nd\n";

    #[test]
    fn a_conflict_is_found_once() {
        let expected = ["high 2..14: a conflict marker is left in the file"];
        assert_eq!(added(&RULE, "a.rs", CONFLICT), expected);
        assert_eq!(modified(&RULE, "a.rs", "a\nd\n", CONFLICT), expected);
        assert_eq!(added(&RULE, "a.rs", format!("{CONFLICT}{CONFLICT}")).len(), 2);
    }

    #[test]
    fn what_is_left_of_a_conflict_is_found() {
        let rest = "a\n=======\nc\n>>>>>>> topic\n";
        assert_eq!(
            added(&RULE, "a.rs", rest),
            ["high 2..9: a conflict marker is left in the file"]
        );
        let crlf = "<<<<<<< HEAD\r\n=======\r\n>>>>>>> topic";
        assert_eq!(
            added(&RULE, "a.rs", crlf),
            ["high 0..13: a conflict marker is left in the file"]
        );
    }

    #[test]
    fn one_kind_alone_is_something_else() {
        assert!(added(&RULE, "a.rst", "Heading\n=======\n").is_empty());
        assert!(added(&RULE, "a.txt", ">>>>>>> quoted mail\n").is_empty());
        assert!(added(&RULE, "a.c", "a = b <<<<<<< c;\n ======= \n").is_empty());
        assert!(added(&RULE, "a.c", "x <<<<<<< HEAD\n >>>>>>> b\n").is_empty());
    }

    #[test]
    fn an_old_conflict_is_left_alone() {
        assert!(modified(&RULE, "a.rs", CONFLICT, format!("{CONFLICT}e\n")).is_empty());
        assert!(deleted(&RULE, "a.rs", CONFLICT).is_empty());
    }

    #[test]
    fn an_example_does_not_block() {
        let expected = ["medium 2..14: a conflict marker is left in the file"];
        assert_eq!(added(&RULE, "tests/a.rs", CONFLICT), expected);
        let quoted = format!("```\n{CONFLICT}```\n");
        assert_eq!(
            added(&RULE, "a.md", quoted),
            ["medium 6..18: a conflict marker is left in the file"]
        );
        assert_eq!(
            added(&RULE, "a.md", CONFLICT),
            ["high 2..14: a conflict marker is left in the file"]
        );
    }
}
