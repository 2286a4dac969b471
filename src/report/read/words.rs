//! Single values of a report that somebody else wrote: each is what it must be, or an error.

use super::raw;
use crate::model::{
    Confidence, Decision, Fingerprint, Oid, OnInconclusive, Region, Severity, Stage, visible_bytes,
};
use crate::model::{push_visible, visible};
use crate::report::text;
use bstr::BString;

/// What is wrong with a value.
pub type Is<T> = Result<T, String>;

// What counts things is smaller, so that sums of many are numbers still.
const LARGEST: u64 = 1 << 40;
// No text that is judged has more lines, or longer ones.
const LAST_LINE: u32 = 1 << 31;
const LONGEST_NAME: usize = 256;
const LONGEST_PATH: usize = 1 << 16;

/// Returns a value as it may be quoted in an error.
pub fn quoted(text: &str) -> String {
    visible(&text::cut(text, 80)).into_owned()
}

fn no(what: &str, value: &str) -> String {
    format!("`{}` is {what}", quoted(value))
}

/// Returns a text of any length: what a terminal would obey stands in its visible form.
pub fn prose(text: String) -> String {
    let is_bad = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    if !text.chars().any(is_bad) {
        return text;
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match is_bad(c) {
            true => push_visible(&mut out, c),
            false => out.push(c),
        }
    }
    out
}

/// Returns texts of any length.
pub fn lines(texts: Vec<String>) -> Vec<String> {
    texts.into_iter().map(prose).collect()
}

/// Returns the name of a check, a model or a file: one word of ASCII.
pub fn name(text: String) -> Is<String> {
    let is_good = |c: char| c.is_ascii_graphic() && !"`<>\"'\\".contains(c);
    match text.is_empty() || text.len() > LONGEST_NAME || !text.chars().all(is_good) {
        true => Err(no("no name", &text)),
        false => Ok(text),
    }
}

/// Returns a whole number of things.
pub fn number(n: u64) -> Is<usize> {
    let small = Some(n)
        .filter(|n| *n < LARGEST)
        .and_then(|n| usize::try_from(n).ok());
    small.ok_or_else(|| format!("{n} is more than there can be"))
}

/// Returns an object id.
pub fn oid(text: &str) -> Is<Oid> {
    let is_lower = !text.bytes().any(|b| b.is_ascii_uppercase());
    let id = Oid::from_hex(text.as_bytes()).ok().filter(|_| is_lower);
    id.ok_or_else(|| no("no full object id", text))
}

/// Returns a fingerprint.
pub fn fingerprint(text: &str) -> Is<Fingerprint> {
    let id = is_hex(text) && text.len() == 32;
    let number = id.then(|| u128::from_str_radix(text, 16).ok()).flatten();
    number
        .map(|n| Fingerprint(n.to_be_bytes()))
        .ok_or_else(|| no("no fingerprint", text))
}

/// Insists on a digest.
pub fn digest(text: String) -> Is<String> {
    match is_hex(&text) && text.len() == 64 {
        true => Ok(text),
        false => Err(no("no digest", &text)),
    }
}

/// Whether a text holds lowercase hexadecimal digits alone.
pub fn is_hex(text: &str) -> bool {
    text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// Returns a severity.
pub fn severity(text: &str) -> Is<Severity> {
    Severity::from_name(text).ok_or_else(|| no("no severity", text))
}

/// Returns a confidence.
pub fn confidence(text: &str) -> Is<Confidence> {
    Confidence::from_name(text).ok_or_else(|| no("no confidence", text))
}

/// Returns a stage.
pub fn stage(text: &str) -> Is<Stage> {
    Stage::from_name(text).ok_or_else(|| no("no stage", text))
}

/// Returns a decision.
pub fn decision(text: &str) -> Is<Decision> {
    let all = [
        Decision::Pass,
        Decision::Warn,
        Decision::Inconclusive,
        Decision::Block,
    ];
    let found = all.into_iter().find(|decision| decision.name() == text);
    found.ok_or_else(|| no("no decision", text))
}

/// Returns what is made of gaps.
pub fn on_inconclusive(text: &str) -> Is<OnInconclusive> {
    match text {
        "block" => Ok(OnInconclusive::Block),
        "warn" => Ok(OnInconclusive::Warn),
        _ => Err(no("neither `block` nor `warn`", text)),
    }
}

/// Returns a path within a repository.
pub fn path(shown: String, bytes: Option<String>) -> Is<BString> {
    let path = match bytes {
        None => BString::from(shown.clone()),
        Some(encoded) => {
            let bytes = decoded(&encoded).filter(|bytes| std::str::from_utf8(bytes).is_err());
            let bytes = bytes.ok_or_else(|| no("no percent-encoded path", &encoded))?;
            if visible_bytes(&bytes) != shown {
                return Err(no("not the path that stands in `path_bytes`", &shown));
            }
            bytes.into()
        }
    };
    let is_out = |part: &[u8]| matches!(part, b"" | b"." | b"..");
    if path.len() > LONGEST_PATH || path.contains(&0) || path.split(|b| *b == b'/').any(is_out) {
        return Err(no("no path within a repository", &shown));
    }
    Ok(path)
}

/// Takes percent-encoding away.
fn decoded(text: &str) -> Option<Vec<u8>> {
    let (mut out, mut at) = (Vec::new(), 0);
    let bytes = text.as_bytes();
    while let Some(byte) = bytes.get(at) {
        if *byte != b'%' {
            out.push(*byte);
            at += 1;
            continue;
        }
        let digits = bytes.get(at + 1..at + 3)?;
        if !digits.iter().all(u8::is_ascii_hexdigit) {
            return None;
        }
        out.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?);
        at += 3;
    }
    Some(out)
}

/// Returns a region: it begins before it ends.
pub fn region(lines: &raw::Lines) -> Is<Region> {
    let start = (lines.start_line, lines.start_column);
    let end = (lines.end_line, lines.end_column);
    let all = [start.0, start.1, end.0, end.1];
    if start > end || all.iter().any(|n| *n == 0 || *n > LAST_LINE) {
        return Err(format!("{start:?} to {end:?} is no region"));
    }
    Ok(Region {
        start_line: start.0,
        start_column: start.1,
        end_line: end.0,
        end_column: end.1,
    })
}

/// Insists on the number of a line.
pub fn line(n: u32) -> Is<u32> {
    match n <= LAST_LINE {
        true => Ok(n),
        false => Err(format!("{n} is no number of a line")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stays_within_the_repository() {
        for good in ["a", "a/b.c", ".github/x", "a..b", "...", "a b", "\u{1b}[31m"] {
            assert!(path(good.to_owned(), None).is_ok(), "{good}");
        }
        let long = "a/".repeat(LONGEST_PATH);
        for bad in [
            "",
            "/",
            "/etc/passwd",
            "..",
            "../a",
            "a/../b",
            "a/..",
            "./a",
            "a//b",
            "a/",
            "a\0b",
            &long,
        ] {
            assert!(path(bad.to_owned(), None).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_path_of_bytes_is_the_one_that_is_shown() {
        let read = |shown: &str, bytes: &str| path(shown.to_owned(), Some(bytes.to_owned()));
        assert_eq!(
            read("caf\\xe9", "caf%E9").unwrap(),
            BString::from(b"caf\xe9".to_vec())
        );
        for (shown, bytes) in [
            ("a", "caf%E9"),
            ("a", "a"),
            ("x", "%"),
            ("x", "%g1"),
            ("x", "%E"),
            ("\\xe9/..", "%E9/.."),
            ("../\\xe9", "../%E9"),
        ] {
            assert!(read(shown, bytes).is_err(), "{shown} {bytes}");
        }
    }

    #[test]
    fn text_keeps_what_is_no_command() {
        assert_eq!(prose("a\n\tb ü".into()), "a\n\tb ü");
        assert_eq!(prose("a\u{1b}[31m\u{9b}\r".into()), "a\\x1b[31m<U+009B>\\r");
    }
}
