//! Where the objects of a run are borrowed from: the user's, those that the user borrows, and those of submodules.

use super::{Scratch, ScratchError, at, own};
use crate::git::Repository;
use std::path::{Path, PathBuf};

/// How far down submodules of submodules, and their borrowing, is followed.
const DEEPEST: usize = 10;
/// The most object directories.
const MOST: usize = 1000;

/// Returns every object directory that a repository reads, its own first, each by its real path.
pub(super) fn of(repository: &Repository) -> Vec<PathBuf> {
    let mut found = Vec::new();
    add(repository.gix.objects.store_ref().path(), 0, &mut found);
    for dir in modules(repository) {
        add(&dir.join("objects"), 0, &mut found);
    }
    found
}

/// Returns the git directories of submodules that were fetched once.
pub(super) fn modules(repository: &Repository) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut all = vec![repository.git_dir().join("modules")];
    if repository.common_dir() != repository.git_dir() {
        all.push(repository.common_dir().join("modules"));
    }
    for dir in all {
        search(&dir, 0, &mut found);
    }
    found
}

/// A name of a submodule may have slashes, and a submodule may have submodules.
fn search(dir: &Path, depth: usize, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(dir) else {
        return;
    };
    for entry in entries.flatten() {
        let is_dir = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if !is_dir || depth > DEEPEST || found.len() >= MOST {
            continue;
        }
        let path = entry.path();
        if path.join("objects").is_dir() && path.join("HEAD").is_file() {
            found.push(path.clone());
            search(&path.join("modules"), depth + 1, found);
        } else {
            search(&path, depth + 1, found);
        }
    }
}

fn add(objects: &Path, depth: usize, found: &mut Vec<PathBuf>) {
    let Ok(real) = std::fs::canonicalize(objects) else {
        return;
    };
    if depth > DEEPEST || found.len() >= MOST || found.contains(&real) {
        return;
    }
    found.push(real.clone());
    let listed = gix::odb::alternate::resolve(real, &std::env::current_dir().unwrap_or_default());
    for path in listed.unwrap_or_default() {
        add(&path, depth + 1, found);
    }
}

/// Lets an object directory borrow from others.
pub(super) fn write(objects: &Path, from: &[PathBuf]) -> Result<(), ScratchError> {
    let mut text = Vec::new();
    for path in from {
        text.extend(line(path.as_os_str().as_encoded_bytes()));
        text.push(b'\n');
    }
    own::write(&objects.join("info/alternates"), &text)
}

/// A path as git reads it there: in quotation marks where it has a line end or begins with such a mark.
fn line(path: &[u8]) -> Vec<u8> {
    if !path.contains(&b'\n') && !path.starts_with(b"\"") {
        return path.to_owned();
    }
    quoted(path)
}

fn quoted(path: &[u8]) -> Vec<u8> {
    let mut quoted = vec![b'"'];
    for byte in path {
        match byte {
            b'\n' => quoted.extend(b"\\n"),
            b'"' | b'\\' => quoted.extend([b'\\', *byte]),
            _ => quoted.push(*byte),
        }
    }
    quoted.push(b'"');
    quoted
}

/// A path as git reads it in a variable that lists such directories.
pub(super) fn variable(path: &Path) -> std::ffi::OsString {
    let bytes = path.as_os_str().as_encoded_bytes();
    let separator = if cfg!(windows) { b';' } else { b':' };
    let written = match bytes.contains(&separator) {
        true => quoted(bytes),
        false => line(bytes),
    };
    bstr::ByteVec::into_os_string_lossy(written)
}

impl Scratch {
    /// Returns the directories outside of the tree that an agent must be able to read, so that `git` works in it.
    ///
    /// # Errors
    /// When the run was never laid out.
    pub fn readable(&self) -> Result<Vec<PathBuf>, ScratchError> {
        let path = self.git_dir().join("borrowed");
        let bytes = crate::sys::file::read(&path, 1 << 24).map_err(at(&path))?;
        let mut all = vec![self.odb()];
        all.extend(
            bytes
                .split(|byte| *byte == 0)
                .filter(|path| !path.is_empty())
                .filter_map(|path| bstr::ByteSlice::to_path(path).ok().map(Path::to_owned)),
        );
        Ok(all)
    }

    /// Lays out the object directories. That of new objects borrows nothing: what writes trees there does not even
    /// touch the user's, whose times git would set to say that they are in use.
    pub(super) fn borrow(&self, from: &[PathBuf]) -> Result<(), ScratchError> {
        for part in ["info", "pack"] {
            let path = self.odb().join(part);
            crate::sys::dirs::private_dir(&path).map_err(at(&path))?;
        }
        let all: Vec<PathBuf> = std::iter::once(self.odb()).chain(from.iter().cloned()).collect();
        write(&self.git_dir().join("objects"), &all)?;
        let mut listed = Vec::new();
        for path in from {
            listed.extend_from_slice(path.as_os_str().as_encoded_bytes());
            listed.push(0);
        }
        own::write(&self.git_dir().join("borrowed"), &listed)
    }
}
