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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Texts of few different lines, so that much of one stands in the other, at more than one place.
    fn text() -> impl Strategy<Value = Vec<u8>> {
        let line = prop_oneof![
            Just("\n"),
            Just("a\n"),
            Just("b\n"),
            Just("  }\n"),
            Just("    }\n"),
            Just("c\r\n")
        ];
        let end = prop_oneof![Just(""), Just("a"), Just("z"), Just("\u{e9}")];
        let lines = proptest::collection::vec(line, 0..40);
        (lines, end).prop_map(|(lines, end)| (lines.concat() + end).into_bytes())
    }

    fn split(text: &[u8]) -> Vec<&[u8]> {
        text.split_inclusive(|b| *b == b'\n').collect()
    }

    fn part<'a>(lines: &[&'a [u8]], range: &std::ops::Range<u32>) -> Vec<&'a [u8]> {
        lines[range.start as usize..range.end as usize].to_vec()
    }

    proptest! {
        #[test]
        fn old_text_with_the_hunks_is_the_new_one(old in text(), new in text()) {
            let (old_lines, new_lines) = (split(&old), split(&new));
            let (mut made, mut at) = (Vec::new(), 0);
            for hunk in hunks(&old, &new) {
                made.extend(part(&old_lines, &(at..hunk.old.start)));
                prop_assert_eq!(made.len() as u32, hunk.new.start);
                made.extend(part(&new_lines, &hunk.new));
                at = hunk.old.end;
            }
            made.extend(part(&old_lines, &(at..old_lines.len() as u32)));
            prop_assert_eq!(made, new_lines);
        }

        #[test]
        fn hunks_are_in_order_and_apart(old in text(), new in text()) {
            let hunks = hunks(&old, &new);
            for hunk in &hunks {
                prop_assert!(!hunk.old.is_empty() || !hunk.new.is_empty());
            }
            for pair in hunks.windows(2) {
                prop_assert!(pair[0].old.end < pair[1].old.start);
                prop_assert!(pair[0].new.end < pair[1].new.start);
            }
        }

        #[test]
        fn hunks_begin_and_end_with_a_line_that_differs(old in text(), new in text()) {
            let (old_lines, new_lines) = (split(&old), split(&new));
            for hunk in hunks(&old, &new) {
                let (removed, added) = (part(&old_lines, &hunk.old), part(&new_lines, &hunk.new));
                let same = |a: Option<&&[u8]>, b: Option<&&[u8]>| a.is_some() && a == b;
                prop_assert!(!same(removed.first(), added.first()), "{hunk:?}");
                prop_assert!(!same(removed.last(), added.last()), "{hunk:?}");
            }
        }

        #[test]
        fn text_has_no_hunk_against_itself(text in text()) {
            prop_assert_eq!(hunks(&text, &text), Vec::new());
        }

        #[test]
        fn any_bytes_are_compared(old: Vec<u8>, new: Vec<u8>) {
            prop_assert_eq!(hunks(&old, &new).is_empty(), old == new);
        }
    }

    #[test]
    fn texts_without_lines() {
        let hunk = |old, new| Hunk { old, new };
        assert_eq!(hunks(b"", b""), []);
        assert_eq!(hunks(b"", b"a\nb"), [hunk(0..0, 0..2)]);
        assert_eq!(hunks(b"a\n", b""), [hunk(0..1, 0..0)]);
        assert_eq!(hunks(b"a", b"a\n"), [hunk(0..1, 0..1)]);
    }
}
