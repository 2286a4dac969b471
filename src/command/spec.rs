//! A command as it runs.

use super::parse::{self, Level, Parser};
use crate::model::Severity;
use regex_automata::meta::Regex;
use regex_automata::util::syntax;
use std::time::Duration;

/// The groups that an expression may name.
const GROUPS: [&str; 6] = ["path", "line", "column", "message", "severity", "code"];
/// The most bytes that a compiled expression may take.
const LARGEST_REGEX: usize = 10 << 20;
/// The codes by which shells say that a program was not run.
const NOT_RUN: [i32; 2] = [126, 127];

/// A command as it runs.
#[derive(Debug, Clone)]
pub struct Spec {
    /// Its name, such as `clippy`.
    pub name: String,
    /// The program and its arguments; never empty.
    pub run: Vec<String>,
    /// Reads its output.
    pub parser: &'static Parser,
    /// The file that it writes to, from its directory; `None`: its standard output.
    pub report: Option<String>,
    /// The expression for a line, where the parser needs one.
    pub regex: Option<Regex>,
    /// Which findings count.
    pub filter: Filter,
    /// How long it may take.
    pub timeout: Duration,
    /// Whether files are its last arguments.
    pub files: bool,
    /// The directory that it runs in, from the root; empty: the root.
    pub dir: String,
    /// Variables that it is given besides the usual ones.
    pub env: Vec<String>,
    /// The exit codes that say that it ran; `None`: as by default.
    pub ok_exit: Option<Vec<i32>>,
    /// How bad what it finds is.
    pub severities: Severities,
}

/// How bad something is, by what the output calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Severities {
    /// What is called nothing.
    pub unknown: Severity,
    /// An error.
    pub error: Severity,
    /// A warning.
    pub warning: Severity,
    /// A note.
    pub note: Severity,
}

/// Which findings count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filter {
    /// Those on added lines.
    Added,
    /// Those within three lines of a change.
    Hunk,
    /// All of a changed file.
    File,
    /// All.
    All,
}

/// Why a command cannot run.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The expression cannot be used.
    #[error("the expression cannot be used: {0}")]
    Regex(String),
    /// There is none.
    #[error("`output = \"regex\"` needs a `regex`")]
    NoRegex,
    /// It says nothing.
    #[error("the expression has no group `message`")]
    NoMessage,
    /// It has a group that means nothing.
    #[error("the expression has a group `{0}`, which means nothing")]
    Group(String),
}

impl Filter {
    /// All of them, the narrowest first.
    pub const ALL: [Self; 4] = [Self::Added, Self::Hunk, Self::File, Self::All];

    /// Returns the name used in configuration.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Hunk => "hunk",
            Self::File => "file",
            Self::All => "all",
        }
    }

    /// Returns the filter of that name; for another one that which suits the output: a test that fails in
    /// an old file fails because of the change.
    #[must_use]
    pub fn of(name: Option<&str>, output: &Parser) -> Self {
        let named = Self::ALL.into_iter().find(|filter| Some(filter.name()) == name);
        named.unwrap_or(match output.about_change {
            true => Self::All,
            false => Self::Added,
        })
    }
}

impl Severities {
    /// Returns how bad something is.
    #[must_use]
    pub fn of(&self, level: Level) -> Severity {
        match level {
            Level::Unknown => self.unknown,
            Level::Error => self.error,
            Level::Warning => self.warning,
            Level::Note => self.note,
        }
    }
}

impl Spec {
    /// Whether an exit code says that the command ran.
    #[must_use]
    pub fn is_ok(&self, code: i32) -> bool {
        match &self.ok_exit {
            Some(codes) => code == 0 || codes.contains(&code),
            None if std::ptr::eq(self.parser, parse::none()) => !NOT_RUN.contains(&code),
            None => matches!(code, 0 | 1),
        }
    }

    /// Returns the expression for the lines of a command's output.
    ///
    /// # Errors
    /// When it cannot be used, or has not the groups that it needs.
    pub fn regex(text: &str) -> Result<Regex, Error> {
        let config = Regex::config().nfa_size_limit(Some(LARGEST_REGEX));
        let syntax = syntax::Config::new().utf8(false);
        let built = Regex::builder().configure(config).syntax(syntax).build(text);
        let regex = built.map_err(|e| Error::Regex(why(&e)))?;
        let groups: Vec<&str> = regex
            .group_info()
            .all_names()
            .filter_map(|(_, _, name)| name)
            .collect();
        if let Some(other) = groups.iter().find(|name| !GROUPS.contains(name)) {
            return Err(Error::Group((*other).to_owned()));
        }
        match groups.contains(&"message") {
            true => Ok(regex),
            false => Err(Error::NoMessage),
        }
    }
}

/// Returns the last line of an error, which says what is wrong; those before it show where.
fn why(error: &regex_automata::meta::BuildError) -> String {
    let text = error
        .syntax_error()
        .map_or_else(|| error.to_string(), ToString::to_string);
    let last = text.lines().last().unwrap_or_default();
    last.strip_prefix("error: ").unwrap_or(last).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_has_groups_that_mean_something() {
        assert!(Spec::regex(r"^(?<path>[^:]+):(?<line>\d+): (?<message>.*)$").is_ok());
        let wrong = |text: &str| Spec::regex(text).unwrap_err().to_string();
        assert_eq!(wrong("(?<path>.*)"), "the expression has no group `message`");
        assert_eq!(
            wrong("(?<message>.*)(?<file>.*)"),
            "the expression has a group `file`, which means nothing"
        );
        assert!(wrong("(").starts_with("the expression cannot be used: "));
    }
}
