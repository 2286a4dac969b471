//! White space at the end of lines.

use crate::check::{FileView, Rule, Run, Sink};
use crate::model::{Confidence, Fix, RuleInfo, Severity};
use crate::rules::place;
use std::borrow::Cow::Borrowed;
use std::ops::Range;

/// Finds spaces and tabs at the end of added lines: `blank-at-eol` of git's `core.whitespace`.
///
/// Neighbouring lines are one finding. A carriage return in front of the line feed ends the line.
pub const RULE: Rule = Rule {
    info: RuleInfo {
        id: Borrowed("text/trailing-whitespace"),
        summary: Borrowed("white space at the end of a line"),
        why: Borrowed(
            "Nobody sees it, and the next editor that strips it makes the line part of an unrelated change.",
        ),
        fix: Borrowed("Remove it; most editors can do so when they save."),
        bad: Borrowed("let a = 1; \n"),
        good: Borrowed("let a = 1;\n"),
        severity: Severity::Low,
        confidence: Confidence::High,
        history: false,
        options: Borrowed(&[]),
    },
    run: Run::File(check),
};

fn check(view: &FileView<'_>, sink: &mut Sink<'_>) {
    let Some(text) = view.text().filter(|_| view.traits().blank_at_eol) else {
        return;
    };
    if place::is_diff(view) || view.is_generated() {
        return;
    }
    let markdown = place::is_markdown(view);
    let mut run: Option<Blanks> = None;
    for (line, bytes) in view.added_lines() {
        let Some(blank) = trailing(text, bytes, markdown) else {
            continue;
        };
        match run.as_mut().filter(|r| r.next == line) {
            Some(run) => {
                run.next += 1;
                run.all.push(blank);
            }
            None => {
                let fresh = Blanks {
                    next: line + 1,
                    all: vec![blank],
                };
                report(view, sink, run.replace(fresh));
            }
        }
    }
    report(view, sink, run);
}

/// Neighbouring lines with white space at their end.
struct Blanks {
    next: u32,
    all: Vec<Range<usize>>,
}

fn report(view: &FileView<'_>, sink: &mut Sink<'_>, run: Option<Blanks>) {
    let Some(run) = run else { return };
    let lines = match run.all.len() {
        1 => "the line".to_owned(),
        lines => format!("{lines} lines from here"),
    };
    let message = format!("white space at the end of {lines}");
    let draft = sink.at(view, run.all[0].clone(), message);
    if run.all.len() <= Fix::MOST && run.all.iter().all(|blank| is_idle(view, blank)) {
        let edits = run.all.into_iter().map(|blank| (blank, "")).collect();
        draft.fix("remove the white space", edits);
    }
}

/// Whether nothing depends on the white space: a blank behind a backslash is a blank, and without it the next
/// line belongs to this one; in Markdown two blanks or more behind a word break the line.
fn is_idle(view: &FileView<'_>, blank: &Range<usize>) -> bool {
    let before = view.bytes()[..blank.start].last();
    let is_word = before.is_some_and(|b| *b != b'\n');
    let may_break = blank.len() > 1 && is_word && place::is_markdown(view);
    before != Some(&b'\\') && !may_break
}

/// Returns the white space at the end of a line, unless it is a line break of Markdown.
fn trailing(text: &[u8], line: Range<usize>, markdown: bool) -> Option<Range<usize>> {
    let bytes = &text[line.clone()];
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
    let kept = bytes
        .iter()
        .rposition(|b| !matches!(b, b' ' | b'\t'))
        .map_or(0, |at| at + 1);
    let is_break = markdown && kept > 0 && &bytes[kept..] == b"  ";
    (kept < bytes.len() && !is_break).then(|| line.start + kept..line.start + bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{added, deleted, fixed, modified};

    #[test]
    fn it_is_found() {
        assert_eq!(
            added(&RULE, "a.rs", "a \nb\nc\t \r\n"),
            [
                "low 1..2: white space at the end of the line",
                "low 6..8: white space at the end of the line",
            ]
        );
        assert_eq!(
            added(&RULE, "a.rs", "a "),
            ["low 1..2: white space at the end of the line"]
        );
        assert_eq!(
            added(&RULE, "a.rs", " \n \n"),
            ["low 0..1: white space at the end of 2 lines from here"]
        );
    }

    #[test]
    fn markdown_breaks_lines_with_two_spaces() {
        assert!(added(&RULE, "a.md", "a  \nb\n").is_empty());
        assert_eq!(
            added(&RULE, "a.md", "a   \n  \n"),
            ["low 1..4: white space at the end of 2 lines from here"]
        );
        assert_eq!(
            added(&RULE, "a.rs", "a  \n"),
            ["low 1..3: white space at the end of the line"]
        );
    }

    #[test]
    fn only_added_lines_count() {
        assert!(modified(&RULE, "a.rs", "a \n", "a \nb\n").is_empty());
        assert!(deleted(&RULE, "a.rs", "a \n").is_empty());
        assert!(added(&RULE, "a.rs", "").is_empty());
        assert!(added(&RULE, "a.patch", "+a \n \n").is_empty());
        assert!(added(&RULE, "a.bin", b"\0 \n").is_empty());
    }

    #[test]
    fn it_is_removed() {
        let fix = |path: &str, text: &str| fixed(&RULE, path, None, text);
        assert_eq!(fix("a.rs", "a \nb\nc\t \r\n"), "a\nb\nc\r\n");
        assert_eq!(fix("a.rs", " \n \nx \n"), "\n\nx\n");
        assert_eq!(fix("a.md", "a \n   \n"), "a\n\n");
        assert_eq!(fixed(&RULE, "a.rs", Some("a \n"), "a \nb \n"), "a \nb\n");
    }

    #[test]
    fn what_may_mean_something_stays() {
        for (path, text) in [
            ("a.md", "a   \n"),
            ("a.sh", "a \\ \n"),
            ("a.rs", &"a \n".repeat(101)),
        ] {
            assert_eq!(fixed(&RULE, path, None, text), text);
        }
    }
}
