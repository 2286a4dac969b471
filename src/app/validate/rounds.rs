//! Rounds of review on the way from one base: a second round does not block for what the first one could have
//! said, and rounds come to an end.

use super::Wanted;
use crate::model::{ChangeSet, Finding, Location, Origin};
use crate::store::Store;
use crate::store::round::{self, Round};
use crate::sys::clock;
use crate::validators::view::View;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

/// An earlier round was shown the same lines, and nobody said it.
pub const SEEN_BEFORE: &str = "seen-before";
/// There were as many rounds as the policy allows.
pub const ROUNDS_OVER: &str = "rounds-over";

/// What is remembered of earlier rounds.
pub struct Rounds {
    way: String,
    tree: String,
    /// The rounds before this one.
    before: Vec<Round>,
    is_new: bool,
}

impl Rounds {
    /// Reads what was reviewed before on the way to this change. What cannot be read did not happen: more
    /// blocks then, never less.
    pub fn read(store: Option<&Store>, change: &ChangeSet, wanted: &Wanted<'_>) -> Self {
        let base = change.base.map(|base| base.to_string()).unwrap_or_default();
        let branch = wanted.repo.branch().unwrap_or_default();
        let dir = wanted.repo.common_dir().display();
        let way = format!("{dir}\n{branch}\n{base}\n{}", wanted.wired.stage.name());
        let tree = change.head.to_string();
        let mut before = store
            .and_then(|store| round::rounds(store, &way).ok())
            .unwrap_or_default();
        let known = before.iter().position(|round| round.tree == tree);
        before.truncate(known.unwrap_or(before.len()));
        Self {
            way,
            tree,
            before,
            is_new: known.is_none(),
        }
    }

    /// The number of this round, from 1.
    pub fn number(&self) -> usize {
        self.before.len() + 1
    }

    /// Lowers what an earlier round could have said and did not; what it said stays as it is.
    pub fn lower(&self, findings: &mut [Finding], view: &View, most: u32) {
        if self.before.is_empty() {
            return;
        }
        let is_over = most > 0 && self.before.len() >= most as usize;
        for finding in findings {
            let is_known = self
                .before
                .iter()
                .any(|round| round.findings.contains(&finding.fingerprint.0));
            let Origin::Models(opinion) = &mut finding.origin else {
                continue;
            };
            if is_known || opinion.ceiling.is_some() {
                continue;
            }
            if is_over {
                opinion.ceiling = Some(ROUNDS_OVER.into());
            } else if self.was_shown(&finding.location, view) {
                opinion.ceiling = Some(SEEN_BEFORE.into());
            }
        }
    }

    /// Whether one earlier round was shown every changed line around a place.
    fn was_shown(&self, location: &Location, view: &View) -> bool {
        let Location::File {
            path,
            region: Some(region),
        } = location
        else {
            return false;
        };
        let name = crate::validators::view::name(path);
        let around = region.start_line.saturating_sub(REACH)..=region.end_line.saturating_add(REACH);
        let lines: BTreeSet<u64> = changed(view)
            .filter(|line| line.path == name && around.contains(&line.number))
            .map(|line| line.digest())
            .collect();
        !lines.is_empty() && self.before.iter().any(|round| lines.is_subset(&round.lines))
    }

    /// Remembers this round, which was whole.
    pub fn remember(&self, store: Option<&Store>, findings: &[Finding], view: &View) {
        let Some(store) = store.filter(|_| self.is_new) else {
            return;
        };
        let round = Round {
            tree: self.tree.clone(),
            lines: changed(view).map(|line| line.digest()).collect(),
            findings: findings
                .iter()
                .filter(|finding| counts(finding))
                .map(|finding| finding.fingerprint.0)
                .collect(),
        };
        // A round that is not remembered makes the next one stricter.
        drop(round::add(store, &self.way, &round, clock::now()));
    }
}

/// What was lowered because of an earlier round was not said in time, and is not known later either.
fn counts(finding: &Finding) -> bool {
    let Origin::Models(opinion) = &finding.origin else {
        return false;
    };
    let ceiling = opinion.ceiling.as_deref();
    ceiling != Some(SEEN_BEFORE) && ceiling != Some(ROUNDS_OVER)
}

/// How many lines around a finding count as its place.
const REACH: u32 = 3;

/// A changed line that was shown.
struct Line<'a> {
    path: &'a str,
    number: u32,
    text: &'a str,
}

impl Line<'_> {
    fn digest(&self) -> u64 {
        let mut hash = Sha256::new();
        hash.update(self.path);
        hash.update(b"\0");
        hash.update(self.text.trim());
        let digest = hash.finalize();
        digest.first_chunk().map_or(0, |chunk| u64::from_le_bytes(*chunk))
    }
}

/// The added lines that are shown, with the lines below removals.
fn changed(view: &View) -> impl Iterator<Item = Line<'_>> {
    let files = view.units.iter().flat_map(|unit| &unit.ground.files);
    files.flat_map(|file| {
        let near = |number: &u32| file.distance(*number).is_some_and(|distance| distance <= 1);
        file.new
            .iter()
            .filter(move |(number, _)| near(number))
            .map(|(number, text)| Line {
                path: &file.path,
                number: *number,
                text,
            })
    })
}
