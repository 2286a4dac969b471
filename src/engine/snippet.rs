//! The lines that a finding stands on, cut to size, with secrets replaced.

use crate::check::Lines;
use crate::model::{REDACTED, Snippet, visible_bytes};
use std::ops::Range;

/// At most this many lines are shown.
const LINES: u32 = 3;
/// At most this many bytes are shown on either side of the place, in its line.
const AROUND: usize = 200;
/// At most this many bytes of a line make a fingerprint.
const ANCHOR: usize = 4096;

/// Returns the text that identifies a place: its lines, cut where they are long.
pub fn anchor<'a>(text: &'a [u8], lines: &Lines, range: &Range<usize>) -> &'a [u8] {
    let first = lines.range(lines.line_of(range.start));
    let last = lines.range(lines.line_of(range.end.max(range.start + 1) - 1));
    if last.end - first.start <= ANCHOR {
        return &text[first.start..last.end];
    }
    let start = first.start.max(range.start.saturating_sub(ANCHOR / 2));
    &text[start..last.end.min(start + ANCHOR)]
}

/// Orders secrets and makes one of those that overlap.
pub fn disjoint(mut secrets: Vec<Range<usize>>) -> Vec<Range<usize>> {
    secrets.sort_by_key(|s| s.start);
    let mut out: Vec<Range<usize>> = Vec::with_capacity(secrets.len());
    for secret in secrets {
        match out.last_mut() {
            Some(last) if secret.start < last.end => last.end = last.end.max(secret.end),
            _ => out.push(secret),
        }
    }
    out
}

/// Whether a part of a text shares a byte with a secret; these are ordered and do not overlap.
pub fn holds(part: &Range<usize>, secrets: &[Range<usize>]) -> bool {
    let at = secrets.partition_point(|s| s.end <= part.start);
    secrets.get(at).is_some_and(|s| s.start < part.end)
}

/// Cuts out the lines around a place, with every secret in them replaced; these are ordered and do not
/// overlap.
pub fn cut(text: &[u8], lines: &Lines, range: &Range<usize>, secrets: &[Range<usize>]) -> Snippet {
    let first = lines.line_of(range.start);
    let last = lines
        .line_of(range.end.max(range.start + 1) - 1)
        .min(first + LINES - 1);
    let mut out = String::new();
    let mut highlight = 0..0;
    for line in first..=last {
        if line > first {
            out.push('\n');
        }
        let whole = self::line(text, lines, line);
        let mark = range.start.clamp(whole.start, whole.end)..range.end.clamp(whole.start, whole.end);
        let shown = push_line(&mut out, text, whole, mark, secrets);
        if line == first {
            highlight.start = shown.start;
        }
        highlight.end = shown.end;
    }
    Snippet {
        first_line: first + 1,
        text: out,
        highlight,
        is_cut: false,
    }
}

/// Returns the bytes of a line without its end.
pub fn line(text: &[u8], lines: &Lines, line: u32) -> Range<usize> {
    let whole = lines.range(line);
    whole.start..trim(text, whole)
}

/// Appends what is shown of a line around a mark in it. Returns where the mark went.
pub fn push_line(
    out: &mut String,
    text: &[u8],
    whole: Range<usize>,
    mark: Range<usize>,
    secrets: &[Range<usize>],
) -> Range<usize> {
    let start = whole.start.max(mark.start.saturating_sub(AROUND));
    let end = whole
        .end
        .min(mark.end.min(mark.start + AROUND) + AROUND)
        .max(start);
    if start > whole.start {
        out.push('…');
    }
    out.push_str(&show(text, start..mark.start.max(start), secrets));
    let from = out.len();
    out.push_str(&show(text, mark.start.max(start)..mark.end.min(end), secrets));
    let to = out.len();
    out.push_str(&show(text, mark.end.min(end)..end, secrets));
    if end < whole.end {
        out.push('…');
    }
    from..to
}

/// Returns where a line ends without its `\n` or `\r\n`.
fn trim(text: &[u8], line: Range<usize>) -> usize {
    let bytes = &text[line.clone()];
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    line.start + bytes.strip_suffix(b"\r").unwrap_or(bytes).len()
}

/// Returns a part of the text with secrets replaced: at most their first four characters remain.
fn show(text: &[u8], part: Range<usize>, secrets: &[Range<usize>]) -> String {
    let first = secrets.partition_point(|s| s.end <= part.start);
    let inside = secrets[first..].iter().take_while(|s| s.start < part.end);
    let mut out = String::new();
    let mut at = part.start;
    for secret in inside {
        out.push_str(&visible(&text[at..secret.start.max(at)]));
        let kept = if secret.len() >= 16 { 4 } else { 0 };
        let shown = (secret.start + kept).min(part.end);
        if at <= secret.start {
            out.push_str(&visible(&text[secret.start..shown]));
        }
        out.push_str(REDACTED);
        at = secret.end.min(part.end);
    }
    out.push_str(&visible(&text[at.min(part.end)..part.end]));
    out
}

/// Returns text in its visible form, tabs left as they are.
fn visible(text: &[u8]) -> String {
    let parts: Vec<_> = text.split(|b| *b == b'\t').map(visible_bytes).collect();
    parts.join("\t")
}
