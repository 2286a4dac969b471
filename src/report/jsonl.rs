//! JSON objects, one to a line, each with its `type`: first the run, then findings, what was left out
//! and what models were asked, last the verdict. The members are those of the `json` format.

use super::json::models::Review;
use super::json::{Item, Left, Run, Verdict};
use super::{Options, encode};
use crate::model::Report;
use serde::Serialize;

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Line<'a> {
    Run(Run<'a>),
    Finding(Item<'a>),
    LeftOut(Left<'a>),
    Review(Review<'a>),
    Verdict(Verdict<'a>),
}

/// Writes a report as lines.
pub fn render(report: &Report, _: &Options<'_>) -> Vec<u8> {
    let mut out = encode::line(&Line::Run(Run::of(report)));
    for finding in &report.findings {
        out.extend(encode::line(&Line::Finding(Item::of(finding))));
    }
    for item in &report.left_out {
        out.extend(encode::line(&Line::LeftOut(Left::of(item))));
    }
    if let Some(review) = &report.review {
        out.extend(encode::line(&Line::Review(Review::of(review))));
    }
    out.extend(encode::line(&Line::Verdict(Verdict::of(report))));
    out
}
