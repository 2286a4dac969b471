//! The audit log of a repository: what its agents asked for.

use super::{Error, state};
use crate::git::Repository;
use crate::git::scratch;
use crate::store::audit;
use std::path::{Path, PathBuf};

pub use crate::store::audit::{Broken, Kind, Record, Verified};

/// Returns the path of the audit log of a repository. All working trees of one share it.
///
/// # Errors
/// When nothing says where the state is, or the repository is gone.
pub fn path(repository: &Repository) -> Result<PathBuf, Error> {
    let runs = scratch::runs(&state::dir()?, repository)?;
    Ok(runs.parent().unwrap_or(&runs).join(audit::FILE))
}

/// Returns the path for the repository around a directory.
///
/// # Errors
/// When there is none.
pub fn path_at(dir: &Path) -> Result<PathBuf, Error> {
    path(&Repository::open(dir)?)
}

/// Opens the audit log of a repository for appending; its directory is made if need be.
///
/// # Errors
/// When it cannot be made or opened.
pub fn open(repository: &Repository) -> Result<audit::Log, Error> {
    let path = path(repository)?;
    if let Some(dir) = path.parent() {
        crate::sys::dirs::private_dir(dir).map_err(|error| Error::Write(dir.to_owned(), error))?;
    }
    audit::Log::open(&path).map_err(|error| Error::Write(path.clone(), error))
}

/// Holds each line to the one before; `None`: there is no log.
///
/// # Errors
/// With the first line that does not fit.
pub fn verify(path: &Path) -> Result<Option<Verified>, Broken> {
    match path.try_exists() {
        Ok(false) => Ok(None),
        _ => audit::verify(path).map(Some),
    }
}

/// Hands each line to `take`, those of one run alone if one is named, until it returns `false`.
///
/// # Errors
/// With the first line that does not fit; those before it were handed over.
pub fn each(path: &Path, run: Option<&str>, mut take: impl FnMut(&Record) -> bool) -> Result<(), Broken> {
    if let Ok(false) = path.try_exists() {
        return Ok(());
    }
    audit::records(path, |record| match run {
        Some(run) if record.entry.run != run => true,
        _ => take(record),
    })
}
