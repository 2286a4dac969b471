//! A few lines of a diff.

use std::ops::Range;

/// What a change did to a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// Nothing.
    Kept,
    /// It is gone.
    Removed,
    /// It is new.
    Added,
}

/// A line of a diff, with secrets replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiffLine {
    /// What the change did to it.
    pub mark: Mark,
    /// Its number before the change, from 1, if it was there.
    pub old: Option<u32>,
    /// Its number after the change, from 1, if it is there.
    pub new: Option<u32>,
    /// The line without its end, without control characters except `\t`. Long ones are cut.
    pub text: String,
    /// The bytes of `text` that a finding is about; `None`: it is about another line.
    pub highlight: Option<Range<usize>>,
}
