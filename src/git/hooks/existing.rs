//! What is where a hook would be.

use super::Error;
use super::shim::{self, Written};
use crate::sys::file;
use std::fs::{self, Metadata};
use std::io;
use std::path::Path;

/// No shim comes near this size.
const LIMIT: u64 = 64 * 1024;

/// What is where a hook would be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Existing {
    /// Nothing.
    Nothing,
    /// A shim, and whether git would run it.
    Ours {
        written: Written,
        bytes: Vec<u8>,
        executable: bool,
    },
    /// Someone else's hook, and whether git would run it.
    Foreign { executable: bool },
    /// A directory, or a link to one.
    Directory,
}

/// Looks at a hook file.
pub(super) fn look(path: &Path) -> Result<Existing, Error> {
    let own = match fs::symlink_metadata(path) {
        Ok(own) => own,
        Err(e) if is_absence(&e) => return Ok(Existing::Nothing),
        Err(e) => return Err(Error::Read(path.to_owned(), e)),
    };
    // A link that leads nowhere is a hook that git does not run.
    let Ok(target) = fs::metadata(path) else {
        return Ok(Existing::Foreign { executable: false });
    };
    if target.is_dir() {
        return Ok(Existing::Directory);
    }
    let executable = is_executable(&target);
    if !own.is_file() {
        return Ok(Existing::Foreign { executable });
    }
    read(path, executable)
}

/// Nothing lies below a file either, such as `/dev/null`, which switches all hooks off.
fn is_absence(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

fn read(path: &Path, executable: bool) -> Result<Existing, Error> {
    let bytes = match file::read(path, LIMIT) {
        Ok(bytes) => bytes,
        Err(e) if e.kind() == io::ErrorKind::FileTooLarge => return Ok(Existing::Foreign { executable }),
        Err(e) => return Err(Error::Read(path.to_owned(), e)),
    };
    Ok(match shim::read(&bytes) {
        Some(written) => Existing::Ours {
            written,
            bytes,
            executable,
        },
        None => Existing::Foreign { executable },
    })
}

/// Whether git would run a file.
#[cfg(unix)]
pub(super) fn is_executable(meta: &Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    meta.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
pub(super) fn is_executable(_: &Metadata) -> bool {
    true
}
