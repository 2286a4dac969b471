//! Findings that say the same thing about one file are one diagnostic.

use super::super::column;
use crate::model::{Disposition, Finding, Location, Oid, Origin};
use std::collections::HashMap;
use std::mem;

/// Findings that are shown as one.
pub struct Group<'a> {
    /// The first one: it is shown.
    pub first: &'a Finding,
    /// The others: only their lines are shown.
    pub more: Vec<&'a Finding>,
}

#[derive(PartialEq, Eq, Hash)]
struct Key<'a> {
    check: &'a str,
    place: Place<'a>,
    disposition: mem::Discriminant<Disposition>,
    message: &'a str,
    commit: Option<Oid>,
}

#[derive(PartialEq, Eq, Hash)]
enum Place<'a> {
    File(&'a [u8]),
    Message,
    /// Findings about the whole change, and those that models say, are never joined.
    Alone(usize),
}

/// Joins findings; a group stands where its first finding stood.
pub fn group<'a>(findings: impl Iterator<Item = &'a Finding>) -> Vec<Group<'a>> {
    let mut groups: Vec<Group<'a>> = Vec::new();
    let mut known = HashMap::new();
    for finding in findings {
        let at = *known.entry(key(finding, groups.len())).or_insert(groups.len());
        match groups.get_mut(at) {
            Some(group) => group.more.push(finding),
            None => groups.push(Group {
                first: finding,
                more: Vec::new(),
            }),
        }
    }
    groups
}

fn key(finding: &Finding, next: usize) -> Key<'_> {
    Key {
        check: &finding.check,
        place: match &finding.location {
            _ if finding.origin != Origin::Computed => Place::Alone(next),
            Location::File { path, .. } => Place::File(path),
            Location::Message(_) => Place::Message,
            Location::Change => Place::Alone(next),
        },
        disposition: mem::discriminant(&finding.disposition),
        message: &finding.message,
        commit: finding.commit,
    }
}

// More runs of lines than this are counted, not listed.
const MOST_RUNS: usize = 8;

impl Group<'_> {
    /// Returns the number of findings.
    pub fn len(&self) -> usize {
        1 + self.more.len()
    }

    /// Says where the others are, if there are any.
    pub fn others(&self) -> Option<String> {
        if self.more.is_empty() {
            return None;
        }
        let place = match self.first.location {
            Location::Message(_) => "the message",
            _ => "this file",
        };
        let count = self.more.len();
        Some(match self.lines() {
            Some(lines) => format!("and {count} more in {place}: {lines}"),
            None => format!("and {count} more in {place}"),
        })
    }

    /// The lines of the others: `line 4`, `lines 4-7, 12`.
    fn lines(&self) -> Option<String> {
        let mut lines: Vec<u32> = self
            .more
            .iter()
            .filter_map(|f| Some(column::region(f)?.start_line))
            .collect();
        lines.sort_unstable();
        lines.dedup();
        let runs: Vec<(u32, u32)> = lines
            .chunk_by(|a, b| a + 1 == *b)
            .filter_map(|run| Some((*run.first()?, *run.last()?)))
            .collect();
        let noun = if lines.len() == 1 { "line" } else { "lines" };
        let shown: Vec<String> = runs.iter().take(MOST_RUNS).map(|run| show_run(*run)).collect();
        let rest = if runs.len() > MOST_RUNS { ", ..." } else { "" };
        (!shown.is_empty()).then(|| format!("{noun} {}{rest}", shown.join(", ")))
    }
}

fn show_run((first, last): (u32, u32)) -> String {
    if first == last {
        return first.to_string();
    }
    format!("{first}-{last}")
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::{self, on_line};
    use super::*;

    fn at(path: &str, line: u32) -> Finding {
        let location = fixture::file(path, Some(on_line(line, 1..2)));
        Finding {
            location,
            ..fixture::secret()
        }
    }

    fn others(lines: &[u32]) -> Option<String> {
        let findings: Vec<_> = lines.iter().map(|line| at("a", *line)).collect();
        let groups = group(findings.iter());
        assert_eq!(groups.len(), 1);
        groups[0].others()
    }

    #[test]
    fn lists_runs_of_lines() {
        assert_eq!(others(&[1]), None);
        assert_eq!(
            others(&[1, 1]).as_deref(),
            Some("and 1 more in this file: line 1")
        );
        assert_eq!(
            others(&[1, 9, 3, 2, 4]).as_deref(),
            Some("and 4 more in this file: lines 2-4, 9")
        );
        let odd: Vec<u32> = (0..12).map(|i| i * 2 + 1).collect();
        let text = "and 11 more in this file: lines 3, 5, 7, 9, 11, 13, 15, 17, ...";
        assert_eq!(others(&odd).as_deref(), Some(text));
    }

    #[test]
    fn joins_only_what_says_the_same() {
        let mut other = at("a", 2);
        other.message.push('s');
        let mut warned = at("a", 3);
        warned.disposition = Disposition::Warn;
        let change = Finding {
            location: Location::Change,
            ..at("a", 1)
        };
        let findings = [
            at("a", 1),
            at("b", 1),
            other,
            warned,
            change.clone(),
            change,
            at("b", 2),
        ];
        let sizes: Vec<usize> = group(findings.iter()).iter().map(Group::len).collect();
        assert_eq!(sizes, [1, 2, 1, 1, 1, 1]);
    }
}
