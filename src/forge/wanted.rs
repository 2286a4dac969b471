//! What a forge is to say: made once from what was judged, the same for every forge.

use super::Target;
use super::marker;
use crate::model::{Decision, Report};
use crate::report::remark::{Remark, remarks};
use crate::report::{self, Level, prose};

/// What the posting is about.
#[derive(Debug, Clone, Copy)]
pub enum Subject<'a> {
    /// What was judged.
    Report(&'a Report),
    /// Why nothing could be judged.
    Error(&'a str),
}

/// What a verdict is for a forge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conclusion {
    /// Nothing speaks against the change.
    Success,
    /// Something is to be read, nothing blocks.
    Neutral,
    /// The change is not to be merged.
    Failure,
}

/// What a forge is to say.
pub struct Wanted<'a> {
    subject: Subject<'a>,
    /// What our comments are told apart by: the stage.
    pub key: String,
    /// The verdict.
    pub conclusion: Conclusion,
    /// The verdict in a few words.
    pub title: String,
    /// The findings, worst first.
    pub remarks: Vec<Remark>,
    /// A digest of everything that is said.
    pub digest: String,
    /// Where the whole report is, in Markdown.
    pointer: String,
}

impl<'a> Wanted<'a> {
    /// Says what is wanted.
    pub fn new(subject: Subject<'a>, target: &Target) -> Self {
        let (key, conclusion, title, remarks) = match subject {
            Subject::Report(report) => (
                report.verdict.stage.name().to_owned(),
                conclusion(report.verdict.decision),
                title(report),
                remarks(report),
            ),
            Subject::Error(why) => {
                let title = format!("pantheon error: {}", cut(first_line(why), 120));
                ("ci".to_owned(), Conclusion::Failure, title, Vec::new())
            }
        };
        let mut wanted = Self {
            subject,
            key,
            conclusion,
            title,
            remarks,
            digest: String::new(),
            pointer: pointer(target.url.as_deref()),
        };
        wanted.digest = wanted.sum(target);
        wanted
    }

    /// Returns all of it in Markdown, in at most so many bytes: what matters first, and where the rest is.
    pub fn page(&self, most: usize) -> String {
        match self.subject {
            Subject::Report(report) => report::page(report, most, &self.pointer),
            Subject::Error(why) => format!(
                "## pantheon: error\n\nnothing was judged: {}\n{}",
                prose(&cut(first_line(why), 1_000)),
                self.pointer
            ),
        }
    }

    /// Returns where the whole report is: a line of Markdown with an empty one before it, or nothing.
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// Returns the name that checks and statuses go by.
    pub fn name(&self) -> String {
        match self.key.as_str() {
            "ci" => "pantheon".to_owned(),
            key => format!("pantheon/{key}"),
        }
    }

    /// A digest of what is said; how long the run took, and when, is no part of it.
    fn sum(&self, target: &Target) -> String {
        let mut text = format!(
            "{}\n{}\n{}\n",
            target.head,
            self.title,
            self.page(60_000).replace(&self.pointer, "")
        );
        for remark in &self.remarks {
            text.push_str(&format!("{} {:?}\n", remark.id, remark.region));
        }
        marker::digest(&text)
    }
}

fn conclusion(decision: Decision) -> Conclusion {
    match decision {
        Decision::Pass => Conclusion::Success,
        Decision::Warn => Conclusion::Neutral,
        // A gate that lets pass what was not looked at has said `warn`.
        Decision::Block | Decision::Inconclusive => Conclusion::Failure,
    }
}

fn title(report: &Report) -> String {
    let verdict = &report.verdict;
    let counts = verdict.counts;
    let found = match (counts.block, counts.warn) {
        (0, 0) => "nothing found".to_owned(),
        (0, warn) => count(warn, "warning"),
        (block, 0) => format!("{block} blocking"),
        (block, warn) => format!("{block} blocking, {}", count(warn, "warning")),
    };
    let first = verdict
        .reasons
        .iter()
        .find(|reason| reason.decision == verdict.decision);
    let why = first.map_or(found.clone(), |reason| cut(&reason.text, 100));
    match verdict.decision {
        Decision::Pass if report.files == 0 => "passed: nothing to check".to_owned(),
        Decision::Pass => format!("passed: {found}"),
        Decision::Warn => format!("passed: {found}"),
        Decision::Inconclusive => format!("inconclusive: {why}"),
        Decision::Block => format!("blocked: {found}"),
    }
}

/// Where the whole report is. What could end the link, or hide another one, is no address.
fn pointer(url: Option<&str>) -> String {
    match url.filter(|url| is_link(url)) {
        Some(url) => format!("\nThe whole report: <{url}>\n"),
        None => String::new(),
    }
}

/// Whether an address can stand in Markdown and in a status as it is.
pub fn is_link(url: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#@!$&'+,;=%".contains(c);
    let starts = url.starts_with("https://") || url.starts_with("http://");
    starts && url.len() <= 1_000 && url.chars().all(is_plain)
}

/// How loud a finding is in the words of GitHub's checks.
pub fn annotation_level(level: Level) -> &'static str {
    match level {
        Level::Error => "failure",
        Level::Warning => "warning",
        Level::Notice => "notice",
    }
}

/// Returns at most so many characters, safe to print.
pub fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}...", report::visible(&text[..at])),
        None => report::visible(text).into_owned(),
    }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

pub fn count(n: usize, noun: &str) -> String {
    let s = if n == 1 { "" } else { "s" };
    format!("{n} {noun}{s}")
}
