//! What is there, what is wanted: what is to be done. Pure.

use super::codec::{Author, Thread};
use super::lines::Changed;
use super::marker;
use crate::report::Level;
use crate::report::remark::Remark;

/// What is to be done about remarks.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Plan<'a> {
    /// The marker's key.
    pub key: String,
    /// Remarks beside lines: the first and the last line of each.
    pub lines: Vec<(&'a Remark, u32, u32)>,
    /// Remarks beside files.
    pub files: Vec<&'a Remark>,
    /// Remarks that have no place of their own.
    pub rest: Vec<&'a Remark>,
    /// How many are there already.
    pub kept: usize,
    /// What is there and no longer said.
    pub gone: Vec<Thread>,
}

/// What is known before a plan.
pub struct Known<'a> {
    /// The marker's key.
    pub key: &'a str,
    /// Who we are.
    pub me: &'a Author,
    /// What is there.
    pub threads: Vec<Thread>,
    /// What the pull request shows.
    pub changed: &'a Changed,
    /// The most remarks beside lines, and beside files.
    pub room: (usize, usize),
}

/// Makes a plan. Remarks are given worst first; notes stand in no review.
pub fn plan<'a>(remarks: &'a [Remark], known: Known<'_>) -> Plan<'a> {
    let mut plan = Plan {
        key: known.key.to_owned(),
        ..Plan::default()
    };
    let mut ours = own(known.threads, known.me, known.key);
    for remark in remarks.iter().filter(|remark| remark.level != Level::Notice) {
        let place = place(remark, known.changed);
        // One whose line is gone is said again where it stands now, unless people speak below it.
        let keeps = |thread: &Thread| thread.is_answered || !thread.is_outdated || place == Place::Nowhere;
        let there = ours
            .iter()
            .position(|(id, thread)| *id == remark.id && keeps(thread));
        if let Some(at) = there {
            ours.swap_remove(at);
            plan.kept += 1;
            continue;
        }
        match place {
            Place::Lines(first, last) if plan.lines.len() < known.room.0 => {
                plan.lines.push((remark, first, last))
            }
            Place::File if plan.files.len() < known.room.1 => {
                plan.files.push(remark);
            }
            _ => plan.rest.push(remark),
        }
    }
    plan.gone = ours
        .into_iter()
        .map(|(_, thread)| thread)
        .filter(|thread| !thread.is_answered)
        .collect();
    plan
}

/// The threads that we began, with the name of what each says.
fn own(threads: Vec<Thread>, me: &Author, key: &str) -> Vec<(String, Thread)> {
    let named = |thread: Thread| {
        let id = marker::read(&thread.body, key, "finding")?.to_owned();
        Some((id, thread))
    };
    let own = threads.into_iter().filter(|thread| thread.author.is(me));
    own.filter_map(named).collect()
}

/// Where a remark can stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Lines(u32, u32),
    File,
    Nowhere,
}

fn place(remark: &Remark, changed: &Changed) -> Place {
    let Some(lines) = remark.path.as_ref().and_then(|path| changed.get(path)) else {
        return Place::Nowhere;
    };
    let Some(region) = remark.region else {
        return Place::File;
    };
    // What is suggested takes the place of the lines that are named.
    let wanted = match &remark.suggestion {
        Some(suggestion) => (suggestion.start_line, suggestion.end_line),
        None => (region.start_line, region.end_line),
    };
    for (first, last) in [wanted, (region.start_line, region.start_line)] {
        if lines.has(first, last) {
            return Place::Lines(first, last);
        }
    }
    Place::File
}
