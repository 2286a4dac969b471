//! Why the state cannot be used.

use rusqlite::ErrorCode;
use std::io;
use std::path::{Path, PathBuf};

/// Why the state cannot be used. Whoever wanted it fails; nothing hangs and nothing is taken for granted.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The directory or a file in it cannot be made.
    #[error("the state in `{}` cannot be written: {}", .0.display(), .1)]
    Dir(PathBuf, #[source] io::Error),
    /// Others held the lock for too long.
    #[error("the state `{}` stayed locked, by another process or by a file system without locks", .0.display())]
    Locked(PathBuf),
    /// The file, or its file system, cannot be written.
    #[error("the state `{}` is read-only", .0.display())]
    ReadOnly(PathBuf),
    /// A newer version has written it.
    #[error("the state `{}` was written by a newer version of pantheon", .0.display())]
    Newer(PathBuf),
    /// The file is damaged. The next process to open it moves it aside.
    #[error("the state `{}` is damaged", .0.display())]
    Damaged(PathBuf),
    /// Anything else that SQLite says.
    #[error("the state `{}` cannot be used: {}", .0.display(), .1)]
    Database(PathBuf, #[source] rusqlite::Error),
}

impl Error {
    /// Names what SQLite says.
    pub(super) fn of(path: &Path, error: rusqlite::Error) -> Self {
        let path = path.to_owned();
        match error.sqlite_error_code() {
            Some(
                ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed,
            ) => Self::Locked(path),
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => Self::ReadOnly(path),
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => Self::Damaged(path),
            _ => Self::Database(path, error),
        }
    }
}
