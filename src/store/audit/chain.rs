//! The form of a line, and whether a file of them is whole.

use super::{Entry, Kind};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

/// The most bytes of a line, its end included.
pub(super) const LONGEST: usize = 8 << 10;
/// The hash before the first line.
const NONE: &str = "0000000000000000000000000000000000000000000000000000000000000000";
/// What stands before the hash of a line.
const OWN: &str = ",\"hash\":\"";
/// What stands behind it.
const END: &str = "\"}";

/// A line as it was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Its number, from 1.
    pub seq: u64,
    /// When it was written, in UTC.
    pub time: String,
    /// The hash of the line before.
    pub prev: String,
    /// What it tells.
    #[serde(flatten)]
    pub entry: Entry,
    /// Its own hash: SHA-256 of everything before it.
    pub hash: String,
}

/// The line at the end of a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Last {
    pub seq: u64,
    pub hash: String,
}

impl Default for Last {
    fn default() -> Self {
        Self {
            seq: 0,
            hash: NONE.to_owned(),
        }
    }
}

impl Last {
    /// Writes the next line, with a line feed at its end.
    pub fn next(&self, time: &str, entry: &Entry) -> (String, Self) {
        let seq = self.seq + 1;
        let told = serde_json::to_string(&bounded(entry)).unwrap_or_default();
        let told = told.strip_prefix('{').and_then(|told| told.strip_suffix('}'));
        let told = told.unwrap_or_default();
        let prev = &self.hash;
        let text = format!("{{\"seq\":{seq},\"time\":\"{time}\",\"prev\":\"{prev}\",{told}");
        let hash = hex(text.as_bytes());
        (format!("{text}{OWN}{hash}{END}\n"), Self { seq, hash })
    }
}

/// Returns a line, without its line feed, if it is whole in itself.
pub(super) fn parse(line: &[u8]) -> Option<Record> {
    let text = std::str::from_utf8(line).ok()?;
    let (told, hash) = text.strip_suffix(END)?.rsplit_once(OWN)?;
    let record: Record = serde_json::from_str(text).ok()?;
    (record.hash == hash && hex(told.as_bytes()) == hash).then_some(record)
}

/// Returns what tells of bytes that somebody left half written.
pub(super) fn torn(bytes: &[u8]) -> Entry {
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    Entry {
        kind: Kind::Torn,
        note: format!("{} bytes, sha256 {}", bytes.len(), hex(bytes)),
        ..Entry::default()
    }
}

fn hex(bytes: &[u8]) -> String {
    let digits = Sha256::digest(bytes);
    digits.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Cuts texts so that the line stays within its bound, however they are escaped.
fn bounded(entry: &Entry) -> Entry {
    let mut entry = entry.clone();
    for (text, most) in [
        (&mut entry.run, 100),
        (&mut entry.agent, 100),
        (&mut entry.method, 20),
        (&mut entry.host, 260),
        (&mut entry.path, 400),
        (&mut entry.model, 200),
        (&mut entry.note, 300),
    ] {
        *text = text.chars().filter(|c| !c.is_control()).take(most).collect();
    }
    entry
}

/// A chain that is whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// How many lines it has.
    pub lines: u64,
    /// The hash of the last one: what was seen once must be found again later.
    pub head: String,
}

/// A chain is not whole.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// The file cannot be read.
    #[error("cannot read the audit log: {0}")]
    Read(#[from] io::Error),
    /// A line is not what was written.
    #[error("the audit log is broken at line {line}: {why}")]
    At {
        /// The line of the file, from 1.
        line: u64,
        /// What is wrong.
        why: &'static str,
    },
}

/// Reads a whole file and holds each line to the one before.
///
/// # Errors
/// A [`Broken`]: with the first line that does not fit.
pub fn verify(path: &Path) -> Result<Verified, Broken> {
    let last = each(path, |_| true)?;
    Ok(Verified {
        lines: last.seq,
        head: last.hash,
    })
}

/// Hands each line to `take` until that returns `false`.
///
/// # Errors
/// A [`Broken`]: lines before it have been handed over.
pub fn records(path: &Path, take: impl FnMut(&Record) -> bool) -> Result<(), Broken> {
    each(path, take).map(drop)
}

fn each(path: &Path, mut take: impl FnMut(&Record) -> bool) -> Result<Last, Broken> {
    let mut lines = Lines::open(path)?;
    let mut last = Last::default();
    let mut damage: Option<Damage> = None;
    while let Some(line) = lines.next()? {
        let Some(record) = line.strip_suffix(b"\n").and_then(parse) else {
            let damage = damage.get_or_insert_with(|| Damage::at(lines.number));
            damage.bytes.extend_from_slice(&line);
            if damage.bytes.len() > 8 * LONGEST {
                return Err(damage.broken());
            }
            continue;
        };
        let at = |why| Broken::At {
            line: lines.number,
            why,
        };
        if let Some(damage) = damage.take()
            && record.entry.note != torn(&damage.bytes).note
        {
            return Err(damage.broken());
        }
        if record.prev != last.hash {
            return Err(at("it does not follow the line before"));
        }
        if record.seq != last.seq + 1 {
            return Err(at("its number does not follow the one before"));
        }
        (last.seq, last.hash) = (record.seq, record.hash.clone());
        if !take(&record) {
            break;
        }
    }
    match damage {
        // The one who wrote it may be at it still, or was killed: the next line would tell.
        Some(damage) if !damage.is_torn() => Err(damage.broken()),
        _ => Ok(last),
    }
}

/// Bytes that are no line.
struct Damage {
    line: u64,
    bytes: Vec<u8>,
}

impl Damage {
    fn at(line: u64) -> Self {
        Self {
            line,
            bytes: Vec::new(),
        }
    }

    /// Whether it is the beginning of one line that was not written to its end.
    fn is_torn(&self) -> bool {
        !self.bytes.contains(&b'\n') && self.bytes.len() < LONGEST
    }

    fn broken(&self) -> Broken {
        Broken::At {
            line: self.line,
            why: "it is not what was written",
        }
    }
}

/// The lines of a file, each with a bound.
struct Lines {
    file: BufReader<File>,
    number: u64,
}

impl Lines {
    fn open(path: &Path) -> io::Result<Self> {
        Ok(Self {
            file: BufReader::new(File::open(path)?),
            number: 0,
        })
    }

    /// Returns the next line with its end, or a part of one that is too long.
    fn next(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut line = Vec::new();
        let most = LONGEST as u64;
        (&mut self.file).take(most).read_until(b'\n', &mut line)?;
        self.number += u64::from(!line.is_empty());
        Ok((!line.is_empty()).then_some(line))
    }
}
