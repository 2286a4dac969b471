//! The one `git` subprocess: for what gix does not read, and for questions whose answer is git's own.

use super::Error;
use crate::sys::process::Run;
use std::ffi::OsString;
use std::path::Path;
use std::time::Duration;

/// How long git may take for one answer.
const LIMIT: Duration = Duration::from_secs(60);

/// A `git` that runs in one directory.
pub struct Git {
    run: Run,
}

impl Git {
    /// Prepares `git` for a directory, with the environment that this process has.
    #[must_use]
    pub fn new(dir: &Path) -> Self {
        let mut run = Run::new("git", LIMIT);
        run.dir = Some(dir.to_owned());
        Self { run }
            .env("LC_ALL", "C")
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("GIT_TERMINAL_PROMPT", "0")
    }

    /// Sets a variable.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.run.env.push((name.into(), Some(value.into())));
        self
    }

    /// Runs git and returns what it printed.
    ///
    /// # Errors
    /// When git is not there, takes too long, or says no: with the first line of what it said.
    pub fn run(&self, args: &[&str]) -> Result<Vec<u8>, Error> {
        let mut run = self.run.clone();
        run.args = args.iter().map(OsString::from).collect();
        let failed = |problem: String| Error::Git(args.join(" "), problem);
        let output = run.output().map_err(|e| failed(e.to_string()))?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let said = String::from_utf8_lossy(&output.stderr);
        Err(failed(
            said.lines().next().unwrap_or("it said nothing").to_owned(),
        ))
    }
}
