//! Reads directories of cases within bounds. Links are not followed: a case is what stands below it.

use super::wrong::Wrong;
use crate::sys::file;
use std::fs::{self, DirEntry};
use std::path::{Path, PathBuf};

/// The most files below one directory.
const MOST: usize = 2_000;
/// The most directories one in another.
const DEEPEST: usize = 24;

/// Reads a file of at most so many bytes.
pub(super) fn read(path: &Path, limit: u64) -> Result<Vec<u8>, Wrong> {
    file::read(path, limit).map_err(|e| {
        let hint = format!("it must be a file that can be read, of at most {limit} bytes");
        Wrong::new(path, format!("cannot be read: {e}"), hint)
    })
}

/// Reads a text of at most so many bytes.
pub(super) fn text(path: &Path, limit: u64) -> Result<String, Wrong> {
    let bytes = read(path, limit)?;
    String::from_utf8(bytes).map_err(|_| Wrong::new(path, "is not UTF-8", "write it as UTF-8"))
}

/// Lists the files below a directory, sorted by the names of their parts; none: it is not there.
pub(super) fn below(dir: &Path) -> Result<Vec<(Vec<String>, PathBuf)>, Wrong> {
    let mut files = Vec::new();
    if is_there(dir) {
        walk(dir, &mut Vec::new(), &mut files)?;
    }
    files.sort();
    Ok(files)
}

/// Lists the directories in a directory, sorted.
pub(super) fn dirs(dir: &Path) -> Result<Vec<PathBuf>, Wrong> {
    let entries = entries(dir)?;
    let is_dir = |entry: &DirEntry| entry.file_type().is_ok_and(|kind| kind.is_dir());
    let mut dirs: Vec<PathBuf> = entries.iter().filter(|e| is_dir(e)).map(DirEntry::path).collect();
    dirs.sort();
    Ok(dirs)
}

/// Whether something of that name is there, be it a dangling link.
pub(super) fn is_there(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

fn walk(dir: &Path, above: &mut Vec<String>, files: &mut Vec<(Vec<String>, PathBuf)>) -> Result<(), Wrong> {
    if above.len() > DEEPEST {
        let what = format!("has more than {DEEPEST} directories one in another");
        return Err(Wrong::new(dir, what, "make the case smaller"));
    }
    for entry in entries(dir)? {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        above.push(name);
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => walk(&path, above, files)?,
            Ok(kind) if kind.is_file() => files.push((above.clone(), path)),
            _ => {
                let hint = "put plain files and directories there";
                return Err(Wrong::new(&path, "is neither a file nor a directory", hint));
            }
        }
        above.pop();
        if files.len() > MOST {
            let what = format!("has more than {MOST} files");
            return Err(Wrong::new(dir, what, "make the case smaller"));
        }
    }
    Ok(())
}

fn entries(dir: &Path) -> Result<Vec<DirEntry>, Wrong> {
    let read = || fs::read_dir(dir)?.collect::<Result<Vec<_>, _>>();
    let hint = "it must be a directory that can be read";
    read().map_err(|e| Wrong::new(dir, format!("cannot be read: {e}"), hint))
}
