//! The hook files: finds where git looks for them, puts pantheon's there beside what is there already,
//! and takes them away again without a trace.
//!
//! A hook file is a shim, a few lines of POSIX shell that hand over to the program. A hook that was there
//! before is kept byte for byte as `<name>.before-pantheon` in the same directory; the program runs it.
//! What a hook does once it runs is not known here.

mod chain;
mod dir;
mod existing;
mod install;
mod manager;
mod shim;
mod status;
mod uninstall;

pub use chain::run_chained;
pub use dir::{HookDir, Scope, find};
pub use install::{Options, Plan, Planned, Step, install, plan};
pub use manager::Manager;
pub use shim::OnMissing;
pub use status::{HookStatus, State, Status, status};
pub use uninstall::{Undone, uninstall};

use crate::model::Stage;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

/// The stages that git has a hook for.
pub const STAGES: [Stage; 3] = [Stage::PreCommit, Stage::CommitMsg, Stage::PrePush];

/// The version of the shims that this program writes.
pub const VERSION: u32 = 1;

/// Why hooks cannot be installed or taken away.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not in a repository, or git did not answer.
    #[error(transparent)]
    Git(#[from] super::command::Error),
    /// No repository around the directory.
    #[error("`{}` is not in a git repository", shown(.0))]
    NoRepository(PathBuf),
    /// In the git directory itself.
    #[error("`{}` is inside a git directory, not in a work tree", shown(.0))]
    InsideGitDir(PathBuf),
    /// `core.hooksPath` names something that cannot hold hooks.
    #[error("git looks for hooks in `{}`, which is not a directory", shown(.0))]
    NotADirectory(PathBuf),
    /// The directory serves more than this repository.
    #[error("`core.hooksPath` comes from the {} configuration: `{}` serves every repository", .1.name(), shown(.0))]
    EveryRepository(PathBuf, Scope),
    /// Another tool owns the hook files.
    #[error("the hooks of this repository are managed by {}", .0.name())]
    Managed(Manager),
    /// A directory with the name of a hook.
    #[error("`{}` is a directory where git looks for a hook", shown(.0))]
    HookIsDirectory(PathBuf),
    /// A shim that is not as it was written.
    #[error("`{}` was edited since it was installed", shown(.0))]
    Edited(PathBuf),
    /// The name for the hook to keep is in use.
    #[error("`{}` is already there: the hook beside it cannot be kept under that name", shown(.0))]
    AsideTaken(PathBuf),
    /// A file that cannot be read.
    #[error("`{}` cannot be read: {}", shown(.0), .1)]
    Read(PathBuf, #[source] io::Error),
    /// A kept hook that does not come to an end.
    #[error("the hook `{}` cannot be run: {}", shown(.0), .1)]
    Run(PathBuf, #[source] io::Error),
    /// A file or directory that cannot be written.
    #[error("`{}` cannot be written: {}", shown(.0), .1)]
    Write(PathBuf, #[source] io::Error),
}

/// Returns the name under which a hook that was there before is kept.
#[must_use]
pub fn aside(hook: &Path) -> PathBuf {
    let mut name = OsString::from(hook);
    name.push(".before-pantheon");
    PathBuf::from(name)
}

/// Writes a path for a person: on one line, whatever its name is.
#[must_use]
pub fn shown(path: &Path) -> String {
    crate::model::visible(&path.to_string_lossy()).into_owned()
}
