//! Takes the shims away and puts back what was there before.

use super::existing::{self, Existing};
use super::{Error, HookDir, STAGES, aside};
use crate::model::Stage;
use std::fs;
use std::path::{Path, PathBuf};

/// What became of one hook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Undone {
    /// The shim is gone.
    Removed(PathBuf),
    /// The hook that was there before has its name again.
    Restored(PathBuf),
    /// Not pantheon's: left alone.
    NotOurs(PathBuf),
}

struct Found {
    path: PathBuf,
    made_dir: bool,
}

/// Takes the hooks away: from where git looks now, and from git's own directory.
///
/// # Errors
/// When a shim was edited and `force` is not said, before anything is changed; when something cannot be
/// written.
pub fn uninstall(dir: &HookDir, force: bool, every_repository: bool) -> Result<Vec<Undone>, Error> {
    let mut undone = Vec::new();
    let mut ours = Vec::new();
    for place in places(dir, every_repository)? {
        for stage in STAGES {
            find(place, stage, force, &mut ours, &mut undone)?;
        }
    }
    for found in &ours {
        undone.push(undo(&found.path)?);
    }
    for dir in ours.iter().filter(|f| f.made_dir).filter_map(|f| f.path.parent()) {
        // What others put there since keeps it.
        drop(fs::remove_dir(dir));
    }
    Ok(undone)
}

fn places(dir: &HookDir, every_repository: bool) -> Result<Vec<&Path>, Error> {
    let foreign = dir.serves_every_repository().filter(|_| !every_repository);
    let Some(scope) = foreign else {
        let elsewhere = dir.is_elsewhere().then_some(dir.default.as_path());
        return Ok(std::iter::once(dir.path.as_path()).chain(elsewhere).collect());
    };
    let installed = |place: &Path| STAGES.iter().any(|s| is_ours(&place.join(s.name())));
    if installed(&dir.path) && !installed(&dir.default) {
        return Err(Error::EveryRepository(dir.path.clone(), scope));
    }
    Ok(vec![&dir.default])
}

fn is_ours(path: &Path) -> bool {
    matches!(existing::look(path), Ok(Existing::Ours { .. }))
}

fn find(
    dir: &Path,
    stage: Stage,
    force: bool,
    ours: &mut Vec<Found>,
    undone: &mut Vec<Undone>,
) -> Result<(), Error> {
    let path = dir.join(stage.name());
    match existing::look(&path)? {
        Existing::Ours { written, .. } if !written.intact && !force => return Err(Error::Edited(path)),
        Existing::Ours { written, .. } => ours.push(Found {
            path,
            made_dir: written.made_dir,
        }),
        Existing::Foreign { .. } | Existing::Directory => undone.push(Undone::NotOurs(path)),
        Existing::Nothing if fs::symlink_metadata(aside(&path)).is_ok() => ours.push(Found {
            path,
            made_dir: false,
        }),
        Existing::Nothing => {}
    }
    Ok(())
}

fn undo(path: &Path) -> Result<Undone, Error> {
    let aside = aside(path);
    let failed = |e| Error::Write(path.to_owned(), e);
    if fs::symlink_metadata(&aside).is_ok() {
        fs::rename(&aside, path).map_err(failed)?;
        return Ok(Undone::Restored(path.to_owned()));
    }
    fs::remove_file(path).map_err(failed)?;
    Ok(Undone::Removed(path.to_owned()))
}
