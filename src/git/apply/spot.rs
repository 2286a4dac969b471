//! What stands at a path of the working tree. No link is followed on the way.

use super::names;
use bstr::{BStr, BString, ByteSlice, ByteVec};
use serde::{Deserialize, Serialize};
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// What stands at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Standing {
    /// Nothing.
    Nothing,
    /// A file, with its permissions and its bytes.
    File(u32, Vec<u8>),
    /// A link, with its target.
    Link(Vec<u8>),
    /// A directory.
    Dir,
    /// A pipe, a socket, a device.
    Other,
    /// Something that is no directory, higher up.
    Behind(BString),
    /// A repository of its own, higher up.
    Repository,
}

/// What a file is or becomes; its bytes are kept elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Spot {
    /// Whether it is a link, whose bytes are its target.
    pub link: bool,
    /// Its permissions; `None`: those that a new file gets.
    pub mode: Option<u32>,
    /// Whether a new file can be run.
    pub executable: bool,
}

/// Looks at a path of the tree.
pub(super) fn look(root: &Path, path: &BStr) -> io::Result<Standing> {
    if let Some(standing) = way(root, path)? {
        return Ok(standing);
    }
    let at = place(root, path)?;
    let meta = match fs::symlink_metadata(&at) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Standing::Nothing),
        meta => meta?,
    };
    if meta.is_symlink() {
        let target = fs::read_link(&at)?;
        return Ok(Standing::Link(Vec::from_path_buf(target).unwrap_or_default()));
    }
    if meta.is_dir() {
        return Ok(Standing::Dir);
    }
    if !meta.is_file() {
        return Ok(Standing::Other);
    }
    let mut bytes = Vec::new();
    File::open(&at)?.read_to_end(&mut bytes)?;
    Ok(Standing::File(mode(&meta), bytes))
}

/// Looks at what leads to a path; `None`: directories, or nothing.
pub(super) fn way(root: &Path, path: &BStr) -> io::Result<Option<Standing>> {
    for above in ancestors(path) {
        let at = place(root, above)?;
        match fs::symlink_metadata(&at) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(e),
            Ok(meta) if !meta.is_dir() => return Ok(Some(Standing::Behind(above.to_owned()))),
            Ok(_) if fs::symlink_metadata(at.join(".git")).is_ok() => return Ok(Some(Standing::Repository)),
            Ok(_) => {}
        }
    }
    Ok(None)
}

/// Returns the directories above a path, from the top; the root is not one.
pub(super) fn ancestors(path: &BStr) -> impl Iterator<Item = &BStr> {
    path.find_iter("/").map(|at| path[..at].as_bstr())
}

/// Returns the place of a path of the tree.
pub(super) fn place(root: &Path, path: &BStr) -> io::Result<PathBuf> {
    let wrong = || io::Error::new(io::ErrorKind::InvalidInput, "no file may have this name");
    Ok(root.join(names::writable(path).ok_or_else(wrong)?))
}

/// Makes a new file or link with these bytes.
pub(super) fn make(at: &Path, spot: Spot, bytes: &[u8]) -> io::Result<()> {
    if spot.link {
        return make_link(at, bytes);
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, if spot.executable { 0o777 } else { 0o666 });
    let mut file = options.open(at)?;
    file.write_all(bytes)?;
    if let Some(mode) = spot.mode {
        set_mode(at, mode)?;
    }
    file.sync_all()
}

/// Gives or takes the right to run a file, to all that may read it, as git does.
pub(super) fn with_execution(mode: u32, executable: bool) -> u32 {
    match executable {
        true => mode | ((mode & 0o444) >> 2),
        false => mode & !0o111,
    }
}

#[cfg(unix)]
fn make_link(at: &Path, target: &[u8]) -> io::Result<()> {
    let target = target.to_path().map_err(io::Error::other)?;
    std::os::unix::fs::symlink(target, at)
}

#[cfg(not(unix))]
fn make_link(at: &Path, target: &[u8]) -> io::Result<()> {
    File::create_new(at)?.write_all(target)
}

#[cfg(unix)]
pub(super) fn mode(meta: &Metadata) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    meta.permissions().mode() & 0o7777
}

#[cfg(not(unix))]
pub(super) fn mode(_: &Metadata) -> u32 {
    0o644
}

#[cfg(unix)]
pub(super) fn set_mode(at: &Path, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(at, fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
pub(super) fn set_mode(_: &Path, _: u32) -> io::Result<()> {
    Ok(())
}
