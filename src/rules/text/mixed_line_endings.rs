//! Files that come to end some lines with CRLF and some with LF.

use crate::check::{FileView, Rule, Run, Sink};
use crate::model::{Confidence, Fix, RuleInfo, Severity};
use std::borrow::Cow::Borrowed;

/// Finds a change that makes a file mix CRLF and LF.
pub const RULE: Rule = Rule {
    info: RuleInfo {
        id: Borrowed("text/mixed-line-endings"),
        summary: Borrowed("CRLF and LF in one file"),
        why: Borrowed(
            "Tools that keep line endings show phantom changes, and shells and parsers trip over a stray carriage \
             return.",
        ),
        fix: Borrowed(
            "Use one line ending in the file, and a `text` attribute in `.gitattributes` to keep it so.",
        ),
        bad: Borrowed("one\r\ntwo\n"),
        good: Borrowed("one\ntwo\n"),
        severity: Severity::Low,
        confidence: Confidence::High,
        history: false,
        options: Borrowed(&[]),
    },
    run: Run::File(check),
};

fn check(view: &FileView<'_>, sink: &mut Sink<'_>) {
    let Some(text) = view.text().filter(|_| view.traits().carriage_return) else {
        return;
    };
    let new = Endings::of(text);
    if !new.is_mixed() || view.is_same_content() || Endings::of(view.old_bytes()).is_mixed() {
        return;
    }
    let odd_one = new.crlf <= new.lf;
    let odd = || memchr::memchr_iter(b'\n', text).filter(|at| ends_with_crlf(text, *at) == odd_one);
    let Some(at) = odd().find(|at| view.is_added_at(*at)) else {
        return;
    };
    let message = if odd_one {
        "a line ends with CRLF in a file of LF"
    } else {
        "a line ends with LF in a file of CRLF"
    };
    let draft = sink
        .at(view, at - usize::from(odd_one)..at, message)
        .help("use one line ending in the file");
    // Where it is not clear which ending is the file's, or others wrote the odd lines, nobody can say what is meant.
    let few = new.crlf.min(new.lf);
    if new.crlf != new.lf && few <= Fix::MOST && odd().all(|at| view.is_added_at(at)) {
        let (summary, edits) = match odd_one {
            true => (
                "end the lines with LF",
                odd().map(|at| (at - 1..at, "")).collect(),
            ),
            false => (
                "end the lines with CRLF",
                odd().map(|at| (at..at, "\r")).collect(),
            ),
        };
        draft.fix(summary, edits);
    }
}

/// How many lines end how.
struct Endings {
    crlf: usize,
    lf: usize,
}

impl Endings {
    fn of(text: &[u8]) -> Self {
        let all = memchr::memchr_iter(b'\n', text).count();
        let crlf = memchr::memmem::find_iter(text, b"\r\n").count();
        Self { crlf, lf: all - crlf }
    }

    fn is_mixed(&self) -> bool {
        self.crlf > 0 && self.lf > 0
    }
}

fn ends_with_crlf(text: &[u8], at: usize) -> bool {
    at > 0 && text[at - 1] == b'\r'
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{added, deleted, fixed, lets_be, modified};

    #[test]
    fn the_odd_line_is_found() {
        assert_eq!(
            added(&RULE, "a", "a\nb\nc\r\n"),
            ["low 5..6: a line ends with CRLF in a file of LF"]
        );
        assert_eq!(
            modified(&RULE, "a", "a\r\nb\r\n", "a\r\nb\r\nc\n"),
            ["low 7..7: a line ends with LF in a file of CRLF"]
        );
    }

    #[test]
    fn one_kind_is_fine() {
        lets_be(&RULE, "a", ["a\r\nb\r\n", "a\nb\n", "a\rb\n", ""]);
    }

    #[test]
    fn an_old_mix_is_left_alone() {
        assert!(modified(&RULE, "a", "a\r\nb\n", "a\r\nb\nc\n").is_empty());
        assert!(deleted(&RULE, "a", "a\r\nb\n").is_empty());
    }

    #[test]
    fn a_file_may_change_over() {
        assert!(modified(&RULE, "a", "a\r\nb\r\n", "a\nb\n").is_empty());
    }

    #[test]
    fn the_odd_lines_are_made_even() {
        assert_eq!(fixed(&RULE, "a", None, "a\nb\nd\nc\r\ne\r\n"), "a\nb\nd\nc\ne\n");
        let old = "a\r\nb\r\n";
        assert_eq!(fixed(&RULE, "a", Some(old), "a\r\nb\r\nc\n"), "a\r\nb\r\nc\r\n");
    }

    #[test]
    fn a_draw_stays_as_it_is() {
        assert_eq!(fixed(&RULE, "a", None, "a\nb\r\n"), "a\nb\r\n");
        // Two of the three lines that are left over are not the change's.
        let (old, new) = ("a\nb\n", "q\nx\r\ny\r\nz\r\nw\r\na\nb\n");
        assert_eq!(modified(&RULE, "a", old, new).len(), 1);
        assert_eq!(fixed(&RULE, "a", Some(old), new), new);
    }
}
