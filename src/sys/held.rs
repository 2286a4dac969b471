//! Child processes that are spoken with, and never outlive what holds them.
#![expect(
    clippy::disallowed_methods,
    reason = "this is the door that the lint points to"
)]

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// A program to hold. It gets these variables and no others.
#[derive(Debug, Default)]
pub struct Start {
    /// The program: a path.
    pub program: OsString,
    /// Its arguments.
    pub args: Vec<OsString>,
    /// Its environment.
    pub env: Vec<(OsString, OsString)>,
}

/// A child process. It is killed, and waited for, when this is dropped.
#[derive(Debug)]
pub struct Held(Child);

impl Start {
    /// Starts the program with these for its standard input and output, in a group of its own, so that what a
    /// terminal sends to ours does not reach it.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn hold(&self, stdin: impl Into<Stdio>, stdout: impl Into<Stdio>) -> io::Result<Held> {
        let mut command = Command::new(&self.program);
        command
            .args(&self.args)
            .env_clear()
            .envs(self.env.iter().map(|(name, value)| (name, value)))
            .stdin(stdin)
            .stdout(stdout)
            .stderr(Stdio::null());
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        command.spawn().map(Held)
    }
}

impl Held {
    /// Returns the number of the process.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.0.id()
    }

    /// Whether it has ended. Who is not told takes it to have.
    pub fn has_ended(&mut self) -> bool {
        !matches!(self.0.try_wait(), Ok(None))
    }

    /// Kills it, and waits for its end.
    pub fn end(&mut self) {
        // It may be gone already.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.end();
    }
}

/// Returns this program itself, on Linux also when its file was replaced since it was started; empty if the
/// system does not tell.
#[must_use]
pub fn own_program() -> PathBuf {
    match cfg!(target_os = "linux") {
        true => PathBuf::from("/proc/self/exe"),
        false => std::env::current_exe().unwrap_or_default(),
    }
}

/// Returns those of these variables that are set.
#[must_use]
pub fn variables(names: &[&str]) -> Vec<(OsString, OsString)> {
    let found = names
        .iter()
        .filter_map(|name| Some(((*name).into(), std::env::var_os(name)?)));
    found.collect()
}

/// Starts this program, which says its version, and waits for its end.
///
/// # Errors
/// When it cannot be started.
pub fn start_and_wait() -> io::Result<()> {
    version().status().map(drop)
}

/// Becomes this program, which says its version; returns only if that is denied.
///
/// # Errors
/// Always, if it returns.
pub fn become_another() -> io::Result<()> {
    let mut command = version();
    #[cfg(unix)]
    return Err(std::os::unix::process::CommandExt::exec(&mut command));
    #[cfg(not(unix))]
    command.status().map(drop)
}

/// Becomes a program with these variables and no others; returns only if that fails, and says why.
#[cfg(unix)]
#[must_use]
pub fn become_program(program: &OsStr, args: &[OsString], env: &[(OsString, OsString)]) -> io::Error {
    let mut command = Command::new(program);
    let env = env.iter().map(|(name, value)| (name, value));
    command.args(args).env_clear().envs(env);
    std::os::unix::process::CommandExt::exec(&mut command)
}

/// Whatever it has open stays open: to open anything may be denied, and that is not what is asked.
fn version() -> Command {
    let mut command = Command::new(own_program());
    command.arg("--version");
    command
}
