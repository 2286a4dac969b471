//! Takes keys out of what comes from an endpoint, piece by piece and however the key is written: plainly, with
//! characters escaped as in JSON, an address or HTML, in base64, or as hexadecimal digits.

use crate::sys::secret::Secret;
use std::fmt::Write;
use zeroize::Zeroizing;

/// What stands in the place of a key.
const GONE: &[u8] = b"***";
/// The fewest characters that make a key one: what is shorter may stand in any text.
const SHORTEST: usize = 8;
/// The most backslashes before an escaped character: JSON within JSON within JSON.
const MOST_SLASHES: usize = 8;

/// What is looked for.
pub(super) struct Needles {
    /// The keys, whose characters may be escaped.
    keys: Vec<Zeroizing<Vec<u8>>>,
    /// Other forms of them.
    forms: Vec<Zeroizing<Vec<u8>>>,
    /// The bytes that any of them may begin with.
    first: [bool; 256],
}

/// Takes keys out of one answer.
pub(super) struct Scrubber<'a> {
    needles: &'a Needles,
    /// What may be the beginning of a key.
    held: Vec<u8>,
}

impl Needles {
    pub fn new<'a>(keys: impl Iterator<Item = &'a Secret>) -> Self {
        let keys = keys.map(Secret::expose).filter(|key| key.len() >= SHORTEST);
        let keys: Vec<_> = keys.map(|key| Zeroizing::new(key.as_bytes().to_vec())).collect();
        let forms: Vec<_> = keys.iter().flat_map(|key| forms(key)).collect();
        let mut first = [false; 256];
        for key in &keys {
            for byte in [
                key[0].to_ascii_lowercase(),
                key[0].to_ascii_uppercase(),
                b'\\',
                b'%',
                b'&',
            ] {
                first[usize::from(byte)] = true;
            }
        }
        for form in &forms {
            first[usize::from(form[0])] = true;
        }
        Self { keys, forms, first }
    }

    pub fn scrubber(&self) -> Scrubber<'_> {
        Scrubber {
            needles: self,
            held: Vec::new(),
        }
    }

    /// Takes keys out of a whole text.
    pub fn clean(&self, text: &str) -> String {
        let mut scrubber = self.scrubber();
        let mut clean = scrubber.push(text.as_bytes());
        clean.extend(scrubber.end());
        String::from_utf8_lossy(&clean).into_owned()
    }

    fn at(&self, bytes: &[u8]) -> Match {
        if !self.first[usize::from(bytes[0])] {
            return Match::No;
        }
        let keys = self.keys.iter().map(|key| escaped(key, bytes));
        let forms = self.forms.iter().map(|form| exact(form, bytes));
        keys.chain(forms).fold(Match::No, Match::or)
    }
}

/// Whether something stands at the beginning of bytes.
#[derive(Clone, Copy)]
enum Match {
    No,
    /// It may, if more bytes follow.
    Begun,
    /// It does, with so many bytes.
    Whole(usize),
}

impl Match {
    fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Whole(a), Self::Whole(b)) => Self::Whole(a.max(b)),
            (Self::Whole(n), _) | (_, Self::Whole(n)) => Self::Whole(n),
            (Self::Begun, _) | (_, Self::Begun) => Self::Begun,
            (Self::No, Self::No) => Self::No,
        }
    }
}

impl Scrubber<'_> {
    /// Takes the next piece; returns what can be passed on.
    pub fn push(&mut self, piece: &[u8]) -> Vec<u8> {
        self.held.extend_from_slice(piece);
        self.pass(false)
    }

    /// Returns what was held back.
    pub fn end(&mut self) -> Vec<u8> {
        self.pass(true)
    }

    fn pass(&mut self, is_end: bool) -> Vec<u8> {
        let bytes = std::mem::take(&mut self.held);
        let mut clean = Vec::with_capacity(bytes.len());
        let mut at = 0;
        while at < bytes.len() {
            match self.needles.at(&bytes[at..]) {
                Match::Whole(length) => {
                    clean.extend_from_slice(GONE);
                    at += length;
                }
                Match::Begun if !is_end => {
                    self.held = bytes[at..].to_vec();
                    break;
                }
                Match::No | Match::Begun => {
                    clean.push(bytes[at]);
                    at += 1;
                }
            }
        }
        clean
    }
}

fn exact(form: &[u8], bytes: &[u8]) -> Match {
    match bytes.len() < form.len() {
        false if bytes.starts_with(form) => Match::Whole(form.len()),
        true if form.starts_with(bytes) => Match::Begun,
        _ => Match::No,
    }
}

/// Looks for a key of which each character may be escaped, in any case of letters.
fn escaped(key: &[u8], bytes: &[u8]) -> Match {
    let mut at = 0;
    for wanted in key {
        match character(&bytes[at..], *wanted) {
            Match::Whole(length) => at += length,
            other => return other,
        }
    }
    Match::Whole(at)
}

fn character(bytes: &[u8], wanted: u8) -> Match {
    let Some(first) = bytes.first() else {
        return Match::Begun;
    };
    if first.eq_ignore_ascii_case(&wanted) {
        return Match::Whole(1);
    }
    match first {
        b'%' => digits(&bytes[1..], 2, wanted, 1),
        b'&' => entity(bytes, wanted),
        b'\\' => slashed(bytes, wanted),
        _ => Match::No,
    }
}

/// `\u0041`, `\x41`, `\/`, with one backslash or several.
fn slashed(bytes: &[u8], wanted: u8) -> Match {
    let slashes = bytes.iter().take_while(|byte| **byte == b'\\').count();
    if slashes > MOST_SLASHES {
        return Match::No;
    }
    let rest = &bytes[slashes..];
    match rest.first() {
        None => Match::Begun,
        Some(b'u') => digits(&rest[1..], 4, wanted, slashes + 1),
        Some(b'x') => digits(&rest[1..], 2, wanted, slashes + 1),
        Some(byte) if byte.eq_ignore_ascii_case(&wanted) => Match::Whole(slashes + 1),
        Some(_) => Match::No,
    }
}

/// A character as so many hexadecimal digits.
fn digits(bytes: &[u8], count: usize, wanted: u8, before: usize) -> Match {
    let there = &bytes[..count.min(bytes.len())];
    if !there.iter().all(u8::is_ascii_hexdigit) {
        return Match::No;
    }
    if there.len() < count {
        return Match::Begun;
    }
    number(there, 16, wanted, before + count)
}

/// `&#65;`, `&#x41;`.
fn entity(bytes: &[u8], wanted: u8) -> Match {
    let Some(end) = bytes.iter().take(10).position(|byte| *byte == b';') else {
        let fits = |(at, byte): (usize, &u8)| at == 0 || *byte == b'#' || byte.is_ascii_alphanumeric();
        let may = bytes.len() < 10 && bytes.iter().enumerate().all(fits);
        return if may { Match::Begun } else { Match::No };
    };
    match &bytes[1..end] {
        [b'#', b'x' | b'X', hex @ ..] => number(hex, 16, wanted, end + 1),
        [b'#', decimal @ ..] => number(decimal, 10, wanted, end + 1),
        _ => Match::No,
    }
}

fn number(digits: &[u8], radix: u32, wanted: u8, length: usize) -> Match {
    let text = std::str::from_utf8(digits).unwrap_or_default();
    match u32::from_str_radix(text, radix)
        .ok()
        .and_then(|n| u8::try_from(n).ok())
    {
        Some(found) if found.eq_ignore_ascii_case(&wanted) => Match::Whole(length),
        _ => Match::No,
    }
}

/// Other forms of a key: base64 wherever it begins in what was encoded, and hexadecimal digits.
fn forms(key: &[u8]) -> Vec<Zeroizing<Vec<u8>>> {
    let hex = |upper: bool| {
        let mut text = String::new();
        for byte in key {
            // Writing to a string cannot fail.
            let _ = if upper {
                write!(text, "{byte:02X}")
            } else {
                write!(text, "{byte:02x}")
            };
        }
        text.into_bytes()
    };
    let mut forms = vec![hex(false), hex(true)];
    for (before, skipped) in [(0, 0), (1, 2), (2, 3)] {
        let bytes = [&vec![0; before], key].concat();
        let whole = bytes.len() * 8 / 6;
        let text = base64(&bytes);
        let own = text.as_bytes()[skipped..whole].to_vec();
        let of_addresses = own.iter().map(|byte| match byte {
            b'+' => b'-',
            b'/' => b'_',
            other => *other,
        });
        forms.push(of_addresses.collect());
        forms.push(own);
    }
    forms.into_iter().map(Zeroizing::new).collect()
}

/// Encodes bytes (RFC 4648, section 4).
pub(super) fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let byte = |at: usize| u32::from(three.get(at).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for at in 0..4_usize {
            let letter = LETTERS[(bits >> (18 - 6 * at)) as usize & 63];
            text.push(if at <= three.len() {
                char::from(letter)
            } else {
                '='
            });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KEY: &str = "sk-Real/Key+0123456789";

    fn needles() -> Needles {
        Needles::new([Secret::new(KEY).unwrap()].iter())
    }

    #[test]
    fn base64_is_that_of_the_standard() {
        for (plain, encoded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(plain.as_bytes()), encoded);
        }
    }

    fn every(write: impl Fn(u8) -> String) -> String {
        KEY.bytes().map(write).collect()
    }

    #[test]
    fn a_key_is_found_however_it_is_written_and_cut() {
        let shapes = [
            KEY.to_owned(),
            KEY.to_lowercase(),
            KEY.to_uppercase(),
            KEY.replace('/', "\\/"),
            KEY.replace('/', "%2F").replace('+', "%2b"),
            KEY.replace('+', "&#43;"),
            every(|b| format!("\\u{b:04x}")),
            every(|b| format!("\\u{b:04X}")),
            every(|b| format!("\\\\u{b:04x}")),
            every(|b| format!("\\x{b:02x}")),
            every(|b| format!("%{b:02x}")),
            every(|b| format!("&#{b};")),
            every(|b| format!("&#x{b:x};")),
            every(|b| format!("{b:02x}")),
            every(|b| format!("{b:02X}")),
            base64(KEY.as_bytes()),
            base64(format!("a{KEY}").as_bytes()),
            base64(format!("user:{KEY}:x").as_bytes()),
            base64(format!("ab{KEY}b").as_bytes())
                .replace('+', "-")
                .replace('/', "_"),
        ];
        let needles = needles();
        for shape in shapes {
            let text = format!("{{\"before\": \"{shape}\", \"after\": 1}}");
            for size in 1..text.len() {
                let mut scrubber = needles.scrubber();
                let mut clean = Vec::new();
                for piece in text.as_bytes().chunks(size) {
                    clean.extend(scrubber.push(piece));
                }
                clean.extend(scrubber.end());
                let clean = String::from_utf8(clean).unwrap();
                assert!(
                    clean.contains("***") && clean.ends_with("\"after\": 1}"),
                    "{shape} {clean}"
                );
                assert!(clean.len() < text.len() - 12, "{shape}: {clean}");
            }
        }
    }

    #[test]
    fn what_ends_an_event_is_not_held_back() {
        let needles = needles();
        let mut scrubber = needles.scrubber();
        assert_eq!(scrubber.push(b"data: {\"a\":1}\n\n"), b"data: {\"a\":1}\n\n");
        assert_eq!(scrubber.push(b"x sk-Rea"), b"x ");
        assert_eq!(scrubber.push(b"lly\n\n"), b"sk-Really\n\n");
    }

    proptest! {
        #[test]
        fn everything_else_is_passed_on(pieces in proptest::collection::vec("[sk\\-Real%\\\\&#;x0-9u]{0,12}", 0..20)) {
            let needles = needles();
            let mut scrubber = needles.scrubber();
            let mut clean = Vec::new();
            for piece in &pieces {
                clean.extend(scrubber.push(piece.as_bytes()));
            }
            clean.extend(scrubber.end());
            prop_assert_eq!(clean, pieces.concat().into_bytes());
        }
    }
}
