//! The hashes of lines by which GitHub follows an alert from one commit to the next.
//!
//! A line's hash covers the 100 UTF-16 units from its first on, blanks and tabs left out and every line end one
//! line feed; equal hashes of a file are numbered. GitHub's `upload-sarif` computes the same, where it is used.

use crate::model::{Finding, Location, Report};
use bstr::{BStr, BString, ByteSlice};
use std::collections::{BTreeMap, BTreeSet, HashMap};

// How many units a hash covers, and what one place is worth.
const BLOCK: usize = 100;
const BASE: u64 = 37;
// Stands behind the last unit of a file.
const END: u16 = 0xffff;

/// The hashes of the lines that findings stand on.
#[derive(Debug, Clone, Default)]
pub struct LineHashes(HashMap<BString, HashMap<u32, String>>);

impl LineHashes {
    /// Returns the lines whose hashes a report needs, by path.
    #[must_use]
    pub fn wanted(report: &Report) -> BTreeMap<&BStr, BTreeSet<u32>> {
        let mut wanted = BTreeMap::<&BStr, BTreeSet<u32>>::new();
        for finding in &report.findings {
            if let Some((path, line)) = place(finding) {
                wanted.entry(path).or_default().insert(line);
            }
        }
        wanted
    }

    /// Adds the hashes of lines of a file.
    pub fn add(&mut self, path: &BStr, content: &[u8], lines: &BTreeSet<u32>) {
        self.0.insert(path.to_owned(), hashes(content, lines));
    }

    /// Returns the hash of the line that a finding starts on.
    pub(super) fn of(&self, finding: &Finding) -> Option<&str> {
        let (path, line) = place(finding)?;
        self.0.get(path)?.get(&line).map(String::as_str)
    }
}

/// The path and the line of a finding; what stands on a whole file has no hash there either.
fn place(finding: &Finding) -> Option<(&BStr, u32)> {
    match &finding.location {
        Location::File {
            path,
            region: Some(region),
        } if finding.commit.is_none() => Some((path.as_bstr(), region.start_line)),
        _ => None,
    }
}

fn hashes(content: &[u8], lines: &BTreeSet<u32>) -> HashMap<u32, String> {
    let text = Units::of(&content.to_str_lossy());
    let mut counts = HashMap::<u64, u32>::new();
    let mut out = HashMap::new();
    let mut rolling = Rolling::new(&text.units);
    for (at, line) in text.starts.iter().zip(1..) {
        let hash = rolling.at(*at);
        let count = counts.entry(hash).or_default();
        *count += 1;
        if lines.contains(&line) {
            out.insert(line, format!("{hash:x}:{count}"));
        }
    }
    out
}

/// The units of a text that count, and where its lines start among them.
#[derive(Default)]
struct Units {
    units: Vec<u16>,
    starts: Vec<usize>,
}

impl Units {
    fn of(text: &str) -> Self {
        let mut out = Self::default();
        let (mut is_start, mut after_return) = (true, false);
        for unit in text.encode_utf16() {
            let is_blank = matches!(unit, 0x20 | 0x09) || (unit == 0x0a && after_return);
            after_return = unit == 0x0d;
            if is_blank {
                continue;
            }
            let unit = if after_return { 0x0a } else { unit };
            out.push(unit, is_start);
            is_start = unit == 0x0a;
        }
        out.push(END, is_start);
        out
    }

    fn push(&mut self, unit: u16, is_start: bool) {
        if is_start {
            self.starts.push(self.units.len());
        }
        self.units.push(unit);
    }
}

/// A hash that moves forward over units, with zeros behind the last.
struct Rolling<'a> {
    units: &'a [u16],
    at: usize,
    hash: u64,
    // What the first unit of a block is worth.
    first: u64,
}

impl<'a> Rolling<'a> {
    fn new(units: &'a [u16]) -> Self {
        let unit = |at: usize| units.get(at).map_or(0, |unit| u64::from(*unit));
        let hash = (0..BLOCK).fold(0_u64, |hash, at| hash.wrapping_mul(BASE).wrapping_add(unit(at)));
        let first = (1..BLOCK).fold(1_u64, |worth, _| worth.wrapping_mul(BASE));
        Self {
            units,
            at: 0,
            hash,
            first,
        }
    }

    /// Moves to a unit further on and returns the hash of the block from it on.
    fn at(&mut self, to: usize) -> u64 {
        while self.at < to {
            let gone = self.unit(self.at).wrapping_mul(self.first);
            let next = self.unit(self.at + BLOCK);
            self.hash = self.hash.wrapping_sub(gone).wrapping_mul(BASE).wrapping_add(next);
            self.at += 1;
        }
        self.hash
    }

    fn unit(&self, at: usize) -> u64 {
        self.units.get(at).map_or(0, |unit| u64::from(*unit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<String> {
        let hashes = hashes(text.as_bytes(), &(1..100).collect());
        let mut lines: Vec<_> = hashes.into_iter().collect();
        lines.sort();
        lines.into_iter().map(|(_, hash)| hash).collect()
    }

    // The values are those that GitHub's action computes for the same texts.
    #[test]
    fn hashes_as_github_does() {
        assert_eq!(all(""), ["c129715d7a2bc9a3:1"]);
        let four = [
            "271789c17abda88f:1",
            "54703d4cd895b18:1",
            "180aee12dab6264:1",
            "a23a3dc5e078b07b:1",
        ];
        assert_eq!(all(" a\nb\n  \t\tc\n d"), four);
        let seven = [
            "e9496ae3ebfced30:1",
            "fb7c023a8b9ccb3f:1",
            "ce8ba1a563dcdaca:1",
            "e20e36e16fcb0cc8:1",
            "b3edc88f2938467e:1",
            "c8e28b0b4002a3a0:1",
            "c129715d7a2bc9a3:1",
        ];
        for end in ["\n", "\r", "\r\n"] {
            let text = " hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End\n".replace('\n', end);
            assert_eq!(all(&text), seven, "{end:?}");
        }
    }

    #[test]
    fn numbers_equal_hashes() {
        let hashes = all(&"Lorem ipsum dolor sit amet.\n".repeat(10));
        assert_eq!(hashes[5], "a7f2ff13bc495cf2:6");
        assert_eq!(hashes[6..8], ["a7f2ff1481e87703:1", "a9cf91f7bbf1862b:1"]);
        assert_eq!(hashes[10], "c129715d7a2bc9a3:1");
    }
}
