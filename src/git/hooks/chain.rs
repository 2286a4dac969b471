//! Runs the hook that was there before.

use super::existing::is_executable;
use super::{Error, aside};
use crate::sys::process::Run;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitStatus;
use std::time::Duration;

/// Hooks may run whole test suites; this only keeps one that hangs from hanging for ever.
const LIMIT: Duration = Duration::from_secs(60 * 60);

/// `errno` of a script without a `#!` line; git hands those to the shell, as shells do.
#[cfg(unix)]
const ENOEXEC: i32 = 8;

/// Runs the hook that is kept beside a shim, if there is one that git would run, and returns its exit
/// code; 128 + n when signal n ended it.
///
/// It gets the arguments and the standard input of the shim, its environment and its directory, and
/// writes where the shim writes.
///
/// # Errors
/// When it is there and cannot be started, or takes more than an hour.
pub fn run_chained(shim: &Path, args: &[OsString], stdin: Option<&[u8]>) -> Result<Option<i32>, Error> {
    let hook = aside(shim);
    let Ok(meta) = std::fs::metadata(&hook) else {
        return Ok(None);
    };
    if !meta.is_file() || !is_executable(&meta) {
        return Ok(None);
    }
    let status = run(&spelled(hook.clone()), args, stdin).map_err(|e| Error::Run(hook, e))?;
    Ok(Some(code(status)))
}

/// A name without a directory would be looked for on `PATH`.
fn spelled(hook: PathBuf) -> PathBuf {
    match hook.parent() {
        Some(dir) if !dir.as_os_str().is_empty() => hook,
        _ => Path::new(".").join(hook),
    }
}

#[cfg(unix)]
fn run(hook: &Path, args: &[OsString], stdin: Option<&[u8]>) -> io::Result<ExitStatus> {
    match finish(Run::new(hook, LIMIT), args, stdin) {
        Err(e) if e.raw_os_error() == Some(ENOEXEC) => {
            finish(Run::new("sh", LIMIT).args([hook]), args, stdin)
        }
        done => done,
    }
}

#[cfg(not(unix))]
fn run(hook: &Path, args: &[OsString], stdin: Option<&[u8]>) -> io::Result<ExitStatus> {
    finish(Run::new("sh", LIMIT).args([hook]), args, stdin)
}

fn finish(run: Run, args: &[OsString], stdin: Option<&[u8]>) -> io::Result<ExitStatus> {
    let mut run = run.args(args);
    run.input = stdin.map(<[u8]>::to_vec);
    run.inherit = true;
    run.output().map(|o| o.status)
}

#[cfg(unix)]
fn code(status: ExitStatus) -> i32 {
    use std::os::unix::process::ExitStatusExt;
    let signal = || 128 + status.signal().unwrap_or_default();
    status.code().unwrap_or_else(signal)
}

#[cfg(not(unix))]
fn code(status: ExitStatus) -> i32 {
    status.code().unwrap_or(1)
}
