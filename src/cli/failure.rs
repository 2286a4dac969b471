//! How a command ends: exit codes and error texts with a hint.

use crate::app::{self, GitError, RunError, StateError};

/// The exit code of a command that did its work.
pub type Exit = u8;

/// A command that could not do its work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What is wrong: one lowercase line that names the thing.
    pub message: String,
    /// What to do next, one lowercase line.
    pub hint: Option<String>,
    /// 2 usage or configuration, 3 inconclusive, 70 internal, 130 interrupted.
    pub code: u8,
}

impl Failure {
    /// Something in what the user wrote: exit code 2.
    pub fn usage(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: None,
            code: 2,
        }
    }

    /// Something that should not happen: exit code 70.
    pub fn internal(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: None,
            code: 70,
        }
    }

    /// Says what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl From<app::Error> for Failure {
    fn from(error: app::Error) -> Self {
        match &error {
            app::Error::Git(git) => Self::usage(error.to_string()).hint(git_hint(git)),
            app::Error::Config(_) => Self::usage(error.to_string()),
            app::Error::File(..) => {
                Self::usage(error.to_string()).hint("check that it exists and can be read")
            }
            app::Error::Write(..) => {
                Self::usage(error.to_string()).hint("check that its directory can be written")
            }
            app::Error::Policy(..) => {
                Self::usage(error.to_string()).hint("`pantheon policy check` says more")
            }
            app::Error::NoGate(_) => Self::usage(error.to_string()),
            app::Error::Chain(_) => Self::usage(error.to_string()).hint("`pantheon hooks status` says more"),
            app::Error::Interrupted => Self {
                message: error.to_string(),
                hint: None,
                code: 130,
            },
            app::Error::State(state) => Self::usage(error.to_string()).hint(state_hint(state)),
            app::Error::NoState => {
                Self::usage(error.to_string()).hint("set `PANTHEON_STATE_DIR` to a directory")
            }
            app::Error::Eval(wrong) => Self::usage(error.to_string()).hint(wrong.hint.clone()),
            app::Error::Ci(wrong) => Self::usage(error.to_string()).hint(wrong.hint.clone()),
            app::Error::Create(wrong) => Self::usage(error.to_string()).hint(wrong.hint.clone()),
            app::Error::Run(run) => Self::usage(error.to_string()).hint(run_hint(run)),
            app::Error::Scratch(_) => {
                Self::usage(error.to_string()).hint("set `TMPDIR` to a directory with room")
            }
        }
    }
}

fn state_hint(error: &StateError) -> &'static str {
    match error {
        StateError::Dir(..) | StateError::ReadOnly(_) => {
            "set `PANTHEON_STATE_DIR` to a directory that can be written"
        }
        StateError::Locked(_) => {
            "run it again; on a network file system, set `PANTHEON_STATE_DIR` to a local directory"
        }
        StateError::Newer(_) => "update this pantheon, or give it a `PANTHEON_STATE_DIR` of its own",
        StateError::Damaged(_) => "run it again: a new one is begun, and the damaged one is kept beside it",
        StateError::Database(..) => "check that its disk has room",
    }
}

fn run_hint(error: &RunError) -> &'static str {
    match error {
        RunError::Repository(git) => git_hint(git),
        RunError::Git(_) => "`git fsck` says whether objects are missing",
        RunError::File(..) => "check that the state directory can be written and has room",
        RunError::Broken(..) => "`pantheon gc` takes away what can go",
        RunError::Unmerged(_) => "resolve the conflicts, and add the files",
        RunError::Name(_) => "use letters, digits and dashes, and a name that is not taken",
        RunError::Taken(_) => "wait for its end",
        RunError::Empty => "see `[scratch] sparse`",
        RunError::TooMuch(_) => "`[scratch] sparse` can leave out what is not needed",
        RunError::Stopped => "give it more time, or write out less with `[scratch] sparse`",
    }
}

fn git_hint(error: &GitError) -> &'static str {
    use app::GitError as Error;
    match error {
        Error::NotFound { .. } => "go to a repository, or make one with `git init`",
        Error::Broken(_) => "`git status` may say more",
        Error::Bare(_) => "name a commit or a range: `pantheon review BASE..HEAD`",
        Error::NoCommits => "make a commit, or judge the index with `pantheon review --staged`",
        Error::UnknownRevision(_) => "`git log --oneline --all` lists what there is",
        Error::Shallow(_) => "`git fetch --unshallow`, or `git fetch --deepen=50`, brings its parents",
        Error::Object(..) => "`git fsck` says more",
        Error::Missing(_) => "`git fetch --refetch` brings what a partial clone left out",
        Error::Index { .. } => "`git status` may mend it; else move it away and run `git reset`",
        Error::Git(..) => "run it by hand to see more",
        Error::PushLine(_) => "this command is for git's pre-push hook, which writes those lines",
        Error::NoBase(_) => "name the range: `pantheon review BASE..HEAD`",
    }
}
