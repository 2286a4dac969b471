//! Where a pull request can be spoken about: the lines that its hunks show.

use std::collections::{BTreeMap, HashMap};

/// The files of a pull request by their path, with what it shows of each.
pub type Changed = HashMap<String, Lines>;

/// What a pull request shows of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lines {
    /// The path before the change, where it was another.
    pub old_path: Option<String>,
    /// Each line of the head that is shown, with its number before the change; `None`: it is new.
    shown: BTreeMap<u32, Option<u32>>,
    /// Whether every line counts as shown.
    is_open: bool,
}

impl Lines {
    /// Reads the hunks of a file.
    pub fn parse(hunks: &str, old_path: Option<String>) -> Self {
        let mut shown = BTreeMap::new();
        let (mut old, mut new) = (0_u32, 0_u32);
        for line in hunks.split('\n') {
            if let Some((from, to)) = starts(line) {
                (old, new) = (from, to);
                continue;
            }
            // Nothing counts before the first hunk.
            if new == 0 && old == 0 {
                continue;
            }
            match line.bytes().next() {
                Some(b'+') => {
                    shown.insert(new, None);
                    new = new.saturating_add(1);
                }
                Some(b'-') => old = old.saturating_add(1),
                Some(b' ') => {
                    shown.insert(new, Some(old));
                    (old, new) = (old.saturating_add(1), new.saturating_add(1));
                }
                _ => {}
            }
        }
        Self {
            old_path,
            shown,
            is_open: false,
        }
    }

    /// A file of which every line counts as shown.
    pub fn all() -> Self {
        Self {
            is_open: true,
            ..Self::default()
        }
    }

    /// Whether all these lines are shown.
    pub fn has(&self, first: u32, last: u32) -> bool {
        let count = last.saturating_sub(first) as usize + 1;
        first > 0 && first <= last && (self.is_open || self.shown.range(first..=last).count() == count)
    }

    /// Returns the number that a line had before the change; `None`: it is new.
    pub fn before(&self, line: u32) -> Option<u32> {
        self.shown.get(&line).copied().flatten()
    }
}

/// Reads where a hunk starts, before and after: `@@ -1,2 +3,4 @@`.
fn starts(line: &str) -> Option<(u32, u32)> {
    let rest = line.strip_prefix("@@ -")?;
    let (old, rest) = rest.split_once(" +")?;
    let (new, _) = rest.split_once(" @@")?;
    let first = |range: &str| range.split(',').next()?.parse().ok();
    Some((first(old)?, first(new)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_those_of_the_hunks() {
        let hunks = "@@ -1,3 +1,4 @@ fn a\n a\n-b\n+B\n+C\n d\n\\ No newline at end of file\n@@ -20 +21,0 @@\n-x\n@@ -30,0 +31 @@\n+y";
        let lines = Lines::parse(hunks, None);
        let shown: Vec<_> = lines.shown.iter().map(|(new, old)| (*new, *old)).collect();
        assert_eq!(
            shown,
            [(1, Some(1)), (2, None), (3, None), (4, Some(3)), (31, None)]
        );
        assert!(lines.has(1, 4) && lines.has(31, 31));
        assert!(!lines.has(4, 5) && !lines.has(0, 1) && !lines.has(3, 2) && !lines.has(1, u32::MAX));
        assert_eq!([lines.before(4), lines.before(2)], [Some(3), None]);
    }

    #[test]
    fn what_is_no_hunk_is_nothing() {
        for text in [
            "",
            "+a",
            "@@ x @@\n+a",
            "@@ -1 +99999999999 @@\n+a",
            "Binary files differ",
        ] {
            assert_eq!(Lines::parse(text, None), Lines::default(), "{text}");
        }
        let last = u32::MAX;
        Lines::parse(&format!("@@ -{last} +{last} @@\n a\n+b\n-c"), None);
    }
}
