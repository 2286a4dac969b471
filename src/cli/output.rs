//! Where a report goes, and in which form.

use super::{Context, Failure};
use crate::app::review::Judged;
use crate::app::settings;
use crate::report::{self, Format};
use crate::sys::terminal::{self, Stream};
use crate::sys::{env, file};
use std::path::PathBuf;

/// How the report is written.
#[derive(Debug, clap::Args)]
#[group(skip)]
pub struct Args {
    /// The form of the report: human, json, jsonl or sarif.
    #[arg(long, value_name = "FORMAT", default_value = "human", value_parser = format)]
    format: Format,
    /// Write the report to a file instead of standard output.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Say nothing about a plain pass.
    #[arg(long, short)]
    quiet: bool,
}

impl Args {
    /// Writes a report.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, judged: &Judged, cx: &Context) -> Result<(), Failure> {
        let Some(path) = &self.output else {
            let shown = Shown {
                quiet: self.quiet,
                verbose: cx.verbose,
                stream: Stream::Out,
            };
            cx.write(Stream::Out, &render(judged, self.format, cx, &shown));
            return Ok(());
        };
        let infos = settings::rules(None);
        let rules: Vec<_> = infos.iter().chain(&judged.own).collect();
        let options = report::Options {
            verbose: cx.verbose,
            max_findings: 0,
            rules: &rules,
            ..Default::default()
        };
        let bytes = report::render(self.format, &judged.report, &options);
        file::write_atomic(&cx.dir.join(path), &bytes, 0o644).map_err(|e| {
            Failure::usage(format!("`{}` cannot be written: {e}", path.display()))
                .hint("name a file in a directory that exists")
        })
    }
}

/// How a report is shown on a stream.
pub struct Shown {
    /// Whether a plain pass says nothing.
    pub quiet: bool,
    /// Whether everything is listed.
    pub verbose: bool,
    /// The stream.
    pub stream: Stream,
}

/// Renders a report for a stream.
#[must_use]
pub fn render(judged: &Judged, format: Format, cx: &Context, shown: &Shown) -> Vec<u8> {
    let silent = shown.quiet && !shown.verbose && judged.report.findings.is_empty();
    let infos = if silent && format == Format::Human {
        Vec::new()
    } else {
        settings::rules(None)
    };
    let rules: Vec<_> = infos.iter().chain(&judged.own).collect();
    let color = cx.color.applies_to(shown.stream);
    let root = judged.root.as_ref().and_then(|p| p.to_str());
    let links = color && terminal::is_terminal(shown.stream) && !env::is_set("CI") && terminal::links();
    let options = report::Options {
        color,
        width: terminal::width(shown.stream).unwrap_or(100).min(140),
        links: root.filter(|_| links),
        unicode: terminal::unicode(),
        max_findings: judged.max_findings,
        quiet: shown.quiet,
        verbose: shown.verbose,
        rules: &rules,
    };
    let bytes = report::render(format, &judged.report, &options);
    match format {
        Format::Human => cx.log.guard(bytes),
        _ => bytes,
    }
}

fn format(name: &str) -> Result<Format, String> {
    let names: Vec<_> = report::ALL.iter().map(|row| row.name).collect();
    Format::from_name(name).ok_or_else(|| format!("the formats are {}", names.join(", ")))
}
