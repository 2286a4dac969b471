//! macOS: a command under a profile, which `sandbox-exec` lays on from outside.
//!
//! There are no namespaces: whatever leaves the command's process group is not ended with it, and limits on
//! memory and processes are not held.

use super::SANDBOX_EXEC;
use crate::sandbox::jail::output::Account;
use crate::sandbox::jail::{Ended, Jail, JailError, Jailed, Streams, parts, profile};
use crate::sandbox::{Layers, Level};
use crate::sys::held::{Held, Start};
use crate::sys::signal::Interrupt;
use rustix::process::{Pid, Signal, kill_process_group};
use std::ffi::{OsStr, OsString};
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::time::{Duration, Instant};

/// The pause between two looks at the command.
const LOOK: Duration = Duration::from_millis(10);

/// Sets the limits that a shell can set, and becomes what follows: lengths of files in blocks of 512 bytes,
/// descriptors, seconds of processor time.
const LIMITED: &str =
    "ulimit -c 0; ulimit -f \"$1\"; ulimit -n \"$2\"; ulimit -t \"$3\"; shift 3; exec \"$@\"";

/// A command that runs.
#[derive(Debug)]
pub struct Inner {
    run: String,
    listener: Option<TcpListener>,
    layers: Layers,
    process: Held,
    account: Account,
    begun: Instant,
    time: Duration,
    over: Option<Ended>,
}

pub fn start(jail: &Jail, program: &OsStr, args: &[OsString], streams: Streams) -> Result<Jailed, JailError> {
    parts::check(jail)?;
    let layers = layers(jail)?;
    let account = Account::of(jail.limits.output_bytes);
    let (ours, theirs) = parts::ends(streams, &account)?;
    let (environment, run) = parts::environment(jail);
    let listener = jail
        .gateway
        .map(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)));
    let start = Start {
        program: "/bin/sh".into(),
        args: words(jail, program, args),
        env: environment,
    };
    let inner = Inner {
        run,
        listener: listener.transpose()?,
        layers,
        process: start.hold_in(&jail.directory, theirs.map(Into::into))?,
        account,
        begun: Instant::now(),
        time: jail.limits.time,
        over: None,
    };
    Ok(Jailed {
        stdin: ours.stdin,
        stdout: ours.stdout,
        stderr: ours.stderr,
        inner,
    })
}

fn layers(jail: &Jail) -> Result<Layers, JailError> {
    let is_there = Path::new(SANDBOX_EXEC).exists();
    let layers = Layers {
        profile: is_there,
        missing: vec!["namespaces: this system has none".to_owned()],
        ..Layers::default()
    };
    if layers.jail_level() >= jail.least.max(Level::Base) {
        return Ok(layers);
    }
    Err(JailError::TooWeak {
        got: layers.jail_level(),
        least: jail.least,
        why: layers.missing.join("; "),
    })
}

fn words(jail: &Jail, program: &OsStr, args: &[OsString]) -> Vec<OsString> {
    let limits = &jail.limits;
    let numbers = [
        limits.file_bytes / 512,
        limits.descriptors,
        limits.processor_seconds,
    ];
    let mut words: Vec<OsString> = vec!["-c".into(), LIMITED.into(), "sh".into()];
    words.extend(numbers.map(|number| number.to_string().into()));
    words.extend([
        SANDBOX_EXEC.into(),
        "-p".into(),
        profile(jail).into(),
        program.to_owned(),
    ]);
    words.extend_from_slice(args);
    words
}

/// Cannot tell whose a process is: another's environment is not shown.
pub fn sweep(_: &str) -> usize {
    0
}

pub fn serve() -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
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

    pub fn wait(&mut self, interrupt: &Interrupt) -> io::Result<Ended> {
        if let Some(over) = self.over {
            return Ok(over);
        }
        let ended = loop {
            if let Some((code, signal)) = self.process.how_ended()? {
                break code.map_or(Ended::Signal(signal.unwrap_or(0)), Ended::Code);
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
            std::thread::sleep(LOOK);
        };
        self.over = Some(ended);
        self.settle();
        Ok(ended)
    }

    pub fn has_written_too_much(&self) -> bool {
        self.account.is_over()
    }

    pub fn kill(&mut self) {
        if self.over.is_none() {
            self.over = Some(Ended::Killed);
        }
        self.settle();
    }

    /// Ends the command's group, and waits for the command.
    fn settle(&mut self) {
        if let Some(group) = i32::try_from(self.process.id()).ok().and_then(Pid::from_raw) {
            // It may be gone already.
            let _ = kill_process_group(group, Signal::KILL);
        }
        self.process.end();
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.kill();
    }
}
