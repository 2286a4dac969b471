//! SARIF 2.1.0 as GitHub's code scanning takes it.
//!
//! GitHub shows what is suppressed as an open alert, so that is left out. It takes no result without a file, and
//! of more results than it keeps the worst are written. The hash of a line, by which GitHub knows an alert again,
//! is added where the file could be read; `upload-sarif` adds it where not. Fixes are left out: it takes none.

use super::sarif::{self, Reader};
use super::{Options, brief, text};
use crate::model::{Finding, Location, Report};

// GitHub keeps so many results of a run, and refuses five times as many.
const MOST_RESULTS: usize = 5_000;

/// Writes a report as one log with one run.
pub fn render(report: &Report, options: &Options<'_>) -> Vec<u8> {
    let open: Vec<&Finding> = brief::open(report).map(|(_, finding)| finding).collect();
    let taken = open.iter().copied().filter(|finding| is_on_file(finding));
    let findings: Vec<&Finding> = taken.clone().take(MOST_RESULTS).collect();
    let on_file = taken.count();
    let notes = notes_on(on_file, open.len() - on_file, report);
    sarif::write(report, &findings, Reader::Github, &notes, options)
}

fn is_on_file(finding: &Finding) -> bool {
    matches!(finding.location, Location::File { .. })
}

fn notes_on(on_file: usize, elsewhere: usize, report: &Report) -> Vec<String> {
    let mut notes = Vec::new();
    if on_file > MOST_RESULTS {
        let (most, all) = (text::grouped(MOST_RESULTS as u64), text::grouped(on_file as u64));
        notes.push(format!(
            "the worst {most} of {all} findings are written: GitHub keeps no more"
        ));
    }
    if elsewhere > 0 {
        let findings = text::count(elsewhere, "finding");
        notes.push(format!(
            "left out, because GitHub takes only what stands on a file: {findings}"
        ));
    }
    if let Some(allowed) = brief::allowed(report) {
        notes.push(format!(
            "left out, because GitHub shows what is allowed as open: {allowed}"
        ));
    }
    notes
}
