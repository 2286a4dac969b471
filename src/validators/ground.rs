//! The change as claims are held against it: the lines that are known, on both sides of each file.

use crate::model::Hunk;
use std::collections::BTreeMap;
use std::ops::Range;

/// The change.
#[derive(Debug, Clone, Default)]
pub struct Ground {
    /// The files, ordered by path.
    pub files: Vec<GroundFile>,
}

/// One changed file.
#[derive(Debug, Clone, Default)]
pub struct GroundFile {
    /// The path after the change.
    pub path: String,
    /// The path before it, where that is another.
    pub old_path: Option<String>,
    /// The lines after the change that are known, by number from 1, without their ends.
    pub new: BTreeMap<u32, String>,
    /// The lines before the change that are known, likewise.
    pub old: BTreeMap<u32, String>,
    /// What was changed; lines from 0, as everywhere.
    pub hunks: Vec<Hunk>,
    /// The lines after the change that a model was shown, from 1, half-open.
    pub shown: Vec<Range<u32>>,
}

impl Ground {
    /// Returns the file at a path after the change, or before it.
    #[must_use]
    pub fn file(&self, path: &str) -> Option<&GroundFile> {
        let new = self.files.iter().find(|file| file.path == path);
        new.or_else(|| {
            self.files
                .iter()
                .find(|file| file.old_path.as_deref() == Some(path))
        })
    }
}

impl GroundFile {
    /// Returns how many lines lie between a line after the change, from 1, and the nearest added one, or the
    /// place of the nearest removal; 0: it is one. `None`: nothing was changed.
    #[must_use]
    pub fn distance(&self, line: u32) -> Option<u32> {
        let line = line.saturating_sub(1);
        self.hunks.iter().map(|hunk| away(line, &hunk.new)).min()
    }
}

/// The distance of a line to a range; an empty range lies between two lines, and is next to both.
fn away(line: u32, range: &Range<u32>) -> u32 {
    match range {
        range if range.contains(&line) => 0,
        range if line < range.start => range.start - line,
        range => line + 1 - range.end,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(hunks: &[Range<u32>]) -> GroundFile {
        GroundFile {
            hunks: hunks
                .iter()
                .map(|new| Hunk {
                    old: 0..0,
                    new: new.clone(),
                })
                .collect(),
            ..GroundFile::default()
        }
    }

    #[test]
    fn the_distance_to_the_nearest_change() {
        let file = file(&[4..6, 20..20]);
        let of = |line| file.distance(line).unwrap();
        assert_eq!((of(5), of(6)), (0, 0), "added lines");
        assert_eq!((of(4), of(7)), (1, 1));
        assert_eq!((of(1), of(10)), (4, 4));
        assert_eq!((of(20), of(21)), (1, 1), "a removal between them");
        assert_eq!(GroundFile::default().distance(3), None);
    }
}
