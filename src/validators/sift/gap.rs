//! How far apart lines are.

use crate::model::Hunk;
use std::ops::Range;

/// Returns the difference between the nearest lines of two ranges; 0: they share one. An empty range counts
/// as the line that it stands before.
pub(super) fn between(one: &Range<u32>, other: &Range<u32>) -> u32 {
    let after = other.start.saturating_sub(last(one));
    let before = one.start.saturating_sub(last(other));
    after.max(before)
}

/// The last line of a range.
pub(super) fn last(lines: &Range<u32>) -> u32 {
    lines.end.saturating_sub(1).max(lines.start)
}

/// Returns how far lines after the change, from 1, are from the nearest change, measured as
/// [`GroundFile::distance`](crate::validators::ground::GroundFile::distance) does. `None`: nothing changed.
pub(super) fn to_change(lines: &Range<u32>, hunks: &[Hunk]) -> Option<u32> {
    hunks.iter().map(|hunk| to_hunk(lines, &hunk.new)).min()
}

fn to_hunk(lines: &Range<u32>, new: &Range<u32>) -> u32 {
    if new.start < new.end {
        let numbered = new.start.saturating_add(1)..new.end.saturating_add(1);
        return between(lines, &numbered);
    }
    // Lines went away between `new.start` and the next one, counted from 1.
    let above = new.start;
    if last(lines) <= above {
        (above - last(lines)).saturating_add(1)
    } else {
        lines.start.saturating_sub(above).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validators::ground::GroundFile;
    use proptest::prelude::*;

    #[test]
    fn between_ranges() {
        assert_eq!(between(&(1..4), &(3..9)), 0);
        assert_eq!(between(&(1..2), &(2..3)), 1, "next to each other");
        assert_eq!(between(&(10..11), &(3..7)), 4);
        assert_eq!(between(&(5..5), &(5..6)), 0, "empty");
    }

    proptest! {
        #[test]
        fn a_range_is_as_far_as_its_nearest_line(
            start in 1_u32..40,
            len in 1_u32..6,
            hunks in proptest::collection::vec((0_u32..40, 0_u32..5), 0..4),
        ) {
            let hunk = |(start, len): (u32, u32)| Hunk { old: 0..0, new: start..start + len };
            let file = GroundFile {
                hunks: hunks.into_iter().map(hunk).collect(),
                ..GroundFile::default()
            };
            let nearest = (start..start + len).filter_map(|line| file.distance(line)).min();
            prop_assert_eq!(to_change(&(start..start + len), &file.hunks), nearest);
        }
    }
}
