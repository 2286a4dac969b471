//! GitLab's code quality report: a list of what is wrong, shown beside the lines of a merge request.
//!
//! The list has no place for anything but findings, so what is allowed is left out in silence.
//! That it is one share of several is an issue of its own.

use super::brief::{self, Ids};
use super::{Options, column, encode};
use crate::model::{Finding, Report, Severity};
use serde::Serialize;

#[derive(Serialize)]
struct Issue<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

/// Writes the findings that nothing allows as a list.
pub fn render(report: &Report, _: &Options<'_>) -> Vec<u8> {
    let mut ids = Ids::default();
    let issues = brief::open(report).map(|(_, finding)| issue(finding, &mut ids));
    encode::pretty(&issues.chain(partial(report)).collect::<Vec<_>>())
}

/// Says that the list is one of a share: an issue is all that the format has.
fn partial(report: &Report) -> Option<Issue<'_>> {
    let description = brief::partial(report)?;
    let shard = report.part.as_ref()?.shard;
    Some(Issue {
        description,
        check_name: "pantheon/partial",
        fingerprint: format!("pantheon-partial-{}-of-{}", shard.index, shard.count),
        severity: "info",
        location: Location {
            path: "change".to_owned(),
            lines: Lines { begin: 1, end: 1 },
        },
    })
}

fn issue<'a>(finding: &'a Finding, ids: &mut Ids) -> Issue<'a> {
    let region = column::region(finding);
    Issue {
        description: brief::sentence(finding),
        check_name: &finding.check,
        // Of equal fingerprints GitLab shows one.
        fingerprint: ids.next(finding),
        severity: severity(finding.severity),
        location: Location {
            path: brief::what(finding),
            lines: Lines {
                begin: region.map_or(1, |region| region.start_line),
                end: region.map_or(1, |region| region.end_line),
            },
        },
    }
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "blocker",
        Severity::High => "critical",
        Severity::Medium => "major",
        Severity::Low => "minor",
        Severity::Info => "info",
    }
}
