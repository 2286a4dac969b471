//! Takes a run away: it is renamed first, so that nobody finds a half of it, and then deleted. No link is followed,
//! and what an agent made unreadable or too deep goes too.

use super::{Scratch, ScratchError, at};
use crate::sys::dirs;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// A directory with a path longer than this is moved up before it is looked into, in bytes.
const LONGEST: usize = 2000;

/// Tells names in the trash apart.
static NEXT: AtomicU32 = AtomicU32::new(0);

/// Takes a run away with everything in it.
///
/// # Errors
/// When it is no run, or a part of it cannot be removed.
pub fn remove(scratch: Scratch) -> Result<(), ScratchError> {
    let trash = trash_of(&scratch)?;
    let gone = put(&scratch.path, &trash)?;
    drop(scratch);
    delete(&gone).map_err(at(&gone))
}

/// Takes the files of a run away, and keeps what a harvest made of them.
///
/// # Errors
/// As [`remove`].
pub fn strip(scratch: &Scratch) -> Result<(), ScratchError> {
    let trash = trash_of(scratch)?;
    for dir in [scratch.tree(), scratch.home(), scratch.tmp()] {
        if dir.symlink_metadata().is_ok() {
            let gone = put(&dir, &trash)?;
            delete(&gone).map_err(at(&gone))?;
        }
    }
    Ok(())
}

/// Deletes what is left in the trash of a directory of runs.
///
/// # Errors
/// When a part of it cannot be removed.
pub fn empty_trash(runs: &Path) -> Result<(), ScratchError> {
    let trash = runs.with_file_name("trash");
    match delete(&trash) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(ScratchError::File(trash, e)),
        _ => Ok(()),
    }
}

/// Returns the trash beside the runs, and insists that this is one of them.
fn trash_of(scratch: &Scratch) -> Result<PathBuf, ScratchError> {
    let runs = scratch.path.parent().filter(|dir| dir.ends_with("runs"));
    let is_run = scratch.path.join("run.toml").is_file() && scratch.path.ends_with(&scratch.run.id);
    match runs {
        Some(runs) if is_run => Ok(runs.with_file_name("trash")),
        _ => Err(ScratchError::Broken(
            scratch.path.clone(),
            "it is no run".to_owned(),
        )),
    }
}

/// Renames something into the trash.
fn put(path: &Path, trash: &Path) -> Result<PathBuf, ScratchError> {
    dirs::private_dir(trash).map_err(at(trash))?;
    let to = fresh(trash);
    fs::rename(path, &to).map_err(at(path))?;
    Ok(to)
}

fn fresh(trash: &Path) -> PathBuf {
    let next = NEXT.fetch_add(1, Ordering::Relaxed);
    let now = crate::sys::clock::now();
    trash.join(format!("{}-{now}-{next}", std::process::id()))
}

/// Deletes a directory with all that is in it.
pub(super) fn delete(dir: &Path) -> io::Result<()> {
    let spare = dir.parent().unwrap_or(dir);
    let mut left = vec![dir.to_owned()];
    while let Some(dir) = left.pop() {
        clear(&dir, spare, &mut left)?;
    }
    Ok(())
}

fn clear(dir: &Path, spare: &Path, left: &mut Vec<PathBuf>) -> io::Result<()> {
    make_open(dir)?;
    let entries: Vec<(PathBuf, bool)> = fs::read_dir(dir)?
        .map(|entry| entry.and_then(|entry| Ok((entry.path(), entry.file_type()?.is_dir()))))
        .collect::<io::Result<_>>()?;
    for (path, is_dir) in entries {
        if !is_dir {
            fs::remove_file(&path)?;
        } else if path.as_os_str().len() > LONGEST {
            make_open(&path)?;
            let to = fresh(spare);
            fs::rename(&path, &to)?;
            left.push(to);
        } else {
            clear(&path, spare, left)?;
        }
    }
    fs::remove_dir(dir)
}

/// Takes the right to empty a directory.
#[cfg(unix)]
fn make_open(dir: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let meta = dir.symlink_metadata()?;
    if meta.is_dir() && meta.permissions().mode() & 0o700 != 0o700 {
        return fs::set_permissions(dir, fs::Permissions::from_mode(0o700));
    }
    Ok(())
}

#[cfg(not(unix))]
fn make_open(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Returns how many bytes of a disk a directory takes.
#[must_use]
pub fn size(dir: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(dir) else {
        return 0;
    };
    let sizes = entries.flatten().map(|entry| match entry.metadata() {
        Ok(meta) if meta.is_dir() => size(&entry.path()),
        Ok(meta) => on_disk(&meta),
        Err(_) => 0,
    });
    sizes.sum()
}

#[cfg(unix)]
fn on_disk(meta: &fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::blocks(meta) * 512
}

#[cfg(not(unix))]
fn on_disk(meta: &fs::Metadata) -> u64 {
    meta.len()
}
