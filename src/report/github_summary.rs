//! The summary of a step of a GitHub workflow: the Markdown of a comment, with more room.

use super::{Options, markdown};
use crate::model::Report;

// GitHub drops a summary of more than 1 MiB whole; what the step wrote before needs room too.
const MOST: usize = 1_000 * 1_024;

/// Writes a report as Markdown of the size of a summary.
pub fn render(report: &Report, _: &Options<'_>) -> Vec<u8> {
    markdown::page(report, MOST, "").into_bytes()
}
