//! A finding as a result.

use super::super::column::{self, Unit};
use super::super::{LineHashes, encode, fixed, json, text};
use super::models::{self, Said};
use super::{Reader, severity_level};
use crate::model::{Disposition, Finding, Fix, Location, Region};
use bstr::{BStr, ByteSlice};
use serde::{Serialize, Serializer};
use std::collections::HashMap;

const ROOT: &str = "%SRCROOT%";

/// The results of a run, made one by one while they are written.
pub struct Rows<'a> {
    /// What they are about.
    pub findings: &'a [&'a Finding],
    /// Where the rule of each stands in the list of rules.
    pub index: &'a HashMap<&'a str, usize>,
    /// Who reads them.
    pub reader: Reader,
    /// Whether one of them is held by the baseline.
    pub has_baseline: bool,
    /// The hashes of the lines they stand on.
    pub line_hashes: Option<&'a LineHashes>,
}

impl Serialize for Rows<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.findings.iter().map(|finding| Row::of(finding, self)))
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Row<'a> {
    rule_id: &'a str,
    rule_index: Option<usize>,
    kind: &'static str,
    level: &'static str,
    message: Text<String>,
    locations: [Place; 1],
    partial_fingerprints: Prints<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suppressions: Option<Vec<Suppression<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline_state: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rank: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fixes: Option<[Mend<'a>; 1]>,
    properties: Properties<'a>,
}

#[derive(Serialize)]
struct Text<T> {
    text: T,
}

#[derive(Serialize)]
struct Prints<'a> {
    #[serde(rename = "pantheon/v1")]
    own: String,
    #[serde(rename = "primaryLocationLineHash", skip_serializing_if = "Option::is_none")]
    line: Option<&'a str>,
}

#[derive(Serialize)]
struct Suppression<'a> {
    kind: &'static str,
    status: &'static str,
    justification: &'a str,
}

#[derive(Serialize)]
struct Properties<'a> {
    confidence: &'static str,
    severity: &'static str,
    disposition: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<String>,
    #[serde(flatten)]
    said: Option<Said<'a>>,
}

impl<'a> Row<'a> {
    fn of(finding: &'a Finding, rows: &Rows<'a>) -> Self {
        let is_github = rows.reader == Reader::Github;
        let opinion = models::opinion(finding);
        let known = finding.disposition == Disposition::Baseline;
        Self {
            rule_id: &finding.check,
            rule_index: rows.index.get(finding.check.as_ref()).copied(),
            kind: "fail",
            level: level(finding),
            message: Text {
                text: message(finding, rows.reader),
            },
            locations: [Place::of(finding, rows.reader)],
            partial_fingerprints: Prints {
                own: finding.fingerprint.to_string(),
                line: rows
                    .line_hashes
                    .filter(|_| is_github)
                    .and_then(|hashes| hashes.of(finding)),
            },
            // GitHub shows what is suppressed as open, and does not know what changed.
            suppressions: (!is_github).then(|| suppressions(&finding.disposition)),
            baseline_state: (rows.has_baseline && !is_github).then_some(match known {
                true => "unchanged",
                false => "new",
            }),
            rank: opinion.map(|_| models::rank(finding.confidence)),
            fixes: finding
                .fix
                .as_ref()
                .filter(|_| !is_github && finding.commit.is_none())
                .and_then(|fix| Some([Mend::of(finding, fix)?])),
            properties: Properties {
                confidence: finding.confidence.name(),
                severity: finding.severity.name(),
                disposition: json::disposition(&finding.disposition).0,
                commit: finding.commit.map(|id| id.to_string()),
                said: opinion.map(Said::of),
            },
        }
    }
}

fn level(finding: &Finding) -> &'static str {
    match finding.disposition {
        Disposition::Block => "error",
        Disposition::Warn => "warning",
        Disposition::Note => "note",
        _ => severity_level(finding.severity),
    }
}

fn message(finding: &Finding, reader: Reader) -> String {
    let mut message = finding.message.clone();
    if let Some(help) = &finding.help {
        message.push_str(&format!("; {help}"));
    }
    if let Some(opinion) = models::opinion(finding) {
        message.push_str(&format!("; said by {}", text::series(&opinion.models)));
    }
    let mut message = models::unlinked(&message);
    if let (Some(commit), Reader::Github) = (finding.commit, reader) {
        message.push_str(&format!("; in commit {}", commit.to_hex_with_len(10)));
    }
    message
}

/// An empty list says that nothing suppresses the result; no list would say that nobody knows.
fn suppressions(disposition: &Disposition) -> Vec<Suppression<'_>> {
    let (kind, justification) = match disposition {
        Disposition::Suppressed(reason) => ("inSource", reason.as_str()),
        Disposition::Waived(reason) => ("external", reason.as_str()),
        Disposition::Baseline => ("external", "held by the baseline"),
        Disposition::Block | Disposition::Warn | Disposition::Note => return Vec::new(),
    };
    vec![Suppression {
        kind,
        status: "accepted",
        justification,
    }]
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
enum Place {
    #[serde(rename_all = "camelCase")]
    PhysicalLocation {
        artifact_location: Artifact,
        #[serde(skip_serializing_if = "Option::is_none")]
        region: Option<Span>,
    },
    LogicalLocations([Logical; 1]),
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Artifact {
    uri: String,
    uri_base_id: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Logical {
    name: &'static str,
    fully_qualified_name: &'static str,
    kind: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Span {
    start_line: u32,
    start_column: u32,
    end_line: u32,
    end_column: u32,
}

impl Place {
    fn of(finding: &Finding, reader: Reader) -> Self {
        let logical = |name, kind| {
            Self::LogicalLocations([Logical {
                name,
                fully_qualified_name: name,
                kind,
            }])
        };
        let path = match &finding.location {
            Location::File { path, .. } => path.as_bstr(),
            Location::Message(_) => return logical("commit message", "commitMessage"),
            Location::Change => return logical("change", "change"),
        };
        // No line of another commit is one of the head, which is what GitHub shows.
        let is_elsewhere = reader == Reader::Github && finding.commit.is_some();
        let region = column::convert(finding, Unit::Utf16).filter(|_| !is_elsewhere);
        Self::PhysicalLocation {
            artifact_location: Artifact::of(path),
            region: region.map(Span::of),
        }
    }
}

impl Artifact {
    fn of(path: &BStr) -> Self {
        Self {
            uri: encode::percent(path),
            uri_base_id: ROOT,
        }
    }
}

impl Span {
    fn of(region: Region) -> Self {
        Self {
            start_line: region.start_line,
            start_column: region.start_column,
            end_line: region.end_line,
            end_column: region.end_column,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Mend<'a> {
    description: Text<&'a str>,
    artifact_changes: [Changed<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Changed<'a> {
    artifact_location: Artifact,
    replacements: Vec<Replaced<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Replaced<'a> {
    deleted_region: Span,
    #[serde(skip_serializing_if = "Option::is_none")]
    inserted_content: Option<Text<&'a str>>,
}

impl<'a> Mend<'a> {
    /// A fix whose columns nobody can count is none: an editor would cut at the wrong place.
    fn of(finding: &'a Finding, fix: &'a Fix) -> Option<Self> {
        let Location::File { path, .. } = &finding.location else {
            return None;
        };
        let regions = fixed::regions(fix, Unit::Utf16)?;
        let replaced = regions
            .into_iter()
            .zip(&fix.replacements)
            .map(|(region, part)| Replaced {
                deleted_region: Span::of(region),
                inserted_content: Some(part.text.as_str())
                    .filter(|text| !text.is_empty())
                    .map(|text| Text { text }),
            });
        Some(Self {
            description: Text { text: &fix.summary },
            artifact_changes: [Changed {
                artifact_location: Artifact::of(path.as_bstr()),
                replacements: replaced.collect(),
            }],
        })
    }
}
