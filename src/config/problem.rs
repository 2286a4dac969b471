//! Where a value stands, and what is wrong with it.

use std::fmt;
use std::sync::Arc;

/// How many problems are told at once: more are the echo of the first ones.
const MOST: usize = 30;

/// Where a value stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    /// The file, pack, variable or flag.
    pub file: Arc<str>,
    /// The line, from 1; 0 if there are no lines to speak of.
    pub line: u32,
    /// The column in bytes, from 1.
    pub column: u32,
}

impl Origin {
    /// An origin without lines, such as a flag.
    #[must_use]
    pub fn of(name: &str) -> Self {
        Self {
            file: Arc::from(name),
            line: 0,
            column: 0,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => f.write_str(&self.file),
            line => write!(f, "{}:{line}", self.file),
        }
    }
}

/// One thing that is wrong in a configuration.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// The file, pack, variable or flag.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The column in bytes, from 1.
    pub column: u32,
    /// What is wrong, one lowercase line.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Problem {
    /// A problem with what stands at `origin`.
    pub fn at(origin: &Origin, message: impl Into<String>) -> Self {
        Self {
            file: origin.file.to_string(),
            line: origin.line,
            column: origin.column,
            message: message.into(),
            hint: None,
        }
    }

    /// Says what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.file, self.message)?,
            line => write!(f, "{}:{line}:{}: {}", self.file, self.column, self.message)?,
        }
        match &self.hint {
            Some(hint) => write!(f, "; {hint}"),
            None => Ok(()),
        }
    }
}

/// Everything that is wrong in a configuration: at least one problem, ordered by place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Problems(pub Vec<Problem>);

impl Problems {
    /// Orders problems by place and leaves out what nobody reads.
    pub(super) fn new(mut list: Vec<Problem>) -> Self {
        list.sort();
        list.dedup();
        list.truncate(MOST);
        Self(list)
    }
}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        Self(vec![problem])
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, problem) in self.0.iter().enumerate() {
            let end = if n == 0 { "" } else { "\n" };
            write!(f, "{end}{problem}")?;
        }
        Ok(())
    }
}
