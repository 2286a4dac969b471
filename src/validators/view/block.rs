//! Which lines are shown around the changed ones.
//!
//! Five lines before and one after, for what stands above explains more than what follows; then up to the head
//! of the enclosing function if it is near, or that head alone.

use super::Options;
use super::source::Source;
use crate::model::Hunk;
use bstr::ByteSlice;
use std::ops::Range;

/// Hunks that are read together, and the lines after the change that are shown with them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// The hunks.
    pub hunks: Vec<Hunk>,
    /// The lines after the change, from 0, in order and apart.
    pub lines: Vec<Range<u32>>,
    /// The innermost head that the first hunk stands in.
    head: Option<u32>,
}

/// How far above its lines the head of a function may stand to be shown with all between.
const NEAR: u32 = 20;
/// How many lines of a head are shown.
const HEAD_LINES: u32 = 4;
/// Gaps of so many lines are shown instead.
const GAP: u32 = 2;

/// Returns the blocks of a file, in order.
#[must_use]
pub fn blocks(source: &Source<'_>, options: &Options<'_>) -> Vec<Block> {
    let mut out: Vec<Block> = Vec::new();
    for hunk in &source.hunks {
        let next = block(source, hunk, options);
        match out.last_mut() {
            Some(last) if belongs(last, &next) => last.add(next),
            _ => out.push(next),
        }
    }
    out
}

/// Cuts a block in two; `None`: it is too small to be cut.
#[must_use]
pub fn halves(source: &Source<'_>, whole: &Block, options: &Options<'_>) -> Option<[Block; 2]> {
    let (first, second) = match whole.hunks.as_slice() {
        [] => return None,
        [hunk] => {
            let [first, second] = split(hunk)?;
            (vec![first], vec![second])
        }
        hunks => {
            let (first, second) = hunks.split_at(hunks.len() / 2);
            (first.to_vec(), second.to_vec())
        }
    };
    Some([first, second].map(|hunks| joined(source, &hunks, options)))
}

fn joined(source: &Source<'_>, hunks: &[Hunk], options: &Options<'_>) -> Block {
    let mut blocks = hunks.iter().map(|hunk| block(source, hunk, options));
    let mut first = blocks.next().unwrap_or(Block {
        hunks: Vec::new(),
        lines: Vec::new(),
        head: None,
    });
    blocks.for_each(|next| first.add(next));
    first
}

/// Cuts a hunk in two halves on both sides.
fn split(hunk: &Hunk) -> Option<[Hunk; 2]> {
    let middle = |range: &Range<u32>| range.start + (range.end - range.start).div_ceil(2);
    if hunk.new.len().max(hunk.old.len()) < 2 {
        return None;
    }
    let (old, new) = (middle(&hunk.old), middle(&hunk.new));
    Some([
        Hunk {
            old: hunk.old.start..old,
            new: hunk.new.start..new,
        },
        Hunk {
            old: old..hunk.old.end,
            new: new..hunk.new.end,
        },
    ])
}

fn belongs(last: &Block, next: &Block) -> bool {
    let end = last.lines.last().map_or(0, |range| range.end);
    let main = next.lines.last().map_or(0, |range| range.start);
    main <= end.saturating_add(GAP) || (next.head.is_some() && next.head == last.head)
}

impl Block {
    fn add(&mut self, next: Self) {
        self.hunks.extend(next.hunks);
        self.lines = united(self.lines.iter().chain(&next.lines).cloned().collect());
    }
}

fn block(source: &Source<'_>, hunk: &Hunk, options: &Options<'_>) -> Block {
    let count = source.new.count();
    let mut main = hunk.new.start.saturating_sub(options.before)..hunk.new.end.saturating_add(options.after);
    main.end = main.end.min(count);
    main.start = main.start.min(main.end);
    let mut lines = Vec::new();
    let heads = source.heads(first_line(source, hunk));
    for head in &heads {
        let near = *head < main.start && main.start - head <= NEAR;
        if near && Some(head) == heads.last() {
            main.start = *head;
        }
        lines.push(*head..head_end(source, *head).min(count));
    }
    lines.push(main);
    Block {
        hunks: vec![hunk.clone()],
        lines: united(lines),
        head: heads.last().copied(),
    }
}

/// Returns the line whose enclosing function is looked for: the first changed one that is not blank.
fn first_line(source: &Source<'_>, hunk: &Hunk) -> u32 {
    let is_blank = |line: &u32| source.new.raw(*line).trim().is_empty();
    let mut changed = hunk.new.clone();
    changed.find(|line| !is_blank(line)).unwrap_or(hunk.new.start)
}

/// Returns where a head ends: with what opens its body.
fn head_end(source: &Source<'_>, head: u32) -> u32 {
    let opens = |line: &u32| {
        let raw = source.new.raw(*line).trim_end();
        raw.ends_with(b"{") || raw.ends_with(b":") || raw.ends_with(b";")
    };
    let mut lines = head..head.saturating_add(HEAD_LINES);
    lines.find(opens).map_or(head + 1, |line| line + 1)
}

/// Puts ranges in order, and joins those with nothing, or little, between them.
#[must_use]
fn united(mut ranges: Vec<Range<u32>>) -> Vec<Range<u32>> {
    ranges.retain(|range| !range.is_empty());
    ranges.sort_by_key(|range| (range.start, range.end));
    let mut out: Vec<Range<u32>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match out.last_mut() {
            Some(last) if range.start <= last.end.saturating_add(GAP) => last.end = last.end.max(range.end),
            _ => out.push(range),
        }
    }
    out
}
