//! Step 6: nobody can know more than what was shown.

use super::candidate::Why;
use crate::validators::claim::Scope;
use crate::validators::ground::GroundFile;
use std::ops::Range;

/// Returns whether a claim about these lines looks further than its model could.
///
/// Other files are never shown as a whole. A file is, where its known lines run from the first without a gap
/// and all of them were shown.
pub(super) fn limit(scope: Scope, lines: &Range<u32>, file: &GroundFile) -> Option<Why> {
    // Of a file that is gone there are only the removed lines, and those that are known were shown.
    let is_gone = file.new.is_empty() && !file.old.is_empty();
    if !is_gone && !file.shown.iter().any(|shown| touches(shown, lines)) {
        return Some(Why::NotShown);
    }
    match scope {
        Scope::Diff => None,
        Scope::File if is_shown_whole(file) => None,
        Scope::File | Scope::Repository => Some(Why::WiderThanShown),
    }
}

/// Where nothing is left, a line beside it is enough.
fn touches(shown: &Range<u32>, lines: &Range<u32>) -> bool {
    if lines.is_empty() {
        return shown.start <= lines.start && lines.start <= shown.end;
    }
    shown.start < lines.end && lines.start < shown.end
}

fn is_shown_whole(file: &GroundFile) -> bool {
    let is_gapless = (1..)
        .zip(file.new.keys())
        .all(|(expected, number)| expected == *number);
    let is_shown = |line: &u32| file.shown.iter().any(|shown| shown.contains(line));
    is_gapless && file.new.keys().all(is_shown)
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;
    use std::iter::once;

    #[test]
    fn no_wider_than_shown() {
        let mut file = samples::file(&["a"; 9], &[]);
        let wider = Some(Why::WiderThanShown);
        assert_eq!(limit(Scope::Diff, &(4..5), &file), None);
        assert_eq!(limit(Scope::File, &(4..5), &file), None);
        assert_eq!(limit(Scope::Repository, &(4..5), &file), wider);
        file.shown = once(2..6).collect();
        assert_eq!(limit(Scope::Diff, &(4..5), &file), None);
        assert_eq!(limit(Scope::File, &(4..5), &file), wider);
        assert_eq!(limit(Scope::Diff, &(6..7), &file), Some(Why::NotShown));
        file.shown = once(1..10).collect();
        file.new.remove(&7);
        assert_eq!(limit(Scope::File, &(4..5), &file), wider, "a line is not known");
    }

    #[test]
    fn the_lines_of_a_file_that_is_gone_were_shown() {
        let mut file = samples::file(&[], &[(0..1, 0..0)]);
        file.shown.clear();
        assert_eq!(
            limit(Scope::Diff, &(1..1), &file),
            Some(Why::NotShown),
            "nothing is known"
        );
        file.old.insert(1, "check()".to_owned());
        assert_eq!(limit(Scope::Diff, &(1..1), &file), None);
        assert_eq!(
            limit(Scope::Repository, &(1..1), &file),
            Some(Why::WiderThanShown)
        );
    }

    #[test]
    fn where_nothing_is_left_the_next_line_will_do() {
        let file = samples::file(&["a"; 4], &[]);
        assert_eq!(limit(Scope::Diff, &(5..5), &file), None);
        assert_eq!(limit(Scope::Diff, &(6..6), &file), Some(Why::NotShown));
    }
}
