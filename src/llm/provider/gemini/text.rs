//! Texts of somebody else's that a message quotes: pages of proxies, and what may hold a key.

use crate::llm::answer::one_line;

/// Returns the title of a page, or its first words.
pub fn title(page: &str) -> String {
    // Lowercase in ASCII keeps every byte in its place.
    let lower = page.to_ascii_lowercase();
    let from = lower
        .find("<title")
        .and_then(|at| Some(at + lower[at..].find('>')? + 1));
    let named = from.map(|from| &page[from..from + lower[from..].find('<').unwrap_or(lower.len() - from)]);
    match named.map(one_line).filter(|title| !title.is_empty()) {
        Some(title) => title,
        None => one_line(&without_tags(page)),
    }
}

fn without_tags(page: &str) -> String {
    let pieces = page.split('<').filter_map(|piece| piece.split_once('>'));
    let texts: Vec<&str> = pieces.map(|(_, text)| text).collect();
    texts.join(" ")
}

/// Returns a message without keys. Google writes the key of a project that it has suspended into the message.
pub fn without_keys(message: &str) -> String {
    let mut out = String::with_capacity(message.len());
    for word in message.split_inclusive(is_no_key_character) {
        let bare = word.trim_end_matches(is_no_key_character);
        let has_form = bare.len() >= 8 && ["AIza", "AQ."].iter().any(|head| bare.starts_with(head));
        if has_form || (out.ends_with("api_key:") && !bare.is_empty()) {
            out.push_str("***");
            out.push_str(&word[bare.len()..]);
        } else {
            out.push_str(word);
        }
    }
    out
}

fn is_no_key_character(c: char) -> bool {
    !(c.is_ascii_alphanumeric() || "-_.".contains(c))
}
