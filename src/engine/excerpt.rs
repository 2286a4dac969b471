//! The lines around a place as they stand in the diff, cut to size, with secrets replaced.

use super::snippet;
use crate::check::Lines;
use crate::model::{DiffLine, Hunk, Mark, Region};
use std::ops::Range;

/// At most this many lines are shown.
const MOST: usize = 12;
/// At most this many of them stand before the place, unless little stands behind it.
const BEFORE: usize = 4;

/// One side of a changed file.
pub struct Sheet<'a> {
    bytes: &'a [u8],
    lines: Lines,
    secrets: Vec<Range<usize>>,
}

impl<'a> Sheet<'a> {
    /// Takes a text, with what of it must not be shown.
    #[must_use]
    pub fn new(bytes: &'a [u8], secrets: Vec<Range<usize>>) -> Self {
        Self {
            bytes,
            lines: Lines::new(bytes),
            secrets: snippet::disjoint(secrets),
        }
    }

    fn show(&self, line: u32, region: Option<Region>) -> (String, Option<Range<usize>>) {
        let whole = snippet::line(self.bytes, &self.lines, line);
        let mark = region.map(|region| marked(&whole, line, region));
        let at = mark.clone().unwrap_or(whole.start..whole.start);
        let mut text = String::new();
        let highlight = snippet::push_line(&mut text, self.bytes, whole, at, &self.secrets);
        (text, mark.map(|_| highlight))
    }
}

/// The bytes of a line that a region covers.
fn marked(whole: &Range<usize>, line: u32, region: Region) -> Range<usize> {
    let at = |column: u32| (whole.start + column.saturating_sub(1) as usize).min(whole.end);
    let start = if line + 1 == region.start_line {
        at(region.start_column)
    } else {
        whole.start
    };
    let end = if line + 1 == region.end_line {
        at(region.end_column)
    } else {
        whole.end
    };
    start..end.max(start)
}

/// Returns the lines around a region of the new side.
#[must_use]
pub fn excerpt(old: &Sheet<'_>, new: &Sheet<'_>, hunks: &[Hunk], region: Region) -> Vec<DiffLine> {
    let (first, count) = (region.start_line.saturating_sub(1), new.lines.count());
    if first >= count {
        return Vec::new();
    }
    let last = region.end_line.saturating_sub(1).clamp(first, count - 1);
    let end = (last.min(first + MOST as u32) + MOST as u32).min(count);
    let rows = rows(hunks, first.saturating_sub(MOST as u32), end, count);
    let at = rows.iter().position(|row| row.new == Some(first)).unwrap_or(0);
    // Behind the place stands at least as much as before it, where there is so much.
    let behind = rows.len() - at;
    let before = at.min(BEFORE.max(MOST.saturating_sub(behind)));
    let near = rows.into_iter().skip(at - before).take(MOST);
    near.map(|row| line(old, new, row, region, first..=last))
        .collect()
}

/// A line of the diff, numbers from 0.
struct Row {
    mark: Mark,
    old: Option<u32>,
    new: Option<u32>,
}

/// The lines of the diff from one line of the new side to another, without what was removed too far away to
/// be shown.
fn rows(hunks: &[Hunk], start: u32, end: u32, count: u32) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut next = hunks.partition_point(|hunk| hunk.new.end < start);
    for at in start..=end {
        let is_open = |hunk: &&Hunk| hunk.new.end <= at && !(hunk.new.is_empty() && hunk.new.start == at);
        while hunks.get(next).filter(is_open).is_some() {
            next += 1;
        }
        let hunk = hunks.get(next);
        if let Some(hunk) = hunk.filter(|hunk| hunk.new.start == at) {
            let gone = hunk.old.clone().rev().take(MOST).collect::<Vec<_>>();
            rows.extend(gone.into_iter().rev().map(|old| Row {
                mark: Mark::Removed,
                old: Some(old),
                new: None,
            }));
            if hunk.new.is_empty() {
                next += 1;
            }
        }
        if at == end || at == count {
            break;
        }
        let is_new = hunks.get(next).is_some_and(|hunk| hunk.new.contains(&at));
        let shift = next.checked_sub(1).and_then(|n| hunks.get(n));
        let before = shift.map_or(at, |hunk| hunk.old.end + (at - hunk.new.end.min(at)));
        rows.push(Row {
            mark: if is_new { Mark::Added } else { Mark::Kept },
            old: (!is_new).then_some(before),
            new: Some(at),
        });
    }
    rows
}

fn line(
    old: &Sheet<'_>,
    new: &Sheet<'_>,
    row: Row,
    region: Region,
    hit: std::ops::RangeInclusive<u32>,
) -> DiffLine {
    let (text, highlight) = match (row.old, row.new) {
        (_, Some(at)) => new.show(at, Some(region).filter(|_| hit.contains(&at))),
        (Some(at), None) => old.show(at, None),
        (None, None) => (String::new(), None),
    };
    DiffLine {
        mark: row.mark,
        old: row.old.map(|n| n + 1),
        new: row.new.map(|n| n + 1),
        text,
        highlight,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn region(first: u32, from: u32, last: u32, to: u32) -> Region {
        Region {
            start_line: first,
            start_column: from,
            end_line: last,
            end_column: to,
        }
    }

    /// The lines as a diff shows them, what the region is about in brackets.
    fn shown(old: &str, new: &str, hunks: &[Hunk], region: Region) -> Vec<String> {
        let hide = |text: &str| {
            text.match_indices("s3cret")
                .map(|(at, s)| at..at + s.len())
                .collect()
        };
        let (old, new) = (
            Sheet::new(old.as_bytes(), hide(old)),
            Sheet::new(new.as_bytes(), hide(new)),
        );
        let lines = excerpt(&old, &new, hunks, region).into_iter();
        lines
            .map(|line| {
                let sign = match line.mark {
                    Mark::Kept => ' ',
                    Mark::Removed => '-',
                    Mark::Added => '+',
                };
                let number = |n: Option<u32>| n.map_or("_".to_owned(), |n| n.to_string());
                let mut text = line.text;
                if let Some(range) = line.highlight {
                    text.insert(range.end, ']');
                    text.insert(range.start, '[');
                }
                format!("{} {} {sign}{text}", number(line.old), number(line.new))
            })
            .collect()
    }

    #[test]
    fn both_sides_stand_there() {
        let hunks = [Hunk { old: 1..3, new: 1..2 }, Hunk { old: 4..4, new: 3..4 }];
        let lines = shown("a\nb\nc\nd\ne\n", "a\nx\nd\ny\ne\n", &hunks, region(2, 1, 2, 2));
        assert_eq!(
            lines,
            [
                "1 1  a", "2 _ -b", "3 _ -c", "_ 2 +[x]", "4 3  d", "_ 4 +y", "5 5  e"
            ]
        );
    }

    #[test]
    fn what_is_gone_at_an_end_stands_there() {
        let hunks = [Hunk { old: 0..1, new: 0..0 }, Hunk { old: 2..3, new: 1..1 }];
        let lines = shown("a\nb\nc\n", "b\n", &hunks, region(1, 1, 1, 1));
        assert_eq!(lines, ["1 _ -a", "2 1  []b", "3 _ -c"]);
        assert_eq!(
            shown("a\n", "", &[Hunk { old: 0..1, new: 0..0 }], region(1, 1, 1, 1)),
            [""; 0]
        );
    }

    #[test]
    fn no_more_than_a_few_lines() {
        let new: String = (1..=99).map(|n| format!("{n}\n")).collect();
        let hunk = [Hunk {
            old: 0..50,
            new: 0..99,
        }];
        let old = "o\n".repeat(50);
        let lines = shown(&old, &new, &hunk, region(40, 1, 90, 2));
        assert_eq!(
            (lines.len(), lines[0].as_str(), lines[4].as_str()),
            (12, "_ 36 +36", "_ 40 +[40]")
        );
        let lines = shown(&old, &new, &hunk, region(99, 1, 99, 3));
        assert_eq!((lines.len(), lines[11].as_str()), (12, "_ 99 +[99]"));
        let lines = shown(&old, &new, &hunk, region(1, 1, 1, 2));
        assert_eq!((lines[0].as_str(), lines[4].as_str()), ("47 _ -o", "_ 1 +[1]"));
    }

    #[test]
    fn secrets_of_neither_side_are_shown() {
        let hunks = [Hunk { old: 0..1, new: 0..1 }];
        let lines = shown(
            "k = s3cret\n",
            "k = s3cret \u{1b}\n",
            &hunks,
            region(1, 11, 1, 12),
        );
        assert_eq!(lines, ["1 _ -k = [redacted]", "_ 1 +k = [redacted][ ]\\x1b"]);
    }
}
