//! Markdown for a comment on a forge: the verdict, then findings, worst first, as many as a comment holds.

use super::brief::{self, Level};
use super::human::said;
use super::markup::{code, prose, push_snippet};
use super::{Options, text};
use crate::model::{Decision, Disposition, Finding, Origin, Report};
use std::fmt::Write as _;

// GitHub and Forgejo take so many characters of a comment; counted in bytes, that is never more.
const MOST: usize = 65_536;

/// Writes a report as Markdown of the size of a comment.
pub fn render(report: &Report, _: &Options<'_>) -> Vec<u8> {
    page(report, MOST, "").into_bytes()
}

/// Returns a report as Markdown of at most so many bytes, cut between findings. `pointer` is Markdown that stands
/// before everything but the verdict.
#[must_use]
pub fn page(report: &Report, most: usize, pointer: &str) -> String {
    let head = head(report, pointer);
    let foot = foot(report);
    // The sentence that says what was cut needs room too.
    let mut room = most.saturating_sub(head.len() + foot.len() + 256);
    let mut body = String::new();
    let (mut shown, mut is_full) = (0, false);
    for level in Level::ALL {
        let mut title = Some(title(level));
        for (_, finding) in brief::open(report).filter(|(of, _)| *of == level) {
            if is_full {
                break;
            }
            let block = title.take().unwrap_or_default().to_owned() + &block(level, finding);
            is_full = block.len() > room;
            if !is_full {
                room -= block.len();
                body.push_str(&block);
                shown += 1;
            }
        }
    }
    let all = brief::open(report).count();
    format!("{head}{}{body}{foot}", cut(shown, all))
}

fn cut(shown: usize, all: usize) -> String {
    if shown == all {
        return String::new();
    }
    let (shown, all) = (text::grouped(shown as u64), text::grouped(all as u64));
    format!("\n**{shown} of {all} findings are shown**, the worst first: no more fit here.\n")
}

fn head(report: &Report, pointer: &str) -> String {
    let verdict = &report.verdict;
    let word = match verdict.decision {
        Decision::Pass => "passed",
        Decision::Warn => "passed with warnings",
        Decision::Inconclusive => "inconclusive",
        Decision::Block => "blocked",
    };
    let counts = verdict.counts;
    let mut parts = vec![
        format!("{} blocking", counts.block),
        text::count(counts.warn, "warning"),
        text::count(counts.note, "note"),
    ];
    parts.extend(brief::allowed(report));
    parts.push(text::count(report.files, "file"));
    let mut out = format!(
        "## pantheon: {}\n\n{}, gate {}\n",
        brief::of_share(report, word),
        parts.join(", "),
        code(verdict.stage.name())
    );
    out.push_str(pointer);
    if !verdict.reasons.is_empty() {
        out.push('\n');
    }
    for reason in verdict.reasons.iter().take(20) {
        let _ = writeln!(
            out,
            "- {}: {}",
            reason.decision.name(),
            prose(&text::cut(&reason.text, 400))
        );
    }
    out
}

// More remarks than this are counted.
const MOST_REMARKS: usize = 20;

fn foot(report: &Report) -> String {
    let remarks = brief::remarks(report);
    let mut out = String::new();
    if remarks.is_empty() {
        return out;
    }
    out.push_str("\n### To know\n\n");
    for remark in remarks.iter().take(MOST_REMARKS) {
        let _ = writeln!(out, "- {}", prose(&text::cut(remark, 400)));
    }
    if let Some(more @ 1..) = remarks.len().checked_sub(MOST_REMARKS) {
        let _ = writeln!(out, "- and {more} more");
    }
    out
}

fn title(level: Level) -> &'static str {
    match level {
        Level::Error => "\n### What blocks\n\n",
        Level::Warning => "\n### Warnings\n\n",
        Level::Notice => "\n### Notes\n\n",
    }
}

/// A finding as an item of a list. A note is one line.
fn block(level: Level, finding: &Finding) -> String {
    let message = prose(&text::cut(&finding.message, 1_000));
    let check = code(&finding.check);
    let mut out = format!(
        "- {} {message} ({check}, {})\n",
        code(&brief::place(finding)),
        finding.severity.name()
    );
    if level == Level::Notice {
        return out;
    }
    for (name, what) in remarks(finding) {
        let _ = writeln!(out, "  - {name}: {}", prose(&text::cut(&what, 1_000)));
    }
    if let Some(snippet) = &finding.snippet {
        out.push('\n');
        push_snippet(&mut out, snippet, "  ");
    }
    out
}

/// What stands below a finding: who says it and what speaks against it, what helps, which commit.
pub fn remarks(finding: &Finding) -> Vec<(&'static str, String)> {
    let mut out = said::remarks(finding);
    let is_theirs = matches!(finding.origin, Origin::Models(_));
    let fix = finding.fix.as_ref().map(|fix| fix.summary.clone());
    let help = finding.help.clone().filter(|help| fix.as_ref() != Some(help));
    out.extend(help.map(|help| (if is_theirs { "advice" } else { "help" }, help)));
    out.extend(fix.map(|fix| ("fix", fix)));
    out.extend(
        finding
            .commit
            .map(|id| ("commit", id.to_hex_with_len(10).to_string())),
    );
    match &finding.disposition {
        Disposition::Suppressed(why) => out.push(("suppressed", why.clone())),
        Disposition::Waived(why) => out.push(("waived", why.clone())),
        Disposition::Baseline => out.push(("baseline", "held by the baseline".to_owned())),
        Disposition::Block | Disposition::Warn | Disposition::Note => {}
    }
    out
}
