//! Findings that say the same thing about one file are one diagnostic.

use super::super::column;
use crate::model::{Disposition, Finding, Location, Oid};
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
    /// Findings about the whole change are never joined.
    Change(usize),
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
            Location::File { path, .. } => Place::File(path),
            Location::Message(_) => Place::Message,
            Location::Change => Place::Change(next),
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
