//! The closing line: the decision, the counts, what was judged, and why.

use super::super::paint::{self, Page};
use super::super::text::{self, count};
use super::diagnostic::short;
use crate::model::{Decision, Report, Source};
use anstyle::Style;
use std::time::Duration;

// More reasons than this are counted, not listed.
const MOST_REASONS: usize = 8;

/// Writes the closing line and the reasons below it.
pub fn write(page: &mut Page<'_>, report: &Report) {
    let (word, style) = word(report);
    page.put(paint::STRONG, "pantheon: ");
    page.put(style, word);
    page.put(paint::PLAIN, " ");
    let line = line(page, report);
    page.put_wrapped(paint::PLAIN, "pantheon: ".len() + word.len() + 1, 2, &line);
    write_reasons(page, report);
}

fn word(report: &Report) -> (&'static str, Style) {
    match report.verdict.decision {
        Decision::Warn if has_gaps(report) => ("passed, but not all was checked", paint::WARNING),
        Decision::Pass | Decision::Warn => ("passed", paint::GOOD),
        Decision::Inconclusive => ("inconclusive", paint::WARNING),
        Decision::Block => ("blocked", paint::ERROR),
    }
}

/// Whether something was not looked at and the gate lets that pass.
fn has_gaps(report: &Report) -> bool {
    let verdict = &report.verdict;
    let warnings = verdict.reasons.iter().filter(|r| r.decision == Decision::Warn);
    warnings.count() > usize::from(verdict.counts.warn > 0)
}

/// `— 1 blocks, 2 warnings; 3 files, 12 ms`, or `with 2 warnings; ...` where it passed all the same.
fn line(page: &Page<'_>, report: &Report) -> String {
    let findings = findings(page, report);
    let scope = scope(report);
    let judged = judged(page, report)
        .map(|j| format!(" ({})", text::visible(&j)))
        .unwrap_or_default();
    match report.verdict.decision {
        _ if findings.is_empty() => format!("{} {scope}{judged}", page.dash()),
        Decision::Pass | Decision::Warn => format!("with {findings}; {scope}{judged}"),
        Decision::Inconclusive | Decision::Block => format!("{} {findings}; {scope}{judged}", page.dash()),
    }
}

fn findings(page: &Page<'_>, report: &Report) -> String {
    let counts = report.verdict.counts;
    let blocks = if counts.block == 1 { "blocks" } else { "block" };
    let notes = if page.options.verbose { counts.note } else { 0 };
    let parts = [
        (counts.block, format!("{} {blocks}", counts.block)),
        (counts.warn, count(counts.warn, "warning")),
        (notes, count(notes, "note")),
        (counts.suppressed, format!("{} suppressed", counts.suppressed)),
        (counts.waived, format!("{} waived", counts.waived)),
        (counts.baseline, format!("{} in the baseline", counts.baseline)),
    ];
    let parts: Vec<String> = parts
        .into_iter()
        .filter(|(n, _)| *n > 0)
        .map(|(_, text)| text)
        .collect();
    parts.join(", ")
}

/// `2 commits, 3 files, 12 ms`.
fn scope(report: &Report) -> String {
    let elapsed = elapsed(report.elapsed);
    let files = match &report.part {
        Some(part) => format!(
            "{}: {} of {}",
            part.shard,
            part.files,
            count(report.files, "file")
        ),
        None => count(report.files, "file"),
    };
    match report.commits {
        _ if report.source == Source::Message => elapsed,
        0 => format!("{files}, {elapsed}"),
        n => format!("{}, {files}, {elapsed}", count(n, "commit")),
    }
}

fn elapsed(time: Duration) -> String {
    match time.as_millis() {
        0 => "1 ms".to_owned(),
        ms @ 1..1000 => format!("{ms} ms"),
        ms => format!("{}.{} s", ms / 1000, ms % 1000 / 100),
    }
}

/// Says what was judged, where nobody has just said it: a hook knows.
fn judged(page: &Page<'_>, report: &Report) -> Option<String> {
    if page.options.quiet {
        return None;
    }
    Some(report.chosen.clone().unwrap_or_else(|| source(&report.source)))
}

fn source(source: &Source) -> String {
    match source {
        Source::Staged => "the staged changes".to_owned(),
        Source::Worktree => "the working tree".to_owned(),
        Source::Commit(id) => format!("commit {}", short(*id)),
        Source::Range { from: Some(from), to } => format!("{}..{}", short(*from), short(*to)),
        Source::Range { from: None, to } => format!("everything up to {}", short(*to)),
        Source::Tree(id) => format!("the whole tree of {}", short(*id)),
        Source::Message => "the commit message".to_owned(),
    }
}

/// What stands between a run that broke down and why.
const BROKEN: &str = " could not look at everything: ";

/// Joins runs that broke down for the same reason. Why models gave no answer stands above.
fn joined<'r>(reasons: impl Iterator<Item = &'r str>) -> Vec<String> {
    let mut rows: Vec<(Vec<String>, &str)> = Vec::new();
    for reason in reasons {
        let Some((run, why)) = reason.split_once(BROKEN) else {
            rows.push((Vec::new(), reason));
            continue;
        };
        let why = if run.starts_with("`validators/") { "" } else { why };
        match rows
            .iter_mut()
            .find(|(runs, known)| !runs.is_empty() && *known == why)
        {
            Some((runs, _)) => runs.push(run.to_owned()),
            None => rows.push((vec![run.to_owned()], why)),
        }
    }
    let rows = rows.into_iter();
    rows.map(|(runs, why)| match runs.is_empty() {
        true => why.to_owned(),
        false => {
            let line = format!("{}{BROKEN}{why}", text::series(&runs));
            line.trim_end_matches([':', ' ']).to_owned()
        }
    })
    .collect()
}

/// Writes the reasons that speak for more than a warning; all of them on demand.
fn write_reasons(page: &mut Page<'_>, report: &Report) {
    let least = if page.options.verbose {
        Decision::Pass
    } else {
        Decision::Inconclusive
    };
    // What was left out stands above; a run that broke down stands nowhere else.
    let reasons = report.verdict.reasons.iter();
    let told = reasons.filter(|r| r.decision >= least || r.text.contains(BROKEN));
    let reasons = joined(told.map(|r| r.text.as_str()));
    for reason in reasons.iter().take(MOST_REASONS) {
        page.put(paint::PLAIN, "  ");
        page.put_wrapped(paint::PLAIN, 2, 4, &text::visible(reason));
    }
    if reasons.len() > MOST_REASONS {
        let more = count(reasons.len() - MOST_REASONS, "more reason");
        page.put(paint::FAINT, &format!("  and {more}"));
        page.out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_time_as_people_say_it() {
        assert_eq!(elapsed(Duration::from_micros(300)), "1 ms");
        assert_eq!(elapsed(Duration::from_millis(999)), "999 ms");
        assert_eq!(elapsed(Duration::from_millis(1250)), "1.2 s");
    }
}
