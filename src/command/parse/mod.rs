//! The formats that linters and tests write: one file and one row each.
//!
//! What is read may be hostile: it is bounded in size before it gets here, nothing in it is fetched or
//! expanded, and no text makes a parser panic.

mod cargo;
mod checkstyle;
mod github;
mod junit;
mod none;
mod rdjson;
mod rdjsonl;
mod regex;
mod sarif;
mod xml;

use super::Columns;
use regex_automata::meta::Regex;

/// Reads one format.
#[derive(Debug)]
pub struct Parser {
    /// The name used in configuration.
    pub name: &'static str,
    /// Whether what it reports is about the change as a whole, rather than about lines.
    pub about_change: bool,
    /// Reads what a command wrote.
    pub parse: fn(&Text<'_>) -> Result<Parsed, Error>,
}

/// All formats, by name.
pub const ALL: &[Parser] = &[
    cargo::PARSER,
    checkstyle::PARSER,
    github::PARSER,
    junit::PARSER,
    none::PARSER,
    rdjson::PARSER,
    rdjsonl::PARSER,
    regex::PARSER,
    sarif::PARSER,
];

/// More than this is not read out of one output.
const MOST: usize = 100_000;

/// What a command wrote.
#[derive(Debug, Clone, Copy)]
pub struct Text<'a> {
    /// Its standard output, or its report.
    pub out: &'a [u8],
    /// Its standard error.
    pub err: &'a [u8],
    /// The expression for a line.
    pub regex: Option<&'a Regex>,
    /// Its exit code.
    pub code: i32,
}

/// What a command reported.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Parsed {
    /// Each thing.
    pub reports: Vec<Reported>,
    /// What columns count.
    pub columns: Columns,
    /// Why that is not everything, by the output's own word.
    pub incomplete: Option<String>,
    /// How much else it reports that is allowed by its own means.
    pub allowed: usize,
}

/// One thing that a command reported.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Reported {
    /// The path as it is written there; `None`: it is about the change.
    pub path: Option<String>,
    /// Where it begins.
    pub start: Option<Spot>,
    /// Where it ends, without that column.
    pub end: Option<Spot>,
    /// What it says.
    pub message: String,
    /// How bad it is.
    pub level: Level,
    /// Its rule, code or test.
    pub code: Option<String>,
}

/// A place in a text. Lines and columns begin at 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Spot {
    /// The line.
    pub line: u32,
    /// The column; `None`: the line as a whole.
    pub column: Option<u32>,
}

/// How bad something is, by the word of whoever reports it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Level {
    /// There is no such word.
    #[default]
    Unknown,
    /// An error.
    Error,
    /// A warning.
    Warning,
    /// A note.
    Note,
}

/// Why an output cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("what it wrote is no `{format}`: {why}")]
pub struct Error {
    /// The format.
    pub format: &'static str,
    /// What is wrong.
    pub why: String,
}

/// Returns the format of that name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Parser> {
    ALL.iter().find(|parser| parser.name == name)
}

/// Returns the row that reads nothing but the exit code.
#[must_use]
pub fn none() -> &'static Parser {
    ALL.iter()
        .find(|parser| parser.name == none::PARSER.name)
        .unwrap_or(&ALL[0])
}

impl Level {
    /// Returns the level that a word means.
    #[must_use]
    pub fn of(word: &str) -> Self {
        match word.trim().to_ascii_lowercase().as_str() {
            "error" | "err" | "e" | "fatal" | "f" | "critical" | "failure" | "high" | "blocker" | "major" => {
                Self::Error
            }
            "warning" | "warn" | "w" | "medium" | "minor" => Self::Warning,
            "note" | "notice" | "info" | "information" | "i" | "n" | "low" | "hint" | "help" | "style"
            | "convention" | "c" | "refactor" | "r" | "suggestion" => Self::Note,
            _ => Self::Unknown,
        }
    }
}

impl Spot {
    /// Returns a place, where there is a line; a column of 0 is none.
    fn new(line: Option<u32>, column: Option<u32>) -> Option<Self> {
        line.filter(|line| *line > 0).map(|line| Self {
            line,
            column: column.filter(|column| *column > 0),
        })
    }
}

/// Insists that a format has not more to say than is read.
fn bounded(format: &'static str, reports: usize) -> Result<(), Error> {
    match reports > MOST {
        true => Err(wrong(format, format!("more than {MOST} entries"))),
        false => Ok(()),
    }
}

fn wrong(format: &'static str, why: impl ToString) -> Error {
    Error {
        format,
        why: why.to_string(),
    }
}

/// Returns bytes as text without the marks that terminals obey.
#[must_use]
pub fn plain(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\u{1b}' if chars.peek() == Some(&'[') => {
                chars.next();
                // Parameters end at a letter or a few signs.
                while chars.next().is_some_and(|c| !('\u{40}'..='\u{7e}').contains(&c)) {}
            }
            '\u{1b}' if chars.peek() == Some(&']') => {
                while chars.next().is_some_and(|c| c != '\u{7}' && c != '\u{1b}') {}
            }
            '\u{1b}' => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn rows_are_sorted() {
        assert!(ALL.is_sorted_by(|a, b| a.name < b.name));
        assert_eq!(none().name, "none");
    }

    #[test]
    fn what_terminals_obey_is_taken_out() {
        assert_eq!(plain(b"\x1b[1;31ma\x1b[0m b\x1b]8;;http://x\x07c\x1b"), "a bc");
    }

    fn every(out: &[u8]) {
        let regex =
            crate::command::Spec::regex(r"^(?<path>.+?):(?<line>\d+):(?<column>\d+)?: (?<message>.*)$")
                .unwrap();
        for parser in ALL {
            let text = Text {
                out,
                err: out,
                regex: Some(&regex),
                code: 1,
            };
            drop((parser.parse)(&text));
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_a_parser_panic(bytes: Vec<u8>) {
            every(&bytes);
        }

        #[test]
        fn no_text_like_theirs_does(text in r#"([{}\[\]<>/:,"=&;!?a-z0-9 \n-]|::error |"runs"|"results"|<!DOCTYPE|<testcase|<error|CDATA|line=|&#){0,40}"#) {
            every(text.as_bytes());
        }
    }
}
