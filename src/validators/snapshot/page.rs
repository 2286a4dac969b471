//! An answer in lines behind a gutter: no content of a file begins a line of it.

use super::Bounds;
use crate::validators::view::{Text, push_line};
use std::fmt::Write;

/// What is kept for the last line.
const REST: usize = 200;

/// An answer in the making.
pub struct Page {
    text: String,
    bytes: usize,
    lines: usize,
}

impl Page {
    /// An answer with nothing in it.
    pub fn new(bounds: &Bounds) -> Self {
        Self {
            text: String::new(),
            bytes: bounds.answer.saturating_sub(REST),
            lines: bounds.lines,
        }
    }

    /// Appends a line of ours; `false`: there is no room for it.
    pub fn say(&mut self, line: &str) -> bool {
        if self.lines == 0 || self.text.len() + line.len() >= self.bytes {
            self.lines = 0;
            return false;
        }
        self.lines -= 1;
        self.text.push_str(line);
        self.text.push('\n');
        true
    }

    /// Appends a line of a file with its number; `false`: there is no room for it.
    pub fn show(&mut self, text: &Text, line: u32) -> bool {
        let mut shown = String::new();
        push_line(&mut shown, ' ', Some(line + 1), 4, &text.line(line).text);
        self.say(shown.trim_end_matches('\n'))
    }

    /// Ends the answer with a line that is always shown.
    pub fn end(mut self, line: &str) -> String {
        // Writing to a string cannot fail.
        let _ = writeln!(self.text, "{line}");
        self.text
    }
}
