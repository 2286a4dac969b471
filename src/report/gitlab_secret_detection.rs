//! GitLab's secret detection report: credentials.

use super::Options;
use super::gitlab::{self, Kind};
use crate::model::{Category, Report};

const KIND: Kind = Kind {
    name: "secret_detection",
    has_commit: true,
    takes: |finding| Category::of(&finding.check) == Category::Secrets,
};

/// Writes the secrets that nothing allows.
pub fn render(report: &Report, options: &Options<'_>) -> Vec<u8> {
    gitlab::render(report, options, &KIND)
}
