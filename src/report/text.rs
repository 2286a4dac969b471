//! Text that is safe to print: visible forms, widths, wrapping.

use unicode_width::UnicodeWidthChar;

pub use crate::model::{is_hidden, push_visible, visible, visible_bytes};

/// Returns the columns that a character takes.
pub fn char_width(c: char) -> usize {
    c.width().unwrap_or(0)
}

/// Returns the columns that a text takes.
pub fn width(text: &str) -> usize {
    text.chars().map(char_width).sum()
}

/// Breaks a text into lines of at most `columns`, at spaces where it can. `first` columns of the first
/// line are taken.
pub fn wrap(text: &str, first: usize, columns: usize) -> Vec<String> {
    let columns = columns.max(8);
    let mut lines = vec![String::new()];
    let mut used = first.min(columns);
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let gap = usize::from(lines.last().is_some_and(|line| !line.is_empty()));
        let wide = width(word);
        if used + gap + wide <= columns {
            push_word(&mut lines, gap, word);
            used += gap + wide;
            continue;
        }
        if used > 0 {
            lines.push(String::new());
        }
        used = push_long(&mut lines, word, columns);
    }
    lines
}

fn push_word(lines: &mut [String], gap: usize, word: &str) {
    if let Some(line) = lines.last_mut() {
        line.push_str(&" "[..gap]);
        line.push_str(word);
    }
}

/// Appends a word to an empty line, broken where it is wider than a line. Returns the columns used.
fn push_long(lines: &mut Vec<String>, word: &str, columns: usize) -> usize {
    let mut used = 0;
    for c in word.chars() {
        if used + char_width(c) > columns {
            lines.push(String::new());
            used = 0;
        }
        if let Some(line) = lines.last_mut() {
            line.push(c);
        }
        used += char_width(c);
    }
    used
}

/// Returns the end of the last whole character at or before a byte.
pub fn floor(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0)
}

/// Returns the start of the first whole character at or behind a byte.
pub fn ceil(text: &str, at: usize) -> usize {
    let len = text.len();
    (at..len).find(|i| text.is_char_boundary(*i)).unwrap_or(len)
}

/// Returns a count with its noun: `1 file`, `2 files`.
pub fn count(n: usize, noun: &str) -> String {
    let s = if n == 1 { "" } else { "s" };
    format!("{n} {noun}{s}")
}

/// Returns a number with commas between thousands.
pub fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Returns a number of bytes as people say it: `812 bytes`, `4.1 KB`, `12 MB`.
pub fn size(bytes: u64) -> String {
    let (unit, name) = match bytes {
        0..1_000 => return count(usize::try_from(bytes).unwrap_or(usize::MAX), "byte"),
        1_000..1_000_000 => (1_000, "KB"),
        1_000_000..1_000_000_000 => (1_000_000, "MB"),
        _ => (1_000_000_000, "GB"),
    };
    let (whole, tenth) = (bytes / unit, bytes % unit * 10 / unit);
    match whole {
        0..10 if tenth > 0 => format!("{whole}.{tenth} {name}"),
        _ => format!("{} {name}", grouped(whole)),
    }
}

/// Returns words in a row: `a`, `a and b`, `a, b and c`.
pub fn series(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// Returns at most so many characters of a text, in their visible form.
pub fn cut(text: &str, most: usize) -> String {
    // No text has more characters than bytes.
    if text.len() <= most {
        return visible(text).into_owned();
    }
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}...", visible(&text[..at])),
        None => visible(text).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bstr::ByteSlice;

    #[test]
    fn shows_what_is_hidden() {
        assert_eq!(
            visible("a\u{202e}b\x1b[31m\u{9b}\n"),
            "a<U+202E>b\\x1b[31m<U+009B>\\n"
        );
        assert!(matches!(visible("plain ä 漢 🦀"), std::borrow::Cow::Borrowed(_)));
        assert_eq!(visible_bytes(b"a\xff\nb\xc3".as_bstr()), "a\\xff\\nb\\xc3");
    }

    #[test]
    fn says_numbers_as_people_do() {
        assert_eq!(
            [0, 999, 1_000, 1_234_567].map(grouped),
            ["0", "999", "1,000", "1,234,567"]
        );
        let sizes = [1, 999, 1_000, 4_199, 12_900, 2_000_000, 1_500_000_000_000];
        let said = [
            "1 byte",
            "999 bytes",
            "1 KB",
            "4.1 KB",
            "12 KB",
            "2 MB",
            "1,500 GB",
        ];
        assert_eq!(sizes.map(size), said);
    }

    #[test]
    fn puts_words_in_a_row() {
        let row = |words: &[&str]| series(&words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>());
        assert_eq!([row(&[]), row(&["a"])], ["", "a"]);
        assert_eq!(
            [row(&["a", "b"]), row(&["a", "b", "c"])],
            ["a and b", "a, b and c"]
        );
        assert_eq!([cut("\u{1b}ab", 2), cut("漢漢", 2)], ["\\x1ba...", "漢漢"]);
    }

    #[test]
    fn wraps_at_spaces_and_breaks_what_is_too_long() {
        assert_eq!(wrap("one two three", 0, 9), ["one two", "three"]);
        assert_eq!(wrap("one two", 6, 9), ["one", "two"]);
        assert_eq!(wrap("one", 9, 9), ["", "one"]);
        assert_eq!(wrap("漢漢漢漢漢漢", 0, 8), ["漢漢漢漢", "漢漢"]);
        assert_eq!(wrap("", 0, 8), [""]);
    }
}
