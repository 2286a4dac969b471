//! The one `git` subprocess: for what gix does not read, and for questions whose answer is git's own.

use crate::sys::process::{Output, Run};
use bstr::ByteVec;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long git may take for one answer.
const LIMIT: Duration = Duration::from_secs(60);

/// The variables that tie a process to one repository: `git rev-parse --local-env-vars`.
const LOCAL: [&str; 15] = [
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_CONFIG",
    "GIT_CONFIG_COUNT",
    "GIT_CONFIG_PARAMETERS",
    "GIT_DIR",
    "GIT_GRAFT_FILE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
];

/// What keeps git to the repository that it is told.
const ALONE: [(&str, &str); 14] = [
    ("HOME", "/nonexistent"),
    ("XDG_CONFIG_HOME", "/nonexistent"),
    ("GIT_CONFIG_NOSYSTEM", "1"),
    ("GIT_CONFIG_SYSTEM", "/dev/null"),
    ("GIT_CONFIG_GLOBAL", "/dev/null"),
    ("GIT_ATTR_NOSYSTEM", "1"),
    ("GIT_NO_LAZY_FETCH", "1"),
    ("GIT_NO_REPLACE_OBJECTS", "1"),
    ("GIT_ALLOW_PROTOCOL", ""),
    ("GIT_ASKPASS", ""),
    ("SSH_ASKPASS", ""),
    ("GIT_EDITOR", "false"),
    ("GIT_PAGER", "cat"),
    ("GIT_CEILING_DIRECTORIES", "/"),
];

/// Why git did not answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It could not be started, or took too long.
    #[error("`git {0}` could not be run")]
    Run(String, #[source] io::Error),
    /// It said no.
    #[error("`git {0}` failed: {1}")]
    Failed(String, String),
}

/// Returns the version of git, by its own word; `None`: it cannot be run.
#[must_use]
pub fn version() -> Option<String> {
    let said = Git::new(Path::new(".")).run(&["--version"]).ok()?;
    let said = String::from_utf8_lossy(&said);
    Some(said.trim().trim_start_matches("git version ").to_owned())
}

/// A `git` that runs in one directory.
#[derive(Debug, Clone)]
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

    /// Prepares `git` for the repository around a directory, whatever repository the environment names.
    #[must_use]
    pub fn apart(dir: &Path) -> Self {
        let mut git = Self::new(dir);
        git.run.env.extend(LOCAL.map(|name| (name.into(), None)));
        git
    }

    /// Prepares `git` with nothing of this process's environment, and nothing of the user's or the machine's
    /// configuration: it finds its repository only by `GIT_DIR`, asks nobody, and fetches nothing.
    #[must_use]
    pub fn alone(dir: &Path) -> Self {
        let mut git = Self::new(dir);
        git.run.clear = true;
        // A program search path, and what the system needs to start a program at all.
        let usual = crate::sys::job::environment(&[]).into_iter();
        let usual = usual.map(|(name, value)| (name, Some(value)));
        git.run.env.splice(0..0, usual);
        for (name, value) in ALONE {
            git = git.env(name, value);
        }
        git
    }

    /// Lets git run in another directory.
    #[must_use]
    pub fn in_dir(mut self, dir: &Path) -> Self {
        self.run.dir = Some(dir.to_owned());
        self
    }

    /// Gives git more time, or less.
    #[must_use]
    pub fn limit(mut self, limit: Duration) -> Self {
        self.run.limit = limit;
        self
    }

    /// Sets a variable.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.run.env.push((name.into(), Some(value.into())));
        self
    }

    /// Takes a variable away.
    #[must_use]
    pub fn unset(mut self, name: &str) -> Self {
        self.run.env.push((name.into(), None));
        self
    }

    /// Gives git something to read.
    #[must_use]
    pub fn input(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.run.input = Some(bytes.into());
        self
    }

    /// Runs git and returns what it printed.
    ///
    /// # Errors
    /// When git is not there, takes too long, or says no: with the first line of what it said.
    pub fn run(&self, args: &[&str]) -> Result<Vec<u8>, Error> {
        let output = self.output(args)?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        Err(refusal(args, &output))
    }

    /// Asks git something it may answer with "no": exit code 1, which gives `None`.
    ///
    /// # Errors
    /// As [`Git::run`], for every other exit code.
    pub fn ask(&self, args: &[&str]) -> Result<Option<Vec<u8>>, Error> {
        let output = self.output(args)?;
        match output.status.code() {
            Some(0) => Ok(Some(output.stdout)),
            Some(1) => Ok(None),
            _ => Err(refusal(args, &output)),
        }
    }

    /// Asks git something that it answers with yes (exit code 0) or no (1), and returns what it printed with that.
    ///
    /// # Errors
    /// As [`Git::run`], for every other exit code.
    pub fn answer(&self, args: &[&str]) -> Result<(bool, Vec<u8>), Error> {
        let output = self.output(args)?;
        match output.status.code() {
            Some(code @ (0 | 1)) => Ok((code == 0, output.stdout)),
            _ => Err(refusal(args, &output)),
        }
    }

    /// Runs git and reads one path from its output, which ends with one line end.
    ///
    /// # Errors
    /// As [`Git::run`].
    pub fn path(&self, args: &[&str]) -> Result<PathBuf, Error> {
        let mut bytes = self.run(args)?;
        if bytes.ends_with(b"\n") {
            bytes.pop();
        }
        Ok(bytes.into_path_buf_lossy())
    }

    fn output(&self, args: &[&str]) -> Result<Output, Error> {
        let mut run = self.run.clone();
        run.args = args.iter().map(OsString::from).collect();
        run.output().map_err(|e| Error::Run(args.join(" "), e))
    }
}

fn refusal(args: &[&str], output: &Output) -> Error {
    let said = String::from_utf8_lossy(&output.stderr);
    let first = said.lines().next().unwrap_or("it said nothing");
    let first = first.strip_prefix("fatal: ").unwrap_or(first);
    Error::Failed(args.join(" "), first.to_owned())
}
