//! Reads what a model answered, which is hostile data until it is read.
//!
//! JSON as it is defined comes first; then bounded repairs, each of them noted; then the schema; then every
//! text without what a terminal obeys, links or HTML. An answer that was cut off, or that lost an element on
//! the way, can add findings and never passes: see [`Reading::is_whole`]. A wrong reading is worse than none:
//! what can be meant in two ways is an error, for which a model may be asked once more with [`ask_again`].

mod locate;
pub mod plain;
mod repair;
mod shape;
mod strict;
mod text;
mod tolerant;

#[cfg(test)]
mod tests;

use super::answer::Finish;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::borrow::Cow;

pub use repair::{Repair, Repairs};
pub use shape::Problem;

/// Caps on an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// The most bytes.
    pub bytes: usize,
    /// The most levels of objects and lists.
    pub depth: usize,
    /// The most elements of a list.
    pub items: usize,
    /// The most characters of a text.
    pub text: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 1 << 20,
            depth: 32,
            items: 500,
            text: 8_000,
        }
    }
}

/// What an answer must look like.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// The schema that the model was given.
    pub schema: &'a Value,
    /// Fields that hold code or paths, which must stay as they are but for control characters.
    pub verbatim: &'a [&'a str],
    /// Other words for words of enumerations, in lowercase, and what they mean.
    pub synonyms: &'a [(&'a str, &'a str)],
    /// Caps.
    pub limits: Limits,
}

/// An answer that was read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// The value, of the schema's shape.
    pub value: Value,
    /// What was mended.
    pub repairs: Vec<Repair>,
    /// Whether the end is missing, or the model did not finish by its own word. Fields outside lists may then
    /// be missing from the value.
    pub is_partial: bool,
    /// How many objects of lists were dropped.
    pub dropped: usize,
    /// The first reasons for that.
    pub problems: Vec<Problem>,
    /// How many fields were dropped that the schema does not name.
    pub unknown: usize,
}

impl Reading {
    /// Whether this is all that the model said. If not, it can add findings, but never pass.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        !self.is_partial && self.dropped == 0
    }
}

/// Why an answer cannot be read. The text never holds a word of the model's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum Unreadable {
    /// There is nothing.
    #[error("the answer is empty")]
    Empty,
    /// It is longer than allowed.
    #[error("the answer has {bytes} bytes, of {limit} allowed")]
    TooLong {
        /// Its length.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// It is not JSON, and mending it would be a guess.
    #[error("the answer is not JSON: {what}, at line {line}, column {column}")]
    NotJson {
        /// What is wrong.
        what: Cow<'static, str>,
        /// The line, from 1.
        line: usize,
        /// The column in characters, from 1.
        column: usize,
    },
    /// It holds two answers that differ.
    #[error("the answer holds more than one JSON object")]
    Ambiguous,
    /// It does not fit the schema.
    #[error("the answer does not fit the schema: {0}")]
    Schema(Problem),
}

/// Reads an answer.
///
/// # Errors
/// Why it cannot be read.
pub fn read(text: &str, finish: &Finish, expected: &Expected<'_>) -> Result<Reading, Unreadable> {
    let limits = &expected.limits;
    if text.len() > limits.bytes {
        return Err(Unreadable::TooLong {
            bytes: text.len(),
            limit: limits.bytes,
        });
    }
    let keys: Vec<&str> = match &expected.schema["properties"] {
        Value::Object(properties) => properties.keys().map(String::as_str).collect(),
        _ => Vec::new(),
    };
    let located = locate::locate(text, &keys, limits.depth)?;
    let is_partial = *finish != Finish::Complete || located.repairs.0.contains(&Repair::Truncated);
    let read = Reading {
        value: located.value,
        repairs: located.repairs.0,
        is_partial,
        dropped: 0,
        problems: Vec::new(),
        unknown: 0,
    };
    fitted(read, expected)
}

/// Takes a reading over from who is not believed to have held it against the schema and the caps: all that is
/// the same again, but for the search for the answer within a text.
///
/// # Errors
/// Why it cannot be used.
pub fn confirm(reading: Reading, finish: &Finish, expected: &Expected<'_>) -> Result<Reading, Unreadable> {
    let mut reading = reading;
    reading.is_partial |= *finish != Finish::Complete;
    reading.problems.truncate(shape::MOST_PROBLEMS);
    for problem in &mut reading.problems {
        *problem = problem.one_line();
    }
    fitted(reading, expected)
}

/// Fits the value of a reading to the schema.
fn fitted(reading: Reading, expected: &Expected<'_>) -> Result<Reading, Unreadable> {
    let rules = shape::Rules {
        verbatim: expected.verbatim,
        synonyms: expected.synonyms,
        limits: &expected.limits,
        is_partial: reading.is_partial,
    };
    let (value, noticed) = shape::fit(reading.value, expected.schema, rules).map_err(Unreadable::Schema)?;
    let mut repairs = repair::Repairs(reading.repairs);
    repairs.join(&noticed.repairs);
    let mut problems = reading.problems;
    problems.extend(noticed.problems);
    Ok(Reading {
        value,
        is_partial: reading.is_partial,
        repairs: repairs.0,
        dropped: reading.dropped.saturating_add(noticed.dropped),
        problems,
        unknown: reading.unknown.saturating_add(noticed.unknown),
    })
}

impl Unreadable {
    /// Makes what somebody else says about an answer one short line of visible characters.
    #[must_use]
    pub fn one_line(self) -> Self {
        match self {
            Self::NotJson { what, line, column } => Self::NotJson {
                what: super::answer::one_line(&what).into(),
                line,
                column,
            },
            Self::Schema(problem) => Self::Schema(problem.one_line()),
            other => other,
        }
    }
}

/// Returns what a model is told when it is asked once more. It quotes the error alone: the answer that was
/// wrong is not sent again, for it is long, and a model follows its own example.
#[must_use]
pub fn ask_again(error: &Unreadable) -> String {
    format!(
        "Your answer could not be used: {error}. Answer again with one JSON object that fits the schema, and \
         with nothing before or after it."
    )
}
