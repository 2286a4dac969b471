//! Passwords in URLs.

use super::Opinion;
use crate::model::Severity;
use crate::rules::pattern::value;
use std::ops::Range;

/// Judges the password at `captured`, which `://user:` precedes and `@host` follows.
pub fn judge(text: &[u8], captured: &Range<usize>) -> Opinion {
    let password = &text[captured.clone()];
    let user = user_before(&text[..captured.start]);
    let host = host_after(&text[captured.end..]);
    if value::is_placeholder(password) || value::is_reference(user) || user.contains(&b'$') {
        return Opinion::Drop;
    }
    if host.is_empty() || value::is_reference(host) || password.starts_with(b":") {
        return Opinion::Drop;
    }
    if user == password || value::is_trivial(password) {
        return Opinion::Rate(Severity::Low, "looks like a placeholder");
    }
    if is_documentation(host) {
        return Opinion::Rate(Severity::Low, "the host is an example");
    }
    if is_local(host) {
        return Opinion::Rate(Severity::Low, "the host is local");
    }
    Opinion::Keep
}

fn user_before(text: &[u8]) -> &[u8] {
    let text = text.strip_suffix(b":").unwrap_or(text);
    let start = text.iter().rposition(|b| *b == b'/').map_or(0, |at| at + 1);
    &text[start..]
}

fn host_after(text: &[u8]) -> &[u8] {
    let text = text.strip_prefix(b"@").unwrap_or(text);
    let end = text.iter().position(|b| {
        matches!(b, b'/' | b':' | b'?' | b'#' | b',' | b'"' | b'\'' | b'`') || b.is_ascii_whitespace()
    });
    &text[..end.unwrap_or(text.len())]
}

fn is_documentation(host: &[u8]) -> bool {
    let host = host.to_ascii_lowercase();
    let part = |part: &[u8]| part == b"example" || part == b"test" || part == b"invalid";
    host.split(|b| *b == b'.').any(part) || host.starts_with(b"host") || host.starts_with(b"your")
}

/// Whether the host is this machine or has no domain, as in a network of containers.
fn is_local(host: &[u8]) -> bool {
    host.starts_with(b"127.")
        || host.starts_with(b"0.0.0.0")
        || host.starts_with(b"[::1")
        || host.ends_with(b".local")
        || host.ends_with(b".localhost")
        || !host.contains(&b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opinion(url: &str) -> Opinion {
        let at = url.find("//").unwrap() + 2;
        let start = at + url[at..].find(':').unwrap() + 1;
        judge(url.as_bytes(), &(start..url.rfind('@').unwrap()))
    }

    #[test]
    fn asks_for_another_machine_and_a_real_password() {
        assert_eq!(opinion("postgres://joe:q8Kzm2x@db.corp.net/x"), Opinion::Keep);
        assert!(matches!(
            opinion("postgres://joe:q8Kzm2x@localhost/x"),
            Opinion::Rate(Severity::Low, _)
        ));
        assert!(matches!(
            opinion("postgres://joe:q8Kzm2x@db/x"),
            Opinion::Rate(Severity::Low, _)
        ));
        assert!(matches!(
            opinion("https://joe:q8Kzm2x@example.com/"),
            Opinion::Rate(Severity::Low, _)
        ));
        assert_eq!(opinion("https://joe:${PASS}@corp.net/"), Opinion::Drop);
        assert_eq!(opinion("https://user:password@corp.net/"), Opinion::Drop);
    }
}
