//! Turns a report into bytes: one output format per file, pure. Decides nothing, opens nothing and
//! knows no terminal; what the terminal can do stands in [`Options`].
//!
//! No format ever lets a control character, an escape sequence or a bidirectional control of the
//! judged content through: text shows them in a visible form, JSON escapes them.

mod brief;
mod checkstyle;
mod column;
pub mod defuse;
pub(crate) mod encode;
mod excerpts;
mod fixed;
mod github;
mod github_summary;
mod gitlab;
mod gitlab_code_quality;
mod gitlab_sast;
mod gitlab_secret_detection;
mod html;
mod human;
mod json;
mod jsonl;
mod junit;
mod line_hash;
pub mod log;
mod markdown;
mod markup;
pub mod models;
pub(crate) mod paint;
mod rdjson;
mod rdjsonl;
mod read;
pub mod remark;
mod sarif;
mod sarif_github;
pub(crate) mod text;
mod window;
mod xml;

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests;

pub use brief::Level;
pub use excerpts::Excerpts;
pub use line_hash::LineHashes;
pub use markdown::page;
pub use markup::{code, prose};
pub use read::{LARGEST, Read, Unreadable, read};
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
    /// SARIF 2.1.0 as GitHub's code scanning takes it.
    SarifGithub,
    /// Commands of a GitHub workflow.
    Github,
    /// The summary of a step of a GitHub workflow.
    GithubSummary,
    /// GitLab's code quality report.
    GitlabCodeQuality,
    /// GitLab's SAST report.
    GitlabSast,
    /// GitLab's secret detection report.
    GitlabSecretDetection,
    /// Reviewdog's format as one object.
    Rdjson,
    /// Reviewdog's format, one object to a line.
    Rdjsonl,
    /// JUnit's XML.
    Junit,
    /// Checkstyle's XML.
    Checkstyle,
    /// Markdown for a comment.
    Markdown,
    /// A page of its own for a browser.
    Html,
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
    Row { format: Format::Human, name: "human", extension: "txt", render: human::render },
    Row { format: Format::Json, name: "json", extension: "json", render: json::render },
    Row { format: Format::Jsonl, name: "jsonl", extension: "jsonl", render: jsonl::render },
    Row { format: Format::Sarif, name: "sarif", extension: "sarif", render: sarif::render },
    Row { format: Format::SarifGithub, name: "sarif-github", extension: "sarif", render: sarif_github::render },
    Row { format: Format::Github, name: "github", extension: "txt", render: github::render },
    Row { format: Format::GithubSummary, name: "github-summary", extension: "md", render: github_summary::render },
    Row { format: Format::GitlabCodeQuality, name: "gitlab-code-quality", extension: "json", render: gitlab_code_quality::render },
    Row { format: Format::GitlabSast, name: "gitlab-sast", extension: "json", render: gitlab_sast::render },
    Row { format: Format::GitlabSecretDetection, name: "gitlab-secret-detection", extension: "json", render: gitlab_secret_detection::render },
    Row { format: Format::Rdjson, name: "rdjson", extension: "json", render: rdjson::render },
    Row { format: Format::Rdjsonl, name: "rdjsonl", extension: "jsonl", render: rdjsonl::render },
    Row { format: Format::Junit, name: "junit", extension: "xml", render: junit::render },
    Row { format: Format::Checkstyle, name: "checkstyle", extension: "xml", render: checkstyle::render },
    Row { format: Format::Markdown, name: "markdown", extension: "md", render: markdown::render },
    Row { format: Format::Html, name: "html", extension: "html", render: html::render },
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
    /// When the run ended, in milliseconds since 1970.
    pub ended: i64,
    /// The hashes of the lines that findings stand on, where somebody could read the files.
    pub line_hashes: Option<&'a LineHashes>,
    /// The diff around findings, where somebody could read the files.
    pub excerpts: Option<&'a Excerpts>,
}

impl Options<'_> {
    /// Returns when the run ended: `2026-01-31T23:59:59`, UTC, without a zone, as GitLab and JUnit want it.
    fn ended(&self) -> String {
        moment(self.ended)
    }

    /// Returns when the run of a report started.
    fn started(&self, report: &Report) -> String {
        let elapsed = i64::try_from(report.elapsed.as_millis()).unwrap_or_default();
        moment(self.ended.saturating_sub(elapsed).max(0))
    }
}

fn moment(millis: i64) -> String {
    let at = jiff::Timestamp::from_millisecond(millis).unwrap_or_default();
    at.strftime("%Y-%m-%dT%H:%M:%S").to_string()
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
            ended: 0,
            line_hashes: None,
            excerpts: None,
        }
    }
}

/// Writes a report in a format.
#[must_use]
pub fn render(format: Format, report: &Report, options: &Options<'_>) -> Vec<u8> {
    (format.row().render)(report, options)
}
