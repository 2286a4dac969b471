//! A file, or as much of it as fits into one unit.

use super::Options;
use super::block::{self, Block};
use super::fence::{fence, wrap};
use super::left_out::{LeftOut, Why};
use super::related::Shelf;
use super::render::{self, Part, Rendered, runs};
use super::risk::{self, Risk};
use super::source::Source;
use crate::llm::tokens::{Counter, count};
use crate::model::Hunk;
use crate::validators::ground::GroundFile;
use bstr::BString;
use std::collections::VecDeque;

/// What is shown of one file in one unit.
pub struct Section {
    /// The path.
    pub path: BString,
    /// The text.
    pub text: String,
    /// The lines in it.
    pub ground: GroundFile,
    /// How risky it is.
    pub risk: Risk,
    /// Whether it is one of several parts, and so has a unit for itself.
    pub is_part: bool,
    /// How many bytes of changed lines it has.
    pub bytes: u64,
    /// Whether a secret was taken out.
    pub is_redacted: bool,
    /// The ends of long lines.
    pub left_out: Option<LeftOut>,
}

/// Tokens that may be more in the whole than in its pieces, where they meet.
const SLACK: u64 = 24;

/// Cuts a file into sections, and names what fits into none.
pub fn sections(
    source: &Source<'_>,
    shelf: &mut Shelf<'_>,
    options: &Options<'_>,
) -> (Vec<Section>, Vec<LeftOut>) {
    let room = room(source, options);
    let (parts, left_out) = parts(source, room, options);
    let of = parts.len();
    let sections = parts.into_iter().enumerate().map(|(at, blocks)| {
        let part = Part { number: at + 1, of };
        section(source, shelf, options, &blocks, part, room)
    });
    let sections = sections.collect();
    (sections, left_out)
}

/// Returns the tokens that a unit has for the hunks of a file.
fn room(source: &Source<'_>, options: &Options<'_>) -> u64 {
    let part = Part {
        number: 9999,
        of: 9999,
    };
    let frame = wrap(&fence(&options.fence, ""), &render::head(source, part));
    let frame = count(&frame, options.family) + SLACK;
    options.tokens_per_unit.saturating_sub(frame)
}

fn parts(source: &Source<'_>, room: u64, options: &Options<'_>) -> (Vec<Vec<Block>>, Vec<LeftOut>) {
    let mut queue: VecDeque<Block> = block::blocks(source, options).into();
    let (mut parts, mut part, mut left_out) = (Vec::new(), Vec::new(), Vec::new());
    let mut counter = Counter::default();
    while let Some(block) = queue.pop_front() {
        let text = render::blocks(source, std::slice::from_ref(&block)).text;
        if count(&text, options.family) > room {
            match block::halves(source, &block, options) {
                Some(halves) => halves.into_iter().rev().for_each(|half| queue.push_front(half)),
                None => left_out.push(hunks_out(source, &block.hunks, Why::HunkTooLarge)),
            }
            continue;
        }
        let mut with = counter.clone();
        with.push(&text);
        if with.total(options.family) > room && !part.is_empty() {
            parts.push(std::mem::take(&mut part));
            with = Counter::default();
            with.push(&text);
        }
        counter = with;
        part.push(block);
    }
    if !part.is_empty() {
        parts.push(part);
    }
    (parts, left_out)
}

fn section(
    source: &Source<'_>,
    shelf: &mut Shelf<'_>,
    options: &Options<'_>,
    blocks: &[Block],
    part: Part,
    room: u64,
) -> Section {
    let rendered = render::blocks(source, blocks);
    let left_out = ends_out(source, &rendered);
    let Rendered {
        text: hunks,
        ground,
        is_redacted,
        ..
    } = rendered;
    let related = shelf.related(source, &ground);
    let fits = count(&format!("{hunks}{related}"), options.family) <= room;
    let related = if fits { related.as_str() } else { "" };
    Section {
        path: source.file.path.clone(),
        text: format!("{}{hunks}{related}", render::head(source, part)),
        risk: risk::of(source, &ground.hunks),
        is_part: part.of > 1,
        bytes: bytes(source, &ground.hunks),
        left_out,
        is_redacted,
        ground,
    }
}

/// Names hunks that are not shown.
fn hunks_out(source: &Source<'_>, hunks: &[Hunk], why: Why) -> LeftOut {
    LeftOut {
        hunks: hunks.len() as u32,
        bytes: bytes(source, hunks),
        lines: hunks
            .iter()
            .map(|hunk| hunk.new.start + 1..hunk.new.end + 1)
            .collect(),
        removed: hunks
            .iter()
            .map(|hunk| hunk.old.start + 1..hunk.old.end + 1)
            .collect(),
        ..LeftOut::whole(source.name.clone(), why, 0)
    }
}

/// Names the ends of long lines.
fn ends_out(source: &Source<'_>, rendered: &Rendered) -> Option<LeftOut> {
    if rendered.cut_bytes == 0 {
        return None;
    }
    let [lines, removed] = &rendered.cut;
    Some(LeftOut {
        lines: runs(lines.iter().map(|line| line + 1)),
        removed: runs(removed.iter().map(|line| line + 1)),
        ..LeftOut::whole(source.name.clone(), Why::LongLine, rendered.cut_bytes)
    })
}

fn bytes(source: &Source<'_>, hunks: &[Hunk]) -> u64 {
    let both = |hunk: &Hunk| source.new.size(&hunk.new) + source.old.size(&hunk.old);
    hunks.iter().map(both).sum()
}

impl Section {
    /// Names all of it as left out.
    #[must_use]
    pub fn out(self, why: Why) -> LeftOut {
        let hunks = &self.ground.hunks;
        LeftOut {
            hunks: hunks.len() as u32,
            bytes: self.bytes,
            lines: hunks
                .iter()
                .map(|hunk| hunk.new.start + 1..hunk.new.end + 1)
                .collect(),
            removed: hunks
                .iter()
                .map(|hunk| hunk.old.start + 1..hunk.old.end + 1)
                .collect(),
            ..LeftOut::whole(self.ground.path, why, 0)
        }
    }
}
