//! What a match must pass behind its expression, cheapest first.

use super::Entry;
use super::validator::Opinion;
use super::value;
use crate::model::Severity;
use std::ops::Range;

/// What the filters say about a match that they let pass.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Passed {
    /// Another severity than the pattern's own.
    pub severity: Option<Severity>,
    /// Why.
    pub note: Option<&'static str>,
}

/// Judges what was captured; `None` drops the match.
#[must_use]
pub fn judge(entry: &Entry, text: &[u8], captured: &Range<usize>, line: &[u8]) -> Option<Passed> {
    let pattern = entry.pattern();
    let found = &text[captured.clone()];
    if pattern.placeholder && value::is_placeholder(found) {
        return None;
    }
    if pattern.entropy > 0.0 && value::entropy(found) < pattern.entropy {
        return None;
    }
    if pattern.random && !value::is_random(found) {
        return None;
    }
    if entry.allows(found) || entry.allows(line) {
        return None;
    }
    match pattern.validator.map(|v| v.judge(text, captured)) {
        Some(Opinion::Drop) => None,
        Some(Opinion::Rate(severity, note)) => Some(Passed {
            severity: Some(severity),
            note: Some(note),
        }),
        Some(Opinion::Keep) | None => Some(Passed::default()),
    }
}

/// Returns the line or lines on which `captured` stands, within the window.
#[must_use]
pub fn line_around(text: &[u8], captured: &Range<usize>, window: &Range<usize>) -> Range<usize> {
    let low = window.start.min(captured.start);
    let high = window.end.max(captured.end);
    let start = memchr::memrchr(b'\n', &text[low..captured.start]).map_or(low, |n| low + n + 1);
    let end = memchr::memchr(b'\n', &text[captured.end..high]).map_or(high, |n| captured.end + n);
    start..end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_line_within_the_window() {
        let text = b"one\ntwo three\nfour";
        assert_eq!(line_around(text, &(8..13), &(0..18)), 4..13);
        assert_eq!(line_around(text, &(8..13), &(6..12)), 6..13);
    }
}
