//! One JSON object, described by `docs/report.schema.json`.
//!
//! The names and the shape are a promise: what is here stays, and only additions keep [`SCHEMA`].

mod fix;
pub mod models;
mod shard;

use super::{Options, column, encode, text};
use crate::model::{
    Disposition, Finding, LeftOut, Location, Moved, Oid, PolicySource, Reason, Region, Report, Snippet,
    Source,
};
use bstr::{BString, ByteSlice};
use fix::Fix;
use memchr::memchr_iter;
use models::{Review, Said};
use serde::{Serialize, Serializer};
use shard::Share;

/// The name and version of the shape.
pub const SCHEMA: &str = "pantheon-report/1";

/// Writes a report as one object.
pub fn render(report: &Report, _: &Options<'_>) -> Vec<u8> {
    encode::pretty(&Whole {
        run: Run::of(report),
        verdict: Verdict::of(report),
        review: report.review.as_ref().map(Review::of),
        findings: report.findings.iter().map(Item::of).collect(),
        left_out: report.left_out.iter().map(Left::of).collect(),
    })
}

#[derive(Serialize)]
struct Whole<'a> {
    #[serde(flatten)]
    run: Run<'a>,
    #[serde(flatten)]
    verdict: Verdict<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    review: Option<Review<'a>>,
    findings: Vec<Item<'a>>,
    left_out: Vec<Left<'a>>,
}

/// What was judged, and by what.
#[derive(Serialize)]
pub struct Run<'a> {
    schema: &'static str,
    tool: Tool,
    stage: &'static str,
    source: Origin<'a>,
    subject: String,
    policy: Policy<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    shard: Option<Share<'a>>,
    files: usize,
    moved: Vec<Move<'a>>,
    commits: usize,
}

/// A file that came from another path.
#[derive(Serialize)]
struct Move<'a> {
    status: &'static str,
    from: Path<'a>,
    to: Path<'a>,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct Origin<'a> {
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    to: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    head: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    chosen: Option<&'a str>,
}

#[derive(Serialize)]
struct Policy<'a> {
    origin: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    digest: &'a str,
}

impl<'a> Run<'a> {
    /// Takes from a report what describes the run.
    pub fn of(report: &'a Report) -> Self {
        Self {
            schema: SCHEMA,
            tool: Tool {
                name: env!("CARGO_PKG_NAME"),
                version: env!("CARGO_PKG_VERSION"),
            },
            stage: report.verdict.stage.name(),
            source: Origin::of(report),
            subject: report.verdict.subject.to_string(),
            policy: Policy::of(&report.policy, &report.verdict.policy_digest),
            shard: report.part.as_ref().map(Share::of),
            files: report.files,
            moved: report.moved.iter().map(Move::of).collect(),
            commits: report.commits,
        }
    }
}

impl<'a> Move<'a> {
    fn of(moved: &'a Moved) -> Self {
        Self {
            status: moved.status.name(),
            from: Path(&moved.old_path),
            to: Path(&moved.path),
        }
    }
}

impl<'a> Origin<'a> {
    fn of(report: &'a Report) -> Self {
        let hex = |id: &Oid| Some(id.to_string());
        let (commit, from, to) = match &report.source {
            Source::Commit(id) | Source::Tree(id) => (hex(id), None, None),
            Source::Range { from, to } => (None, from.as_ref().and_then(hex), hex(to)),
            Source::Staged | Source::Worktree | Source::Message => (None, None, None),
        };
        Self {
            kind: report.source.name(),
            commit,
            from,
            to,
            head: report.head.as_ref().and_then(hex),
            chosen: report.chosen.as_deref(),
        }
    }
}

impl<'a> Policy<'a> {
    fn of(source: &'a PolicySource, digest: &'a str) -> Self {
        let (origin, file) = match source {
            PolicySource::Default => ("default", None),
            PolicySource::Base => ("base", None),
            PolicySource::Head => ("head", None),
            PolicySource::Worktree => ("worktree", None),
            PolicySource::File(name) => ("file", Some(name.as_str())),
        };
        Self { origin, file, digest }
    }
}

/// What the policy decided.
#[derive(Serialize)]
pub struct Verdict<'a> {
    decision: &'static str,
    exit_code: u8,
    counts: Counts,
    reasons: Vec<Why<'a>>,
    notes: &'a [String],
    elapsed_ms: u64,
}

#[derive(Serialize)]
struct Counts {
    block: usize,
    warn: usize,
    note: usize,
    suppressed: usize,
    waived: usize,
    baseline: usize,
}

#[derive(Serialize)]
struct Why<'a> {
    decision: &'static str,
    text: &'a str,
}

impl<'a> Verdict<'a> {
    /// Takes from a report what was decided.
    pub fn of(report: &'a Report) -> Self {
        let verdict = &report.verdict;
        let counts = verdict.counts;
        let why = |reason: &'a Reason| Why {
            decision: reason.decision.name(),
            text: &reason.text,
        };
        Self {
            decision: verdict.decision.name(),
            exit_code: verdict.decision.exit_code(),
            counts: Counts {
                block: counts.block,
                warn: counts.warn,
                note: counts.note,
                suppressed: counts.suppressed,
                waived: counts.waived,
                baseline: counts.baseline,
            },
            reasons: verdict.reasons.iter().map(why).collect(),
            notes: &report.notes,
            elapsed_ms: u64::try_from(report.elapsed.as_millis()).unwrap_or(u64::MAX),
        }
    }
}

/// A finding.
#[derive(Serialize)]
pub struct Item<'a> {
    check: &'a str,
    severity: &'static str,
    confidence: &'static str,
    disposition: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    message: &'a str,
    origin: Said<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<Fix<'a>>,
    location: Place<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    snippet: Option<Cut>,
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<String>,
    fingerprint: String,
}

#[derive(Serialize)]
struct Place<'a> {
    kind: &'static str,
    #[serde(flatten)]
    path: Option<Path<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Lines>,
}

/// A path; what is not UTF-8 is shown as far as it can be, and kept percent-encoded beside it.
struct Path<'a>(&'a BString);

#[derive(Serialize)]
struct Lines {
    start_line: u32,
    start_column: u32,
    end_line: u32,
    end_column: u32,
}

#[derive(Serialize)]
struct Cut {
    first_line: usize,
    text: String,
    highlight: [usize; 2],
    truncated: bool,
}

impl<'a> Item<'a> {
    /// Takes a finding.
    pub fn of(finding: &'a Finding) -> Self {
        let (disposition, reason) = disposition(&finding.disposition);
        Self {
            check: &finding.check,
            severity: finding.severity.name(),
            confidence: finding.confidence.name(),
            disposition,
            reason,
            message: &finding.message,
            origin: Said::of(&finding.origin),
            help: finding.help.as_deref(),
            fix: finding.fix.as_ref().map(Fix::of),
            location: Place::of(finding),
            snippet: finding.snippet.as_ref().map(Cut::of),
            commit: finding.commit.map(|id| id.to_string()),
            fingerprint: finding.fingerprint.to_string(),
        }
    }
}

/// Returns the word for a disposition, and its reason.
pub fn disposition(disposition: &Disposition) -> (&'static str, Option<&str>) {
    match disposition {
        Disposition::Block => ("block", None),
        Disposition::Warn => ("warn", None),
        Disposition::Note => ("note", None),
        Disposition::Suppressed(reason) => ("suppressed", Some(reason)),
        Disposition::Waived(reason) => ("waived", Some(reason)),
        Disposition::Baseline => ("baseline", None),
    }
}

impl<'a> Place<'a> {
    fn of(finding: &'a Finding) -> Self {
        let (kind, path) = match &finding.location {
            Location::File { path, .. } => ("file", Some(Path(path))),
            Location::Message(_) => ("message", None),
            Location::Change => ("change", None),
        };
        Self {
            kind,
            path,
            region: column::region(finding).map(Lines::of),
        }
    }
}

impl Lines {
    fn of(region: Region) -> Self {
        Self {
            start_line: region.start_line,
            start_column: region.start_column,
            end_line: region.end_line,
            end_column: region.end_column,
        }
    }
}

impl Serialize for Path<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        let mut map = serializer.serialize_map(None)?;
        match self.0.to_str() {
            Ok(path) => map.serialize_entry("path", path)?,
            Err(_) => {
                map.serialize_entry("path", &text::visible_bytes(self.0.as_bstr()))?;
                map.serialize_entry("path_bytes", &encode::percent(self.0.as_bstr()))?;
            }
        }
        map.end()
    }
}

// A snippet in JSON holds at most this many bytes before its highlight, and twice as many behind.
const AROUND: usize = 2048;

impl Cut {
    fn of(snippet: &Snippet) -> Self {
        let text = snippet.text.as_str();
        let from = text::floor(text, snippet.highlight.start);
        let start = text::floor(text, from.saturating_sub(AROUND));
        let end = text::floor(text, from.saturating_add(2 * AROUND));
        let to = text::floor(text, snippet.highlight.end).clamp(from, end.max(from));
        let before = memchr_iter(b'\n', &text.as_bytes()[..start]).count();
        Self {
            first_line: snippet.first_line as usize + before,
            text: text[start..end].to_owned(),
            highlight: [from - start, to - start],
            truncated: snippet.is_cut || start > 0 || end < text.len(),
        }
    }
}

/// Something that was not looked at.
#[derive(Serialize)]
pub struct Left<'a> {
    what: String,
    why: &'a str,
    inconclusive: bool,
}

impl<'a> Left<'a> {
    /// Takes what was left out.
    pub fn of(item: &'a LeftOut) -> Self {
        let what = match item.what.to_str() {
            Ok(what) => what.to_owned(),
            Err(_) => text::visible_bytes(item.what.as_bstr()),
        };
        Self {
            what,
            why: &item.why,
            inconclusive: item.inconclusive,
        }
    }
}
