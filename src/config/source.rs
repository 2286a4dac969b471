//! A text with a name, in which places can be found.

use super::{Origin, Problem};
use std::sync::Arc;

/// No configuration is longer than this, in bytes.
const LIMIT: usize = 1 << 20;

/// A text with a name.
pub(super) struct Source<'t> {
    /// The name to show.
    pub name: Arc<str>,
    /// The text.
    pub text: &'t str,
    starts: Vec<u32>,
    lines: bool,
}

impl<'t> Source<'t> {
    /// Takes the bytes of a file: UTF-8, and no more than a person would write.
    pub fn file(name: &str, bytes: &'t [u8]) -> Result<Self, Problem> {
        if bytes.len() > LIMIT {
            let message = format!("the file has {} bytes, more than {LIMIT}", bytes.len());
            return Err(Problem::at(&Origin::of(name), message));
        }
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Self::new(name, text, true)),
            Err(error) => {
                let good = std::str::from_utf8(&bytes[..error.valid_up_to()]).unwrap_or_default();
                let at = Self::new(name, good, true).origin(good.len());
                Err(Problem::at(&at, "the file is not UTF-8"))
            }
        }
    }

    /// Takes one assignment of a variable or a flag: its place is its name.
    pub fn assignment(name: &str, text: &'t str) -> Self {
        Self::new(name, text, false)
    }

    fn new(name: &str, text: &'t str, lines: bool) -> Self {
        let mut starts = vec![0];
        starts.extend(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at as u32 + 1));
        Self {
            name: Arc::from(name),
            text,
            starts,
            lines,
        }
    }

    /// Returns the place of a byte.
    pub fn origin(&self, offset: usize) -> Origin {
        let file = Arc::clone(&self.name);
        if !self.lines {
            return Origin {
                file,
                line: 0,
                column: 0,
            };
        }
        let line = self.starts.partition_point(|start| *start as usize <= offset);
        let start = self.starts.get(line.saturating_sub(1)).copied().unwrap_or(0);
        Origin {
            file,
            line: line as u32,
            column: (offset - start as usize) as u32 + 1,
        }
    }

    /// A problem with what stands at a byte.
    pub fn problem(&self, offset: usize, message: impl Into<String>) -> Problem {
        Problem::at(&self.origin(offset), message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_from_one() {
        let source = Source::file("f", b"ab\nc\n").unwrap();
        let place = |offset| {
            let origin = source.origin(offset);
            (origin.line, origin.column)
        };
        assert_eq!(
            [place(0), place(2), place(3), place(5)],
            [(1, 1), (1, 3), (2, 1), (3, 1)]
        );
    }

    #[test]
    fn foreign_bytes_have_a_place() {
        let problem = Source::file("f", b"a = 1\nb = \"\xff\"\n").err().unwrap();
        assert_eq!(problem.to_string(), "f:2:6: the file is not UTF-8");
    }
}
