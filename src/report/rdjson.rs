//! Reviewdog's Diagnostic Format: one object. Columns are bytes there too, and the end is exclusive.

use super::brief::{self, Level};
use super::{Options, column, encode, fixed};
use crate::model::{Finding, Region, Report};
use serde::Serialize;

#[derive(Serialize)]
struct Whole<'a> {
    source: Source,
    diagnostics: Vec<Diagnostic<'a>>,
}

/// Writes a report as one object.
pub fn render(report: &Report, _: &Options<'_>) -> Vec<u8> {
    encode::pretty(&Whole {
        source: Source::here(),
        diagnostics: diagnostics(report).collect(),
    })
}

/// Returns the findings that nothing allows; that it is one share of several is a diagnostic of its own.
pub fn diagnostics(report: &Report) -> impl Iterator<Item = Diagnostic<'_>> {
    let found = brief::open(report).map(|(level, finding)| Diagnostic::of(level, finding));
    found.chain(brief::partial(report).map(Diagnostic::partial))
}

/// What finds.
#[derive(Serialize)]
pub struct Source {
    name: &'static str,
}

impl Source {
    /// Returns this program.
    pub fn here() -> Self {
        Self {
            name: env!("CARGO_PKG_NAME"),
        }
    }
}

/// A finding.
#[derive(Serialize)]
pub struct Diagnostic<'a> {
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<Location>,
    severity: &'static str,
    source: Source,
    code: Code<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suggestions: Option<[Suggestion; 1]>,
}

#[derive(Serialize)]
struct Suggestion {
    range: Range,
    text: String,
}

#[derive(Serialize)]
struct Code<'a> {
    value: &'a str,
}

#[derive(Serialize)]
struct Location {
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<Range>,
}

#[derive(Serialize)]
struct Range {
    start: Position,
    end: Position,
}

#[derive(Serialize)]
struct Position {
    line: u32,
    column: u32,
}

impl<'a> Diagnostic<'a> {
    fn partial(message: String) -> Self {
        Self {
            message,
            location: None,
            severity: "INFO",
            source: Source::here(),
            code: Code {
                value: "pantheon/partial",
            },
            suggestions: None,
        }
    }

    fn of(level: Level, finding: &'a Finding) -> Self {
        let severity = match level {
            Level::Error => "ERROR",
            Level::Warning => "WARNING",
            Level::Notice => "INFO",
        };
        Self {
            message: brief::sentence(finding),
            location: Location::of(finding),
            severity,
            source: Source::here(),
            code: Code {
                value: &finding.check,
            },
            suggestions: suggestion(finding).map(|one| [one]),
        }
    }
}

impl Location {
    fn of(finding: &Finding) -> Option<Self> {
        let region = column::region(finding).filter(|_| finding.commit.is_none());
        Some(Self {
            path: brief::path(finding)?,
            range: region.map(Range::of),
        })
    }
}

impl Range {
    fn of(region: Region) -> Self {
        Self {
            start: Position {
                line: region.start_line,
                column: region.start_column,
            },
            end: Position {
                line: region.end_line,
                column: region.end_column,
            },
        }
    }
}

/// What could stand there. Suggestions are there to choose from, so that a fix of several parts is one of whole
/// lines.
fn suggestion(finding: &Finding) -> Option<Suggestion> {
    let fix = finding.fix.as_ref().filter(|_| finding.commit.is_none())?;
    if let [only] = fix.replacements.as_slice() {
        return Some(Suggestion {
            range: Range::of(only.region),
            text: only.text.clone(),
        });
    }
    let change = fixed::change(fix)?;
    let whole = Region {
        start_line: change.first_line,
        start_column: 1,
        end_line: change.last_line + 1,
        end_column: 1,
    };
    // Without a line end behind it, the last line ends where the text does.
    change.old.ends_with('\n').then(|| Suggestion {
        range: Range::of(whole),
        text: change.new,
    })
}
