//! Finds the keywords of an index in a text, in whatever case.

use super::gram::{Index, LOWER, SHARED, SLOTS, slot};
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
        for n in (0..len).step_by(2) {
            // Read as one number: single bytes would be read and joined one by one.
            let Some(window) = block[n..].first_chunk() else {
                break;
            };
            let window = u32::from_le_bytes(*window);
            let mask = masks[slot(window)];
            if mask != 0 && mask >> ((window >> 24) & 7) & 1 != 0 {
                self.compare(window, text, at + n, found);
            }
        }
    }

    /// Adds the keywords that show themselves in the window at `at`.
    #[inline(never)]
    fn compare(&self, window: u32, text: &[u8], at: usize, found: &mut Vec<Found>) {
        let list = slot(window) / SHARED;
        let spots = self.heads[list] as usize..self.heads[list + 1] as usize;
        for spot in &self.spots[spots] {
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

/// Puts a keyword in its place, which is near the end.
fn insert(found: &mut Vec<Found>, new: Found) {
    let key = |f: &Found| (f.range.end, f.range.start);
    let before = found.iter().rev().take_while(|f| key(f) > key(&new)).count();
    found.insert(found.len() - before, new);
}

#[cfg(test)]
mod tests;
