//! Texts cut to a length.

use crate::model::start_of;

/// Cuts the middle out of a text that is too long, and says how much.
pub fn shorten(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let half = most / 2;
    let head = start_of(text, half);
    let tail = &text[start_of(text, text.len() - half).len()..];
    let cut = text.len() - head.len() - tail.len();
    format!("{head}\n[{cut} bytes left out]\n{tail}")
}

/// Returns the start of a text on one line, without control characters.
pub fn one_line(text: &str, most: usize) -> String {
    let clean = crate::model::visible(text);
    match clean.char_indices().nth(most) {
        Some((at, _)) => format!("{}...", &clean[..at]),
        None => clean.to_string(),
    }
}
