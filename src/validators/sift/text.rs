//! Lines as they are searched: one text without regard to white space, which knows its line numbers.

use crate::model::is_hidden;
use memchr::memmem;
use std::ops::Range;

/// The most places of a quote. What stands in more places than that says nothing about where.
const MOST_FOUND: usize = 200;

/// The most steps of one search, so that a text made for it cannot make it slow.
const MOST_STEPS: usize = 2_000;

/// Lines in one searchable text.
#[derive(Debug, Default)]
pub(super) struct Text {
    /// The words of all lines with a space between them; a line end where lines are missing.
    joined: String,
    /// Where each line that is not blank begins in it, with its number.
    starts: Vec<(usize, u32)>,
}

/// A place of a quote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// The lines, half-open.
    pub lines: Range<u32>,
    /// Whether they hold nothing but the quote.
    pub is_exact: bool,
}

/// Returns a text with its words one space apart and without hidden characters.
pub(super) fn normal(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        let at = out.len();
        out.extend(word.chars().filter(|c| !is_hidden(*c)));
        if at > 0 && out.len() > at {
            out.insert(at, ' ');
        }
    }
    out
}

impl Text {
    /// Reads lines in the order of their numbers. Blank lines have no part in it.
    pub(super) fn new<'a>(lines: impl Iterator<Item = (u32, &'a str)>) -> Self {
        let mut text = Self::default();
        let mut next = None;
        let mut is_broken = false;
        for (number, line) in lines {
            is_broken |= next != Some(number);
            next = number.checked_add(1);
            let line = normal(line);
            if line.is_empty() {
                continue;
            }
            if !text.joined.is_empty() {
                text.joined.push(if is_broken { '\n' } else { ' ' });
            }
            is_broken = false;
            text.starts.push((text.joined.len(), number));
            text.joined.push_str(&line);
        }
        text
    }

    /// Returns where a normalised text stands, at most once for each line that it begins on; `None`: in too
    /// many places. It may begin and end within lines, but not within words, and runs over no missing line.
    pub(super) fn find(&self, wanted: &str) -> Option<Vec<Found>> {
        let mut found = Vec::new();
        if wanted.is_empty() {
            return Some(found);
        }
        let bytes = self.joined.as_bytes();
        let finder = memmem::Finder::new(wanted);
        let (mut at, mut steps) = (0, 0);
        while let Some(start) = bytes.get(at..).and_then(|rest| finder.find(rest)).map(|n| at + n) {
            steps += 1;
            if steps > MOST_STEPS || found.len() == MOST_FOUND {
                return None;
            }
            let end = start + wanted.len();
            if !self.is_whole(start, end) {
                at = start + 1;
                continue;
            }
            let (first, last) = (self.row(start), self.row(end - 1));
            found.push(Found {
                lines: self.number(first)..self.number(last).saturating_add(1),
                is_exact: self.begins(first) == start && self.begins(last + 1) == end + 1,
            });
            at = self.begins(first + 1);
        }
        Some(found)
    }

    /// Whether no word is cut at either end.
    fn is_whole(&self, start: usize, end: usize) -> bool {
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let cuts = |at: usize| {
            let (Some(before), Some(after)) = (self.joined.get(..at), self.joined.get(at..)) else {
                return true;
            };
            before.ends_with(is_word) && after.starts_with(is_word)
        };
        !cuts(start) && !cuts(end)
    }

    /// The row that holds the byte.
    fn row(&self, at: usize) -> usize {
        self.starts
            .partition_point(|(start, _)| *start <= at)
            .saturating_sub(1)
    }

    /// Where a row begins; behind the last one, where the next would.
    fn begins(&self, row: usize) -> usize {
        self.starts
            .get(row)
            .map_or(self.joined.len() + 1, |(start, _)| *start)
    }

    fn number(&self, row: usize) -> u32 {
        self.starts.get(row).map_or(0, |(_, number)| *number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(lines: &[(u32, &'static str)]) -> Text {
        Text::new(lines.iter().copied())
    }

    fn found(text: &Text, quote: &str) -> Vec<(Range<u32>, bool)> {
        let found = text.find(&normal(quote)).unwrap();
        found.into_iter().map(|f| (f.lines, f.is_exact)).collect()
    }

    #[test]
    fn white_space_and_hidden_characters_do_not_count() {
        assert_eq!(normal("\ta  b\u{200b}c \u{a0}\n d\u{202e}"), "a bc d");
        assert_eq!(normal(" \u{200b} "), "");
        let text = text(&[(1, "fn  a() {"), (2, "\tb( c )")]);
        assert_eq!(found(&text, "fn a()   {"), [(1..2, true)]);
    }

    #[test]
    fn a_quote_may_span_lines_and_skip_blank_ones() {
        let text = text(&[(7, "let a ="), (8, ""), (9, "  one + two;"), (10, "}")]);
        assert_eq!(found(&text, "let a =\n\n   one + two;"), [(7..10, true)]);
        assert_eq!(found(&text, "let a = one + two;"), [(7..10, true)], "reflowed");
        assert_eq!(found(&text, "a = one"), [(7..10, false)]);
    }

    #[test]
    fn no_quote_runs_over_lines_that_are_not_known() {
        let text = text(&[(1, "a"), (2, "b"), (9, "c")]);
        assert_eq!(found(&text, "a b"), [(1..3, true)]);
        assert_eq!(found(&text, "b c"), []);
    }

    #[test]
    fn words_are_not_cut() {
        let text = text(&[(1, "max = 10;"), (2, "x = 1;"), (3, "x = 1; y = 1;")]);
        assert_eq!(found(&text, "x = 1"), [(2..3, false), (3..4, false)]);
        assert_eq!(found(&text, "x = 1;"), [(2..3, true), (3..4, false)]);
        assert_eq!(found(&text, "ax = 10"), []);
    }

    #[test]
    fn what_stands_everywhere_is_refused() {
        let lines: Vec<(u32, &str)> = (1..=201).map(|n| (n, "}")).collect();
        assert_eq!(text(&lines[..200]).find("}").map(|f| f.len()), Some(200));
        assert_eq!(text(&lines).find("}"), None);
        let long = "a".repeat(MOST_STEPS + 100);
        let hostile = Text::new([(1, long.as_str())].into_iter());
        assert_eq!(hostile.find("aa"), None);
    }

    #[test]
    fn nothing_is_nowhere() {
        assert_eq!(text(&[]).find("a"), Some(Vec::new()));
        assert_eq!(text(&[(1, "a")]).find(""), Some(Vec::new()));
        assert_eq!(found(&text(&[(0, "a"), (u32::MAX, "a")]), "a").len(), 2);
    }
}
