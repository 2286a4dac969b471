//! Reviewdog's Diagnostic Format: a diagnostic to a line.

use super::{Options, encode, rdjson};
use crate::model::Report;

/// Writes a report as lines.
pub fn render(report: &Report, _: &Options<'_>) -> Vec<u8> {
    let lines = rdjson::diagnostics(report);
    lines.flat_map(|diagnostic| encode::line(&diagnostic)).collect()
}
