//! What git is about to record, or has recorded: files before and after.

use super::Oid;
use bstr::BString;

/// A set of file changes between two trees.
///
/// Paths are bytes with `/` between the parts, as git keeps them.
#[derive(Debug, Clone)]
pub struct ChangeSet {
    /// Where the change comes from.
    pub source: Source,
    /// The tree that the change starts from; `None` is the empty tree.
    pub base: Option<Oid>,
    /// The tree that the change ends in: the subject of the verdict.
    pub head: Oid,
    /// The changed files, ordered by path.
    pub files: Vec<FileChange>,
    /// The message of the commit, where the source has one.
    pub message: Option<Message>,
    /// What could not be looked at, each with its reason.
    pub left_out: Vec<LeftOut>,
}

/// Where a change comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The index against `HEAD`.
    Staged,
    /// The working tree, untracked files included, against `HEAD`.
    Worktree,
    /// One commit against its parents.
    Commit(Oid),
    /// The difference of two commits.
    Range {
        /// The commit that the change starts from; `None` is before the first commit.
        from: Option<Oid>,
        /// The commit that the change ends in.
        to: Oid,
    },
    /// Everything in one commit's tree.
    Tree(Oid),
    /// A commit message alone.
    Message,
}

impl Source {
    /// Returns the word used in every report.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Staged => "staged",
            Self::Worktree => "worktree",
            Self::Commit(_) => "commit",
            Self::Range { .. } => "range",
            Self::Tree(_) => "tree",
            Self::Message => "message",
        }
    }
}

/// What happened to one path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Status {
    /// The path is new.
    Added,
    /// The content changed.
    Modified,
    /// The path is gone.
    Deleted,
    /// The path is new and another one, with the same or similar content, is gone.
    Renamed,
    /// The path is new and holds what another changed path held, or something similar; all of its lines
    /// count as added. Only who shows a change looks for it: to all others it is [`Status::Added`].
    Copied,
    /// The kind of entry changed, such as from file to symlink.
    TypeChanged,
    /// Only the executable bit changed.
    ModeChanged,
}

impl Status {
    /// Returns the word used in every report.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Modified => "modified",
            Self::Deleted => "deleted",
            Self::Renamed => "renamed",
            Self::Copied => "copied",
            Self::TypeChanged => "type-changed",
            Self::ModeChanged => "mode-changed",
        }
    }
}

/// The kind of a tree entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EntryKind {
    /// Mode `100644`.
    File,
    /// Mode `100755`.
    Executable,
    /// Mode `120000`.
    Symlink,
    /// Mode `160000`: the commit of a submodule.
    Submodule,
}

impl EntryKind {
    /// Whether the entry's object is a blob whose content is a file's content.
    #[must_use]
    pub fn is_file(self) -> bool {
        matches!(self, Self::File | Self::Executable)
    }
}

/// One side of a file change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Side {
    /// The kind of the entry.
    pub kind: EntryKind,
    /// The blob, or for a submodule the commit.
    pub id: Oid,
}

/// One changed path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChange {
    /// The path after the change; for a deletion, the path that is gone.
    pub path: BString,
    /// The path before the change, for renames and copies.
    pub old_path: Option<BString>,
    /// What happened.
    pub status: Status,
    /// The entry before, if there was one; a copy has none.
    pub old: Option<Side>,
    /// The entry after, if there is one.
    pub new: Option<Side>,
    /// For a merge: the entries of the second and later parents. A line is added only if it is
    /// added against `old` and against each of these (`None`: the parent has no such path).
    pub other_parents: Vec<Option<Side>>,
}

/// A commit message, as git will record it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The text, without comment lines and without what stands below the scissors.
    pub text: BString,
    /// The commit that carries the message, once there is one.
    pub commit: Option<Oid>,
    /// Whether the commit is a merge.
    pub merge: bool,
}

/// Something that was not looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// The path, or the name of the thing.
    pub what: BString,
    /// Why, in a few lowercase words.
    pub why: String,
    /// Whether the verdict cannot be trusted without it.
    pub inconclusive: bool,
}
