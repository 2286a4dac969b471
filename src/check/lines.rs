//! Where lines begin.

use std::ops::Range;

/// The line starts of a text. Lines end at `\n` only: another separator would hide text from rules.
#[derive(Debug, Clone)]
pub struct Lines {
    starts: Vec<u32>,
    len: usize,
}

impl Lines {
    /// Finds the line starts of `text`, which is shorter than 4 GiB.
    #[must_use]
    pub fn new(text: &[u8]) -> Self {
        let mut starts = vec![0];
        starts.extend(memchr::memchr_iter(b'\n', text).map(|at| at as u32 + 1));
        if starts.last().is_some_and(|last| *last as usize == text.len()) {
            starts.pop();
        }
        Self {
            starts,
            len: text.len(),
        }
    }

    /// Returns the number of lines; an empty text has none.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.starts.len() as u32
    }

    /// Returns the line that holds the byte at `offset`, counted from 0.
    #[must_use]
    pub fn line_of(&self, offset: usize) -> u32 {
        (self.starts.partition_point(|start| *start as usize <= offset) as u32).saturating_sub(1)
    }

    /// Returns the bytes of a line, counted from 0, with its `\n`; an empty range behind the end.
    #[must_use]
    pub fn range(&self, line: u32) -> Range<usize> {
        let at = |n: u32| self.starts.get(n as usize).map_or(self.len, |s| *s as usize);
        at(line)..at(line.saturating_add(1))
    }
}
