//! The way back: exactly, where nobody touched a file since, and as a three-way merge where somebody did.

use super::desk::Desk;
use super::journal::{self, Journal};
use super::plan::{self, Bytes, Step};
use super::spot::{Spot, Standing};
use super::{Error, Prepared, Preview, prepared};
use crate::git::Repository;
use bstr::{BString, ByteSlice};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What an apply found, to be restored.
pub(super) struct Before<'a> {
    journal: &'a Journal,
    dir: &'a Path,
}

/// Tries to take back what an apply did, whose journal and objects are in `dir`. Nothing is written but in `room`.
///
/// # Errors
/// As [`super::prepare`].
pub fn undo(
    repository: &Repository,
    (journal, dir): (&Journal, &Path),
    objects: &Path,
    room: &Path,
) -> Result<Prepared, Error> {
    let borrow: [PathBuf; 2] = [dir.join("objects"), objects.to_owned()];
    let desk = Desk::open(repository, &borrow, room)?;
    let touched: Vec<BString> = journal.steps().map(|(_, step)| step.path.clone()).collect();
    let before = Before { journal, dir };
    if let Some(plan) = plan::inverse(&desk, &before)? {
        return Ok(Prepared {
            preview: Preview {
                files: desk.stats(&journal.merged, &journal.present)?,
                conflicts: Vec::new(),
            },
            desk,
            plan,
            present: journal.merged.clone(),
            merged: journal.present.clone(),
        });
    }
    prepared(desk, (&journal.merged, &journal.present), &touched, Some(&before))
}

impl Before<'_> {
    /// Returns the directories that the apply made: no others may go.
    pub(super) fn made(&self) -> BTreeSet<BString> {
        let made = self.journal.plan.made.iter();
        made.map(|(dir, _)| dir.clone()).collect()
    }

    /// Returns the permissions of a directory that the apply removed.
    pub(super) fn mode_of(&self, dir: &BString) -> Option<u32> {
        let mut gone = self.journal.plan.gone.iter();
        gone.find(|(path, _)| path == dir).map(|(_, mode)| *mode)
    }

    /// Returns the steps of the apply.
    pub(super) fn steps(&self) -> &[Step] {
        &self.journal.plan.steps
    }

    /// Returns what a file was, with its bytes, if its bytes are exactly those that the apply wrote.
    pub(super) fn of(&self, path: &BString, now: Spot, raw: &[u8]) -> Option<(Option<Spot>, Vec<u8>)> {
        let (number, step) = self.step(path)?;
        let after = step.after.filter(|after| after.link == now.link)?;
        let is_after = journal::kept(self.dir, "after", number).is_ok_and(|bytes| bytes == raw);
        let bytes = journal::kept(self.dir, "before", number).ok()?;
        let untouched = |before: Spot| Spot {
            mode: if after.mode == now.mode {
                before.mode
            } else {
                now.mode
            },
            ..before
        };
        is_after.then(|| (step.before.map(untouched), bytes))
    }

    /// Returns what stands at the path of a step and the bytes of its inverse, if it is exactly what the apply left.
    pub(super) fn left_alone(
        &self,
        number: usize,
        step: &Step,
        standing: &Standing,
        removed: &BTreeSet<&BString>,
        going: &[(BString, u32)],
    ) -> Result<Option<(Option<Spot>, Bytes)>, Error> {
        let after = journal::kept(self.dir, "after", number)?;
        let now = match (step.after, standing) {
            (None, Standing::Nothing) => None,
            (None, Standing::Dir) if going.iter().any(|(dir, _)| *dir == step.path) => None,
            (None, Standing::Behind(above)) if removed.contains(above) => None,
            (Some(spot), Standing::File(mode, raw)) if !spot.link && *raw == after => {
                // A new file gets the permissions that the system gives it.
                let is_as_left = spot.mode.is_none_or(|left| left == *mode);
                if !is_as_left {
                    return Ok(None);
                }
                Some(Spot {
                    mode: Some(*mode),
                    ..spot
                })
            }
            (Some(spot), Standing::Link(raw)) if spot.link && *raw == after => Some(spot),
            _ => return Ok(None),
        };
        let before = journal::kept(self.dir, "before", number)?;
        Ok(Some((now, (after, before))))
    }

    /// Returns what a file was that the apply removed, with its bytes.
    pub(super) fn removed(&self, path: &BString) -> Option<(Option<Spot>, Vec<u8>)> {
        let (number, step) = self.step(path)?;
        let bytes = journal::kept(self.dir, "before", number).ok()?;
        step.after.is_none().then_some((step.before, bytes))
    }

    fn step(&self, path: &BString) -> Option<(usize, &Step)> {
        self.journal
            .steps()
            .find(|(_, step)| step.path.as_bstr() == path.as_bstr())
    }
}
