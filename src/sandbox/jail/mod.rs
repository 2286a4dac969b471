//! Runs a command of which nothing is known in a jail: it writes into the directories that it is given, reads
//! the system's own and those that it is given, and connects to one port that its supervisor answers.
//!
//! Everything that is not named is denied. What was achieved stands in [`Jailed::layers`]; less than
//! [`Jail::least`] is refused before the command runs. What it started ends with it, and with us.

pub(in crate::sandbox) mod output;
#[cfg(unix)]
pub(in crate::sandbox) mod parts;
mod seatbelt;

pub use output::Output;
pub use seatbelt::profile;

use super::{Layers, Level};
use crate::sys::held;
use crate::sys::signal::Interrupt;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, PipeWriter, Read};
use std::net::TcpListener;
use std::path::PathBuf;
use std::time::Duration;

#[cfg(target_os = "linux")]
use super::linux::jail as system;
#[cfg(not(any(target_os = "linux", target_os = "macos")))]
use super::other::jail as system;
#[cfg(target_os = "macos")]
use super::other::macos as system;

/// The variable that every process of a jail is started with; its value is [`Jailed::run`].
pub const RUN: &str = "PANTHEON_RUN";

/// The subcommand that locks itself in and becomes the command.
pub const WORD: &str = "jail";

/// What a command is, and with that how a change of a file's rights or times is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Purpose {
    /// Writes files: their rights and times are its own.
    #[default]
    Creator,
    /// Only looks: changes of rights, owners, times and attributes are told to have worked, and do nothing.
    Validator,
}

/// How much a command may take. Each bound is for the command with all that it starts, if not said otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Limits {
    /// The time by the clock.
    pub time: Duration,
    /// Processes and threads at once.
    pub processes: u64,
    /// The length of each file that it writes.
    pub file_bytes: u64,
    /// What it writes to its standard output and error, together.
    pub output_bytes: u64,
    /// Memory that is no file's. It is looked at many times a second, so a sudden peak may be higher.
    pub memory_bytes: u64,
    /// Open descriptors of each process.
    pub descriptors: u64,
    /// Processor time of each process, in seconds.
    pub processor_seconds: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            time: Duration::from_secs(1800),
            processes: 512,
            file_bytes: 1 << 30,
            output_bytes: 64 << 20,
            memory_bytes: 4 << 30,
            descriptors: 4096,
            processor_seconds: 3600,
        }
    }
}

/// A jail. All paths are absolute, and those that are writable exist.
#[derive(Debug, Clone)]
pub struct Jail {
    /// Directories and files that may be written.
    pub writable: Vec<PathBuf>,
    /// Directories and files that may be read and run beside the system's own; what is missing is left out.
    pub readable: Vec<PathBuf>,
    /// Directories that look empty, but for what is readable or writable below them. Where the jail has no
    /// namespaces they can be asked for existence, no more.
    pub hidden: Vec<PathBuf>,
    /// A writable directory that stands in for `/tmp`, where the jail has namespaces.
    pub tmp: Option<PathBuf>,
    /// The directory to start in.
    pub directory: PathBuf,
    /// The whole environment but for [`RUN`], which is set to a new value if it is not among them.
    pub environment: Vec<(OsString, OsString)>,
    /// The port of `127.0.0.1` that may be connected to: in the jail's own network, where it has one. Its
    /// connections come out at [`Jailed::listener`].
    pub gateway: Option<u16>,
    /// Whether it may listen at every port of its own network, and connect to them, as tests of servers do.
    /// Where it has no network of its own it may not.
    pub servers: bool,
    /// How much it may take.
    pub limits: Limits,
    /// What the command is.
    pub purpose: Purpose,
    /// The level below which the command is not run.
    pub least: Level,
    /// Layers that are left out, to see what each of them is for. Nothing but tests and the battery does this.
    pub without: Without,
    /// The program that has the subcommand [`WORD`]: this one.
    pub launcher: PathBuf,
}

/// Layers to leave out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Without {
    /// No namespaces.
    pub namespaces: bool,
    /// No Landlock.
    pub landlock: bool,
    /// No seccomp.
    pub seccomp: bool,
}

impl Default for Jail {
    fn default() -> Self {
        Self {
            writable: Vec::new(),
            readable: Vec::new(),
            hidden: Vec::new(),
            tmp: None,
            directory: PathBuf::from("/"),
            environment: Vec::new(),
            gateway: None,
            servers: false,
            limits: Limits::default(),
            purpose: Purpose::default(),
            least: Level::Base,
            without: Without::default(),
            launcher: held::own_program(),
        }
    }
}

/// Where a standard stream of the command leads.
#[derive(Debug, Default)]
pub enum Flow {
    /// Nowhere.
    #[default]
    Null,
    /// To us.
    Pipe,
    /// To an open file. It does not count for [`Limits::output_bytes`] but for [`Limits::file_bytes`].
    File(File),
}

/// Where the standard streams lead.
#[derive(Debug, Default)]
pub struct Streams {
    /// What the command reads.
    pub stdin: Flow,
    /// What it writes.
    pub stdout: Flow,
    /// What it complains.
    pub stderr: Flow,
}

/// How a command came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ended {
    /// It ended with this code.
    Code(i32),
    /// A signal ended it.
    Signal(i32),
    /// It took too long.
    TimedOut,
    /// It wrote too much.
    TooMuch,
    /// It took too much memory.
    Memory,
    /// It had too many processes.
    Processes,
    /// The user asked us to end.
    Interrupted,
    /// It was ended by [`Jailed::kill`], or by somebody who ended what holds it.
    Killed,
}

/// What kept a command from being started.
#[derive(Debug, thiserror::Error)]
pub enum JailError {
    /// This machine cannot lock it in well enough.
    #[error("the sandbox reaches level `{}` here, and `{}` is asked for: {why}", got.name(), least.name())]
    TooWeak {
        /// What was reached.
        got: Level,
        /// What is asked for.
        least: Level,
        /// What is missing.
        why: String,
    },
    /// A layer was there, and could not be laid on.
    #[error("the sandbox cannot be set up: {0}")]
    Setup(String),
    /// The program could not be run.
    #[error("`{}` cannot be run in the sandbox: {why}", program.display())]
    Program {
        /// The program.
        program: OsString,
        /// What the system said.
        why: String,
    },
    /// The system did not do something that needs no jail.
    #[error("the sandbox cannot be started: {0}")]
    System(#[from] io::Error),
}

impl JailError {
    /// What a person can do about it.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::TooWeak { .. } => Some("`pantheon doctor` says what this machine lacks for the sandbox"),
            Self::Setup(_) => Some("`pantheon doctor --battery` tries each layer of the sandbox"),
            Self::Program { .. } => {
                Some("only the system's directories and those that are named can be read")
            }
            Self::System(_) => None,
        }
    }
}

/// A command that runs. When this is dropped it is ended with all that it started, and waited for.
#[derive(Debug)]
pub struct Jailed {
    /// What leads to its standard input.
    pub stdin: Option<PipeWriter>,
    /// What comes from its standard output.
    pub stdout: Option<Output>,
    /// What comes from its standard error.
    pub stderr: Option<Output>,
    pub(in crate::sandbox) inner: system::Inner,
}

/// What a command left behind that ran to its end.
#[derive(Debug)]
pub struct Finished {
    /// How it ended.
    pub ended: Ended,
    /// What it wrote to its standard output.
    pub stdout: Vec<u8>,
    /// What it wrote to its standard error.
    pub stderr: Vec<u8>,
}

/// Starts a program in a jail. The program is a path, or a name to find on the `PATH` of its environment.
///
/// # Errors
/// When the machine cannot lock it in well enough, or the program cannot be run.
pub fn start(jail: &Jail, program: &OsStr, args: &[OsString], streams: Streams) -> Result<Jailed, JailError> {
    system::start(jail, program, args, streams)
}

/// Ends every process that was started with this value of [`RUN`], and says how many there were. For those that
/// are left of a run whose supervisor and launcher were both killed.
pub fn sweep(run: &str) -> usize {
    system::sweep(run)
}

/// Is the process that locks itself in: does what the supervisor on standard input asks for.
///
/// # Errors
/// When there is no supervisor.
pub fn serve() -> io::Result<()> {
    system::serve()
}

impl Jailed {
    /// Returns the value of [`RUN`] that its processes have.
    #[must_use]
    pub fn run(&self) -> &str {
        self.inner.run()
    }

    /// Returns where its connections to the gateway arrive.
    #[must_use]
    pub fn listener(&self) -> Option<&TcpListener> {
        self.inner.listener()
    }

    /// Returns what holds it.
    #[must_use]
    pub fn layers(&self) -> &Layers {
        self.inner.layers()
    }

    /// Returns what that amounts to.
    #[must_use]
    pub fn level(&self) -> Level {
        self.layers().jail_level()
    }

    /// Waits for its end, and ends it when a limit is reached or the user asks us to end. What it leaves running
    /// is ended too. Pipes must be read meanwhile: see [`Jailed::finish`].
    ///
    /// # Errors
    /// When the system does not tell.
    pub fn wait(&mut self, interrupt: &Interrupt) -> io::Result<Ended> {
        self.inner.wait(interrupt)
    }

    /// Ends it with all that it started, and waits for that.
    pub fn kill(&mut self) {
        self.inner.kill();
    }

    /// Waits for its end and keeps what it wrote.
    ///
    /// # Errors
    /// When the system does not tell.
    pub fn finish(&mut self, interrupt: &Interrupt) -> io::Result<Finished> {
        let (stdout, stderr) = (self.stdout.take(), self.stderr.take());
        // What nobody writes to has an end.
        drop(self.stdin.take());
        std::thread::scope(|scope| {
            let stdout = scope.spawn(|| drain(stdout));
            let stderr = scope.spawn(|| drain(stderr));
            let ended = self.wait(interrupt)?;
            let (stdout, stderr) = (stdout.join(), stderr.join());
            // What was read last may have been too much.
            let is_late =
                matches!(ended, Ended::Code(_) | Ended::Signal(_)) && self.inner.has_written_too_much();
            Ok(Finished {
                ended: if is_late { Ended::TooMuch } else { ended },
                stdout: stdout.unwrap_or_default(),
                stderr: stderr.unwrap_or_default(),
            })
        })
    }
}

fn drain(stream: Option<Output>) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(mut stream) = stream {
        // What was read before an error is still worth showing.
        drop(stream.read_to_end(&mut bytes));
    }
    bytes
}
