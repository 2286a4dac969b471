//! Creators: has agents change code in scratch worktrees, and offers what passes the gate.
//!
//! ```text
//! terms     which agents, within which limits, by which policy
//! subject   what the work starts from, and what the gate compares with
//! last      what the last verdict that blocked was about
//! choose    the findings that are meant
//! task      what an agent is told, at first and after a round
//! allowed   whether models may be asked about this repository at all
//! given     the variables that an agent is given
//! attempt   one agent in one scratch worktree: rounds, until the gate passes or a limit comes
//! judge     the gate, on what an agent left
//! mind      questions of the built-in agent, through the client
//! session   one session: the order, the jail and whoever answers
//! program   an agent program as this machine has it
//! upstream  whom the gateway asks for such a program
//! offer     a proposal, written down; which of several is offered
//! stream    what happens, told as it happens
//! ```

mod allowed;
mod attempt;
mod choose;
mod given;
mod judge;
pub mod last;
mod mind;
mod offer;
mod program;
mod session;
mod stream;
mod subject;
mod task;
mod terms;
mod upstream;

pub use stream::Stream;
pub use terms::Terms;

use super::{Error, state};
use crate::git::Repository;
use crate::git::scratch::Start;
use crate::model::{Listener, Proposal, Report, Stage};
use crate::sys::clock::Deadline;
use crate::sys::signal::Interrupt;
use attempt::{Attempt, Came};
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::Duration;
use subject::Subject;

/// How long tidying up may take before the work begins.
const TIDY: Duration = Duration::from_secs(20);

/// What is said where the index is as `HEAD` is: what `git commit -a` would have added is not in it.
const UNSTAGED: &str = "nothing is staged; stage what is to be mended first, such as with `git add -u`";

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Task {
    /// These findings are to be mended: a fingerprint or its start, a check, a path, `path:line`. None: those
    /// that block.
    Fix(Vec<String>),
    /// What a person wants, in their words.
    Create(String),
}

/// What the user asks for.
#[derive(Debug, Clone)]
pub struct Request {
    /// The task.
    pub task: Task,
    /// The agent, by its name in the configuration; `None`: the one that the configuration names.
    pub agent: Option<String>,
    /// How many try at once.
    pub agents: usize,
    /// The stage whose gate judges; `None`: the one of the last verdict, or of the configuration.
    pub stage: Option<Stage>,
    /// The most rounds; `None`: as configured.
    pub rounds: Option<u32>,
    /// The revision to start from; `None`: the index for a fix, `HEAD` for a task.
    pub base: Option<String>,
    /// Assignments to keys of the policy.
    pub set: Vec<String>,
}

/// What came of it.
#[derive(Debug)]
pub struct Created {
    /// What is offered; `None`: nothing came of it.
    pub proposal: Option<Proposal>,
    /// Whether it passes the gate.
    pub passes: bool,
    /// The report of the gate on it.
    pub report: Option<Report>,
    /// How each attempt ended, one line each.
    pub ends: Vec<String>,
    /// Whether the user called it off.
    pub cancelled: bool,
}

/// What a person should know who asked for nothing that can be done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Wrong {
    /// What is wrong, one lowercase line.
    pub message: String,
    /// What to do next.
    pub hint: String,
}

impl Wrong {
    fn new(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: hint.into(),
        }
    }
}

/// What `run` came to.
pub enum Outcome {
    /// Agents worked.
    Created(Box<Created>),
    /// There was nothing to do, for this reason.
    Nothing(String),
}

/// Has it done.
///
/// # Errors
/// When the repository or the policy cannot be used, or what is asked for makes no sense here.
pub fn run(
    dir: &Path,
    request: &Request,
    interrupt: &Interrupt,
    listener: &dyn Listener,
) -> Result<Outcome, Error> {
    // What is locked in must be named in full.
    let dir = &std::fs::canonicalize(dir).map_err(|e| Error::File(dir.to_owned(), e))?;
    let repo = Repository::open(dir)?;
    let state = state::dir()?;
    let subject = Subject::of(&repo, &state, request)?;
    let terms = Terms::of(&repo, &subject, request)?;
    allowed::start(&repo, &subject, &terms)?;
    tidy(&repo, &terms);
    let (found, silenced) = match &request.task {
        Task::Create(_) => (Vec::new(), 0),
        Task::Fix(names) => {
            let first = judge::first(&repo, &subject, &terms, interrupt)?;
            match choose::findings(&first, names)? {
                Ok(found) => (found, attempt::silenced(&first)),
                Err(_) if first.files == 0 && subject.start == Start::Index => {
                    return Ok(Outcome::Nothing(UNSTAGED.to_owned()));
                }
                Err(why) => return Ok(Outcome::Nothing(why)),
            }
        }
    };
    interrupt.check()?;
    let is_weak = AtomicBool::new(false);
    let attempts: Vec<Attempt<'_>> = (0..request.agents.max(1))
        .map(|_| Attempt {
            dir,
            state: &state,
            request,
            subject: &subject,
            terms: &terms,
            found: &found,
            silenced,
            interrupt,
            listener,
            is_weak: &is_weak,
        })
        .collect();
    let came = all(&attempts);
    Ok(Outcome::Created(Box::new(offer::best_of(came, interrupt))))
}

/// Is the hands of the built-in agent, over standard input and output.
///
/// # Errors
/// When those break.
pub fn hands() -> std::io::Result<()> {
    crate::agent::hands::serve(std::io::stdin().lock(), &mut std::io::stdout().lock())
}

/// Takes up what killed runs left behind, before anything new is begun. What stands in the way of that is no
/// reason not to begin.
fn tidy(repo: &Repository, terms: &Terms) {
    let keep = super::runs::keep(repo, &terms.settings).ok();
    drop(super::runs::sweep(keep.as_ref(), false, &Deadline::after(TIDY)));
}

/// Lets everybody try, each in a thread of its own.
fn all(attempts: &[Attempt<'_>]) -> Vec<Came> {
    std::thread::scope(|scope| {
        let threads: Vec<_> = attempts
            .iter()
            .map(|attempt| scope.spawn(|| attempt.run()))
            .collect();
        let joined = threads.into_iter().map(std::thread::ScopedJoinHandle::join);
        joined
            .map(|came| came.unwrap_or_else(|_| Came::failed("the attempt broke off")))
            .collect()
    })
}
