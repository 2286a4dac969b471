//! What to write instead, where that is certain.

use super::Region;

/// What makes a finding go away, where a rule is certain of it. It replaces parts of the finding's own file.
///
/// Holds no secret: what it takes away is told by its place alone, and [`Fix::lines`] is missing where one stands
/// on them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What it does, one lowercase line.
    pub summary: String,
    /// What is replaced: ordered, one behind the other, never empty.
    pub replacements: Vec<Replacement>,
    /// The lines that it touches, where they may be shown.
    pub lines: Option<Touched>,
}

/// A part of a file, and what comes in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replacement {
    /// What goes; where it is empty, the text is put in.
    pub region: Region,
    /// What comes.
    pub text: String,
}

/// The lines that a fix touches, as they stand in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touched {
    /// The number of the first line, from 1.
    pub first_line: u32,
    /// The lines, each with its line end if it has one.
    pub text: String,
}

impl Fix {
    /// The most replacements that a fix has.
    pub const MOST: usize = 100;
}
