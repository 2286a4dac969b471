//! Hidden lines by which our own comments are known again. Anybody can write one, so they count only where the
//! author is us.

use sha2::{Digest, Sha256};
use std::fmt::Write as _;

const OPEN: &str = "<!-- pantheon:v1 ";
const CLOSE: &str = " -->";

/// Writes a marker: a line without its end.
pub fn write(key: &str, name: &str, value: &str) -> String {
    format!("{OPEN}key={key} {name}={value}{CLOSE}")
}

/// Returns the value of that name in the marker of a text, if the marker has that key.
pub fn read<'a>(body: &'a str, key: &str, name: &str) -> Option<&'a str> {
    let first = body.lines().next()?.trim();
    let inside = first.strip_prefix(OPEN)?.strip_suffix(CLOSE)?;
    let value = |wanted: &str| {
        let mut pairs = inside.split(' ').filter_map(|pair| pair.split_once('='));
        pairs.find(|(name, _)| *name == wanted).map(|(_, value)| value)
    };
    (value("key")? == key).then(|| value(name))?
}

/// Returns a short name for a text.
pub fn digest(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().take(12).fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let body = format!("{}\r\nhello\n", write("ci", "head", "abc"));
        assert_eq!(
            body.lines().next().unwrap(),
            "<!-- pantheon:v1 key=ci head=abc -->"
        );
        assert_eq!(read(&body, "ci", "head"), Some("abc"));
        for (key, name) in [("manual", "head"), ("ci", "finding")] {
            assert_eq!(read(&body, key, name), None);
        }
        assert_eq!(
            read(&format!("x\n{body}"), "ci", "head"),
            None,
            "not the first line"
        );
        assert_eq!(digest("a"), "ca978112ca1bbdcafac231b3");
    }
}
