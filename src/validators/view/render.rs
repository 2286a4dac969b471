//! Blocks as text: what stands after the change and what stood before it, apart, with a gutter on every line.
//!
//! A line of the change never begins a line of the text: a gutter stands in front of it. Only lines on which a
//! finding may stand have a number there.

use super::block::Block;
use super::source::Source;
use super::text::{Shown, Text};
use crate::model::{Hunk, Status};
use crate::validators::ground::GroundFile;
use std::fmt::Write;
use std::ops::Range;

/// So far from a change a finding may stand.
const REACH: u32 = 3;
/// Lines between removed ones are shown if they are so few.
const BETWEEN: u32 = 3;

/// Text, and what is known of the lines in it.
pub struct Rendered {
    /// The text.
    pub text: String,
    /// The lines that are shown.
    pub ground: GroundFile,
    /// The changed lines that are not shown to their end: after the change and before it, from 0.
    pub cut: [Vec<u32>; 2],
    /// How many bytes of these are not shown.
    pub cut_bytes: u64,
    /// Whether a secret was taken out.
    pub is_redacted: bool,
}

/// Which of how many parts of a file is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// From 1.
    pub number: usize,
    /// How many there are.
    pub of: usize,
}

/// Renders the head of a file.
#[must_use]
pub fn head(source: &Source<'_>, part: Part) -> String {
    let mut out = format!("file: `{}`, {}", source.name, source.file.status.name());
    if let (Some(old), Status::Renamed | Status::Copied) = (&source.file.old_path, source.file.status) {
        // Writing to a string cannot fail.
        let _ = write!(out, " from `{}`", super::text::name(old));
    }
    if part.of > 1 {
        let _ = write!(
            out,
            ", part {} of {}: the others are not shown here",
            part.number, part.of
        );
    }
    out.push_str(ends(source));
    if !source.old.is_utf8() || !source.new.is_utf8() {
        out.push_str("; bytes that are no UTF-8 are written `\\xff`");
    }
    out.push('\n');
    out
}

/// Says how lines end, where not with a line feed alone.
fn ends(source: &Source<'_>) -> &'static str {
    match (source.old.is_crlf, source.new.is_crlf) {
        (true, true) => "; lines end with CR LF",
        (false, true) if source.old.count() == 0 => "; lines end with CR LF",
        (true, false) if source.new.count() == 0 => "; lines ended with CR LF",
        (false, true) => "; all lines end with CR LF, which they did not before",
        (true, false) => "; all lines ended with CR LF before, which they no longer do",
        (false, false) => "",
    }
}

/// Renders blocks, without the head of the file.
#[must_use]
pub fn blocks(source: &Source<'_>, blocks: &[Block]) -> Rendered {
    let hunks: Vec<Hunk> = blocks.iter().flat_map(|block| block.hunks.clone()).collect();
    let mut page = Page {
        source,
        width: width(source),
        out: Rendered {
            text: String::new(),
            ground: ground(source, hunks),
            cut: [Vec::new(), Vec::new()],
            cut_bytes: 0,
            is_redacted: false,
        },
    };
    for (at, block) in blocks.iter().enumerate() {
        page.block(at + 1, block);
    }
    page.out.ground.shown = runs(page.out.ground.new.keys().copied());
    page.out
}

fn ground(source: &Source<'_>, hunks: Vec<Hunk>) -> GroundFile {
    let old_path = source.file.old_path.as_deref();
    GroundFile {
        path: source.name.clone(),
        old_path: old_path.map(|path| super::text::name(path)),
        hunks,
        ..GroundFile::default()
    }
}

/// Returns the columns of the largest number.
fn width(source: &Source<'_>) -> usize {
    source.new.count().max(100).ilog10() as usize + 1
}

struct Page<'a> {
    source: &'a Source<'a>,
    width: usize,
    out: Rendered,
}

impl Page<'_> {
    fn block(&mut self, number: usize, block: &Block) {
        if !block.lines.is_empty() {
            let _ = writeln!(self.out.text, "hunk {number} new:");
            self.new_side(block);
        }
        let removed = united_exactly(block.hunks.iter().map(|hunk| hunk.old.clone()));
        if !removed.is_empty() {
            let _ = writeln!(self.out.text, "hunk {number} old:");
            self.old_side(&removed);
        }
    }

    fn new_side(&mut self, block: &Block) {
        let source = self.source;
        let mut at = block.lines[0].start;
        for range in &block.lines {
            self.gap(range.start - at);
            at = range.end;
            for line in range.clone() {
                let is_added = holds(&source.hunks, line, |hunk| &hunk.new);
                let near = distance(&self.out.ground.hunks, line) <= REACH;
                let shown = source.new.line(line);
                let number = near.then_some(line + 1);
                push_line(
                    &mut self.out.text,
                    if is_added { '+' } else { ' ' },
                    number,
                    self.width,
                    &shown.text,
                );
                self.end(&source.new, line);
                if is_added && holds(&self.out.ground.hunks, line, |hunk| &hunk.new) {
                    self.note_cut(0, line, &shown);
                }
                self.out.is_redacted |= shown.is_redacted;
                self.out.ground.new.insert(line + 1, shown.text);
            }
        }
    }

    fn old_side(&mut self, removed: &[Range<u32>]) {
        let source = self.source;
        let mut at = removed[0].start;
        for range in removed {
            if range.start - at <= BETWEEN {
                (at..range.start).for_each(|line| self.old_line(&source.old, line, ' '));
            } else {
                self.gap(range.start - at);
            }
            range
                .clone()
                .for_each(|line| self.old_line(&source.old, line, '-'));
            at = range.end;
        }
    }

    fn old_line(&mut self, text: &Text, line: u32, marker: char) {
        let shown = text.line(line);
        push_line(&mut self.out.text, marker, None, self.width, &shown.text);
        self.end(text, line);
        if marker == '-' {
            self.note_cut(1, line, &shown);
        }
        self.out.is_redacted |= shown.is_redacted;
        self.out.ground.old.insert(line + 1, shown.text);
    }

    fn gap(&mut self, lines: u32) {
        let _ = match lines {
            0 => Ok(()),
            1 => writeln!(self.out.text, "(1 line not shown)"),
            _ => writeln!(self.out.text, "({lines} lines not shown)"),
        };
    }

    fn end(&mut self, text: &Text, line: u32) {
        if text.is_unended(line) {
            self.out.text.push_str("(no line feed at the end)\n");
        }
    }

    fn note_cut(&mut self, side: usize, line: u32, shown: &Shown) {
        if shown.cut > 0 {
            self.out.cut[side].push(line);
            self.out.cut_bytes += shown.cut as u64;
        }
    }
}

/// Appends a line behind its gutter.
pub fn push_line(out: &mut String, marker: char, number: Option<u32>, width: usize, text: &str) {
    let _ = match number {
        Some(number) => write!(out, "{marker} {number:>width$} |"),
        None => write!(out, "{marker} {:>width$} |", ""),
    };
    if !text.is_empty() {
        out.push(' ');
        out.push_str(text);
    }
    out.push('\n');
}

/// Whether a line lies in one side of a hunk; hunks are in order.
fn holds(hunks: &[Hunk], line: u32, side: impl Fn(&Hunk) -> &Range<u32>) -> bool {
    let at = hunks.partition_point(|hunk| side(hunk).end <= line);
    hunks.get(at).is_some_and(|hunk| side(hunk).contains(&line))
}

/// Returns how far a line is from the nearest change, as [`GroundFile::distance`] does; hunks are in order.
fn distance(hunks: &[Hunk], line: u32) -> u32 {
    let at = hunks.partition_point(|hunk| hunk.new.end <= line);
    let above = at.checked_sub(1).map(|above| line + 1 - hunks[above].new.end);
    let below = hunks.get(at).map(|hunk| hunk.new.start.saturating_sub(line));
    above.into_iter().chain(below).min().unwrap_or(u32::MAX)
}

/// Returns the runs of consecutive numbers.
#[must_use]
pub fn runs(numbers: impl Iterator<Item = u32>) -> Vec<Range<u32>> {
    united_exactly(numbers.map(|n| n..n + 1))
}

/// Puts ranges in order and joins those that touch.
#[must_use]
pub fn united_exactly(ranges: impl Iterator<Item = Range<u32>>) -> Vec<Range<u32>> {
    let mut ranges: Vec<Range<u32>> = ranges.filter(|range| !range.is_empty()).collect();
    ranges.sort_by_key(|range| (range.start, range.end));
    let mut out: Vec<Range<u32>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match out.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => out.push(range),
        }
    }
    out
}
