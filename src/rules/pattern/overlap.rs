//! Two patterns that found the same credential: the one that knows more about it stays.

use super::entry::Entry;
use super::scan::Hit;

/// Removes the weaker of any two credentials that share bytes, and puts the hits in order.
pub fn remove(hits: &mut Vec<Hit>, entries: &[Entry]) {
    hits.sort_by_key(|hit| (hit.captured.start, hit.captured.end, hit.pattern));
    let mut kept: Vec<Hit> = Vec::with_capacity(hits.len());
    for hit in hits.drain(..) {
        match rival(&kept, &hit, entries) {
            None => kept.push(hit),
            Some(at) if weight(&hit, entries) > weight(&kept[at], entries) => kept[at] = hit,
            Some(_) => {}
        }
    }
    *hits = kept;
}

/// Finds a kept hit that shares bytes: of the same pattern, or a credential like this one.
fn rival(kept: &[Hit], hit: &Hit, entries: &[Entry]) -> Option<usize> {
    let is_secret = |hit: &Hit| entries[hit.pattern].pattern().is_secret();
    let shares =
        |other: &Hit| other.captured.start < hit.captured.end && hit.captured.start < other.captured.end;
    let looked_at = kept.iter().enumerate().rev().take(8);
    looked_at
        .filter(|(_, other)| shares(other))
        .find(|(_, other)| other.pattern == hit.pattern || is_secret(other) && is_secret(hit))
        .map(|(at, _)| at)
}

fn weight(hit: &Hit, entries: &[Entry]) -> (crate::model::Confidence, crate::model::Severity) {
    let info = &entries[hit.pattern].pattern().info;
    (hit.confidence, info.severity)
}
