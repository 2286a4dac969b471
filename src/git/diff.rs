//! Runs of changed lines, as `git diff` finds them: Myers with the indent heuristic.

use crate::model::Hunk;
use gix::diff::blob::sources::byte_lines;
use gix::diff::blob::{Algorithm, InternedInput, diff_with_slider_heuristics};

/// Returns the runs of changed lines between two texts, in order. Lines end at `\n` only.
#[must_use]
pub fn hunks(old: &[u8], new: &[u8]) -> Vec<Hunk> {
    let same = Same::of(old, new);
    let (before, after) = (same.rest(old), same.rest(new));
    if before.is_empty() && after.is_empty() {
        return Vec::new();
    }
    let first = count(&old[..same.start]);
    let run = |text: &[u8]| first..first + count(text);
    let hunk = Hunk {
        old: run(before),
        new: run(after),
    };
    // A run that can move by a line is moved to where people look for it, and what is alike in the rest
    // is found by rules that count the lines of the whole texts: both take the whole texts.
    let plain = !same.can_move(old, before) && !same.can_move(new, after) && !share_a_line(before, after);
    if plain { vec![hunk] } else { whole(old, new) }
}

/// Whether a line stands in both texts; texts that are too long to look are said to share one.
fn share_a_line(a: &[u8], b: &[u8]) -> bool {
    let lines = |text| byte_lines(text).count();
    if a.is_empty() || b.is_empty() {
        return false;
    }
    a.len().max(b.len()) > FEW * 100
        || lines(a).max(lines(b)) > FEW
        || byte_lines(a).any(|line| byte_lines(b).any(|other| line == other))
}

/// So many lines are compared each with each.
const FEW: usize = 30;

/// Compares two whole texts.
fn whole(old: &[u8], new: &[u8]) -> Vec<Hunk> {
    let input = InternedInput::new(byte_lines(old), byte_lines(new));
    let diff = diff_with_slider_heuristics(Algorithm::Myers, &input);
    diff.hunks()
        .map(|h| Hunk {
            old: h.before,
            new: h.after,
        })
        .collect()
}

/// The lines that two texts begin and end with alike: most of them, in most changes, and a comparison
/// need not read them.
struct Same {
    /// How many bytes of whole lines stand in front.
    start: usize,
    /// How many bytes of whole lines stand at the end.
    end: usize,
}

impl Same {
    fn of(old: &[u8], new: &[u8]) -> Self {
        let start = common(old.chunks(CHUNK), new.chunks(CHUNK), |a, b| {
            a.iter().zip(b).take_while(|(a, b)| a == b).count()
        });
        let start = memchr::memrchr(b'\n', &old[..start]).map_or(0, |at| at + 1);
        let (old, new) = (&old[start..], &new[start..]);
        let end = common(old.rchunks(CHUNK), new.rchunks(CHUNK), |a, b| {
            a.iter()
                .rev()
                .zip(b.iter().rev())
                .take_while(|(a, b)| a == b)
                .count()
        });
        let begins = |text: &[u8]| text.len() == end || text[text.len() - end - 1] == b'\n';
        if end == 0 || (begins(old) && begins(new)) {
            return Self { start, end };
        }
        let tail = &old[old.len() - end..];
        Self {
            start,
            end: memchr::memchr(b'\n', tail).map_or(0, |at| tail.len() - at - 1),
        }
    }

    /// Returns what is not the same.
    fn rest<'a>(&self, text: &'a [u8]) -> &'a [u8] {
        &text[self.start..text.len() - self.end]
    }

    /// Whether the rest could stand a line higher or lower in the text and say the same.
    fn can_move(&self, text: &[u8], rest: &[u8]) -> bool {
        let Some(last) = byte_lines(rest).last() else {
            return false;
        };
        let above = byte_lines(&text[before(text, self.start)..self.start]).last();
        let below = byte_lines(&text[text.len() - self.end..]).next();
        above == Some(last) || (below.is_some() && below == byte_lines(rest).next())
    }
}

/// Bytes that are compared at once.
const CHUNK: usize = 256;

/// Counts the bytes that two texts, given in chunks, begin with alike.
fn common<'a>(
    a: impl Iterator<Item = &'a [u8]>,
    b: impl Iterator<Item = &'a [u8]>,
    in_chunk: fn(&[u8], &[u8]) -> usize,
) -> usize {
    let mut bytes = 0;
    for (a, b) in a.zip(b) {
        if a != b {
            return bytes + in_chunk(a, b);
        }
        bytes += a.len();
    }
    bytes
}

/// Returns where the line begins that ends at `end`.
fn before(text: &[u8], end: usize) -> usize {
    memchr::memrchr(b'\n', &text[..end.saturating_sub(1)]).map_or(0, |at| at + 1)
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
        fn what_is_alike_at_both_ends_has_no_say(start in text(), end in text(), old in text(), new in text()) {
            let lines = |a: &[u8], b: &[u8], c: &[u8]| [a, b"\n", b, b"\n", c].concat();
            let (old, new) = (lines(&start, &old, &end), lines(&start, &new, &end));
            prop_assert_eq!(hunks(&old, &new), whole(&old, &new));
        }

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
