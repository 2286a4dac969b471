//! The findings that are meant.

use super::Wrong;
use crate::app::Error;
use crate::model::{Disposition, Finding, Location, Report, visible_bytes};

/// The shortest start of a fingerprint that names a finding.
const SHORTEST: usize = 4;

/// Returns the findings that are meant: those that block, or those of these names. The inner error says why
/// there is nothing to do.
///
/// # Errors
/// When a name means nothing.
pub fn findings(report: &Report, names: &[String]) -> Result<Result<Vec<Finding>, String>, Error> {
    if names.is_empty() {
        return Ok(blocking(report));
    }
    let mut chosen: Vec<Finding> = Vec::new();
    for name in names {
        let of_name: Vec<&Finding> = report
            .findings
            .iter()
            .filter(|f| counts(f) && means(name, f))
            .collect();
        if of_name.is_empty() {
            return Err(nothing_of(name, report));
        }
        for finding in of_name {
            if chosen
                .iter()
                .all(|other| other.fingerprint != finding.fingerprint)
            {
                chosen.push(finding.clone());
            }
        }
    }
    Ok(Ok(chosen))
}

fn blocking(report: &Report) -> Result<Vec<Finding>, String> {
    let blocks = |f: &&Finding| f.disposition == Disposition::Block;
    let found: Vec<Finding> = report.findings.iter().filter(blocks).cloned().collect();
    match (
        found.is_empty(),
        report.findings.iter().filter(|f| counts(f)).count(),
    ) {
        (false, _) => Ok(found),
        (true, 0) => Err("nothing was found".to_owned()),
        (true, n) => Err(format!(
            "nothing blocks; {n} findings only warn: name a check, a path or `path:line` to have one mended"
        )),
    }
}

fn counts(finding: &Finding) -> bool {
    matches!(
        finding.disposition,
        Disposition::Block | Disposition::Warn | Disposition::Note
    )
}

/// Whether a name means a finding: its fingerprint or the start of it, its check or the family of that, its path,
/// or path and line.
fn means(name: &str, finding: &Finding) -> bool {
    let fingerprint = finding.fingerprint.to_string();
    if name.len() >= SHORTEST && fingerprint.starts_with(name) {
        return true;
    }
    let check = finding.check.as_ref();
    if check == name || check.split('/').next() == Some(name) {
        return true;
    }
    let Location::File { path, region } = &finding.location else {
        return false;
    };
    let path = visible_bytes(path);
    let line = region.map(|region| format!("{path}:{}", region.start_line));
    path == name || line.as_deref() == Some(name)
}

fn nothing_of(name: &str, report: &Report) -> Error {
    let shown = crate::model::visible(name).into_owned();
    let found = report.findings.iter().find(|f| counts(f));
    let hint = match found {
        Some(finding) => format!(
            "a name is a check, a path, `path:line` or the start of a fingerprint, such as `{}`",
            finding.check
        ),
        None => "nothing was found at all".to_owned(),
    };
    Wrong::new(format!("no finding is meant by `{shown}`"), hint).into()
}
