//! A finding in one line, for formats that hold no more: what it says, who says it and where it stands.

use super::{column, text};
use crate::model::{Disposition, Finding, Fingerprint, LeftOut, Location, Opinion, Origin, Report, Tested};
use bstr::ByteSlice;
use std::collections::HashMap;

// The most characters of a name that a provider gave.
const MOST_OF_A_NAME: usize = 64;

/// How loud an open finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// It blocks.
    Error,
    /// It is shown and does not block.
    Warning,
    /// It is below what the gate shows.
    Notice,
}

impl Level {
    /// All levels, loudest first.
    pub const ALL: [Self; 3] = [Self::Error, Self::Warning, Self::Notice];

    /// Returns the level of a finding; `None`: something allows it.
    pub fn of(finding: &Finding) -> Option<Self> {
        match finding.disposition {
            Disposition::Block => Some(Self::Error),
            Disposition::Warn => Some(Self::Warning),
            Disposition::Note => Some(Self::Notice),
            Disposition::Suppressed(_) | Disposition::Waived(_) | Disposition::Baseline => None,
        }
    }

    /// Returns the word that most formats have for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Notice => "notice",
        }
    }
}

/// Returns the findings that nothing allows, with their level, worst first.
pub fn open(report: &Report) -> impl Iterator<Item = (Level, &Finding)> {
    let findings = report.findings.iter();
    findings.filter_map(|finding| Some((Level::of(finding)?, finding)))
}

/// Says how many findings something allows: `1 suppressed, 2 in the baseline`; nothing where there are none.
pub fn allowed(report: &Report) -> Option<String> {
    let (mut suppressed, mut waived, mut baseline) = (0, 0, 0);
    for finding in &report.findings {
        match finding.disposition {
            Disposition::Suppressed(_) => suppressed += 1,
            Disposition::Waived(_) => waived += 1,
            Disposition::Baseline => baseline += 1,
            Disposition::Block | Disposition::Warn | Disposition::Note => {}
        }
    }
    let parts = [
        (suppressed, "suppressed"),
        (waived, "waived"),
        (baseline, "in the baseline"),
    ];
    let parts: Vec<String> = parts
        .iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, word)| format!("{n} {word}"))
        .collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// Returns what a finding says, what helps, who says it and of which commit, as it was written.
pub fn sentence(finding: &Finding) -> String {
    let mut out = finding.message.clone();
    if let Some(help) = &finding.help {
        out.push_str("; ");
        out.push_str(help);
    }
    if let Some(who) = who(finding) {
        out.push_str("; ");
        out.push_str(&who);
    }
    if let Some(commit) = finding.commit {
        out.push_str(&format!("; in commit {}", commit.to_hex_with_len(10)));
    }
    out
}

/// Says which models say a finding, and who refuted it; `None`: it is computed.
pub fn who(finding: &Finding) -> Option<String> {
    let Origin::Models(opinion) = &finding.origin else {
        return None;
    };
    Some(voice(opinion))
}

fn voice(opinion: &Opinion) -> String {
    let names: Vec<String> = opinion.models.iter().map(|name| cut(name)).collect();
    let mut out = match names.is_empty() {
        true => "said by a model".to_owned(),
        false => format!("said by {}", text::series(&names)),
    };
    if let Tested::Refuted { by, .. } = &opinion.tested {
        out.push_str(&format!(", refuted by {}", cut(by)));
    }
    out
}

fn cut(name: &str) -> String {
    text::cut(name, MOST_OF_A_NAME)
}

/// Returns the path of a finding as text: what is not UTF-8 stands in its visible form. What is hidden stays
/// as it is.
pub fn path(finding: &Finding) -> Option<String> {
    let Location::File { path, .. } = &finding.location else {
        return None;
    };
    Some(match path.to_str() {
        Ok(path) => path.to_owned(),
        Err(_) => text::visible_bytes(path),
    })
}

/// Returns the name of what a finding stands on: its path, `commit message` or `change`.
pub fn what(finding: &Finding) -> String {
    match &finding.location {
        Location::File { .. } => path(finding).unwrap_or_default(),
        Location::Message(_) => "commit message".to_owned(),
        Location::Change => "change".to_owned(),
    }
}

/// Returns where a finding stands: `src/main.rs:3:1`, columns in characters.
pub fn place(finding: &Finding) -> String {
    let what = what(finding);
    match column::convert(finding, column::Unit::Chars) {
        Some(region) => format!("{what}:{}:{}", region.start_line, region.start_column),
        None => what,
    }
}

/// Returns what was not looked at, in one line.
pub fn gap(item: &LeftOut) -> String {
    let what = text::visible_bytes(item.what.as_bstr());
    format!("not looked at: {what}: {}", item.why)
}

/// Returns what a reader must know besides the findings: what was left out, what models were not asked.
pub fn remarks(report: &Report) -> Vec<String> {
    let mut out: Vec<String> = report.left_out.iter().map(gap).collect();
    out.extend(report.notes.iter().cloned());
    if let Some(review) = &report.review {
        let skipped = review.skipped.iter();
        out.extend(skipped.map(|why| format!("models were not asked: {why}")));
        let calls: usize = review.asked.iter().map(|row| row.calls).sum();
        let answered: usize = review.asked.iter().map(|row| row.answered).sum();
        if answered < calls {
            out.push(format!(
                "{} of {calls} calls to models had no answer",
                calls - answered
            ));
        }
    }
    out
}

/// Adds to a word about the verdict that it is one of a share: `passed, shard 2 of 4`.
pub fn of_share(report: &Report, word: &str) -> String {
    match &report.part {
        Some(part) => format!("{word}, {}", part.shard),
        None => word.to_owned(),
    }
}

/// Says that a report is one of a share, for formats that have no other place for it; `None`: it is the whole.
pub fn partial(report: &Report) -> Option<String> {
    let part = report.part.as_ref()?;
    Some(part.note(report.files))
}

/// Gives each finding a name of its own, though fingerprints of equal lines are equal.
#[derive(Default)]
pub struct Ids(HashMap<Fingerprint, usize>);

impl Ids {
    /// Returns the fingerprint of a finding, with a number where it came before.
    pub fn next(&mut self, finding: &Finding) -> String {
        let seen = self.0.entry(finding.fingerprint).or_default();
        *seen += 1;
        match *seen {
            1 => finding.fingerprint.to_string(),
            n => format!("{}-{n}", finding.fingerprint),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn a_sentence_names_who_says_it() {
        let said = fixture::reviews::said_by_models();
        let expected = "the path of the request leaves the directory; join the path only once no part of it is \
                        `..`; said by anthropic/claude-sonnet-5 and gemini/gemini-3.8-flash";
        assert_eq!(sentence(&said[0]), expected);
        assert_eq!(
            who(&said[2]).unwrap(),
            "said by gemini/gemini-3.8-flash, refuted by anthropic/claude-sonnet-5"
        );
        assert_eq!(who(&fixture::secret()), None);
    }

    #[test]
    fn equal_fingerprints_get_numbers() {
        let mut ids = Ids::default();
        let finding = fixture::secret();
        let first = ids.next(&finding);
        assert_eq!(first.len(), 32);
        assert_eq!(ids.next(&finding), format!("{first}-2"));
    }

    #[test]
    fn what_is_allowed_is_counted() {
        let expected = "1 suppressed, 1 waived, 1 in the baseline";
        assert_eq!(allowed(&fixture::whole()).unwrap(), expected);
        assert_eq!(allowed(&fixture::reviews::well()), None);
    }
}
