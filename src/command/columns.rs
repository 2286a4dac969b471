//! Where a report stands, as bytes of a text.

use super::parse::{Reported, Spot};
use crate::check::Lines;
use std::ops::Range;

/// What columns count. All begin at 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Columns {
    /// Bytes of UTF-8.
    Bytes,
    /// Units of UTF-16.
    Utf16,
    /// Characters.
    #[default]
    Chars,
}

/// Returns the bytes that a report is about; `None`: it names no line that the text has. One line behind the
/// end is the last line.
#[must_use]
pub fn range(reported: &Reported, columns: Columns, bytes: &[u8], lines: &Lines) -> Option<Range<usize>> {
    let start = reported.start?;
    let count = lines.count();
    if count == 0 || start.line == 0 || start.line > count + 1 {
        return None;
    }
    let text = |line: u32| whole(bytes, lines, line);
    let first = start.line.min(count);
    let line = text(first);
    let from = match start.column {
        Some(column) if start.line == first => offset(bytes, &line, column, columns),
        _ => line.start,
    };
    let end = reported.end.filter(|end| end.line >= first);
    let last = end.map_or(first, |end| end.line.min(count));
    let to = match end {
        Some(Spot {
            column: Some(column),
            line: at,
        }) if at == last => offset(bytes, &text(last), column, columns),
        Some(_) => text(last).end,
        None => line.end,
    };
    Some(from..to.max(from))
}

/// The bytes of a line, counted from 1, without its end.
fn whole(bytes: &[u8], lines: &Lines, line: u32) -> Range<usize> {
    let range = lines.range(line - 1);
    let text = &bytes[range.clone()];
    let text = text.strip_suffix(b"\n").unwrap_or(text);
    let text = text.strip_suffix(b"\r").unwrap_or(text);
    range.start..range.start + text.len()
}

/// Returns the byte at a column of a line, and its end for one behind it.
fn offset(bytes: &[u8], line: &Range<usize>, column: u32, columns: Columns) -> usize {
    let wanted = column.saturating_sub(1) as usize;
    if columns == Columns::Bytes {
        return (line.start + wanted).min(line.end);
    }
    let (mut at, mut units) = (line.start, 0);
    for chunk in bytes[line.clone()].utf8_chunks() {
        for c in chunk.valid().chars() {
            if units >= wanted {
                return at;
            }
            units += if columns == Columns::Utf16 {
                c.len_utf16()
            } else {
                1
            };
            at += c.len_utf8();
        }
        for _ in chunk.invalid() {
            if units >= wanted {
                return at;
            }
            units += 1;
            at += 1;
        }
    }
    line.end
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(
        start: (u32, Option<u32>),
        end: Option<(u32, Option<u32>)>,
        columns: Columns,
        text: &str,
    ) -> Option<String> {
        let spot = |(line, column)| Spot { line, column };
        let reported = Reported {
            start: Some(spot(start)),
            end: end.map(spot),
            ..Reported::default()
        };
        let range = range(&reported, columns, text.as_bytes(), &Lines::new(text.as_bytes()))?;
        Some(text[range].to_owned())
    }

    #[test]
    fn columns_are_found_in_each_unit() {
        let text = "a\u{1f600}\u{e4}b\r\nsecond\n";
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            at((1, Some(4)), Some((1, Some(5))), Columns::Chars, text),
            some("b")
        );
        assert_eq!(
            at((1, Some(5)), Some((1, Some(6))), Columns::Utf16, text),
            some("b")
        );
        assert_eq!(
            at((1, Some(8)), Some((1, Some(9))), Columns::Bytes, text),
            some("b")
        );
        assert_eq!(at((2, None), None, Columns::Chars, text), some("second"));
        assert_eq!(
            at((1, Some(4)), Some((2, None)), Columns::Chars, text),
            some("b\r\nsecond")
        );
        assert_eq!(at((3, Some(1)), None, Columns::Chars, text), some("second"));
        assert_eq!(at((1, Some(99)), None, Columns::Chars, text), some(""));
        for line in [0, 4, u32::MAX] {
            assert_eq!(at((line, None), None, Columns::Chars, text), None, "{line}");
        }
        assert_eq!(at((1, None), None, Columns::Chars, ""), None);
    }

    proptest! {
        #[test]
        fn no_place_makes_it_panic(text: Vec<u8>, start: (u32, Option<u32>), end: Option<(u32, Option<u32>)>, small in 0_u32..5) {
            let lines = Lines::new(&text);
            let spot = |(line, column)| Spot { line, column };
            for line in [small, start.0] {
                let reported = Reported {
                    start: Some(spot((line, start.1))),
                    end: end.map(spot),
                    ..Reported::default()
                };
                for columns in [Columns::Bytes, Columns::Utf16, Columns::Chars] {
                    if let Some(range) = range(&reported, columns, &text, &lines) {
                        prop_assert!(range.start <= range.end && range.end <= text.len());
                    }
                }
            }
        }
    }
}
