//! Step 2: where the quoted code stands.
//!
//! The line comes from here and never from the model: its number only chooses between several places. What
//! is not found is dropped; the nearest line is not a substitute.

use super::gap;
use super::text::{Found, Text, normal};
use crate::validators::ground::GroundFile;
use std::ops::Range;

/// Nothing is quoted.
pub const NO_QUOTE: &str = "no-quote";
/// The quote has neither a letter nor a digit.
pub const SAYS_NOTHING: &str = "quote-says-nothing";
/// The quote stands nowhere in the file.
pub const NOT_FOUND: &str = "quote-not-found";
/// The quote stands in several places, and none is nearer.
pub const AMBIGUOUS: &str = "quote-ambiguous";

/// The known lines of one file, ready to be searched.
pub(super) struct Searchable {
    new: Text,
    removed: Text,
}

/// Where a quote stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// The lines after the change, from 1, half-open; empty: nothing is left there.
    pub lines: Range<u32>,
    /// The removed lines before the change, from 1, where the quote is not in the new text.
    pub removed: Option<Range<u32>>,
    /// Whether those lines hold nothing but the quote.
    pub is_exact: bool,
}

impl Searchable {
    /// Makes the lines of a file searchable: those after the change, and those that it removed.
    pub(super) fn new(file: &GroundFile) -> Self {
        let removed = file.hunks.iter().flat_map(|hunk| {
            let lines = hunk.old.start.saturating_add(1)..hunk.old.end.saturating_add(1);
            let is_range = lines.start < lines.end;
            is_range.then(|| file.old.range(lines)).into_iter().flatten()
        });
        Self {
            new: Text::new(numbered(file.new.iter())),
            removed: Text::new(numbered(removed)),
        }
    }
}

fn numbered<'a>(lines: impl Iterator<Item = (&'a u32, &'a String)>) -> impl Iterator<Item = (u32, &'a str)> {
    lines.map(|(number, line)| (*number, line.as_str()))
}

/// Finds the one place of a quote.
///
/// The new text comes before the removed one, whole lines before parts; then the line that is claimed, then
/// a place at a change, then the place that is nearest to the claimed line, or to a change if none is.
pub(super) fn find(
    quote: &str,
    line: Option<u32>,
    file: &GroundFile,
    lines: &Searchable,
    reach: u32,
) -> Result<Place, &'static str> {
    let wanted = normal(quote);
    if wanted.is_empty() {
        return Err(NO_QUOTE);
    }
    if !wanted.contains(char::is_alphanumeric) {
        return Err(SAYS_NOTHING);
    }
    let mut places = places(&wanted, file, lines)?;
    if places.is_empty() {
        let bare = normal(&without_gutter(quote).unwrap_or_default());
        places = self::places(&bare, file, lines)?;
    }
    nearest(places, line, file, reach)
}

/// Returns all places in the new text, or if there are none, in the removed one.
pub(super) fn places(
    wanted: &str,
    file: &GroundFile,
    lines: &Searchable,
) -> Result<Vec<Place>, &'static str> {
    let new = lines.new.find(wanted).ok_or(AMBIGUOUS)?;
    if !new.is_empty() {
        return Ok(new.into_iter().map(after).collect());
    }
    let removed = lines.removed.find(wanted).ok_or(AMBIGUOUS)?;
    Ok(removed.into_iter().map(|found| before(found, file)).collect())
}

fn after(found: Found) -> Place {
    Place {
        lines: found.lines,
        removed: None,
        is_exact: found.is_exact,
    }
}

/// The place after the change of lines that it removed: the first line in their stead, else the line above.
fn before(found: Found, file: &GroundFile) -> Place {
    let first = found.lines.start.saturating_sub(1);
    let hunk = file.hunks.iter().find(|hunk| hunk.old.contains(&first));
    let new = hunk.map_or(0..0, |hunk| hunk.new.clone());
    let line = match new.start < new.end {
        true => new.start.saturating_add(1),
        false => new.start.max(1),
    };
    let end = line.saturating_add(u32::from(file.new.contains_key(&line)));
    Place {
        lines: line..end,
        removed: Some(found.lines),
        is_exact: found.is_exact,
    }
}

fn nearest(
    places: Vec<Place>,
    line: Option<u32>,
    file: &GroundFile,
    reach: u32,
) -> Result<Place, &'static str> {
    let mut best: Option<((bool, bool, bool, u32), Place)> = None;
    let mut is_tied = false;
    for place in places {
        let to_change = gap::to_change(&place.lines, &file.hunks).unwrap_or(u32::MAX);
        let to_line = line.map(|line| gap::between(&place.lines, &(line..line.saturating_add(1))));
        let key = (
            !place.is_exact,
            to_line != Some(0),
            to_change > reach,
            to_line.unwrap_or(to_change),
        );
        match &best {
            Some((other, _)) if *other < key => {}
            Some((other, _)) if *other == key => is_tied = true,
            _ => {
                best = Some((key, place));
                is_tied = false;
            }
        }
    }
    let (_, place) = best.ok_or(NOT_FOUND)?;
    if is_tied { Err(AMBIGUOUS) } else { Ok(place) }
}

/// Takes the gutter off a quote that was copied with it: a mark, a number and a bar, or a mark alone. `None`
/// if some line has none.
fn without_gutter(quote: &str) -> Option<String> {
    let lines: Option<Vec<&str>> = quote.lines().map(bare).collect();
    lines.map(|lines| lines.join("\n"))
}

fn bare(line: &str) -> Option<&str> {
    let trimmed = line.trim_start();
    if trimmed.is_empty() {
        return Some(trimmed);
    }
    let marked = trimmed.strip_prefix(['+', '-']);
    let rest = marked.unwrap_or(trimmed).trim_start();
    let code = rest.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start();
    code.strip_prefix('|').or(marked)
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    fn at(file: &GroundFile, quote: &str, line: Option<u32>) -> Result<Range<u32>, &'static str> {
        find(quote, line, file, &Searchable::new(file), 3).map(|place| place.lines)
    }

    /// Lines 1 and 12 are equal; 12 was added, and so was 20, which holds it as a part.
    fn file() -> GroundFile {
        let mut lines = vec!["other();"; 22];
        for (number, line) in [(1, "call(a);"), (12, "call(a);"), (20, "if b { call(a); }")] {
            lines[number - 1] = line;
        }
        samples::file(&lines, &[(11..11, 11..12), (18..18, 19..20)])
    }

    #[test]
    fn whole_lines_come_first() {
        assert_eq!(at(&file(), " call(a);\n", Some(20)), Ok(12..13));
        assert_eq!(at(&file(), "if b { call(a);", None), Ok(20..21));
    }

    #[test]
    fn the_claimed_line_then_a_change_then_what_is_nearest() {
        assert_eq!(at(&file(), "call(a);", Some(1)), Ok(1..2));
        assert_eq!(at(&file(), "call(a);", Some(2)), Ok(12..13), "an added line wins");
        assert_eq!(at(&file(), "call(a);", None), Ok(12..13));
    }

    #[test]
    fn a_tie_is_dropped() {
        let twice = samples::file(&["a1", "", "b", "", "a1"], &[(0..0, 0..5)]);
        assert_eq!(at(&twice, "a1", None), Err(AMBIGUOUS));
        assert_eq!(at(&twice, "a1", Some(3)), Err(AMBIGUOUS));
        assert_eq!(at(&twice, "a1", Some(4)), Ok(5..6));
    }

    #[test]
    fn what_is_not_found_is_never_moved() {
        assert_eq!(at(&file(), "call(b);", Some(12)), Err(NOT_FOUND));
        assert_eq!(at(&file(), "", Some(12)), Err(NO_QUOTE));
        assert_eq!(at(&file(), "{}", Some(12)), Err(SAYS_NOTHING));
    }

    #[test]
    fn removed_lines_stand_where_they_were() {
        let mut file = samples::file(&["one", "two", "three"], &[(1..2, 1..2), (3..5, 3..3)]);
        let old = ["one", "zwei", "three", "four", "five"];
        file.old = (1..).zip(old.map(str::to_owned)).collect();
        assert_eq!(at(&file, "zwei", None), Ok(2..3), "the line in its stead");
        assert_eq!(at(&file, "four five", None), Ok(3..4), "the line above");
        assert_eq!(at(&file, "three", None), Ok(3..4), "it is still there");
        file.new.clear();
        assert_eq!(at(&file, "four", None), Ok(3..3), "nothing is left");
    }

    #[test]
    fn a_gutter_is_taken_off() {
        assert_eq!(at(&file(), "+  12 | call(a);", Some(12)), Ok(12..13));
        assert_eq!(at(&file(), "+ call(a);", Some(12)), Ok(12..13));
        assert_eq!(
            at(&file(), "12 | call(a);\n   13 | other();", Some(12)),
            Ok(12..14)
        );
        assert_eq!(at(&file(), "12 call(a);", Some(12)), Err(NOT_FOUND));
    }
}
