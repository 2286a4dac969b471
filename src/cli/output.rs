//! Where a report goes, and in which forms.

use super::{Context, Failure};
use crate::app::review::Judged;
use crate::app::{excerpts, lines, settings};
use crate::report::{self, Excerpts, Format, LineHashes};
use crate::sys::terminal::{self, Stream};
use crate::sys::{clock, env, file};
use std::path::{Path, PathBuf};

// GitHub names here the file that a step's summary goes to; what the step wrote before stays.
const SUMMARY: &str = "GITHUB_STEP_SUMMARY";
// GitHub takes no larger summary.
const LARGEST_SUMMARY: u64 = 1024 * 1024;

/// How the report is written.
#[derive(Debug, clap::Args)]
#[group(skip)]
pub struct Args {
    /// The form of the report, or several: `json`, or `sarif=gate.sarif,junit=gate.xml,human`. What has no
    /// file goes to standard output, one at most. There are human, json, jsonl, sarif, sarif-github, github,
    /// github-summary, gitlab-code-quality, gitlab-sast, gitlab-secret-detection, rdjson, rdjsonl, junit,
    /// checkstyle, markdown and html.
    #[arg(
        long,
        value_name = "FORMAT[=FILE]",
        default_value = "human",
        value_delimiter = ',',
        value_parser = target
    )]
    format: Vec<Target>,
    /// Write the report to a file instead of standard output.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Say nothing about a plain pass.
    #[arg(long, short)]
    quiet: bool,
}

/// A form of the report, with the file it goes to.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Target {
    format: Format,
    file: Option<PathBuf>,
}

impl Args {
    /// Says what of the arguments does not go together.
    ///
    /// # Errors
    /// When two forms go to one place, or `--output` has nothing to hold.
    pub fn check(&self) -> Result<(), Failure> {
        self.targets().map(drop)
    }

    /// Whether standard output holds that form.
    #[must_use]
    pub fn has(&self, format: Format) -> bool {
        let shown = |target: &Target| target.format == format && target.file.is_none();
        self.output.is_none() && self.format.iter().any(shown)
    }

    /// Writes a report in every form that is asked for: the one on standard output first, then every file,
    /// though one of them cannot be written.
    ///
    /// # Errors
    /// When a file cannot be written.
    pub fn write(&self, judged: &Judged, cx: &Context) -> Result<(), Failure> {
        let targets = self.targets()?;
        let beside = Beside::of(&targets, judged, cx);
        let shown = Shown {
            quiet: self.quiet,
            verbose: cx.verbose,
            stream: Stream::Out,
        };
        let mut failed = None;
        for target in &targets {
            match &target.file {
                None => cx.write(Stream::Out, &rendered(judged, target.format, cx, &shown, &beside)),
                Some(path) => {
                    let done = write_file(judged, target.format, path, cx, &beside);
                    failed = failed.or(done.err());
                }
            }
        }
        failed.map_or(Ok(()), Err)
    }

    /// Returns what is written where, standard output first.
    fn targets(&self) -> Result<Vec<Target>, Failure> {
        let mut targets = self.format.clone();
        if let Some(path) = &self.output {
            let [
                Target {
                    file: file @ None, ..
                },
            ] = targets.as_mut_slice()
            else {
                return Err(
                    Failure::usage("`--output` holds one report, and `--format` asks for others")
                        .hint("name the file beside each format: `--format sarif=FILE,human`"),
                );
            };
            *file = Some(path.clone());
        }
        targets.sort_by_key(|target| target.file.is_some());
        for pair in targets.windows(2) {
            if let [
                Target {
                    file: None,
                    format: a,
                },
                Target {
                    file: None,
                    format: b,
                },
            ] = pair
            {
                let (a, b) = (a.name(), b.name());
                let what = format!("`{a}` and `{b}` both go to standard output");
                return Err(
                    Failure::usage(what).hint(format!("name a file for one: `--format {a},{b}=FILE`"))
                );
            }
        }
        let mut files: Vec<&PathBuf> = targets.iter().filter_map(|t| t.file.as_ref()).collect();
        files.sort();
        if let Some(pair) = files.windows(2).find(|pair| pair[0] == pair[1]) {
            let what = format!("two reports go to `{}`", pair[0].display());
            return Err(Failure::usage(what).hint("name a file of its own for each"));
        }
        Ok(targets)
    }
}

/// What formats show beside the report, read only for those that do.
#[derive(Default)]
struct Beside {
    lines: Option<LineHashes>,
    excerpts: Option<Excerpts>,
}

impl Beside {
    fn of(targets: &[Target], judged: &Judged, cx: &Context) -> Self {
        let has = |format| targets.iter().any(|target| target.format == format);
        Self {
            lines: has(Format::SarifGithub).then(|| lines::hashes(&cx.dir, &judged.report)),
            excerpts: has(Format::Html).then(|| excerpts::of(judged)),
        }
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
    rendered(judged, format, cx, shown, &Beside::default())
}

fn rendered(judged: &Judged, format: Format, cx: &Context, shown: &Shown, beside: &Beside) -> Vec<u8> {
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
        ended: clock::now(),
        line_hashes: beside.lines.as_ref(),
        excerpts: beside.excerpts.as_ref(),
    };
    let bytes = report::render(format, &judged.report, &options);
    match format {
        Format::Human if !bytes.is_empty() => cx.log.or_here().guard(bytes),
        _ => bytes,
    }
}

fn write_file(
    judged: &Judged,
    format: Format,
    path: &Path,
    cx: &Context,
    beside: &Beside,
) -> Result<(), Failure> {
    let infos = settings::rules(None);
    let rules: Vec<_> = infos.iter().chain(&judged.own).collect();
    let options = report::Options {
        verbose: cx.verbose,
        max_findings: 0,
        rules: &rules,
        ended: clock::now(),
        line_hashes: beside.lines.as_ref(),
        excerpts: beside.excerpts.as_ref(),
        ..Default::default()
    };
    let place = cx.dir.join(path);
    let mut bytes = Vec::new();
    if format == Format::GithubSummary && env::path(SUMMARY).is_some_and(|summary| summary == place) {
        bytes = file::read(&place, LARGEST_SUMMARY).unwrap_or_default();
    }
    bytes.extend(report::render(format, &judged.report, &options));
    file::write_atomic(&place, &bytes, 0o644).map_err(|e| {
        Failure::usage(format!("`{}` cannot be written: {e}", path.display()))
            .hint("name a file in a directory that exists")
    })
}

/// Reads `NAME` or `NAME=FILE`.
fn target(text: &str) -> Result<Target, String> {
    let (name, file) = match text.split_once('=') {
        Some((_, "")) => return Err(format!("no file stands behind `{text}`")),
        Some((name, file)) => (name, Some(PathBuf::from(file))),
        None => (text, None),
    };
    let names: Vec<_> = report::ALL.iter().map(|row| row.name).collect();
    let format = Format::from_name(name).ok_or_else(|| format!("the formats are {}", names.join(", ")))?;
    Ok(Target { format, file })
}
