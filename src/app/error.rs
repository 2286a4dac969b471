//! Why a use-case could not be carried out.

use crate::config::{Problem, Problems};
use crate::model::Stage;
use crate::{git, store, sys};
use std::io;
use std::path::PathBuf;

/// Why a use-case could not be carried out.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The repository does not give what is needed.
    #[error(transparent)]
    Git(#[from] git::Error),
    /// The configuration cannot be used.
    #[error(transparent)]
    Config(#[from] Problems),
    /// A file cannot be read.
    #[error("`{}` cannot be read: {}", .0.display(), .1)]
    File(PathBuf, #[source] io::Error),
    /// A file cannot be written.
    #[error("`{}` cannot be written: {}", .0.display(), .1)]
    Write(PathBuf, #[source] io::Error),
    /// A file of the policy, or a part of it, cannot be used.
    #[error("`{0}` cannot be used: {1}")]
    Policy(String, String),
    /// A stage has no gate.
    #[error("the policy has no gate for the stage `{}`", .0.name())]
    NoGate(Stage),
    /// A hook that was there before cannot be run.
    #[error(transparent)]
    Chain(#[from] git::hooks::Error),
    /// The user interrupted.
    #[error("interrupted")]
    Interrupted,
    /// The local state cannot be used.
    #[error(transparent)]
    State(#[from] store::Error),
    /// Nothing says where the local state lives.
    #[error("nothing says where the local state lives: no home directory is known")]
    NoState,
    /// A case of an evaluation, an answer or a prompt cannot be used.
    #[error(transparent)]
    Eval(#[from] super::eval::Wrong),
    /// What a CI system says, or what the user says instead, cannot be used.
    #[error(transparent)]
    Ci(#[from] super::ci::Wrong),
    /// What is asked of creators makes no sense here.
    #[error(transparent)]
    Create(#[from] super::create::Wrong),
    /// A scratch tree cannot be laid out, harvested or taken away.
    #[error(transparent)]
    Run(#[from] git::scratch::ScratchError),
    /// No temporary directory can be made.
    #[error("no temporary directory can be made: {0}")]
    Scratch(#[source] io::Error),
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Self::Config(problem.into())
    }
}

impl From<sys::signal::Interrupted> for Error {
    fn from(_: sys::signal::Interrupted) -> Self {
        Self::Interrupted
    }
}
