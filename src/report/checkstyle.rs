//! Checkstyle's XML, which many build servers read. Columns are characters.

use super::brief::{self, Level};
use super::{Options, column, xml};
use crate::model::{Finding, Report};
use std::collections::HashMap;
use std::fmt::Write as _;

/// Writes a report as XML, findings below their file.
pub fn render(report: &Report, _: &Options<'_>) -> Vec<u8> {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<checkstyle version=\"4.3\">\n");
    let remarks = brief::allowed(report).map(|allowed| format!("allowed: {allowed}"));
    for remark in remarks.into_iter().chain(brief::remarks(report)) {
        // Two dashes would end a comment.
        let _ = writeln!(out, "  <!-- {} -->", xml::text(&remark).replace('-', "&#45;"));
    }
    for (file, findings) in files(report) {
        let _ = writeln!(out, "  <file name=\"{}\">", xml::text(&file));
        findings
            .iter()
            .for_each(|(level, finding)| write(&mut out, *level, finding));
        out.push_str("  </file>\n");
    }
    out.push_str("</checkstyle>\n");
    out.into_bytes()
}

type Found<'a> = Vec<(Level, &'a Finding)>;

/// The findings that nothing allows by what they stand on, in the order in which that occurs.
fn files(report: &Report) -> Vec<(String, Found<'_>)> {
    let mut files: Vec<(String, Found<'_>)> = Vec::new();
    let mut rows = HashMap::new();
    for (level, finding) in brief::open(report) {
        let what = brief::what(finding);
        let row = *rows.entry(what.clone()).or_insert_with(|| {
            files.push((what, Vec::new()));
            files.len() - 1
        });
        files[row].1.push((level, finding));
    }
    files
}

fn write(out: &mut String, level: Level, finding: &Finding) {
    let severity = match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Notice => "info",
    };
    let _ = write!(out, "    <error");
    if let Some(region) = column::convert(finding, column::Unit::Chars) {
        let _ = write!(
            out,
            " line=\"{}\" column=\"{}\"",
            region.start_line, region.start_column
        );
    }
    let message = xml::text(&brief::sentence(finding));
    let source = xml::text(&finding.check);
    let _ = writeln!(
        out,
        " severity=\"{severity}\" message=\"{message}\" source=\"pantheon.{source}\"/>"
    );
}
