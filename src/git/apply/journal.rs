//! What an apply does and did, written down before it begins: enough to take it back after a crash, or later.

use super::desk::Desk;
use super::plan::{Plan, Step};
use super::{Error, own};
use crate::sys::file;
use bstr::{BString, ByteSlice, ByteVec};
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::{Path, PathBuf};

/// The largest journal, in bytes.
const LARGEST: u64 = 256 << 20;
/// The version of this form.
const VERSION: u32 = 1;
/// What the name of the directory for new and old files begins with.
const STAGING: &str = ".pantheon-apply-";

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Nothing was written to the working tree but a directory with new files in it.
    Prepared,
    /// Files are being moved: after a crash they must be moved back.
    Writing,
    /// All is in place.
    Done,
    /// It was taken back, or never happened.
    Over,
}

/// What an apply does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Journal {
    version: u32,
    /// How far it is.
    pub phase: Phase,
    /// Its place in the order of all that was applied.
    pub sequence: u64,
    /// The name of the directory for new and old files, at the root.
    staging: String,
    /// The root of the working tree, as bytes.
    pub root: BString,
    /// The working tree before, as a tree.
    pub present: String,
    /// And after.
    pub merged: String,
    /// The steps.
    pub plan: Plan,
}

impl Journal {
    pub(super) fn new(desk: &Desk, sequence: u64, trees: (String, String), plan: Plan) -> Self {
        Self::of(&desk.root, desk.tag(), sequence, trees, plan)
    }

    pub(super) fn of(
        root: &Path,
        tag: String,
        sequence: u64,
        (present, merged): (String, String),
        plan: Plan,
    ) -> Self {
        Self {
            version: VERSION,
            staging: STAGING.to_owned() + &tag,
            phase: Phase::Prepared,
            sequence,
            root: Vec::from_path_buf(root.to_owned()).unwrap_or_default().into(),
            present,
            merged,
            plan,
        }
    }

    /// Returns the root of the working tree.
    #[must_use]
    pub fn root(&self) -> PathBuf {
        self.root.to_path_lossy().into_owned()
    }

    /// Returns the directory for new and old files: in the working tree, so that they can be moved.
    pub(super) fn staging(&self) -> PathBuf {
        self.root().join(&self.staging)
    }

    /// Returns the steps with their numbers.
    pub(super) fn steps(&self) -> impl DoubleEndedIterator<Item = (usize, &Step)> {
        self.plan.steps.iter().enumerate()
    }

    pub(super) fn write(&self, dir: &Path, phase: Phase) -> Result<(), Error> {
        let journal = Self {
            phase,
            ..self.clone()
        };
        let path = place(dir);
        let bytes = serde_json::to_vec(&journal).map_err(|e| Error::Journal(path.clone(), e.to_string()))?;
        file::write_atomic(&path, &bytes, 0o600).map_err(own(&path))
    }
}

/// Reads the journal of a directory; `None`: it has none.
///
/// # Errors
/// When there is one that cannot be read or understood.
pub fn read(dir: &Path) -> Result<Option<Journal>, Error> {
    let path = place(dir);
    if fs::symlink_metadata(&path).is_err() {
        return Ok(None);
    }
    let bytes = file::read(&path, LARGEST).map_err(own(&path))?;
    let journal: Journal =
        serde_json::from_slice(&bytes).map_err(|e| Error::Journal(path.clone(), e.to_string()))?;
    let is_ours = journal.staging.strip_prefix(STAGING);
    match journal.version {
        VERSION
            if is_ours.is_some_and(|tag| {
                !tag.is_empty() && tag.bytes().all(|byte| byte.is_ascii_alphanumeric())
            }) =>
        {
            Ok(Some(journal))
        }
        VERSION => Err(Error::Journal(
            path,
            "its directory is not one of ours".to_owned(),
        )),
        other => Err(Error::Journal(path, format!("it is of version {other}"))),
    }
}

/// Writes down that an apply is over.
///
/// # Errors
/// When it cannot be written.
pub fn settle(journal: &Journal, dir: &Path, phase: Phase) -> Result<(), Error> {
    journal.write(dir, phase)
}

/// Returns the bytes of a step before or after it.
pub(super) fn kept(dir: &Path, side: &str, number: usize) -> Result<Vec<u8>, Error> {
    let path = dir.join(side).join(number.to_string());
    file::read(&path, u64::MAX - 1).map_err(own(&path))
}

fn place(dir: &Path) -> PathBuf {
    dir.join("journal.json")
}
