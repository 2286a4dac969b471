//! What to write instead, as lines and columns.

use super::snippet;
use crate::check::{Draft, Edits, Lines};
use crate::model::{Fix, Region, Replacement, Touched, is_hidden};
use std::ops::Range;

/// More bytes than this of a file are not shown beside a fix.
const LONGEST: usize = 4096;

/// Takes away what two drafts want at the same place: the first one has it.
pub fn settle(drafts: &mut [Draft]) {
    if drafts.iter().filter(|draft| draft.fix.is_some()).count() < 2 {
        return;
    }
    let mut taken: Vec<Range<usize>> = Vec::new();
    for draft in drafts {
        let Some(edits) = &draft.fix else { continue };
        let is_taken = |range: &Range<usize>| {
            let at = taken.partition_point(|t| t.end <= range.start);
            taken.get(at).is_some_and(|t| t.start < range.end)
        };
        if edits.all.iter().any(|(range, _)| is_taken(range)) {
            draft.fix = None;
            continue;
        }
        taken.extend(edits.all.iter().map(|(range, _)| range.clone()));
        taken.sort_by_key(|range| (range.start, range.end));
    }
}

/// Makes a fix of edits. There is none where they are too many or touch a secret.
pub fn of(edits: Edits, text: &[u8], lines: &Lines, secrets: &[Range<usize>]) -> Option<Fix> {
    let (first, last) = (edits.all.first()?.0.start, edits.all.last()?.0.end);
    let fits = |(range, _): &(Range<usize>, _)| {
        range.start <= range.end && range.end <= text.len() && !snippet::holds(range, secrets)
    };
    if edits.all.len() > Fix::MOST || !edits.all.iter().all(fits) {
        return None;
    }
    let touched = touched(text, lines, first..last, secrets);
    let replacements = edits.all.into_iter().map(|(range, text_now)| Replacement {
        region: region(text, lines, &range),
        text: text_now.to_owned(),
    });
    Some(Fix {
        summary: edits.summary,
        replacements: replacements.collect(),
        lines: touched,
    })
}

/// The lines of a range, where all of them may be shown as they are.
fn touched(text: &[u8], lines: &Lines, range: Range<usize>, secrets: &[Range<usize>]) -> Option<Touched> {
    let first = lines.line_of(range.start);
    let last = lines.line_of(range.end.max(range.start + 1) - 1);
    let whole = lines.range(first).start..lines.range(last).end;
    if whole.len() > LONGEST || snippet::holds(&whole, secrets) {
        return None;
    }
    let text = std::str::from_utf8(&text[whole]).ok()?;
    let unseen = |c: char| !matches!(c, '\n' | '\t') && is_hidden(c);
    let is_plain = !text.replace("\r\n", "\n").contains(unseen);
    is_plain.then(|| Touched {
        first_line: first + 1,
        text: text.to_owned(),
    })
}

/// The region of a range; unlike that of a finding, what goes up to a line end goes up to the next line.
fn region(text: &[u8], lines: &Lines, range: &Range<usize>) -> Region {
    let point = |at: usize| {
        if at == text.len() && text.last() == Some(&b'\n') {
            return (lines.count() + 1, 1);
        }
        let line = lines.line_of(at);
        (line + 1, (at - lines.range(line).start.min(at)) as u32 + 1)
    };
    let (start, end) = (point(range.start), point(range.end));
    Region {
        start_line: start.0,
        start_column: start.1,
        end_line: end.0,
        end_column: end.1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(text: &str, all: Vec<(Range<usize>, &'static str)>, secrets: &[Range<usize>]) -> Option<Fix> {
        let summary = "x".to_owned();
        of(
            Edits { summary, all },
            text.as_bytes(),
            &Lines::new(text.as_bytes()),
            secrets,
        )
    }

    fn places(fix: &Fix) -> Vec<(u32, u32, u32, u32)> {
        let place = |r: &Region| (r.start_line, r.start_column, r.end_line, r.end_column);
        fix.replacements.iter().map(|r| place(&r.region)).collect()
    }

    #[test]
    fn it_stands_on_lines_and_columns() {
        let fix = made("one\ntwo \nthree\t\nfour\n", vec![(7..8, ""), (14..15, "")], &[]).unwrap();
        assert_eq!(places(&fix), [(2, 4, 2, 5), (3, 6, 3, 7)]);
        let lines = fix.lines.unwrap();
        assert_eq!((lines.first_line, lines.text.as_str()), (2, "two \nthree\t\n"));
        let end = made("a\n\n\n", vec![(2..4, "")], &[]).unwrap();
        assert_eq!(places(&end), [(2, 1, 4, 1)]);
        assert_eq!(end.lines.unwrap().text, "\n\n");
        let open = made("a\nbc", vec![(4..4, "\n")], &[]).unwrap();
        assert_eq!(places(&open), [(2, 3, 2, 3)]);
        assert_eq!(open.lines.unwrap().text, "bc");
    }

    #[test]
    fn no_secret_is_touched_or_shown() {
        assert_eq!(
            made("key \n", vec![(3..4, "")], std::slice::from_ref(&(2..4))),
            None
        );
        let beside = made("key \n", vec![(3..4, "")], std::slice::from_ref(&(0..3))).unwrap();
        assert_eq!((places(&beside), beside.lines), (vec![(1, 4, 1, 5)], None));
    }

    #[test]
    fn what_nobody_sees_is_not_shown() {
        for text in ["a\u{202e} \n", "a\u{1b} \n", "a\r \n"] {
            let at = text.len() - 2;
            assert_eq!(made(text, vec![(at..at + 1, "")], &[]).unwrap().lines, None);
        }
        let crlf = made("a \r\n", vec![(1..2, "")], &[]).unwrap();
        assert_eq!(crlf.lines.unwrap().text, "a \r\n");
        let long = format!("{} \n", "a".repeat(LONGEST));
        assert_eq!(
            made(&long, vec![(LONGEST..LONGEST + 1, "")], &[]).unwrap().lines,
            None
        );
        let many = vec![(0..0, ""); Fix::MOST + 1];
        assert_eq!(made("a", many, &[]), None);
    }
}
