//! What every system does before it starts a command in a jail.

use super::output::Account;
use super::{Flow, Jail, JailError, Output, RUN, Streams};
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, PipeWriter};
use std::os::fd::OwnedFd;
use std::time::Instant;

/// Our ends of the streams.
pub struct Ours {
    /// What leads to its standard input.
    pub stdin: Option<PipeWriter>,
    /// What comes from its standard output.
    pub stdout: Option<Output>,
    /// What comes from its standard error.
    pub stderr: Option<Output>,
}

/// Insists on what is said of a jail.
pub fn check(jail: &Jail) -> Result<(), JailError> {
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

/// Makes both ends of the streams: ours, and the command's.
pub fn ends(streams: Streams, account: &Account) -> io::Result<(Ours, [OwnedFd; 3])> {
    let (stdin, first) = match streams.stdin {
        Flow::Null => (None, null()?),
        Flow::File(file) => (None, file.into()),
        Flow::Pipe => {
            let (from, to) = io::pipe()?;
            (Some(to), from.into())
        }
    };
    let (stdout, second) = out(streams.stdout, account)?;
    let (stderr, third) = out(streams.stderr, account)?;
    let ours = Ours {
        stdin,
        stdout,
        stderr,
    };
    Ok((ours, [first, second, third]))
}

fn null() -> io::Result<OwnedFd> {
    let file = File::options().read(true).write(true).open("/dev/null")?;
    Ok(file.into())
}

fn out(flow: Flow, account: &Account) -> io::Result<(Option<Output>, OwnedFd)> {
    match flow {
        Flow::Null => Ok((None, null()?)),
        Flow::File(file) => Ok((None, file.into())),
        Flow::Pipe => {
            let (from, to) = io::pipe()?;
            Ok((Some(Output::new(from, account.clone())), to.into()))
        }
    }
}

/// Returns the whole environment with the mark of the run, and the mark.
pub fn environment(jail: &Jail) -> (Vec<(OsString, OsString)>, String) {
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
