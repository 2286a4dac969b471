//! Finds the keywords of an index in a text, in whatever case.

use super::gram::{Index, LOWER, SLOTS, slot};
use std::ops::Range;

/// How much of a text is looked at without asking for its end.
const BLOCK: usize = 32;

/// A keyword in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its number.
    pub word: u32,
    /// Its bytes.
    pub range: Range<usize>,
}

impl Index {
    /// Finds all keywords in a text, in the order of their ends; of those with one end the longest
    /// comes first.
    #[must_use]
    pub fn search(&self, text: &[u8]) -> Vec<Found> {
        let mut found = Vec::new();
        let Some(masks) = self.masks.first_chunk::<SLOTS>() else {
            return found;
        };
        let mut at = 0;
        while let Some(block) = text[at..].first_chunk::<{ BLOCK + 4 }>() {
            self.look(masks, block, BLOCK, text, at, &mut found);
            at += BLOCK;
        }
        let rest = &text[at..];
        let mut block = [0; BLOCK + 8];
        block[..rest.len()].copy_from_slice(rest);
        if let Some(block) = block.first_chunk::<{ BLOCK + 8 }>() {
            self.look(masks, block, rest.len(), text, at, &mut found);
        }
        found
    }

    /// Looks at the windows that begin in the first `len` bytes of a block, which stands at `at`.
    #[inline(always)]
    fn look<const N: usize>(
        &self,
        masks: &[u8; SLOTS],
        block: &[u8; N],
        len: usize,
        text: &[u8],
        at: usize,
        found: &mut Vec<Found>,
    ) {
        // The windows that pass are collected without a branch: none could be foretold.
        let mut passed = 0_u32;
        for n in (0..len).step_by(2) {
            let window = window(block, n);
            let mask = u32::from(masks[slot(window)]);
            passed |= (mask >> ((window >> 24) & 7) & 1) << (n / 2);
        }
        while passed != 0 {
            let n = passed.trailing_zeros() as usize * 2;
            passed &= passed - 1;
            self.compare(window(block, n), text, at + n, found);
        }
    }

    /// Adds the keywords that show themselves in the window at `at`.
    #[inline(never)]
    fn compare(&self, window: u32, text: &[u8], at: usize, found: &mut Vec<Found>) {
        let slot = slot(window);
        let Some([from, to]) = self.heads.get(slot..).and_then(|heads| heads.first_chunk()) else {
            return;
        };
        let spots = self.spots.get(*from as usize..*to as usize).unwrap_or_default();
        for spot in spots {
            if (window | LOWER) & spot.mask != spot.gram {
                continue;
            }
            let word = self.word(spot.word);
            let Some(start) = at.checked_add_signed(-isize::from(spot.back)) else {
                continue;
            };
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

    fn word(&self, number: u32) -> &[u8] {
        let at = number as usize;
        &self.bytes[self.starts[at] as usize..self.starts[at + 1] as usize]
    }
}

/// Reads a window as one number: single bytes would be read and joined one by one.
#[inline(always)]
fn window<const N: usize>(block: &[u8; N], at: usize) -> u32 {
    let bytes = block.get(at..).and_then(|rest| rest.first_chunk());
    u32::from_le_bytes(bytes.copied().unwrap_or_default())
}

/// Puts a keyword in its place, which is near the end.
fn insert(found: &mut Vec<Found>, new: Found) {
    let key = |f: &Found| (f.range.end, f.range.start);
    let before = found.iter().rev().take_while(|f| key(f) > key(&new)).count();
    found.insert(found.len() - before, new);
}

#[cfg(test)]
mod tests;
