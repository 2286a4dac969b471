//! Step 3: what stands far from any change is old code, and never blocks.

use super::candidate::Why;
use super::gap;
use crate::validators::ground::GroundFile;
use std::ops::Range;

/// Returns whether these lines after the change are too far from it.
pub(super) fn limit(lines: &Range<u32>, file: &GroundFile, reach: u32) -> Option<Why> {
    let distance = gap::to_change(lines, &file.hunks);
    distance
        .is_none_or(|distance| distance > reach)
        .then_some(Why::OldCode)
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;

    #[test]
    fn three_lines_are_near() {
        let file = samples::file(&["a"; 20], &[(9..9, 9..10)]);
        let limit = |lines| limit(&lines, &file, 3);
        assert_eq!(limit(7..8), None);
        assert_eq!(limit(13..14), None);
        assert_eq!(limit(6..7), Some(Why::OldCode));
        assert_eq!(limit(14..15), Some(Why::OldCode));
        assert_eq!(limit(1..20), None, "a part is enough");
        let unchanged = samples::file(&["a"; 3], &[]);
        assert_eq!(super::limit(&(1..2), &unchanged, 3), Some(Why::OldCode));
    }
}
