//! What a fix comes to, for formats that want whole lines or other columns.

use super::column::Unit;
use crate::model::{Fix, Region, Touched};

/// Lines of a file, and what comes in their place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The first line that goes.
    pub first_line: u32,
    /// The last line that goes.
    pub last_line: u32,
    /// What goes.
    pub old: String,
    /// What comes.
    pub new: String,
}

/// Returns what a fix makes of the lines that it touches; `None`: they may not be shown, or the fix reaches
/// beyond them.
pub fn change(fix: &Fix) -> Option<Change> {
    let lines = fix.lines.as_ref()?;
    let mut new = lines.text.clone();
    for replacement in fix.replacements.iter().rev() {
        let Region {
            start_line,
            start_column,
            end_line,
            end_column,
        } = replacement.region;
        let range = offset(lines, start_line, start_column)?..offset(lines, end_line, end_column)?;
        // What stands behind it has been replaced already, so what comes before it is where it was.
        new.get(range.clone())?;
        new.replace_range(range, &replacement.text);
    }
    let count = u32::try_from(lines.text.split_inclusive('\n').count()).ok()?;
    Some(Change {
        first_line: lines.first_line,
        last_line: (lines.first_line + count).checked_sub(1)?,
        old: lines.text.clone(),
        new,
    })
}

/// Returns where the parts of a fix stand, columns in a unit; `None`: the lines are not there to count.
pub fn regions(fix: &Fix, unit: Unit) -> Option<Vec<Region>> {
    let lines = fix.lines.as_ref()?;
    let convert = |region: Region| {
        Some(Region {
            start_column: column(lines, region.start_line, region.start_column, unit)?,
            end_column: column(lines, region.end_line, region.end_column, unit)?,
            ..region
        })
    };
    fix.replacements.iter().map(|r| convert(r.region)).collect()
}

/// The byte of the lines at which a place stands; behind the last line end there is one more line.
fn offset(lines: &Touched, line: u32, column: u32) -> Option<usize> {
    let (start, len) = line_at(lines, line)?;
    let inside = (column as usize).checked_sub(1).filter(|at| *at <= len)?;
    Some(start + inside)
}

/// Where a line starts, and how long it is.
fn line_at(lines: &Touched, line: u32) -> Option<(usize, usize)> {
    let nth = line.checked_sub(lines.first_line)?;
    let mut start = 0;
    for _ in 0..nth {
        start += memchr::memchr(b'\n', &lines.text.as_bytes()[start..])? + 1;
    }
    let rest = &lines.text.as_bytes()[start..];
    Some((start, memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1)))
}

fn column(lines: &Touched, line: u32, bytes: u32, unit: Unit) -> Option<u32> {
    let (start, _) = line_at(lines, line)?;
    let before = lines.text.get(start..offset(lines, line, bytes)?)?;
    let units = match unit {
        Unit::Chars => before.chars().count(),
        Unit::Utf16 => before.encode_utf16().count(),
    };
    u32::try_from(units + 1).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Replacement;

    fn fix(parts: &[(u32, u32, u32, u32, &str)], first_line: u32, text: &str) -> Fix {
        let replacement = |part: &(u32, u32, u32, u32, &str)| Replacement {
            region: Region {
                start_line: part.0,
                start_column: part.1,
                end_line: part.2,
                end_column: part.3,
            },
            text: part.4.to_owned(),
        };
        Fix {
            summary: "x".to_owned(),
            replacements: parts.iter().map(replacement).collect(),
            lines: Some(Touched {
                first_line,
                text: text.to_owned(),
            }),
        }
    }

    #[test]
    fn lines_come_in_place_of_lines() {
        let two = fix(&[(7, 4, 7, 5, ""), (8, 2, 8, 4, "")], 7, "ä  \nb\t\t\n");
        let made = change(&two).unwrap();
        assert_eq!(
            (made.first_line, made.last_line, made.new.as_str()),
            (7, 8, "ä \nb\n")
        );
        assert_eq!(made.old, "ä  \nb\t\t\n");
        let gone = change(&fix(&[(2, 1, 4, 1, "")], 2, "\n\n")).unwrap();
        assert_eq!((gone.first_line, gone.last_line, gone.new.as_str()), (2, 3, ""));
        assert_eq!(change(&fix(&[(2, 3, 2, 3, "\n")], 2, "bc")).unwrap().new, "bc\n");
    }

    #[test]
    fn what_reaches_beyond_the_lines_is_none() {
        for part in [
            (1, 1, 2, 1, ""),
            (2, 1, 2, 9, ""),
            (2, 1, 5, 1, ""),
            (2, 2, 2, 3, ""),
        ] {
            assert_eq!(change(&fix(&[part], 2, "ä\n")), None, "{part:?}");
        }
    }

    #[test]
    fn columns_are_counted_in_units() {
        let wide = fix(&[(1, 8, 1, 9, "")], 1, "漢🦀 \n");
        let at = |unit| regions(&wide, unit).unwrap()[0];
        assert_eq!((at(Unit::Chars).start_column, at(Unit::Chars).end_column), (3, 4));
        assert_eq!((at(Unit::Utf16).start_column, at(Unit::Utf16).end_column), (4, 5));
    }
}
