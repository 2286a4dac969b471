//! Agent programs, one file each: how one is started without a person, and what its output means. Pure.
//!
//! Each is started in the way that asks nobody, with its own sandbox off and with nothing loaded that the repository
//! has for it: the jail is what holds it. Its home is its own, and what it needs there is written first.

pub mod acp;
pub mod aider;
mod anywhere;
mod begin;
pub mod claude;
pub mod codex;
pub mod command;
pub mod gemini;
mod line;
pub mod opencode;
pub mod pi;
#[cfg(test)]
mod tests;

use super::order::{Order, Wire};
use std::ffi::OsString;
use std::path::PathBuf;

/// Says how a program is started for an order.
pub type Launching = fn(&Order, &Program) -> Result<Launch, Wrong>;

/// Makes what understands the output of a program that was started for an order.
pub type Hearing = fn(&Order) -> Box<dyn Ear>;

/// An agent program.
pub struct Row {
    /// Its word in the configuration: `runtime = "claude"`.
    pub name: &'static str,
    /// The program that is looked for where the configuration names none; empty: it must name one.
    pub program: &'static str,
    /// The contract that it speaks with its model.
    pub wire: Wire,
    /// How it is started.
    pub launch: Launching,
    /// Makes what understands its output.
    pub ear: Hearing,
}

/// The program as this machine has it.
#[derive(Debug, Clone, Default)]
pub struct Program {
    /// Where it is, links resolved.
    pub path: PathBuf,
    /// What the configuration adds to its arguments.
    pub args: Vec<String>,
    /// What reads it, if it is a script: a jail need not have it on its path.
    pub interpreter: Option<PathBuf>,
    /// Directories that belong to it and to its interpreter.
    pub reads: Vec<PathBuf>,
}

/// How to start a program in a jail.
#[derive(Debug, Clone, Default)]
pub struct Launch {
    /// The program.
    pub program: OsString,
    /// Its arguments.
    pub args: Vec<OsString>,
    /// Its environment, besides `PATH`, `HOME`, `TMPDIR`, `LANG` and `TERM`.
    pub env: Vec<(OsString, OsString)>,
    /// Files to write first, by their path below the home.
    pub files: Vec<(PathBuf, Vec<u8>)>,
    /// What to send to its standard input at first.
    pub input: Vec<u8>,
    /// Whether its standard input stays open, for answers.
    pub is_dialogue: bool,
    /// Directories that it must read, besides those of the system.
    pub reads: Vec<PathBuf>,
    /// Directories below the tree that it should not see, if the jail can hide them: settings that it would obey.
    pub hides: Vec<PathBuf>,
}

/// Understands the output of a program, line by line. What it hears is data from a jail: bounded, never trusted.
pub trait Ear: Send {
    /// Takes a line of standard output.
    fn hear(&mut self, line: &[u8]) -> Vec<Heard>;

    /// Takes the end of standard output. Who says nothing here has not said how it went: its exit code and its
    /// complaints must tell.
    fn end(&mut self) -> Vec<Heard> {
        Vec::new()
    }

    /// Returns what to send to its standard input to call the session off; empty: it must be killed.
    fn cancel(&mut self) -> Vec<u8> {
        Vec::new()
    }
}

/// Something that a program said.
#[derive(Debug, Clone, PartialEq)]
pub enum Heard {
    /// The session, by the program's own id.
    Session(String),
    /// Words.
    Said(String),
    /// It uses a tool, on something.
    Tool(String, String),
    /// A tool gave an answer: whether it did what it should.
    Answered(String, bool),
    /// The model, by its own name.
    Model(String),
    /// What it says that it used in all: tokens sent, tokens written. The gateway's own count goes first.
    Used(u64, u64),
    /// It ended a turn and waits: the session is done if nothing else is asked.
    Done,
    /// It ran into a limit of its own.
    Limit(String),
    /// It failed, with the reason.
    Failed(String),
    /// Bytes to send to its standard input.
    Reply(Vec<u8>),
}

/// Why a program cannot be started as asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Wrong(pub String);

/// All programs that are known.
pub const ALL: &[Row] = &[
    claude::ROW,
    codex::ROW,
    gemini::ROW,
    opencode::ROW,
    pi::ROW,
    aider::ROW,
    acp::ROW,
    command::ROW,
];

/// Finds a program by its word in the configuration.
#[must_use]
pub fn find(name: &str) -> Option<&'static Row> {
    ALL.iter().find(|row| row.name == name)
}
