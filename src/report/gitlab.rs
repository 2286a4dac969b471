//! GitLab's security reports, version 15.2: what they share.

use super::brief::{self, Ids};
use super::{Options, column, encode, text};
use crate::model::{Disposition, Finding, Report, Severity, Source};
use serde::Serialize;
use serde_json::{Value, json};

const VERSION: &str = "15.2.4";
// GitLab refuses more characters.
const MOST_OF_A_NAME: usize = 255;
const MOST_OF_A_SOLUTION: usize = 7_000;
const MOST_OF_A_DESCRIPTION: usize = 100_000;
// What GitLab's own scanners write where there is no commit.
const NO_COMMIT: &str = "0000000";

/// Which findings a report is about.
pub struct Kind {
    /// GitLab's word for the report.
    pub name: &'static str,
    /// Whether the location must name a commit.
    pub has_commit: bool,
    /// Whether a finding belongs to it.
    pub takes: fn(&Finding) -> bool,
}

/// Writes the findings of a kind that nothing allows.
pub fn render(report: &Report, options: &Options<'_>, kind: &Kind) -> Vec<u8> {
    let mut ids = Ids::default();
    let (mut taken, mut other) = (Vec::new(), 0);
    for (_, finding) in brief::open(report) {
        match brief::path(finding) {
            Some(path) if (kind.takes)(finding) => {
                taken.push(vulnerability(report, finding, path, kind, &mut ids));
            }
            _ => other += 1,
        }
    }
    encode::pretty(&Whole {
        version: VERSION,
        scan: scan(report, options, kind, messages(report, other)),
        vulnerabilities: taken,
    })
}

#[derive(Serialize)]
struct Whole<'a> {
    version: &'static str,
    scan: Value,
    vulnerabilities: Vec<Vulnerability<'a>>,
}

#[derive(Serialize)]
struct Vulnerability<'a> {
    id: String,
    name: String,
    description: String,
    severity: &'static str,
    identifiers: [Identifier<'a>; 1],
    location: Location,
    #[serde(skip_serializing_if = "Option::is_none")]
    solution: Option<String>,
}

#[derive(Serialize)]
struct Identifier<'a> {
    r#type: &'static str,
    name: String,
    value: &'a str,
}

#[derive(Serialize)]
struct Location {
    file: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_line: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<Commit>,
}

#[derive(Serialize)]
struct Commit {
    sha: String,
}

fn scan(report: &Report, options: &Options<'_>, kind: &Kind, messages: Vec<Value>) -> Value {
    let program = json!({
        "id": env!("CARGO_PKG_NAME"),
        "name": env!("CARGO_PKG_NAME"),
        "version": env!("CARGO_PKG_VERSION"),
        "vendor": { "name": env!("CARGO_PKG_NAME") },
    });
    let is_complete = !report.left_out.iter().any(|item| item.inconclusive);
    json!({
        "analyzer": program,
        "scanner": program,
        "type": kind.name,
        "start_time": options.started(report),
        "end_time": options.ended(),
        "status": if is_complete { "success" } else { "failure" },
        "messages": messages,
    })
}

fn messages(report: &Report, other: usize) -> Vec<Value> {
    let mut out = Vec::new();
    if other > 0 {
        let others = text::count(other, "other finding");
        out.push(message(
            "info",
            &format!("{others} are not of this report's kind: the code quality report has all"),
        ));
    }
    if let Some(allowed) = brief::allowed(report) {
        out.push(message("info", &format!("allowed: {allowed}")));
    }
    out.extend(brief::remarks(report).iter().map(|text| message("warn", text)));
    out
}

fn message(level: &str, text: &str) -> Value {
    json!({ "level": level, "value": text::visible(text) })
}

fn vulnerability<'a>(
    report: &Report,
    finding: &'a Finding,
    path: String,
    kind: &Kind,
    ids: &mut Ids,
) -> Vulnerability<'a> {
    let check = finding.check.as_ref();
    let region = column::region(finding);
    let sha = || commit(report, finding);
    let solution = finding.help.as_ref();
    Vulnerability {
        id: ids.next(finding),
        name: text::cut(&finding.message, MOST_OF_A_NAME - 3),
        description: text::cut(&brief::sentence(finding), MOST_OF_A_DESCRIPTION),
        severity: severity(finding),
        identifiers: [Identifier {
            r#type: "pantheon_rule",
            name: format!("pantheon {check}"),
            value: check,
        }],
        location: Location {
            file: path,
            start_line: region.map(|region| region.start_line),
            end_line: region.map(|region| region.end_line),
            commit: kind.has_commit.then(|| Commit { sha: sha() }),
        },
        solution: solution.map(|help| text::cut(help, MOST_OF_A_SOLUTION - 3)),
    }
}

fn commit(report: &Report, finding: &Finding) -> String {
    let id = match &report.source {
        Source::Commit(id) | Source::Tree(id) | Source::Range { to: id, .. } => Some(*id),
        Source::Staged | Source::Worktree | Source::Message => None,
    };
    let id = finding.commit.or(id);
    id.map_or_else(|| NO_COMMIT.to_owned(), |id| id.to_string())
}

fn severity(finding: &Finding) -> &'static str {
    match finding.severity {
        _ if finding.disposition == Disposition::Note => "Info",
        Severity::Critical => "Critical",
        Severity::High => "High",
        Severity::Medium => "Medium",
        Severity::Low => "Low",
        Severity::Info => "Info",
    }
}
