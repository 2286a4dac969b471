//! Runs of changed lines, as `git diff` finds them: Myers with the indent heuristic.

use crate::model::Hunk;
use gix::diff::blob::sources::byte_lines;
use gix::diff::blob::{Algorithm, InternedInput, diff_with_slider_heuristics};

/// Returns the runs of changed lines between two texts, in order. Lines end at `\n` only.
#[must_use]
pub fn hunks(old: &[u8], new: &[u8]) -> Vec<Hunk> {
    if old.is_empty() || new.is_empty() {
        let (old, new) = (0..count(old), 0..count(new));
        let empty = old.is_empty() && new.is_empty();
        return if empty {
            Vec::new()
        } else {
            vec![Hunk { old, new }]
        };
    }
    let input = InternedInput::new(byte_lines(old), byte_lines(new));
    let diff = diff_with_slider_heuristics(Algorithm::Myers, &input);
    diff.hunks()
        .map(|h| Hunk {
            old: h.before,
            new: h.after,
        })
        .collect()
}

fn count(text: &[u8]) -> u32 {
    let ended = memchr::memchr_iter(b'\n', text).count();
    (ended + usize::from(text.last().is_some_and(|b| *b != b'\n'))) as u32
}
