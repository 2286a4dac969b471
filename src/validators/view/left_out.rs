//! What a model is not shown, and why.

use std::ops::Range;

/// Something of the change that is shown in no unit, or not whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// The file, by the name that units give it.
    pub path: String,
    /// Why.
    pub why: Why,
    /// How many runs of changed lines; 0 where they were not counted.
    pub hunks: u32,
    /// How many bytes: of the changed lines on both sides, or of the file where lines were not counted.
    pub bytes: u64,
    /// The lines after the change, from 1.
    pub lines: Vec<Range<u32>>,
    /// The lines before it, from 1.
    pub removed: Vec<Range<u32>>,
}

/// Why something is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Why {
    /// It is no text.
    Binary,
    /// It is a pointer to content that is kept elsewhere.
    LfsPointer,
    /// It is the commit of a submodule.
    Submodule,
    /// It is the target of a symlink.
    Symlink,
    /// A program wrote it: a lock file, minified or vendored code, a snapshot.
    Generated,
    /// It cannot be read.
    Unreadable,
    /// The file is too large.
    FileTooLarge,
    /// One line is too long: its end is left out.
    LongLine,
    /// A run of lines fits into no unit.
    HunkTooLarge,
    /// There are more units than are asked about, and these lines are less risky.
    Budget,
}

impl Why {
    /// All reasons.
    pub const ALL: [Self; 10] = [
        Self::Binary,
        Self::LfsPointer,
        Self::Submodule,
        Self::Symlink,
        Self::Generated,
        Self::Unreadable,
        Self::FileTooLarge,
        Self::LongLine,
        Self::HunkTooLarge,
        Self::Budget,
    ];

    /// Returns the reason in a few words.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Binary => "binary",
            Self::LfsPointer => "pointer of Git LFS",
            Self::Submodule => "submodule",
            Self::Symlink => "symlink",
            Self::Generated => "generated",
            Self::Unreadable => "cannot be read",
            Self::FileTooLarge => "file too large",
            Self::LongLine => "end of a long line",
            Self::HunkTooLarge => "hunk too large",
            Self::Budget => "over the budget",
        }
    }

    /// Whether it is left out by rule, whatever it holds; everything else makes a review partial.
    #[must_use]
    pub fn is_by_rule(self) -> bool {
        matches!(
            self,
            Self::Binary | Self::LfsPointer | Self::Submodule | Self::Symlink | Self::Generated
        )
    }
}

impl LeftOut {
    /// A file of which nothing is shown.
    #[must_use]
    pub fn whole(path: String, why: Why, bytes: u64) -> Self {
        Self {
            path,
            why,
            hunks: 0,
            bytes,
            lines: Vec::new(),
            removed: Vec::new(),
        }
    }

    /// Returns it as one line: the path, what is left out of it, and why.
    #[must_use]
    pub fn line(&self) -> String {
        let Self {
            path, hunks, bytes, ..
        } = self;
        let why = self.why.name();
        match self.hunks {
            0 => format!("`{path}`: {bytes} bytes: {why}"),
            1 => format!("`{path}`: 1 hunk, {bytes} bytes: {why}"),
            _ => format!("`{path}`: {hunks} hunks, {bytes} bytes: {why}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_what_and_why() {
        let mut out = LeftOut::whole("a.rs".into(), Why::Budget, 40);
        assert_eq!(out.line(), "`a.rs`: 40 bytes: over the budget");
        out.hunks = 1;
        assert_eq!(out.line(), "`a.rs`: 1 hunk, 40 bytes: over the budget");
        out.hunks = 2;
        assert_eq!(out.line(), "`a.rs`: 2 hunks, 40 bytes: over the budget");
    }

    #[test]
    fn each_reason_has_a_name_of_its_own() {
        let names: std::collections::BTreeSet<_> = Why::ALL.map(Why::name).into();
        assert_eq!(names.len(), Why::ALL.len());
    }
}
