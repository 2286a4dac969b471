//! Text that is safe to show: what a terminal would obey or hide is written out.

use std::fmt::Write;

/// Returns bytes as text in which invalid UTF-8 and control characters stand as `\xNN`, and characters
/// that hide or reorder text as `<U+NNNN>`. A line feed becomes `\n`.
#[must_use]
pub fn visible(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            push(&mut out, c);
        }
        for byte in chunk.invalid() {
            // Writing to a string cannot fail.
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    out
}

/// Appends one character in its visible form.
fn push(out: &mut String, c: char) {
    let _ = match c {
        '\n' => write!(out, "\\n"),
        '\t' => write!(out, "\t"),
        '\r' => write!(out, "\\r"),
        c if c.is_control() => write!(out, "\\x{:02x}", u32::from(c)),
        c if hides(c) => write!(out, "<U+{:04X}>", u32::from(c)),
        c => write!(out, "{c}"),
    };
}

/// Whether a character has no width of its own, or changes the order of others.
fn hides(c: char) -> bool {
    matches!(u32::from(c),
        0x00ad | 0x034f | 0x061c | 0x115f..=0x1160 | 0x17b4..=0x17b5 | 0x180b..=0x180f | 0x200b..=0x200f
        | 0x2028..=0x202e | 0x2060..=0x206f | 0x3164 | 0xfeff | 0xffa0 | 0xfff0..=0xfffb
        | 0xe0000..=0xe0fff)
}
