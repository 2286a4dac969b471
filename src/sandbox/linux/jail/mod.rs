//! Commands in jails. This file is the supervisor's side; `inside` is the process that locks itself in, which
//! is this program again, for a process with several threads cannot be split.
//!
//! The two speak over a pair of sockets. Its end is the order to end everything: no thread of ours has to live
//! for that, and nothing of ours has to run. See `docs/sandbox.md`.

mod calls;
mod inside;
mod mounts;
mod reach;
mod reaper;
mod sweep;
mod wire;

pub use inside::serve;
pub use sweep::sweep;

use crate::sandbox::jail::output::Account;
use crate::sandbox::jail::{Ended, Flow, Jail, JailError, Jailed, Output, RUN, Streams, WORD};
use crate::sandbox::{Layers, Level};
use crate::sys::held::{Held, Start};
use crate::sys::signal::Interrupt;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, PipeWriter};
use std::net::{Shutdown, TcpListener};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::process::Stdio;
use std::time::{Duration, Instant};
use wire::{Failed, Said, Spec};

/// The most time to lock a command in, on a machine that is busy.
const START: Duration = Duration::from_secs(20);
/// The most time for everything to end that was told to.
const END: Duration = Duration::from_secs(5);
/// The pause between two looks at the clock, in nanoseconds.
const LOOK: i64 = 20_000_000;

/// A command that runs.
#[derive(Debug)]
pub struct Inner {
    run: String,
    listener: Option<TcpListener>,
    layers: Layers,
    channel: UnixStream,
    process: Held,
    account: Account,
    begun: Instant,
    time: Duration,
    over: Option<Ended>,
}

/// Starts a program in a jail.
pub fn start(jail: &Jail, program: &OsStr, args: &[OsString], streams: Streams) -> Result<Jailed, JailError> {
    check(jail)?;
    let account = Account::of(jail.limits.output_bytes);
    let (ours, theirs) = ends(streams, &account)?;
    let (environment, run) = environment(jail);
    let mut spec = Spec::of(jail, program, args, &environment);
    let begin = |spec: &Spec| begin(jail, spec, &theirs, &run, &account);
    let mut inner = match begin(&spec) {
        Err(Refused::Namespaces(why)) if jail.least <= Level::Base => {
            spec.namespaces = false;
            let mut inner = begin(&spec).map_err(|refused| refused.error(jail, program))?;
            inner.layers.missing[0] = format!("namespaces: {why}");
            Ok(inner)
        }
        begun => begun,
    }
    .map_err(|refused| refused.error(jail, program))?;
    inner.begun = Instant::now();
    Ok(Jailed {
        stdin: ours.0,
        stdout: ours.1,
        stderr: ours.2,
        inner,
    })
}

/// What a process that locks itself in answered, or why it did not.
enum Refused {
    Namespaces(String),
    Failed(Failed),
    System(io::Error),
}

impl Refused {
    fn error(self, jail: &Jail, program: &OsStr) -> JailError {
        let weak = |got, why| JailError::TooWeak {
            got,
            least: jail.least,
            why,
        };
        match self {
            Self::Namespaces(why) | Self::Failed(Failed::Namespaces(why)) => {
                weak(Level::Base, format!("namespaces: {why}"))
            }
            Self::Failed(Failed::Weak(layers)) => weak(layers.jail_level(), layers.missing.join("; ")),
            Self::Failed(Failed::Setup(why)) => JailError::Setup(why),
            Self::Failed(Failed::Program(why)) => JailError::Program {
                program: program.to_owned(),
                why,
            },
            Self::System(error) => JailError::System(error),
        }
    }
}

impl From<io::Error> for Refused {
    fn from(error: io::Error) -> Self {
        Self::System(error)
    }
}

/// Insists on what the process that locks itself in relies on.
fn check(jail: &Jail) -> Result<(), JailError> {
    let all = jail.writable.iter().chain(&jail.readable).chain(&jail.hidden);
    let all = all.chain(&jail.tmp).chain([&jail.directory]);
    for path in all {
        if !path.is_absolute() {
            return Err(JailError::Setup(format!("`{}` is not absolute", path.display())));
        }
    }
    for path in jail.writable.iter().chain(&jail.tmp) {
        if !path.exists() {
            return Err(JailError::Setup(format!("`{}` does not exist", path.display())));
        }
    }
    Ok(())
}

/// Our ends of the streams, and theirs.
type Ours = (Option<PipeWriter>, Option<Output>, Option<Output>);

fn ends(streams: Streams, account: &Account) -> io::Result<(Ours, [OwnedFd; 3])> {
    let null = || File::options().read(true).write(true).open("/dev/null");
    let (stdin, first) = match streams.stdin {
        Flow::Null => (None, null()?.into()),
        Flow::File(file) => (None, file.into()),
        Flow::Pipe => {
            let (from, to) = io::pipe()?;
            (Some(to), from.into())
        }
    };
    let out = |flow| -> io::Result<(Option<Output>, OwnedFd)> {
        match flow {
            Flow::Null => Ok((None, null()?.into())),
            Flow::File(file) => Ok((None, file.into())),
            Flow::Pipe => {
                let (from, to) = io::pipe()?;
                Ok((Some(Output::new(from, account.clone())), to.into()))
            }
        }
    };
    let (stdout, second) = out(streams.stdout)?;
    let (stderr, third) = out(streams.stderr)?;
    Ok(((stdin, stdout, stderr), [first, second, third]))
}

/// The whole environment, with the mark of the run.
fn environment(jail: &Jail) -> (Vec<(OsString, OsString)>, String) {
    let mut environment = jail.environment.clone();
    let given = environment.iter().find(|(name, _)| name == RUN);
    let given = given.and_then(|(_, value)| value.to_str().filter(|value| !value.is_empty()));
    if let Some(run) = given.map(str::to_owned) {
        return (environment, run);
    }
    let run = new_run();
    environment.retain(|(name, _)| name != RUN);
    environment.push((RUN.into(), run.clone().into()));
    (environment, run)
}

/// A mark that no other run has.
fn new_run() -> String {
    use std::hash::{BuildHasher, RandomState};
    let random = || RandomState::new().hash_one(Instant::now());
    format!("{}-{:016x}{:016x}", std::process::id(), random(), random())
}

fn begin(
    jail: &Jail,
    spec: &Spec,
    streams: &[OwnedFd; 3],
    run: &str,
    account: &Account,
) -> Result<Inner, Refused> {
    let (channel, theirs) = UnixStream::pair()?;
    channel.set_read_timeout(Some(START))?;
    channel.set_write_timeout(Some(START))?;
    let launcher = Start {
        program: jail.launcher.clone().into(),
        args: vec![WORD.into()],
        env: Vec::new(),
    };
    let process = launcher.hold(OwnedFd::from(theirs), Stdio::null())?;
    let streams = [0, 1, 2].map(|at| streams[at].as_fd());
    wire::send(&channel, spec, &streams)?;
    let mut inner = Inner {
        run: run.to_owned(),
        listener: None,
        layers: Layers::default(),
        channel,
        process,
        account: account.clone(),
        begun: Instant::now(),
        time: jail.limits.time,
        over: None,
    };
    inner.greet()?;
    Ok(inner)
}

impl Inner {
    pub fn run(&self) -> &str {
        &self.run
    }

    pub fn listener(&self) -> Option<&TcpListener> {
        self.listener.as_ref()
    }

    pub fn layers(&self) -> &Layers {
        &self.layers
    }

    /// Waits until the command runs.
    fn greet(&mut self) -> Result<(), Refused> {
        loop {
            let (said, mut with) = wire::receive(&self.channel).map_err(silent)?;
            match said {
                Said::Listening => self.listener = with.pop().map(TcpListener::from),
                Said::Started(layers) => {
                    self.layers = layers;
                    return Ok(());
                }
                Said::Failed(Failed::Namespaces(why)) => return Err(Refused::Namespaces(why)),
                Said::Failed(failed) => return Err(Refused::Failed(failed)),
                Said::Ended(_) => return Err(silent(io::ErrorKind::UnexpectedEof.into()).into()),
            }
        }
    }

    /// Waits for the end of the command.
    pub fn wait(&mut self, interrupt: &Interrupt) -> io::Result<Ended> {
        if let Some(over) = self.over {
            return Ok(over);
        }
        let ended = loop {
            if self.is_heard()? {
                break self.hear();
            }
            if interrupt.check().is_err() {
                break Ended::Interrupted;
            }
            if self.begun.elapsed() >= self.time {
                break Ended::TimedOut;
            }
            if self.account.is_over() {
                break Ended::TooMuch;
            }
        };
        self.over = Some(ended);
        self.settle();
        Ok(ended)
    }

    /// Whether more was written than may be, as far as it was read.
    pub fn has_written_too_much(&self) -> bool {
        self.account.is_over()
    }

    /// Waits until something is said, or a little.
    fn is_heard(&self) -> io::Result<bool> {
        let mut watched = [PollFd::new(&self.channel, PollFlags::IN)];
        let pause = Timespec {
            tv_sec: 0,
            tv_nsec: LOOK,
        };
        match poll(&mut watched, Some(&pause)) {
            Ok(heard) => Ok(heard > 0),
            Err(rustix::io::Errno::INTR) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    fn hear(&self) -> Ended {
        match wire::receive(&self.channel) {
            Ok((Said::Ended(ended), _)) => ended,
            // Who held it was ended.
            _ => Ended::Killed,
        }
    }

    /// Ends everything.
    pub fn kill(&mut self) {
        if self.over.is_none() {
            self.over = Some(Ended::Killed);
        }
        self.settle();
    }

    /// Waits until everything has ended, and helps if need be.
    fn settle(&mut self) {
        // It may be gone already.
        drop(self.channel.shutdown(Shutdown::Both));
        let begun = Instant::now();
        let mut pause = Duration::from_micros(200);
        while !self.process.has_ended() && begun.elapsed() < END {
            std::thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(10));
        }
        let is_proper = self.process.has_ended() && self.over != Some(Ended::Killed);
        self.process.end();
        // Whom nobody held any more, for its holder was ended first.
        if !is_proper {
            sweep(&self.run);
        }
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if self.over.is_none() {
            self.kill();
        }
    }
}

fn silent(error: io::Error) -> io::Error {
    let text = match error.kind() {
        io::ErrorKind::UnexpectedEof => "`pantheon jail` ended without a word".to_owned(),
        io::ErrorKind::WouldBlock => format!("`pantheon jail` said nothing within {START:?}"),
        _ => error.to_string(),
    };
    io::Error::new(error.kind(), text)
}
