//! What to write instead.

use super::Lines;
use crate::model::{self, Touched};
use serde::Serialize;

/// A fix.
#[derive(Serialize)]
pub struct Fix<'a> {
    summary: &'a str,
    replacements: Vec<Replacement<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lines: Option<Shown<'a>>,
}

#[derive(Serialize)]
struct Replacement<'a> {
    region: Lines,
    text: &'a str,
}

#[derive(Serialize)]
struct Shown<'a> {
    first_line: u32,
    text: &'a str,
}

impl<'a> Fix<'a> {
    /// Takes a fix.
    pub fn of(fix: &'a model::Fix) -> Self {
        let replacements = fix.replacements.iter().map(|replacement| Replacement {
            region: Lines::of(replacement.region),
            text: &replacement.text,
        });
        Self {
            summary: &fix.summary,
            replacements: replacements.collect(),
            lines: fix.lines.as_ref().map(Shown::of),
        }
    }
}

impl<'a> Shown<'a> {
    fn of(lines: &'a Touched) -> Self {
        Self {
            first_line: lines.first_line,
            text: &lines.text,
        }
    }
}
