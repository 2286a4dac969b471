//! Columns: a region counts bytes, people and SARIF count something else.

use crate::model::{Finding, Location, Region, Snippet};
use memchr::memrchr;

// A column further right than this stays in bytes: nobody reads it, and counting it has a price.
const FAR: usize = 64 * 1024;

/// What a column counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Unicode scalar values, as editors and compilers do.
    Chars,
    /// UTF-16 code units, as SARIF does.
    Utf16,
}

/// Returns the region of a finding, if it has one.
pub fn region(finding: &Finding) -> Option<Region> {
    match &finding.location {
        Location::File { region, .. } | Location::Message(region) => *region,
        Location::Change => None,
    }
}

/// Returns the region of a finding with its columns in a unit.
///
/// Only the snippet knows the text. Where it does not reach, or where a redaction before the place
/// has changed the length of the line, the column stays in bytes.
pub fn convert(finding: &Finding, unit: Unit) -> Option<Region> {
    let region = region(finding)?;
    let Some(snippet) = &finding.snippet else {
        return Some(region);
    };
    let start = column(snippet, snippet.highlight.start, region.start_column, unit);
    let end = column(snippet, snippet.highlight.end, region.end_column, unit);
    let start_column = start.unwrap_or(region.start_column);
    Some(Region {
        start_column,
        end_column: end.unwrap_or_else(|| end_behind(region, start_column)),
        ..region
    })
}

/// The column of a byte of the snippet, if the bytes before it are those that the region counted.
fn column(snippet: &Snippet, at: usize, bytes: u32, unit: Unit) -> Option<u32> {
    let before = snippet.text.get(..at)?;
    let line_start = memrchr(b'\n', before.as_bytes()).map_or(0, |i| i + 1);
    let prefix = &before[line_start..];
    if prefix.len() + 1 != bytes as usize || prefix.len() > FAR {
        return None;
    }
    let units = match unit {
        Unit::Chars => prefix.chars().count(),
        Unit::Utf16 => prefix.encode_utf16().count(),
    };
    u32::try_from(units + 1).ok()
}

/// The end of a region whose highlighted text was replaced: what is redacted is a token of ASCII, so
/// its bytes are its columns.
fn end_behind(region: Region, start_column: u32) -> u32 {
    if region.start_line != region.end_line {
        return region.end_column;
    }
    start_column + region.end_column.saturating_sub(region.start_column)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn counts_in_the_unit() {
        // `\t漢🦀 x`: the x stands behind 1 + 3 + 4 + 1 bytes.
        let finding = fixture::wide();
        let bytes = region(&finding).unwrap();
        assert_eq!((bytes.start_column, bytes.end_column), (10, 11));
        let chars = convert(&finding, Unit::Chars).unwrap();
        assert_eq!((chars.start_column, chars.end_column), (5, 6));
        let utf16 = convert(&finding, Unit::Utf16).unwrap();
        assert_eq!((utf16.start_column, utf16.end_column), (6, 7));
    }

    #[test]
    fn keeps_the_length_of_what_is_redacted() {
        let finding = fixture::secret();
        let region = convert(&finding, Unit::Utf16).unwrap();
        assert_eq!((region.start_column, region.end_column), (9, 49));
    }
}
