//! A proposal on the working tree: tried first, then carried out.

use super::shelf::{APPLIED, settle};
use super::{Error, Form, Found, Preview, Recovered, Shelf};
use crate::app::validate::Secrets;
use crate::git::apply::{self, Prepared};
use crate::git::scratch::{Scratch, State};
use crate::model::{Proposal, ProposalState, REDACTED, visible_bytes};
use std::collections::BTreeSet;
use std::fs::File;

/// A proposal that was tried. Nobody else can change the working tree through here until this is dropped.
pub struct Trial<'a> {
    shelf: &'a Shelf,
    found: Found,
    prepared: Prepared,
    /// The paths that run later by themselves, in a form that is safe to show.
    pub surface: Vec<String>,
    /// What was cleaned up behind processes that died.
    pub recovered: Vec<Recovered>,
    lock: File,
}

/// Tries a proposal on the working tree as it stands.
///
/// # Errors
/// When it cannot be found or tried, or was applied or dropped.
pub fn try_out<'a>(shelf: &'a Shelf, name: &str) -> Result<Trial<'a>, Error> {
    let (lock, recovered) = shelf.take()?;
    let found = shelf.find(name)?;
    found.must_be(&[ProposalState::Open, ProposalState::Undone])?;
    let odb = found.odb();
    let offer = found.offer(shelf, &odb);
    let prepared = apply::prepare(&offer)?;
    let mut surface: BTreeSet<String> = found.proposal.surface.iter().cloned().collect();
    surface.extend(prepared.surface.iter().map(|path| visible_bytes(path)));
    Ok(Trial {
        shelf,
        found,
        prepared,
        surface: surface.into_iter().collect(),
        recovered,
        lock,
    })
}

impl Trial<'_> {
    /// Returns what is offered.
    #[must_use]
    pub fn proposal(&self) -> &Proposal {
        &self.found.proposal
    }

    /// Returns what would happen.
    #[must_use]
    pub fn preview(&self) -> &Preview {
        &self.prepared.preview
    }

    /// Carries it out.
    ///
    /// # Errors
    /// When a file was changed meanwhile or cannot be written: the working tree is then as it was.
    pub fn carry_out(self) -> Result<(), Error> {
        let sequence = self.shelf.next_sequence()?;
        let dir = self.found.run.join(APPLIED).join(sequence.to_string());
        let done = self.prepared.carry_out(&dir, sequence);
        settle(&self.found.run, &self.found.proposal.id)?;
        drop(self.lock);
        Ok(done?)
    }
}

/// Writes out what a proposal changes. Its lines may hold anything.
///
/// # Errors
/// When git does not do its part.
pub fn diff(shelf: &Shelf, found: &Found, form: Form) -> Result<Vec<u8>, Error> {
    let odb = found.odb();
    Ok(apply::diff(&found.offer(shelf, &odb), form)?)
}

/// Takes secrets out of a difference that a person looks at.
#[must_use]
pub fn without_secrets(diff: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(diff);
    let hidden = Secrets::new(&[]).without(&text, REDACTED);
    hidden.map_or_else(|| diff.to_vec(), String::into_bytes)
}

/// Drops a proposal.
///
/// # Errors
/// When it cannot be found, or is applied.
pub fn drop_it(shelf: &Shelf, name: &str) -> Result<Proposal, Error> {
    let (_lock, _) = shelf.take()?;
    let mut found = shelf.find(name)?;
    found.must_be(&[ProposalState::Open, ProposalState::Undone])?;
    found.set_state(ProposalState::Dropped)?;
    // Whoever sweeps runs may take it then. Where it is busy, or no run of ours, it stays.
    if let Ok(mut run) = Scratch::adopt(&found.run) {
        drop(run.set_state(State::Dropped));
    }
    Ok(found.proposal)
}
