//! A finding as something that can stand beside its line on a forge, in the forms that forges want: plain words,
//! a comment in Markdown, and an item of a list.

use super::brief::{self, Ids, Level};
use super::markup::{code, prose};
use super::{column, fixed, markdown, text};
use crate::model::{Finding, Location, Region, Report};
use std::fmt::Write as _;

// What a forge takes is far more; what a person reads is not.
const MOST_OF_A_MESSAGE: usize = 4_000;
const MOST_OF_A_LINE: usize = 400;
const MOST_OF_A_TITLE: usize = 200;

/// A finding that nothing allows, as it stands on a forge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// The name of the finding: no other one of the report has it, and it holds no line number.
    pub id: String,
    /// How loud it is.
    pub level: Level,
    /// The check that found it, safe to print.
    pub title: String,
    /// The path in the head, if it stands on a file and a forge can be told its name.
    pub path: Option<String>,
    /// The lines in the head, columns in characters, the end exclusive.
    pub region: Option<Region>,
    /// What it says, as plain words on one line.
    pub message: String,
    /// What it says, as Markdown.
    pub body: String,
    /// What it says and where, as an item of a list in Markdown, with a line end.
    pub item: String,
    /// What could stand there instead.
    pub suggestion: Option<Suggestion>,
}

/// Lines that could stand in place of others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// The first line that goes.
    pub start_line: u32,
    /// The last line that goes.
    pub end_line: u32,
    /// What comes, without a line end behind the last line; `None`: nothing does.
    pub text: Option<String>,
}

impl Suggestion {
    /// Returns it as a block of Markdown. `word` says what the block is. `None`: it holds characters that nobody
    /// sees, and who takes it would not know what he takes.
    #[must_use]
    pub fn block(&self, word: &str) -> Option<String> {
        let Some(text) = &self.text else {
            return Some(format!("```{word}\n```\n"));
        };
        let is_plain = |c: char| matches!(c, '\n' | '\t') || !text::is_hidden(c);
        if !text.chars().all(is_plain) {
            return None;
        }
        let longest = text.split(|c| c != '`').map(str::len).max();
        let ticks = "`".repeat(longest.unwrap_or_default().max(2) + 1);
        Some(format!("{ticks}{word}\n{text}\n{ticks}\n"))
    }
}

/// Returns the findings that nothing allows, worst first.
#[must_use]
pub fn remarks(report: &Report) -> Vec<Remark> {
    let mut ids = Ids::default();
    brief::open(report)
        .map(|(level, finding)| remark(level, finding, ids.next(finding)))
        .collect()
}

fn remark(level: Level, finding: &Finding, id: String) -> Remark {
    // No line of another commit is one of the head.
    let region = column::convert(finding, column::Unit::Chars);
    let path = path(finding);
    Remark {
        id,
        level,
        // What is hidden takes more room when it is shown.
        title: text::visible(&finding.check)
            .chars()
            .take(MOST_OF_A_TITLE)
            .collect(),
        region: region.filter(|_| path.is_some()),
        path,
        message: text::cut(&brief::sentence(finding), MOST_OF_A_MESSAGE),
        body: body(level, finding),
        item: item(level, finding),
        suggestion: suggestion(finding),
    }
}

/// What a fix comes to as lines in place of lines. Forges show neither carriage returns nor whether the last line
/// ends, so what changes only those is not suggested.
fn suggestion(finding: &Finding) -> Option<Suggestion> {
    let fix = finding.fix.as_ref().filter(|_| path(finding).is_some())?;
    let change = fixed::change(fix)?;
    let body = |text: &str| text.strip_suffix('\n').unwrap_or(text).to_owned();
    let is_shown = !change.old.contains('\r') && !change.new.contains('\r');
    (is_shown && body(&change.old) != body(&change.new)).then(|| Suggestion {
        start_line: change.first_line,
        end_line: change.last_line,
        text: (!change.new.is_empty()).then(|| body(&change.new)),
    })
}

/// The path, as it is: a form of it that people can read would name another file.
fn path(finding: &Finding) -> Option<String> {
    let Location::File { path, .. } = &finding.location else {
        return None;
    };
    let path = std::str::from_utf8(path).ok()?;
    finding.commit.is_none().then(|| path.to_owned())
}

fn body(level: Level, finding: &Finding) -> String {
    let message = prose(&text::cut(&finding.message, 1_000));
    let check = code(&finding.check);
    let mut out = format!(
        "**{}**: {message} ({check}, {})\n",
        word(level),
        finding.severity.name()
    );
    for (at, (name, what)) in markdown::remarks(finding).into_iter().enumerate() {
        if at == 0 {
            out.push('\n');
        }
        let _ = writeln!(out, "- {name}: {}", prose(&text::cut(&what, 1_000)));
    }
    out
}

fn word(level: Level) -> &'static str {
    match level {
        Level::Error => "blocks",
        Level::Warning => "warning",
        Level::Notice => "note",
    }
}

fn item(level: Level, finding: &Finding) -> String {
    let place = code(&brief::place(finding));
    let message = prose(&text::cut(&finding.message, MOST_OF_A_LINE));
    format!(
        "- {place} {}: {message} ({})\n",
        word(level),
        code(&finding.check)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::fixture;

    #[test]
    fn each_open_finding_is_a_remark_with_a_name_of_its_own() {
        let report = fixture::whole();
        let remarks = remarks(&report);
        assert_eq!(remarks.len(), brief::open(&report).count());
        let names: std::collections::BTreeSet<&str> = remarks.iter().map(|r| r.id.as_str()).collect();
        assert_eq!(names.len(), remarks.len());
        let secret = remarks
            .iter()
            .find(|r| r.title == "secrets/github-token")
            .unwrap();
        assert_eq!(secret.path.as_deref(), Some("src/config.py"));
        assert_eq!(
            secret.body,
            "**blocks**: a GitHub token (`secrets/github-token`, critical)\n\n- help: revoke the token, then take it from \
             the environment\n"
        );
        assert_eq!(
            secret.item,
            "- `src/config.py:12:9` blocks: a GitHub token (`secrets/github-token`)\n"
        );
    }

    #[test]
    fn a_fence_is_longer_than_what_it_holds() {
        let suggestion = |text: &str| Suggestion {
            start_line: 1,
            end_line: 1,
            text: Some(text.to_owned()),
        };
        assert_eq!(
            suggestion("a").block("suggestion").unwrap(),
            "```suggestion\na\n```\n"
        );
        let text = "x = \"````\"\n```\n@all";
        let expected = format!("`````suggestion\n{text}\n`````\n");
        assert_eq!(suggestion(text).block("suggestion").unwrap(), expected);
        assert_eq!(suggestion("a\u{202e}b").block("suggestion"), None);
        assert_eq!(suggestion("a\u{1b}[m").block("suggestion"), None);
    }

    #[test]
    fn a_fix_is_a_suggestion() {
        let suggested = |finding: &Finding| remark(Level::Warning, finding, String::new()).suggestion;
        let block = |finding: &Finding| suggested(finding)?.block("suggestion");
        let mut blanks = fixture::blanks(7);
        let expected = "```suggestion\n    let line = 7;\n```\n";
        assert_eq!(block(&blanks).unwrap(), expected);
        let lines = suggested(&blanks).unwrap();
        assert_eq!((lines.start_line, lines.end_line), (7, 7));
        blanks.commit = Some(fixture::oid(b'c'));
        assert_eq!(suggested(&blanks), None);
        assert_eq!(block(&fixture::empty_lines()).unwrap(), "```suggestion\n```\n");
    }

    #[test]
    fn what_no_forge_shows_is_not_suggested() {
        let mut finding = fixture::blanks(7);
        let cases = [
            ("ab\r\n", 3, 4, ""),
            ("ab", 3, 3, "\n"),
            ("a\u{202e} \n", 5, 6, ""),
        ];
        for (text, from, to, with) in cases {
            finding.fix = Some(fixture::fix(7, text, from..to, with));
            let block = remark(Level::Warning, &finding, String::new()).suggestion;
            assert_eq!(block.and_then(|s| s.block("suggestion")), None, "{text:?}");
        }
    }
}
