//! Where the user's state lives, and directories and files that nobody else may read.

use super::clock::Deadline;
use super::env;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The variable that names the state directory.
pub const STATE_VARIABLE: &str = "PANTHEON_STATE_DIR";

/// A family of operating systems, for the place of a user's files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum System {
    Unix,
    Mac,
    Windows,
}

const HERE: System = match (cfg!(windows), cfg!(target_os = "macos")) {
    (true, _) => System::Windows,
    (_, true) => System::Mac,
    _ => System::Unix,
};

/// Returns the state directory, which need not exist; `None` when the environment names no home.
///
/// `PANTHEON_STATE_DIR` comes first; then the place that the operating system has for it: the XDG base
/// directories, `~/Library/Application Support`, `%LOCALAPPDATA%`.
#[must_use]
pub fn state() -> Option<PathBuf> {
    state_of(HERE, &env::path)
}

fn state_of(system: System, variable: &dyn Fn(&str) -> Option<PathBuf>) -> Option<PathBuf> {
    if let Some(dir) = variable(STATE_VARIABLE) {
        return Some(dir);
    }
    // A relative path is to be ignored, says the XDG specification; elsewhere it makes no sense either.
    let absolute = |name: &str| variable(name).filter(|path| path.is_absolute());
    let above = match system {
        System::Windows => absolute("LOCALAPPDATA"),
        System::Mac => absolute("HOME").map(|home| home.join("Library/Application Support")),
        System::Unix => {
            absolute("XDG_STATE_HOME").or_else(|| absolute("HOME").map(|home| home.join(".local/state")))
        }
    };
    above.map(|dir| dir.join("pantheon"))
}

/// Returns the user's home directory, if the environment names one.
#[must_use]
pub fn home() -> Option<PathBuf> {
    let name = if cfg!(windows) { "USERPROFILE" } else { "HOME" };
    env::path(name).filter(|path| path.is_absolute())
}

/// Makes a directory, and those above it, that only the user may enter. One that is there stays as it is.
///
/// # Errors
/// When it cannot be made, or something else has that name.
pub fn private_dir(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Makes an empty file that only the user may read and write, and takes the rights of others away from one
/// that is there.
///
/// # Errors
/// When it cannot be made.
pub fn private_file(path: &Path) -> io::Result<()> {
    opened(path).and_then(|file| keep_private(&file))
}

fn opened(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(unix)]
fn keep_private(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    if file.metadata()?.permissions().mode() & 0o077 == 0 {
        return Ok(());
    }
    file.set_permissions(fs::Permissions::from_mode(0o600))
}

#[cfg(not(unix))]
fn keep_private(_: &File) -> io::Result<()> {
    Ok(())
}

/// Moves a file to another name in its directory; one that is not there is no error.
///
/// # Errors
/// When the directory cannot be written.
pub fn move_aside(from: &Path, to: &Path) -> io::Result<()> {
    match fs::rename(from, to) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

/// Removes a file; one that is not there is no error.
///
/// # Errors
/// When the directory cannot be written.
pub fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

/// Takes the lock on a file, which is made if need be. It is given back when the file is dropped, or its
/// process dies.
///
/// # Errors
/// `TimedOut` when another process held it until the deadline; else as the file system says.
pub fn lock(path: &Path, within: &Deadline) -> io::Result<File> {
    let file = opened(path)?;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::Error(error)) => return Err(error),
            Err(TryLockError::WouldBlock) if within.is_over() => return Err(io::ErrorKind::TimedOut.into()),
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(2)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(system: System, variables: &[(&str, &str)]) -> Option<PathBuf> {
        let variable = |name: &str| {
            let found = variables.iter().find(|(n, _)| *n == name);
            found.map(|(_, value)| PathBuf::from(value))
        };
        state_of(system, &variable)
    }

    #[cfg(unix)]
    #[test]
    fn the_state_directory_is_where_each_system_has_it() {
        let home = ("HOME", "/home/a");
        let xdg = ("XDG_STATE_HOME", "/x");
        let own = (STATE_VARIABLE, "/s");
        let is = |path: &str| Some(PathBuf::from(path));
        assert_eq!(at(System::Unix, &[home]), is("/home/a/.local/state/pantheon"));
        assert_eq!(at(System::Unix, &[home, xdg]), is("/x/pantheon"));
        assert_eq!(at(System::Unix, &[home, xdg, own]), is("/s"));
        assert_eq!(
            at(System::Unix, &[home, ("XDG_STATE_HOME", "x")]),
            is("/home/a/.local/state/pantheon")
        );
        assert_eq!(
            at(System::Mac, &[home, xdg]),
            is("/home/a/Library/Application Support/pantheon")
        );
        assert_eq!(
            at(System::Windows, &[("LOCALAPPDATA", "/l"), home]),
            is("/l/pantheon")
        );
        assert_eq!(at(System::Unix, &[]), None);
    }

    #[test]
    fn a_lock_is_waited_for_no_longer_than_the_deadline() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lock");
        let soon = Deadline::after(Duration::from_millis(20));
        let held = lock(&path, &soon).unwrap();
        let refused = lock(&path, &soon).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::TimedOut);
        drop(held);
        lock(&path, &soon).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn what_is_made_is_for_the_user_alone() {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        let dir = tempfile::tempdir().unwrap();
        let (inner, file) = (dir.path().join("a/b"), dir.path().join("f"));
        private_dir(&inner).unwrap();
        assert_eq!((mode(&inner), mode(&dir.path().join("a"))), (0o700, 0o700));
        File::create(&file).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        private_file(&file).unwrap();
        assert_eq!(mode(&file), 0o600);
    }
}
