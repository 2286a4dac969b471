//! Text that is safe to show: what a terminal would obey, or what hides or reorders text (Trojan Source,
//! CVE-2021-42574), is written out.

use std::borrow::Cow;
use std::fmt::Write;

/// What stands for a secret that is not shown.
pub const REDACTED: &str = "[redacted]";

/// Whether a character must not be shown as it is: a control, or one that has no width of its own or
/// changes the order of others.
#[must_use]
pub fn is_hidden(c: char) -> bool {
    match u32::from(c) {
        0x20..=0x7e => false,
        0..=0x1f | 0x7f..=0x9f => true,
        0x00ad | 0x034f | 0x061c | 0x115f..=0x1160 | 0x17b4..=0x17b5 | 0x180b..=0x180f => true,
        0x200b..=0x200f | 0x2028..=0x202e | 0x2060..=0x206f => true,
        0x3164 | 0xfeff | 0xffa0 | 0xfff0..=0xfffb | 0xe0000..=0xe0fff => true,
        _ => false,
    }
}

/// Appends a character in its visible form: `\n`, `\x1b`, `<U+202E>`, or itself.
pub fn push_visible(out: &mut String, c: char) {
    // Writing to a string cannot fail.
    let _ = match c {
        '\n' => out.write_str("\\n"),
        '\r' => out.write_str("\\r"),
        '\t' => out.write_str("\\t"),
        c if !is_hidden(c) => out.write_char(c),
        c if c.is_ascii() => write!(out, "\\x{:02x}", u32::from(c)),
        c => write!(out, "<U+{:04X}>", u32::from(c)),
    };
}

/// Returns one line of text with everything hidden in its visible form.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    // Almost every text is plain ASCII, which takes no look at characters.
    if text.bytes().all(|b| matches!(b, b' '..=b'~')) || !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    text.chars().for_each(|c| push_visible(&mut out, c));
    Cow::Owned(out)
}

/// Returns the start of a text, of so many bytes at most.
#[must_use]
pub fn start_of(text: &str, most: usize) -> &str {
    let mut end = most.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Returns bytes as one line of text: what is not UTF-8 as `\xff`, what is hidden in its visible form.
#[must_use]
pub fn visible_bytes(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        chunk.valid().chars().for_each(|c| push_visible(&mut out, c));
        for byte in chunk.invalid() {
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn nothing_that_a_terminal_obeys_comes_through(bytes: Vec<u8>, text: String) {
            for shown in [visible_bytes(&bytes), visible_bytes(text.as_bytes()), visible(&text).into_owned()] {
                prop_assert!(!shown.contains(is_hidden), "{shown:?}");
            }
        }

        #[test]
        fn what_is_safe_stays_as_it_is(text in "[ -~\u{e4}\u{4e2d}\u{1f600}]*") {
            prop_assert_eq!(visible_bytes(text.as_bytes()), text);
        }
    }
}
