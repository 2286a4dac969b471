//! A proposal on the working tree: what would happen, the deed, and the way back.
//!
//! ```text
//! present  what stands in the working tree, as a tree     merge  base, present, offered -> merged
//! plan     merged minus present, as steps on files        write  the steps, all or none
//! journal  what was done, to take it back                 undo   the way back, as a merge or exactly
//! desk     a git directory of our own for all of that     spot   what stands at a path
//! lines    line ends as the working tree has them         names  paths that nobody may write
//! ```
//!
//! The user's git directory is read and never written: every git here runs on a directory of our own, with a copy
//! of the index and an object directory that borrows from the user's. Of the user's configuration only what says
//! how files look counts (line ends, modes, ignored files); no filter, no merge driver and no hook runs.

mod desk;
mod journal;
mod lines;
mod merge;
mod names;
mod plan;
mod present;
mod spot;
#[cfg(test)]
mod tests;
mod undo;
mod write;

pub use journal::{Journal, Phase, read as read_journal, settle as set_phase};
pub use undo::undo;
pub use write::{Recovered, recover};

use super::Repository;
use super::command;
use crate::model::{EntryKind, visible_bytes};
use bstr::BString;
use desk::Desk;
use plan::Plan;
use std::io;
use std::path::{Path, PathBuf};

/// A change that is to go to the working tree.
#[derive(Clone, Copy)]
pub struct Offer<'a> {
    /// Whose working tree.
    pub repository: &'a Repository,
    /// The directory of the objects of both trees, beside the repository's.
    pub objects: &'a Path,
    /// The tree that the change starts from.
    pub base: &'a str,
    /// The tree that is offered.
    pub tree: &'a str,
    /// A directory of our own, outside of the working tree.
    pub room: &'a Path,
}

/// What would happen to the working tree.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Preview {
    /// The files that would change, in order.
    pub files: Vec<FileStat>,
    /// What stands against it.
    pub conflicts: Vec<Conflict>,
}

impl Preview {
    /// Whether there is nothing to do, and nothing against it.
    #[must_use]
    pub fn is_there_already(&self) -> bool {
        self.files.is_empty() && self.conflicts.is_empty()
    }
}

/// A file that changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileStat {
    /// Its path from the root.
    pub path: BString,
    /// How, as git writes it: `A`, `M`, `D`, `T`.
    pub status: char,
    /// The lines that are added; `None`: it is binary.
    pub added: Option<u64>,
    /// The lines that go; `None`: it is binary.
    pub removed: Option<u64>,
}

/// A path that cannot be changed as proposed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The path from the root.
    pub path: BString,
    /// Why.
    pub why: Why,
    /// What it is in the working tree.
    pub ours: Option<EntryKind>,
    /// What it is in the proposal.
    pub theirs: Option<EntryKind>,
    /// The lines that both sides changed, as `git merge` shows them: each run with the number of its first line.
    pub excerpts: Vec<(u32, Vec<BString>)>,
}

/// Why a path cannot be changed as proposed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// Both sides changed the same lines.
    BothChanged,
    /// Both sides added it, with other content.
    BothAdded,
    /// It is gone from the working tree, and the proposal changes it.
    GoneHere,
    /// It was changed in the working tree, and the proposal removes it.
    GoneThere,
    /// It is a file on one side and a directory or a link on the other, or was moved to different places.
    Shape,
    /// Something that git does not know stands there.
    InTheWay(&'static str),
    /// A program of the user's configuration would have to convert it.
    Filter(BString),
    /// It is a submodule, or in another repository.
    Submodule,
    /// No file may have this name.
    Name,
    /// It is outside of the sparse checkout.
    NotCheckedOut,
    /// Its bytes in the working tree cannot be made from what git would record.
    Converted,
}

impl Why {
    /// Returns it as the rest of a sentence that begins with the path.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::BothChanged => "was changed on both sides, in the same lines".to_owned(),
            Self::BothAdded => "was added on both sides, with other content".to_owned(),
            Self::GoneHere => "is gone from the working tree, and changed by the other side".to_owned(),
            Self::GoneThere => "was changed in the working tree, and is removed by the other side".to_owned(),
            Self::Shape => {
                "is a file on one side and something else on the other, or was moved twice".to_owned()
            }
            Self::InTheWay(what) => format!("cannot be written: {what} is in the way"),
            Self::Filter(name) => {
                format!(
                    "goes through the filter `{}`, which is not run here",
                    visible_bytes(name)
                )
            }
            Self::Submodule => "belongs to another repository".to_owned(),
            Self::Name => "is a name that is never written".to_owned(),
            Self::NotCheckedOut => "is not checked out here".to_owned(),
            Self::Converted => "has other bytes here than git would write".to_owned(),
        }
    }
}

/// Why a change cannot be tried or carried out. The working tree is as it was.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The repository does not give what is needed.
    #[error(transparent)]
    Repository(#[from] super::Error),
    /// `git` did not do its part.
    #[error(transparent)]
    Git(#[from] command::Error),
    /// A file of our own cannot be read or written.
    #[error("`{}` cannot be used: {}", .0.display(), .1)]
    Own(PathBuf, #[source] io::Error),
    /// A journal cannot be understood.
    #[error("`{}` is no journal of an apply: {}", .0.display(), .1)]
    Journal(PathBuf, String),
    /// A file of the working tree cannot be read.
    #[error("`{}` cannot be read: {}", visible_bytes(.0), .1)]
    Read(BString, #[source] io::Error),
    /// A file of the working tree cannot be written.
    #[error("`{}` cannot be written: {}; nothing was changed", visible_bytes(.0), .1)]
    Write(BString, #[source] io::Error),
    /// A file was changed between the look and the deed.
    #[error("`{}` was changed at this moment; nothing was written", visible_bytes(.0))]
    Changed(BString),
    /// Writing failed half-way, and taking it back failed too.
    #[error("`{}` could not be taken back: {}; what it was is kept in `{}`", visible_bytes(.0), .1, .2.display())]
    Stuck(BString, #[source] io::Error, PathBuf),
    /// git wrote something that is not understood.
    #[error("`git {0}` wrote what is not understood")]
    Answer(&'static str),
    /// The version of git is too old.
    #[error("git 2.38 or newer is needed to merge")]
    OldGit,
}

/// Makes an error of a file of ours.
fn own(path: &Path) -> impl FnOnce(io::Error) -> Error {
    let path = path.to_owned();
    move |error| Error::Own(path, error)
}

/// A change that was tried and not carried out yet. What it needed is gone when this is dropped.
pub struct Prepared {
    /// What would happen.
    pub preview: Preview,
    desk: Desk,
    plan: Plan,
    /// The working tree as it stands.
    present: String,
    /// What it becomes.
    merged: String,
}

/// Tries a change on the working tree as it stands. Nothing is written but in `room`.
///
/// # Errors
/// When git or the file system does not do its part. A conflict is none: it stands in the preview.
pub fn prepare(offer: &Offer<'_>) -> Result<Prepared, Error> {
    let borrow = [offer.objects.to_owned()];
    let desk = Desk::open(offer.repository, &borrow, offer.room)?;
    prepared(desk, (offer.base, offer.tree), &[], None)
}

/// How a change is written out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As a patch that `git apply` takes.
    Patch,
    /// One line for each file, with the number of its lines.
    Stat,
}

/// Writes a change out, as git does. Its lines may hold anything.
///
/// # Errors
/// When git does not do its part.
pub fn diff(offer: &Offer<'_>, form: Form) -> Result<Vec<u8>, Error> {
    let desk = Desk::open(offer.repository, &[offer.objects.to_owned()], offer.room)?;
    let form: &[&str] = match form {
        Form::Patch => &["-p", "--binary", "--full-index"],
        Form::Stat => &["--stat=100", "--summary"],
    };
    let start = [
        "diff-tree",
        "-r",
        "-M",
        "--no-color",
        "--no-ext-diff",
        "--no-textconv",
    ];
    let trees = [offer.base, offer.tree, "--"];
    Ok(desk.git().run(&[&start, form, &trees].concat())?)
}

/// Returns the paths of a change that are links, or that can be run as programs and could not before.
///
/// # Errors
/// When git does not do its part.
pub fn surface(offer: &Offer<'_>) -> Result<Vec<BString>, Error> {
    let desk = Desk::open(offer.repository, &[offer.objects.to_owned()], offer.room)?;
    let changes = desk.changes(offer.base, offer.tree)?.into_iter();
    let is_new = |change: &desk::Change| {
        let was_executable = change.old.as_ref().is_some_and(desk::Entry::is_executable);
        let new = change.new.as_ref();
        new.is_some_and(|new| new.is_link() || (new.is_executable() && !was_executable))
    };
    Ok(changes.filter(is_new).map(|change| change.path).collect())
}

/// Tries the change from one tree to another on what stands in the working tree.
fn prepared(
    desk: Desk,
    (base, tree): (&str, &str),
    more: &[BString],
    before: Option<&undo::Before<'_>>,
) -> Result<Prepared, Error> {
    let touched = desk.changes(base, tree)?;
    let paths = touched.iter().map(|change| change.path.clone());
    let present = present::snapshot(&desk, &paths.chain(more.iter().cloned()).collect::<Vec<_>>())?;
    let name = if before.is_some() { "before" } else { "proposal" };
    let merge = merge::merge(&desk, [base, &present, tree], name)?;
    let mut preview = Preview {
        files: Vec::new(),
        conflicts: merge.conflicts,
    };
    let mut plan = Plan::default();
    let merged = merge.tree;
    if preview.conflicts.is_empty() {
        preview.files = desk.stats(&present, &merged)?;
        (plan, preview.conflicts) = plan::plan(&desk, &present, &merged, before)?;
    }
    Ok(Prepared {
        preview,
        desk,
        plan,
        present,
        merged,
    })
}

impl Prepared {
    /// Carries the change out and keeps what is needed to take it back in `dir`, a directory that is not there yet.
    ///
    /// # Errors
    /// When a file was changed meanwhile or cannot be written: the working tree is then as it was.
    pub fn carry_out(self, dir: &Path, sequence: u64) -> Result<(), Error> {
        let journal = Journal::new(&self.desk, sequence, (self.present, self.merged), self.plan);
        self.desk.keep(dir)?;
        write::carry_out(&journal, dir)
    }
}
