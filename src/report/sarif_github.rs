//! SARIF 2.1.0 as GitHub's code scanning takes it.
//!
//! GitHub shows what is suppressed as an open alert, so that is left out. It takes no result without a file, and
//! of more results than it keeps the worst are written. The hash of a line, by which GitHub knows an alert again,
//! is added where the file could be read; `upload-sarif` adds it where not.

use super::{Options, brief, encode, sarif, text};
use crate::model::{Finding, Location, Report};
use serde_json::{Value, json};

// GitHub keeps so many results of a run, and refuses five times as many.
const MOST_RESULTS: usize = 5_000;

/// Writes a report as one log with one run.
pub fn render(report: &Report, options: &Options<'_>) -> Vec<u8> {
    let open: Vec<&Finding> = brief::open(report).map(|(_, finding)| finding).collect();
    let taken = open.iter().copied().filter(|finding| is_on_file(finding));
    let findings: Vec<&Finding> = taken.clone().take(MOST_RESULTS).collect();
    let mut log = sarif::log(report, &findings, options);
    let run = &mut log["runs"][0];
    if let Some(results) = run["results"].as_array_mut() {
        for (result, finding) in results.iter_mut().zip(&findings) {
            adapt(result, finding, options);
        }
    }
    let on_file = taken.count();
    let notes = &mut run["invocations"][0]["toolExecutionNotifications"];
    for note in notes_on(on_file, open.len() - on_file, report) {
        if let Some(notes) = notes.as_array_mut() {
            notes.push(json!({ "level": "note", "message": { "text": note } }));
        }
    }
    encode::pretty(&log)
}

fn is_on_file(finding: &Finding) -> bool {
    matches!(finding.location, Location::File { .. })
}

/// Takes away what GitHub does not know and adds what it knows an alert by.
fn adapt(result: &mut Value, finding: &Finding, options: &Options<'_>) {
    if let Some(members) = result.as_object_mut() {
        members.shift_remove("suppressions");
        members.shift_remove("baselineState");
    }
    let hash = options.line_hashes.and_then(|hashes| hashes.of(finding));
    if let Some(hash) = hash {
        result["partialFingerprints"]["primaryLocationLineHash"] = json!(hash);
    }
    // No line of another commit is one of the head.
    let place = &mut result["locations"][0]["physicalLocation"];
    if let (Some(commit), Some(members)) = (finding.commit, place.as_object_mut()) {
        members.shift_remove("region");
        let commit = commit.to_hex_with_len(10);
        let said = result["message"]["text"].as_str().unwrap_or_default();
        result["message"]["text"] = json!(format!("{said}; in commit {commit}"));
    }
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
