//! Colours, and the page they are painted on.

use super::{Options, text};
use anstyle::{AnsiColor, Effects, Style};
use std::fmt::Write;

/// What blocks.
pub const ERROR: Style = AnsiColor::BrightRed.on_default().effects(Effects::BOLD);
/// What is shown and does not block.
pub const WARNING: Style = AnsiColor::Yellow.on_default().effects(Effects::BOLD);
/// What is good to know.
pub const NOTE: Style = AnsiColor::BrightCyan.on_default().effects(Effects::BOLD);
/// What passed.
pub const GOOD: Style = AnsiColor::Green.on_default().effects(Effects::BOLD);
/// Lines and numbers around a text.
pub const FRAME: Style = AnsiColor::BrightBlue.on_default();
/// What can be copied.
pub const CODE: Style = AnsiColor::Cyan.on_default();
/// What is read first.
pub const STRONG: Style = Style::new().effects(Effects::BOLD);
/// What is read last.
pub const FAINT: Style = Style::new().effects(Effects::DIMMED);
/// Everything else.
pub const PLAIN: Style = Style::new();

/// The text that is being written, and how.
pub struct Page<'a> {
    /// What is written so far.
    pub out: String,
    /// How.
    pub options: &'a Options<'a>,
}

impl<'a> Page<'a> {
    /// An empty page.
    pub fn new(options: &'a Options<'a>) -> Self {
        let out = String::new();
        Self { out, options }
    }

    /// The columns of a line.
    pub fn width(&self) -> usize {
        self.options.width.max(40)
    }

    /// Writes a text that is safe to print.
    pub fn put(&mut self, style: Style, text: &str) {
        if !self.options.color || style == PLAIN || text.is_empty() {
            self.out.push_str(text);
            return;
        }
        let _ = write!(self.out, "{style}{text}{style:#}");
    }

    /// Writes a text that is safe to print behind `used` columns, wrapped, later lines indented.
    pub fn put_wrapped(&mut self, style: Style, used: usize, indent: usize, text: &str) {
        let columns = self.width().saturating_sub(indent);
        let lines = text::wrap(text, used.saturating_sub(indent), columns);
        for (i, line) in lines.iter().enumerate() {
            if i > 0 {
                self.out.truncate(self.out.trim_end_matches(' ').len());
                self.out.push('\n');
                self.out.push_str(&" ".repeat(indent));
            }
            self.put(style, line);
        }
        self.out.push('\n');
    }

    /// Writes `label: text` on lines of its own.
    pub fn put_remark(&mut self, style: Style, label: &str, text: &str) {
        self.put(style, label);
        self.put(PLAIN, ": ");
        self.put_wrapped(PLAIN, text::width(label) + 2, 4, text);
    }

    /// Returns the mark for what was left out.
    pub fn dash(&self) -> &'static str {
        if self.options.unicode { "—" } else { "-" }
    }
}
