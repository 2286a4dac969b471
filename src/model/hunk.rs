//! Runs of changed lines.

/// A run of lines that were removed, added, or both, without context.
///
/// Lines are counted from 0; `old` and `new` are half-open. Lines end at `\n` only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hunk {
    /// The removed lines, in the old content.
    pub old: std::ops::Range<u32>,
    /// The added lines, in the new content.
    pub new: std::ops::Range<u32>,
}
