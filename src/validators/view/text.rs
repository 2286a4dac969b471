//! One side of a file as a model sees it: each line on its own, with secrets taken out, what is hidden written
//! out, and the end of what is too long cut off.
//!
//! What stands here is hostile. A line that is shown holds no line feed and no control character but the tab, so
//! it stays behind its gutter.

use crate::check::Lines;
use crate::model::{REDACTED, is_hidden, push_visible};
use bstr::{BString, ByteSlice};
use std::fmt::Write;
use std::ops::Range;

/// A text, and what of it must not be shown.
pub struct Text {
    bytes: Vec<u8>,
    lines: Lines,
    secrets: Vec<Range<usize>>,
    longest: usize,
    /// Whether every line ends with a carriage return and a line feed; the lines are then shown without.
    pub is_crlf: bool,
}

/// One line as it is shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shown {
    /// The text, without the end of the line.
    pub text: String,
    /// How many bytes at its end are not shown.
    pub cut: usize,
    /// Whether a secret was taken out.
    pub is_redacted: bool,
}

impl Text {
    /// Takes a text shorter than 4 GiB; `secrets` are the bytes that must not be shown, in any order, and
    /// `longest` is how many bytes of a line are shown.
    #[must_use]
    pub fn new(bytes: Vec<u8>, secrets: Vec<Range<usize>>, longest: usize) -> Self {
        Self {
            lines: Lines::new(&bytes),
            secrets: in_order(secrets, bytes.len()),
            is_crlf: is_crlf(&bytes),
            bytes,
            longest,
        }
    }

    /// Returns how many lines there are.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.lines.count()
    }

    /// Returns a line, counted from 0, as it is in the file, without its end.
    #[must_use]
    pub fn raw(&self, line: u32) -> &[u8] {
        &self.bytes[self.range(line)]
    }

    /// Returns how many bytes these lines have, with their ends.
    #[must_use]
    pub fn size(&self, lines: &Range<u32>) -> u64 {
        let start = self.lines.range(lines.start).start;
        (self.lines.range(lines.end).start - start) as u64
    }

    /// Whether this is the last line and no line feed ends it.
    #[must_use]
    pub fn is_unended(&self, line: u32) -> bool {
        line + 1 == self.count() && self.bytes.last() != Some(&b'\n')
    }

    /// Whether there are bytes that are no UTF-8.
    #[must_use]
    pub fn is_utf8(&self) -> bool {
        self.bytes.is_utf8()
    }

    /// Returns a line, counted from 0, as it is shown.
    #[must_use]
    pub fn line(&self, line: u32) -> Shown {
        let range = self.range(line);
        let (mut shown, mut at) = (Shown::default(), range.start);
        let end = boundary(&self.bytes, &range, self.longest);
        let first = self.secrets.partition_point(|secret| secret.end <= range.start);
        for secret in self.secrets[first..].iter().take_while(|s| s.start < end) {
            push(&mut shown.text, &self.bytes[at..secret.start.max(at)]);
            shown.text.push_str(REDACTED);
            shown.is_redacted = true;
            at = secret.end.min(range.end);
        }
        push(&mut shown.text, &self.bytes[at..end.max(at)]);
        shown.cut = range.end - end.max(at);
        if shown.cut > 0 {
            // Writing to a string cannot fail.
            let _ = write!(shown.text, " [{} bytes not shown]", shown.cut);
        }
        shown
    }

    fn range(&self, line: u32) -> Range<usize> {
        let range = self.lines.range(line);
        let bytes = &self.bytes[range.clone()];
        let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        let ended = if self.is_crlf {
            bytes.strip_suffix(b"\r")
        } else {
            None
        };
        range.start..range.start + ended.unwrap_or(bytes).len()
    }
}

/// Returns where a line is cut, between two characters.
fn boundary(bytes: &[u8], range: &Range<usize>, longest: usize) -> usize {
    if range.len() <= longest {
        return range.end;
    }
    let end = range.start + longest;
    let inside = |at: usize| bytes[at] & 0xc0 == 0x80;
    (end.saturating_sub(3).max(range.start)..=end)
        .rev()
        .find(|at| !inside(*at))
        .unwrap_or(end)
}

/// Appends bytes with all but tabs in their visible form.
fn push(out: &mut String, bytes: &[u8]) {
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            if c == '\t' || !is_hidden(c) {
                out.push(c);
            } else {
                push_visible(out, c);
            }
        }
        for byte in chunk.invalid() {
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
}

fn is_crlf(bytes: &[u8]) -> bool {
    let mut ends = memchr::memchr_iter(b'\n', bytes).peekable();
    ends.peek().is_some() && ends.all(|at| at > 0 && bytes[at - 1] == b'\r')
}

/// Sorts ranges, joins those that touch, and cuts off what lies behind the end.
fn in_order(mut ranges: Vec<Range<usize>>, len: usize) -> Vec<Range<usize>> {
    ranges.sort_by_key(|range| (range.start, range.end));
    let mut out: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        let range = range.start.min(len)..range.end.min(len);
        match out.last_mut() {
            _ if range.is_empty() => {}
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => out.push(range),
        }
    }
    out
}

/// Returns a path in one line: two paths never have one name. A backslash is doubled, and each byte of what is
/// hidden, or no UTF-8, stands as `\xff`.
#[must_use]
pub fn name(path: &[u8]) -> String {
    let mut out = String::with_capacity(path.len());
    let escape = |out: &mut String, bytes: &[u8]| {
        for byte in bytes {
            let _ = write!(out, "\\x{byte:02x}");
        }
    };
    for chunk in path.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\\' => out.push_str("\\\\"),
                c if is_hidden(c) => escape(&mut out, c.encode_utf8(&mut [0; 4]).as_bytes()),
                c => out.push(c),
            }
        }
        escape(&mut out, chunk.invalid());
    }
    out
}

/// Returns the path that a name stands for, as [`name`] writes it; `None`: it writes no path so.
#[must_use]
pub fn path(name: &str) -> Option<BString> {
    let mut out = Vec::with_capacity(name.len());
    let mut rest = name.as_bytes();
    while let Some(at) = memchr::memchr(b'\\', rest) {
        out.extend_from_slice(&rest[..at]);
        rest = &rest[at + 1..];
        let (byte, len) = match rest {
            [b'\\', ..] => (b'\\', 1),
            [b'x', high, low, ..] => (hex(*high)? << 4 | hex(*low)?, 3),
            _ => return None,
        };
        out.push(byte);
        rest = &rest[len..];
    }
    out.extend_from_slice(rest);
    Some(out.into())
}

fn hex(digit: u8) -> Option<u8> {
    let digit = char::from(digit).to_digit(16)?;
    u8::try_from(digit).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn text(bytes: &[u8], secrets: &[(usize, usize)], longest: usize) -> Text {
        let secrets = secrets.iter().map(|(start, end)| *start..*end).collect();
        Text::new(bytes.to_vec(), secrets, longest)
    }

    fn lines(text: &Text) -> Vec<String> {
        (0..text.count()).map(|line| text.line(line).text).collect()
    }

    #[test]
    fn what_is_hidden_is_written_out_and_tabs_stay() {
        let text = text("\ta\u{1b}[0m\u{202e}b\rc\0\n".as_bytes(), &[], 100);
        assert_eq!(lines(&text), ["\ta\\x1b[0m<U+202E>b\\rc\\x00"]);
    }

    #[test]
    fn bytes_that_are_no_text_are_written_out() {
        let text = text(b"a\xffb\n", &[], 100);
        assert_eq!(
            (lines(&text), text.is_utf8()),
            (vec!["a\\xffb".to_owned()], false)
        );
    }

    #[test]
    fn carriage_returns_are_shown_only_where_some_lines_have_none() {
        let all = text(b"a\r\nb\r\n", &[], 100);
        assert_eq!(
            (lines(&all), all.is_crlf),
            (vec!["a".to_owned(), "b".into()], true)
        );
        let some = text(b"a\r\nb\n", &[], 100);
        assert_eq!(
            (lines(&some), some.is_crlf),
            (vec!["a\\r".to_owned(), "b".into()], false)
        );
    }

    #[test]
    fn secrets_are_taken_out_over_lines() {
        let text = text(b"key = abcd\nefgh end\n", &[(12, 15), (6, 14)], 100);
        assert_eq!(lines(&text), ["key = [redacted]", "[redacted] end"]);
        assert!(text.line(0).is_redacted);
    }

    #[test]
    fn a_long_line_is_cut_between_characters_and_says_so() {
        let text = text("abc\u{e4}\u{e4}x\n".as_bytes(), &[], 4);
        let shown = text.line(0);
        assert_eq!((shown.text.as_str(), shown.cut), ("abc [5 bytes not shown]", 5));
    }

    #[test]
    fn a_secret_is_not_cut_in_two() {
        let text = text(b"abcdefghijkl\n", &[(2, 10)], 4);
        assert_eq!(lines(&text), ["ab[redacted] [2 bytes not shown]"]);
    }

    #[test]
    fn two_paths_have_two_names() {
        assert_eq!(name(b"src/a b.rs"), "src/a b.rs");
        assert_eq!(name(b"a\nb\\n\xff"), "a\\x0ab\\\\n\\xff");
    }

    proptest! {
        #[test]
        fn a_line_stays_one_line(bytes: Vec<u8>, secrets in proptest::collection::vec(0_usize..40, 0..4), longest in 0_usize..20) {
            let secrets = secrets.iter().map(|at| *at..at + 5).collect();
            let text = Text::new(bytes, secrets, longest);
            for line in 0..text.count() {
                let shown = text.line(line);
                prop_assert!(!shown.text.contains(|c| c != '\t' && is_hidden(c)));
                prop_assert!(shown.cut <= text.raw(line).len());
            }
        }

        #[test]
        fn a_name_leads_back_to_its_path(bytes: Vec<u8>, text in "[\\\\xg0-1`]{0,6}") {
            prop_assert_eq!(path(&name(&bytes)).unwrap(), bytes);
            drop(path(&text));
        }

        #[test]
        fn names_are_told_apart(a in "[a-b\\\\x0-1\u{1}\u{e4}<]{0,6}", b in "[a-b\\\\x0-1\u{1}\u{e4}<]{0,6}") {
            prop_assert_eq!(a == b, name(a.as_bytes()) == name(b.as_bytes()));
        }
    }
}
