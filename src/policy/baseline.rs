//! The baseline: the findings that were there before the gate, one on each line.
//!
//! A line is `<fingerprint> <check> <path>`; only the fingerprint counts, the rest is for people. The
//! lines are sorted and hold neither line numbers nor times, so that a merge of two baselines is a
//! merge of lines.

use crate::model::{Finding, Fingerprint, Location};
use bstr::{BStr, BString, ByteSlice};
use std::collections::BTreeSet;

const HEAD: &str = "\
# Findings that were there before the gate. Written by `pantheon baseline`; a line that is taken out
# is a finding that counts again.
";

/// One finding of a baseline.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Line {
    /// Identifies the finding.
    pub fingerprint: Fingerprint,
    /// The id of the check.
    pub check: String,
    /// The path; empty if the finding stands on none.
    pub path: BString,
}

impl Line {
    /// Returns the line of a finding.
    #[must_use]
    pub fn of(finding: &Finding) -> Self {
        let path = match &finding.location {
            Location::File { path, .. } => path.clone(),
            Location::Message(_) | Location::Change => BString::default(),
        };
        Self {
            fingerprint: finding.fingerprint,
            check: finding.check.to_string(),
            path,
        }
    }
}

/// A line of a baseline that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the baseline {what}")]
pub struct BaselineError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub what: &'static str,
}

/// Reads a baseline.
///
/// # Errors
/// With the first line that is none: a baseline that is half understood would hide or show findings
/// by accident.
pub fn read_baseline(text: &[u8]) -> Result<Vec<Line>, BaselineError> {
    let mut lines = Vec::new();
    for (n, line) in text.lines().enumerate() {
        if line.trim().is_empty() || line.starts_with(b"#") {
            continue;
        }
        lines.push(read_line(line).map_err(|what| BaselineError { line: n + 1, what })?);
    }
    Ok(lines)
}

fn read_line(line: &[u8]) -> Result<Line, &'static str> {
    let mut parts = line.splitn(3, |byte| *byte == b' ');
    let (fingerprint, check, path) = (parts.next(), parts.next(), parts.next());
    let fingerprint = fingerprint
        .and_then(read_fingerprint)
        .ok_or("does not begin with 32 hexadecimal digits")?;
    let check = check
        .and_then(|check| check.to_str().ok())
        .filter(|check| !check.is_empty());
    let check = check.ok_or("names no check")?.to_owned();
    let path = path.ok_or("has no path")?;
    Ok(Line {
        fingerprint,
        check,
        path: read_path(path).ok_or("has a path with broken quotes")?,
    })
}

fn read_fingerprint(text: &[u8]) -> Option<Fingerprint> {
    let (pairs, rest) = text.as_chunks::<2>();
    let mut bytes = [0; 16];
    if pairs.len() != bytes.len() || !rest.is_empty() {
        return None;
    }
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        *byte = digit(*high)? << 4 | digit(*low)?;
    }
    Some(Fingerprint(bytes))
}

fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    }
}

/// Writes a baseline: sorted, each finding once.
#[must_use]
pub fn write_baseline(lines: &[Line]) -> Vec<u8> {
    let sorted: BTreeSet<&Line> = lines.iter().collect();
    let mut out = HEAD.as_bytes().to_vec();
    for line in sorted {
        out.extend(format!("{} {} ", line.fingerprint, line.check).bytes());
        write_path(&mut out, line.path.as_bstr());
        out.push(b'\n');
    }
    out
}

/// Writes a path; one that is empty or holds anything odd stands in quotes, byte by byte.
fn write_path(out: &mut Vec<u8>, path: &BStr) {
    let odd = |byte: &u8| !byte.is_ascii_graphic() || matches!(byte, b'"' | b'\\');
    if !path.is_empty() && !path.iter().any(odd) {
        return out.extend(path.iter());
    }
    out.push(b'"');
    for byte in path.iter() {
        match byte {
            b' ' => out.push(b' '),
            byte if odd(byte) => out.extend(format!("\\x{byte:02x}").bytes()),
            byte => out.push(*byte),
        }
    }
    out.push(b'"');
}

fn read_path(text: &[u8]) -> Option<BString> {
    let Some(inner) = text.strip_prefix(b"\"") else {
        return (!text.is_empty() && !text.contains(&b'"')).then(|| text.into());
    };
    let inner = inner.strip_suffix(b"\"")?;
    let (mut path, mut at) = (Vec::new(), 0);
    while let Some(byte) = inner.get(at) {
        match byte {
            b'\\' => {
                let [b'\\', b'x', high, low] = inner.get(at..at + 4)? else {
                    return None;
                };
                path.push(digit(*high)? << 4 | digit(*low)?);
                at += 4;
            }
            b'"' => return None,
            byte => {
                path.push(*byte);
                at += 1;
            }
        }
    }
    Some(path.into())
}
