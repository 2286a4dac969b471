//! Commands of a GitHub workflow: annotations beside the lines of a pull request, then the log of the step.
//!
//! GitHub shows ten annotations of a level and step and drops the others without a word, so where there are more
//! the first one says it. The log holds every finding, and nothing in it is taken for a command.

use super::brief::{self, Level};
use super::{Options, column, log, text};
use crate::model::{Decision, Finding, Report};
use std::borrow::Cow;
use std::fmt::Write as _;

// GitHub shows so many annotations of a level, and so many characters of a message.
const MOST_OF_A_LEVEL: usize = 10;
const MOST_OF_A_MESSAGE: usize = 4_096;
// A log that lists more findings is read by nobody.
const MOST_LISTED: usize = 1_000;

/// Writes a report as workflow commands.
pub fn render(report: &Report, _: &Options<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    let head = head(report);
    if let Some((level, what)) = &head {
        out.extend(command(*level, &[("title", "pantheon".into())], what));
    }
    for level in Level::ALL {
        let taken = usize::from(head.as_ref().is_some_and(|(of, _)| *of == level));
        let findings = brief::open(report).filter(|(of, _)| *of == level);
        for (_, finding) in findings.take(MOST_OF_A_LEVEL - taken) {
            out.extend(annotation(level, finding));
        }
    }
    out.extend(log::enclosed(&log::defused(listing(report).as_bytes())));
    out
}

/// What stands before all findings: that some are not shown, and that the verdict is open.
fn head(report: &Report) -> Option<(Level, String)> {
    let counts = Level::ALL.map(|level| brief::open(report).filter(|(of, _)| *of == level).count());
    let is_open = report.verdict.decision == Decision::Inconclusive;
    let cut = Level::ALL.iter().zip(counts).find(|(_, n)| *n > MOST_OF_A_LEVEL);
    let level = match (is_open, cut) {
        (true, _) => Level::Error,
        (false, Some((level, _))) => *level,
        (false, None) => return None,
    };
    let room = |of: &Level| MOST_OF_A_LEVEL - usize::from(*of == level);
    let shown: usize = Level::ALL.iter().zip(counts).map(|(of, n)| n.min(room(of))).sum();
    let total: usize = counts.iter().sum();
    let mut what = Vec::new();
    if is_open {
        let reasons = report.verdict.reasons.iter().map(|reason| reason.text.as_str());
        what.push(format!(
            "inconclusive: {}",
            reasons.collect::<Vec<_>>().join("; ")
        ));
    }
    if shown < total {
        let (shown, total) = (text::grouped(shown as u64), text::grouped(total as u64));
        what.push(format!(
            "{shown} of {total} findings are annotated; the log of the step lists more"
        ));
    }
    Some((level, what.join("; ")))
}

fn annotation(level: Level, finding: &Finding) -> Vec<u8> {
    let mut properties = vec![("title", Cow::Borrowed(finding.check.as_ref()))];
    if let Some(path) = brief::path(finding) {
        properties.push(("file", Cow::Owned(path)));
        properties.extend(place(finding));
    }
    command(level, &properties, &brief::sentence(finding))
}

/// The lines and columns, counted in characters, the last one included. GitHub takes columns only where both
/// ends are on one line, and no line of another commit is one of the head.
fn place(finding: &Finding) -> Vec<(&'static str, Cow<'static, str>)> {
    let region = column::convert(finding, column::Unit::Chars).filter(|_| finding.commit.is_none());
    let Some(region) = region else {
        return Vec::new();
    };
    let mut out = vec![("line", region.start_line), ("endLine", region.end_line)];
    if region.start_line == region.end_line {
        let last = region.end_column.saturating_sub(1).max(region.start_column);
        out.extend([("col", region.start_column), ("endColumn", last)]);
    }
    let number = |(name, n): (&'static str, u32)| (name, Cow::Owned(n.to_string()));
    out.into_iter().map(number).collect()
}

fn command(level: Level, properties: &[(&str, Cow<'_, str>)], message: &str) -> Vec<u8> {
    let mut out = format!("::{}", level.name());
    for (at, (name, value)) in properties.iter().enumerate() {
        let before = if at == 0 { ' ' } else { ',' };
        let _ = write!(out, "{before}{name}={}", property(value));
    }
    let _ = writeln!(out, "::{}", data(&text::cut(message, MOST_OF_A_MESSAGE - 3)));
    log::defused(out.as_bytes()).into_owned()
}

fn data(value: &str) -> String {
    text::visible(value).replace('%', "%25")
}

fn property(value: &str) -> String {
    data(value).replace(':', "%3A").replace(',', "%2C")
}

/// The log: a line for each finding, then what else a reader must know.
fn listing(report: &Report) -> String {
    let mut out = String::new();
    let mut left = 0;
    for (at, (level, finding)) in brief::open(report).enumerate() {
        if at >= MOST_LISTED {
            left += 1;
            continue;
        }
        let place = brief::place(finding);
        let said = brief::sentence(finding);
        push(
            &mut out,
            &format!("{place}: {}: {said} [{}]", level.name(), finding.check),
        );
    }
    if left > 0 {
        let left = text::grouped(left);
        push(
            &mut out,
            &format!("and {left} more findings: `--format json=FILE` holds all"),
        );
    }
    if let Some(allowed) = brief::allowed(report) {
        push(&mut out, &format!("allowed: {allowed}"));
    }
    brief::remarks(report)
        .iter()
        .for_each(|line| push(&mut out, line));
    for reason in &report.verdict.reasons {
        push(&mut out, &format!("{}: {}", reason.decision.name(), reason.text));
    }
    let decision = brief::of_share(report, report.verdict.decision.name());
    push(&mut out, &format!("pantheon: {decision}"));
    out
}

fn push(out: &mut String, line: &str) {
    out.push_str(&text::visible(line));
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    // What `@actions/core` writes for the same values.
    #[test]
    fn commands_are_those_of_the_toolkit() {
        let properties = [
            ("title", "rule: x, y".into()),
            ("file", "src/a,b:c.rs".into()),
            ("line", "3".into()),
        ];
        let line = command(Level::Error, &properties, "100% , : ok");
        let expected = "::error title=rule%3A x%2C y,file=src/a%2Cb%3Ac.rs,line=3::100%25 , : ok\n";
        assert_eq!(String::from_utf8(line).unwrap(), expected);
    }
}
