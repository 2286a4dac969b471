//! A tree of files for an agent to work in, apart from the user's repository, and what came of it.
//!
//! ```text
//! <state>/<repository>/runs/<run>/
//!   run.toml   whose it is, what it started from, how far it is
//!   lock       held for as long as somebody works on it
//!   git/       a git directory of our own, which borrows the user's objects
//!   odb/       every object that the run needs and the user's repository may lose, and every new one
//!   tree/      the files: all that an agent may write, with a repository of its own in `tree/.git`
//!   home/ tmp/ its home and temporary directories
//!   refused.txt  what was found in the tree and not taken
//! ```
//!
//! ```text
//! create    lays a run out        layout        its places, `run.toml` and the lock
//! base      what it starts from   own           git with nothing of the user's environment
//! alternates where objects are borrowed         source  reads them
//! pin       objects that stay     risk, pack    which those are, and where they are kept
//! list      what is in the base   files, table  its files, and an index of them
//! modules   those of submodules   seed          untracked files that a build needs
//! agent     the agent's own git   weave         a tree from another one and what differs
//! harvest   what came of it       walk, known   what is in the tree, and what was written to it
//! names     what may not be       surface       what runs by itself
//! remove    takes a run away
//! ```
//!
//! Nothing is written to the user's repository, and nothing in `tree/` is believed: not as configuration, not as
//! attributes, not as a repository. Who runs in it, and who merges what came of it, is not this module's concern.

mod agent;
mod alternates;
mod base;
mod create;
mod files;
mod harvest;
mod known;
mod layout;
mod list;
mod modules;
mod names;
mod own;
mod pack;
mod pin;
mod remove;
mod risk;
mod seed;
mod source;
mod surface;
mod table;
mod walk;
mod weave;

pub use create::create;
pub use harvest::harvest;
pub use layout::{Run, Scratch, State, runs};
pub use remove::{empty_trash, remove, size, strip};

use super::command;
use crate::model::Oid;
use bstr::BString;
use std::io;
use std::path::PathBuf;

/// The variable that every process of a run has in its environment, with the name of the run.
pub const VARIABLE: &str = "PANTHEON_RUN";

/// What a run is to start from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// What a commit of the index that git names would record.
    Index,
    /// A commit.
    Commit(Oid),
}

/// What a run started from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Base {
    /// The tree.
    pub tree: Oid,
    /// The commit of the user's that it is, or stands on; `None` before the first commit.
    pub commit: Option<Oid>,
    /// The commit of exactly this tree that the agent's history ends with: `commit` where that has this tree.
    pub head: Oid,
}

/// How a run is laid out.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// The files and directories to write out, from the root; `None`: all. What is not written out stays as it is.
    pub sparse: Option<Vec<BString>>,
    /// Untracked files of the working tree to copy, in the words of `.gitignore`; `.worktreeinclude` adds to them.
    pub seed: Vec<String>,
    /// Those that may be copied although they look like secrets, in the same words.
    pub secrets: Vec<String>,
    /// The most bytes that the untracked files may have; 0: as many as there are.
    pub quota: u64,
}

/// How much a harvest takes.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// The most entries that are looked at.
    pub entries: usize,
    /// The largest file, in bytes.
    pub file: u64,
    /// The most bytes of changed files.
    pub bytes: u64,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            entries: 1_000_000,
            file: 32 << 20,
            bytes: 256 << 20,
        }
    }
}

/// What came of a run. Its objects are in the run's `odb/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Harvest {
    /// The tree.
    pub tree: Oid,
    /// The tree that the run started from.
    pub base: Oid,
    /// A commit of the tree on top of [`Base::head`]; `None`: nothing changed.
    pub commit: Option<Oid>,
    /// The paths that differ from the base, in order.
    pub changed: Vec<BString>,
    /// What was not taken, and so is as it is in the base.
    pub refused: Vec<Refused>,
    /// Changed paths whose content may run as a program in the user's hands, in order.
    pub executable_surface: Vec<BString>,
    /// How many ignored, and how many copied files were left out.
    pub left_out: usize,
    /// How many files were read.
    pub files: usize,
    /// How many bytes they have.
    pub bytes: u64,
}

/// Something in the tree that is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Its path.
    pub path: BString,
    /// Why, as a part of a sentence.
    pub why: String,
}

/// Why a run cannot be laid out, harvested or taken away.
#[derive(Debug, thiserror::Error)]
pub enum ScratchError {
    /// The user's repository does not give what is needed.
    #[error(transparent)]
    Repository(#[from] super::Error),
    /// `git` did not do its part.
    #[error(transparent)]
    Git(#[from] command::Error),
    /// A file of the run cannot be read or written.
    #[error("`{}` cannot be used: {}", .0.display(), .1)]
    File(PathBuf, #[source] io::Error),
    /// The description of the run cannot be understood.
    #[error("`{}` does not describe a run: {}", .0.display(), .1)]
    Broken(PathBuf, String),
    /// Paths are in conflict, so that the index is no tree.
    #[error("the index has conflicts, as in `{0}`")]
    Unmerged(String),
    /// The name of a run that no directory may have, or that is taken.
    #[error("`{0}` cannot be the name of a run")]
    Name(String),
    /// Somebody else works on it.
    #[error("another process works on the run `{0}`")]
    Taken(String),
    /// Nothing of the base matches what is to be written out.
    #[error("none of the paths to write out is in the tree")]
    Empty,
    /// There is too much of it.
    #[error("there is too much in the scratch tree: {0}")]
    TooMuch(String),
    /// The time was up, or the user asked to end.
    #[error("the time was up before the scratch tree was ready")]
    Stopped,
}

/// Makes an error of a file.
fn at(path: &std::path::Path) -> impl FnOnce(io::Error) -> ScratchError {
    let path = path.to_owned();
    move |error| ScratchError::File(path, error)
}

/// Returns how many threads work at a time.
fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, |count| count.get().min(8))
}
