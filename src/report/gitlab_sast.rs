//! GitLab's SAST report: code that can be abused, text that speaks to reviewers, and what weakens the gate.

use super::Options;
use super::gitlab::{self, Kind};
use crate::model::{Category, Finding, Report};

const KIND: Kind = Kind {
    name: "sast",
    has_commit: false,
    takes: is_security,
};

/// Writes the findings about security that are no secrets and that nothing allows.
pub fn render(report: &Report, options: &Options<'_>) -> Vec<u8> {
    gitlab::render(report, options, &KIND)
}

fn is_security(finding: &Finding) -> bool {
    let check = finding.check.as_ref();
    let category = Category::of(check);
    let is_theirs = check == "validators/security";
    is_theirs
        || matches!(
            category,
            Category::Hazard | Category::Injection | Category::Policy
        )
}
