//! Finds the keywords of an index in a text, in whatever case.

use super::gram::{FILTER, Index, LOWER, START, Spot, first, front, long, short, slots};
use std::ops::Range;

/// How much of a text is looked at without asking for its end.
const BLOCK: usize = 128;
/// How many bytes behind the last window of a block are looked at.
const BEHIND: usize = 8;

/// A keyword in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its number.
    pub word: u32,
    /// Its bytes.
    pub range: Range<usize>,
}

/// The filters of an index.
struct Filters<'a> {
    first: &'a [u64; FILTER],
    long: &'a [u64; FILTER],
    front: &'a [u64; FILTER],
    short: &'a [u64; FILTER],
}

impl Index {
    /// Finds all keywords in a text, in the order of their ends; of those with one end the longest
    /// comes first.
    #[must_use]
    pub fn search(&self, text: &[u8]) -> Vec<Found> {
        let mut found = Vec::new();
        let (Some(first), Some(long), Some(front), Some(short)) = (
            self.first.first_chunk(),
            self.long.first_chunk(),
            self.front.first_chunk(),
            self.short.first_chunk(),
        ) else {
            return found;
        };
        let filters = Filters {
            first,
            long,
            front,
            short,
        };
        let mut at = 0;
        while let Some(block) = text[at..].first_chunk() {
            self.look(&filters, block, text, at, &mut found);
            at += BLOCK;
        }
        let mut rest = &text[at..];
        while !rest.is_empty() {
            let mut block = [0; BLOCK + BEHIND];
            block[..rest.len()].copy_from_slice(rest);
            self.look(&filters, &block, text, at, &mut found);
            rest = rest.get(BLOCK..).unwrap_or_default();
            at += BLOCK;
        }
        found
    }

    /// Looks at the windows that begin in a block, which stands at `at`.
    #[inline(always)]
    fn look(
        &self,
        filters: &Filters<'_>,
        block: &[u8; BLOCK + BEHIND],
        text: &[u8],
        at: usize,
        found: &mut Vec<Found>,
    ) {
        // The windows that pass are collected without a branch: none could be foretold.
        let mut passed = 0_u64;
        for eight in 0..BLOCK / 8 {
            let mut some = 0;
            some |= filters.passes(window(block, eight * 8));
            some |= filters.passes(window(block, eight * 8 + 2)) << 1;
            some |= filters.passes(window(block, eight * 8 + 4)) << 2;
            some |= filters.passes(window(block, eight * 8 + 6)) << 3;
            passed |= some << (eight * 4);
        }
        while passed != 0 {
            let n = passed.trailing_zeros() as usize * 2;
            passed &= passed - 1;
            let (window, behind) = (window(block, n), window(block, n + 4));
            let before = text.get((at + n).wrapping_sub(1)).copied().unwrap_or(START);
            if filters.passes_on(window, behind, before) {
                self.compare(window, text, at + n, found);
            }
        }
    }

    /// Adds the keywords that show themselves in the window at `at`.
    #[inline(never)]
    fn compare(&self, window: u32, text: &[u8], at: usize, found: &mut Vec<Found>) {
        for slot in slots(window) {
            for spot in self.spots_in(slot) {
                let Some(start) = at.checked_add_signed(-isize::from(spot.back)) else {
                    continue;
                };
                if eight(text, start) & spot.mask != spot.head {
                    continue;
                }
                let word = self.word(spot.word);
                let range = start..start + word.len();
                if text
                    .get(range.clone())
                    .is_some_and(|t| t.eq_ignore_ascii_case(word))
                {
                    insert(
                        found,
                        Found {
                            word: spot.word,
                            range,
                        },
                    );
                }
            }
        }
    }

    fn spots_in(&self, slot: usize) -> &[Spot] {
        match self.heads.get(slot..).and_then(|heads| heads.first_chunk()) {
            Some([from, to]) => self.spots.get(*from as usize..*to as usize).unwrap_or_default(),
            None => &[],
        }
    }

    fn word(&self, number: u32) -> &[u8] {
        let at = number as usize;
        &self.bytes[self.starts[at] as usize..self.starts[at + 1] as usize]
    }
}

impl Filters<'_> {
    /// Whether a window may be that of a keyword: 1 or 0.
    #[inline(always)]
    fn passes(&self, window: u32) -> u64 {
        let (at, bit) = first(window);
        self.first[at] >> bit & 1
    }

    /// Whether a window that passed may be that of a keyword, given what stands behind it and in front.
    #[inline(always)]
    fn passes_on(&self, window: u32, behind: u32, before: u8) -> bool {
        let (a, long) = long(window, behind);
        let (b, front) = front(window, u32::from(before));
        let (c, short) = short(window);
        (self.long[a] & long == long) | (self.front[b] & front == front) | (self.short[c] & short == short)
    }
}

/// Reads a window as one number: single bytes would be read and joined one by one.
#[inline(always)]
fn window<const N: usize>(block: &[u8; N], at: usize) -> u32 {
    let bytes = block.get(at..).and_then(|rest| rest.first_chunk());
    u32::from_le_bytes(bytes.copied().unwrap_or_default())
}

/// Reads eight bytes of a text as one number, in lowercase; there are zeros behind its end.
#[inline(always)]
fn eight(text: &[u8], at: usize) -> u64 {
    let rest = text.get(at..).unwrap_or_default();
    let bytes = rest.first_chunk().copied().unwrap_or_else(|| {
        let mut bytes = [0; 8];
        bytes[..rest.len()].copy_from_slice(rest);
        bytes
    });
    u64::from_le_bytes(bytes) | u64::from(LOWER) << 32 | u64::from(LOWER)
}

/// Puts a keyword in its place, which is near the end.
fn insert(found: &mut Vec<Found>, new: Found) {
    let key = |f: &Found| (f.range.end, f.range.start);
    let before = found.iter().rev().take_while(|f| key(f) > key(&new)).count();
    found.insert(found.len() - before, new);
}

#[cfg(test)]
mod tests;
