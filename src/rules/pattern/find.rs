//! Finds the keywords of an index in a text, in whatever case.

use super::gram::{AFTER, CELLS, Cell, FILTER, Index, LOWER, START, Spot, cells, first};
use super::sketch::has;
use std::ops::Range;

/// How much of a text the windows begin in that share one number of 64 bits.
const BLOCK: usize = 128;
/// How many bytes beside those of a block are looked at.
const BESIDE: usize = 8;
/// How many blocks are looked at at once: to read right after a write of another width has to wait.
const BLOCKS: usize = 8;
/// How much of a text that is.
const PART: usize = BLOCKS * BLOCK;

/// A part of a text in lowercase, with the byte in front of it and some behind.
type Lower = [u8; PART + BESIDE];

/// A block, the same way.
type Block = [u8; BLOCK + BESIDE];

/// The lowest bit of each byte says whether a window passed; every eighth window stands in one row.
type Flags = [[u8; 8]; 8];

/// The cells that windows fit, each with where in its block the window begins. A window has two cells.
type Fits = [(u16, u8); 256];

/// A keyword in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its number.
    pub word: u32,
    /// Its bytes.
    pub range: Range<usize>,
}

/// The tables of an index that are asked for every window, or for many.
#[derive(Clone, Copy)]
struct Tables<'a> {
    first: &'a [u64; FILTER],
    cells: &'a [Cell; CELLS],
}

impl Index {
    /// Finds all keywords in a text, in the order of their ends; of those with one end the longest
    /// comes first.
    #[must_use]
    pub fn search(&self, text: &[u8]) -> Vec<Found> {
        let mut found = Vec::new();
        let tables = (self.first.first_chunk(), self.cells.first_chunk());
        let (Some(first), Some(cells)) = tables else {
            return found;
        };
        let tables = Tables { first, cells };
        let (mut lower, mut flags) = ([LOWER; PART + BESIDE], [[[0; 8]; 8]; BLOCKS]);
        let mut list = [(0, 0); 256];
        for part in (0..text.len()).step_by(PART) {
            fill(&mut lower, text, part);
            let count = (text.len() - part).div_ceil(BLOCK).min(BLOCKS);
            for (block, flags) in blocks(&lower).zip(&mut flags[..count]) {
                tables.pass(block, flags);
            }
            for ((n, block), flags) in blocks(&lower).enumerate().zip(&flags[..count]) {
                for (cell, at) in tables.fit(joined(flags), block, &mut list) {
                    let at = usize::from(*at);
                    let place = part + n * BLOCK + at;
                    self.compare(usize::from(*cell), eight(block, at), text, place, &mut found);
                }
            }
        }
        found
    }

    /// Adds the keywords of a cell that show themselves in the window at `at`, which has these bytes.
    #[inline(never)]
    fn compare(&self, cell: usize, bytes: u64, text: &[u8], at: usize, found: &mut Vec<Found>) {
        for spot in self.spots_in(cell) {
            if fits(&spot.cell, bytes)
                && let Some(new) = self.confirm(spot, text, at)
            {
                insert(found, new);
            }
        }
    }

    /// Returns the keyword of a spot if it is there.
    #[inline(always)]
    fn confirm(&self, spot: &Spot, text: &[u8], at: usize) -> Option<Found> {
        let start = at.checked_add_signed(-isize::from(spot.back))?;
        let range = start..start + spot.length as usize;
        let there = text.get(range.clone())?;
        let is_it = self.may_stand(spot, text, &range) && there.eq_ignore_ascii_case(self.word(spot.word));
        is_it.then_some(Found {
            word: spot.word,
            range,
        })
    }

    /// Whether what stands around a keyword lets it be worth finding.
    #[inline(always)]
    fn may_stand(&self, spot: &Spot, text: &[u8], range: &Range<usize>) -> bool {
        let Some([before, after @ ..]) = self.arounds.get(spot.around as usize) else {
            return true;
        };
        let behind = text[range.end..].first_chunk().copied().unwrap_or_else(|| {
            let mut behind = [0; AFTER];
            let rest = &text[range.end..];
            behind[..rest.len()].copy_from_slice(rest);
            behind
        });
        let front = range.start.checked_sub(1).map(|at| text[at]);
        let mut may = front.is_none_or(|front| has(before, front));
        for (set, byte) in after.iter().zip(behind) {
            may &= has(set, byte);
        }
        may
    }

    fn spots_in(&self, cell: usize) -> &[Spot] {
        match self.heads.get(cell..).and_then(|heads| heads.first_chunk()) {
            Some([from, to]) => self.spots.get(*from as usize..*to as usize).unwrap_or_default(),
            None => &[],
        }
    }

    fn word(&self, number: u32) -> &[u8] {
        let at = number as usize;
        &self.bytes[self.starts[at] as usize..self.starts[at + 1] as usize]
    }
}

impl Tables<'_> {
    /// Notes which windows of a block may be that of a keyword.
    #[inline(always)]
    fn pass(&self, block: &Block, flags: &mut Flags) {
        for high in 0..8 {
            for (low, flags) in flags.iter_mut().enumerate() {
                let (at, bit) = first(window(block, 1 + high * 16 + low * 2));
                flags[high] = (self.first[at] >> bit) as u8;
            }
        }
    }

    /// Returns the cells that those windows fit which passed.
    #[inline(always)]
    fn fit<'f>(&self, mut passed: u64, block: &Block, list: &'f mut Fits) -> &'f [(u16, u8)] {
        let mut count = 0_u8;
        // Whether one fits cannot be foretold, so nothing here is a branch.
        while passed != 0 {
            let at = passed.trailing_zeros() as usize * 2;
            passed &= passed - 1;
            let bytes = eight(block, at);
            for cell in cells(bytes) {
                list[usize::from(count)] = (cell as u16, at as u8);
                count += u8::from(fits(&self.cells[cell], bytes));
            }
        }
        &list[..usize::from(count)]
    }
}

/// Whether bytes can be those that a cell knows of.
#[inline(always)]
fn fits(cell: &Cell, bytes: u64) -> bool {
    bytes & cell.mask == cell.bits
}

/// Returns one bit for each window that passed, in their order.
#[inline(always)]
fn joined(flags: &Flags) -> u64 {
    let row = |n: usize| (u64::from_le_bytes(flags[n]) & 0x0101_0101_0101_0101) << n;
    (0..8).fold(0, |passed, n| passed | row(n))
}

/// Returns the blocks of a part.
#[inline(always)]
fn blocks(lower: &Lower) -> impl Iterator<Item = &Block> {
    (0..BLOCKS).filter_map(|n| lower[n * BLOCK..].first_chunk())
}

/// Puts a part of a text into lowercase; around the text is what no keyword needs.
fn fill(lower: &mut Lower, text: &[u8], at: usize) {
    lower[0] = at.checked_sub(1).map_or(START, |before| text[before]) | LOWER;
    let (there, behind) = lower[1..].split_at_mut((PART + BESIDE - 1).min(text.len() - at));
    for (lower, byte) in there.iter_mut().zip(&text[at..]) {
        *lower = byte | LOWER;
    }
    behind.fill(LOWER);
}

/// Reads a window as one number: single bytes would be read and joined one by one.
#[inline(always)]
fn window(block: &Block, at: usize) -> u32 {
    let bytes = block.get(at..).and_then(|rest| rest.first_chunk());
    u32::from_le_bytes(bytes.copied().unwrap_or_default())
}

/// Reads a window with the byte in front and those behind.
#[inline(always)]
fn eight(block: &Block, at: usize) -> u64 {
    let bytes = block.get(at..).and_then(|rest| rest.first_chunk());
    u64::from_le_bytes(bytes.copied().unwrap_or_default())
}

/// Puts a keyword in its place, which is near the end.
fn insert(found: &mut Vec<Found>, new: Found) {
    let key = |f: &Found| (f.range.end, f.range.start);
    let before = found.iter().rev().take_while(|f| key(f) > key(&new)).count();
    found.insert(found.len() - before, new);
}

#[cfg(test)]
mod tests;
