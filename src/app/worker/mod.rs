//! The worker: a child process that speaks with one endpoint over a connection that it is given, parses what
//! comes back, and can do nothing else.
//!
//! There is one process for each try, so that what a hostile answer does to one is over with it. The parent
//! keeps routes, limits, the ledger and the kept answers; it looks up the name, opens the connection and hands
//! it over. The key goes over the channel between them, after the child has said how well it is locked in.
//! What the child says is believed no more than what the endpoint says.

#[cfg(unix)]
mod ask;
#[cfg(unix)]
mod serve;
#[cfg(unix)]
mod wire;

use crate::llm::answer::{Failure, FailureKind};
use crate::llm::transport::{Carrier, Carrying, Exchange};
pub use crate::sandbox::{Attempt, Layers, Level};
use crate::sys::held;
use std::ffi::OsString;
use std::sync::{Mutex, OnceLock};

#[cfg(unix)]
pub use serve::serve;

/// The subcommand that is the child.
pub const WORD: &str = "worker";

/// Starts a child for each try.
#[derive(Debug)]
pub struct Worker {
    program: OsString,
    args: Vec<OsString>,
    least: Level,
    last: Mutex<Option<Layers>>,
}

/// What a child that was locked in could not do, and what it could.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// What held it.
    pub layers: Layers,
    /// What it tried.
    pub attempts: Vec<Attempt>,
}

/// Returns the carrier of this program: its own worker, at whatever level this machine has.
#[must_use]
pub fn carrier() -> &'static Worker {
    static CARRIER: OnceLock<Worker> = OnceLock::new();
    CARRIER.get_or_init(Worker::default)
}

impl Default for Worker {
    fn default() -> Self {
        let (program, args) = crate::sandbox::wrapped(&held::own_program());
        Self::of(program, args)
    }
}

impl Worker {
    /// A worker that is started by that program, with these arguments before its own.
    #[must_use]
    pub fn of(program: impl Into<OsString>, args: Vec<OsString>) -> Self {
        Self {
            program: program.into(),
            args,
            least: Level::None,
            last: Mutex::default(),
        }
    }

    /// Refuses to give a job to a child that is locked in less well.
    #[must_use]
    pub fn at_least(mut self, least: Level) -> Self {
        self.least = least;
        self
    }

    /// Returns what held the child that was started last; `None`: none was.
    #[must_use]
    pub fn layers(&self) -> Option<Layers> {
        self.last
            .lock()
            .unwrap_or_else(|poison| poison.into_inner())
            .clone()
    }

    /// Starts a child that tries what it must not be able to do, and says what became of it.
    ///
    /// # Errors
    /// When it cannot be started, or said nothing.
    pub fn prove(&self) -> Result<Proof, Failure> {
        #[cfg(unix)]
        return ask::prove(self);
        #[cfg(not(unix))]
        Ok(Proof {
            layers: Layers::default(),
            attempts: Vec::new(),
        })
    }

    /// Notes what holds a child, and refuses it if that is too little.
    #[cfg(unix)]
    fn hear(&self, layers: &Layers) -> Result<(), Failure> {
        let level = layers.level();
        *self.last.lock().unwrap_or_else(|poison| poison.into_inner()) = Some(layers.clone());
        if level >= self.least {
            return Ok(());
        }
        let message = format!(
            "the worker is locked in at level `{}`, and `{}` is asked for: {}",
            level.name(),
            self.least.name(),
            layers.missing.join("; ")
        );
        Err(Failure::new(FailureKind::Refused, &message))
    }
}

impl Carrier for Worker {
    fn carry<'a>(&'a self, exchange: Exchange<'a>) -> Carrying<'a> {
        #[cfg(unix)]
        return Box::pin(ask::exchange(self, exchange));
        #[cfg(not(unix))]
        match self.least {
            Level::None => crate::llm::transport::InProcess.carry(exchange),
            least => {
                let message = format!(
                    "this system has no worker, and level `{}` is asked for",
                    least.name()
                );
                Box::pin(async move { Err(Failure::new(FailureKind::Refused, &message)) })
            }
        }
    }
}
