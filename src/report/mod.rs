//! Turns a report into bytes: one output format per file, pure. Decides nothing, opens nothing and
//! knows no terminal; what the terminal can do stands in [`Options`].
//!
//! No format ever lets a control character, an escape sequence or a bidirectional control of the
//! judged content through: text shows them in a visible form, JSON escapes them.

mod column;
pub mod defuse;
pub(crate) mod encode;
mod human;
mod json;
mod jsonl;
pub mod models;
pub(crate) mod paint;
mod sarif;
pub(crate) mod text;
mod window;

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;

pub use text::visible;

use crate::model::{Report, RuleInfo};

/// An output format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Diagnostics for people.
    Human,
    /// One JSON object, described by `docs/report.schema.json`.
    Json,
    /// JSON objects, one to a line.
    Jsonl,
    /// SARIF 2.1.0.
    Sarif,
}

/// What the table knows about a format.
pub struct Row {
    /// The format.
    pub format: Format,
    /// The word on the command line.
    pub name: &'static str,
    /// The extension of a file that holds it, without the dot.
    pub extension: &'static str,
    /// Writes it.
    render: fn(&Report, &Options<'_>) -> Vec<u8>,
}

/// All formats, the default one first.
#[rustfmt::skip]
pub const ALL: &[Row] = &[
    Row { format: Format::Human, name: "human", extension: "txt",   render: human::render },
    Row { format: Format::Json,  name: "json",  extension: "json",  render: json::render },
    Row { format: Format::Jsonl, name: "jsonl", extension: "jsonl", render: jsonl::render },
    Row { format: Format::Sarif, name: "sarif", extension: "sarif", render: sarif::render },
];

impl Format {
    /// Returns the word used on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// Returns the extension of a file that holds the format, without the dot.
    #[must_use]
    pub fn extension(self) -> &'static str {
        self.row().extension
    }

    /// Returns the format of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        ALL.iter().find(|row| row.name == name).map(|row| row.format)
    }

    // The table holds the formats in the order of the enum; a test says so.
    fn row(self) -> &'static Row {
        &ALL[self as usize]
    }
}

/// What a format may need to know besides the report. Only the human format looks at most of it.
#[derive(Debug, Clone)]
pub struct Options<'a> {
    /// Whether to write colours.
    pub color: bool,
    /// The columns of the terminal; less than 40 is taken as 40.
    pub width: usize,
    /// The directory that paths are relative to, absolute, where the terminal understands links.
    pub links: Option<&'a str>,
    /// Whether more than ASCII may be drawn.
    pub unicode: bool,
    /// How many diagnostics to show; 0 shows all.
    pub max_findings: usize,
    /// Whether a plain pass says nothing.
    pub quiet: bool,
    /// Whether to list what is allowed, waived, in the baseline or below what the gate shows.
    pub verbose: bool,
    /// What the rules say about themselves; those that are missing are named by their id alone.
    pub rules: &'a [&'a RuleInfo],
}

impl Default for Options<'_> {
    fn default() -> Self {
        Self {
            color: false,
            width: 100,
            links: None,
            unicode: true,
            max_findings: 50,
            quiet: false,
            verbose: false,
            rules: &[],
        }
    }
}

/// Writes a report in a format.
#[must_use]
pub fn render(format: Format, report: &Report, options: &Options<'_>) -> Vec<u8> {
    (format.row().render)(report, options)
}
