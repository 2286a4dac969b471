//! What a check found, and where.

use bstr::BString;
use std::borrow::Cow;
use std::fmt;

/// How bad it is, if it is true.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Untidy.
    Low,
    /// Wrong, but harmless so far.
    Medium,
    /// Should not be recorded.
    High,
    /// Must not be recorded.
    Critical,
}

impl Severity {
    /// All severities, lowest first.
    pub const ALL: [Self; 5] = [Self::Info, Self::Low, Self::Medium, Self::High, Self::Critical];

    /// Returns the word used in configuration and reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// Returns the severity of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.name() == name)
    }
}

/// How likely it is to be true.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// A guess.
    Low,
    /// More often right than wrong.
    Medium,
    /// Almost always right.
    High,
}

impl Confidence {
    /// All confidences, lowest first.
    pub const ALL: [Self; 3] = [Self::Low, Self::Medium, Self::High];

    /// Returns the word used in configuration and reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }

    /// Returns the confidence of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.name() == name)
    }
}

/// One thing that a check found.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The id of the check, such as `secrets/private-key`.
    pub check: Cow<'static, str>,
    /// How bad it is, after the policy's overrides.
    pub severity: Severity,
    /// How likely it is.
    pub confidence: Confidence,
    /// One lowercase line that names the thing. Holds no secret.
    pub message: String,
    /// Where it stands.
    pub location: Location,
    /// The line or lines it stands on, redacted.
    pub snippet: Option<Snippet>,
    /// What to do about it, one lowercase line.
    pub help: Option<String>,
    /// What to write instead, where that is certain.
    pub fix: Option<super::Fix>,
    /// Who says it.
    pub origin: super::Origin,
    /// The commit it was found in, where that is not the head of the change.
    pub commit: Option<super::Oid>,
    /// Identifies the finding across rebases; holds no line number.
    pub fingerprint: Fingerprint,
    /// What the policy made of it.
    pub disposition: Disposition,
}

/// A place in the change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// A path, with the region on it if there is one.
    File {
        /// The path after the change.
        path: BString,
        /// The region, if the finding stands on lines.
        region: Option<Region>,
    },
    /// The commit message, with the region in it if there is one.
    Message(Option<Region>),
    /// The change as a whole.
    Change,
}

/// A part of a text: lines and columns count from 1, columns are bytes, the end is exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Region {
    /// The first line.
    pub start_line: u32,
    /// The first byte in that line.
    pub start_column: u32,
    /// The last line.
    pub end_line: u32,
    /// The byte behind the last one, in the last line.
    pub end_column: u32,
}

/// The lines that a finding stands on, with secrets replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snippet {
    /// The number of the first line, from 1.
    pub first_line: u32,
    /// The lines, without control characters except `\n` and `\t`.
    pub text: String,
    /// The bytes of `text` that the finding is about.
    pub highlight: std::ops::Range<usize>,
    /// Whether `text` is only a part of these lines.
    pub is_cut: bool,
}

/// Identifies a finding by content: 32 hexadecimal digits in text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint(pub [u8; 16]);

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut text = [0; 32];
        for (pair, byte) in text.chunks_exact_mut(2).zip(self.0) {
            pair[0] = DIGITS[usize::from(byte >> 4)];
            pair[1] = DIGITS[usize::from(byte & 15)];
        }
        f.write_str(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}

/// What became of a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Disposition {
    /// It blocks under the gate.
    Block,
    /// It is shown and does not block.
    Warn,
    /// It is below what the gate shows.
    Note,
    /// A comment in the content allows it, with this reason.
    Suppressed(String),
    /// A waiver of the policy covers it, with this reason.
    Waived(String),
    /// The baseline holds it.
    Baseline,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_32_digits() {
        let bytes = std::array::from_fn(|n| (n as u8) * 17);
        let text = Fingerprint(bytes).to_string();
        assert_eq!(text, "00112233445566778899aabbccddeeff");
    }
}
