//! Child processes: always with a time limit, never through a shell, never left behind.
#![expect(
    clippy::disallowed_methods,
    reason = "this is the door that the lint points to"
)]

use std::ffi::{OsStr, OsString};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// A program to run.
#[derive(Debug, Clone)]
pub struct Run {
    /// The program: a path, or a name to find on `PATH`.
    pub program: OsString,
    /// Its arguments.
    pub args: Vec<OsString>,
    /// The directory to run in; `None` is this one.
    pub dir: Option<PathBuf>,
    /// Whether it gets nothing of this process's environment.
    pub clear: bool,
    /// Variables to set (`Some`) or to take away (`None`).
    pub env: Vec<(OsString, Option<OsString>)>,
    /// What it reads on standard input; `None`: nothing.
    pub input: Option<Vec<u8>>,
    /// Whether its output goes where ours goes, instead of being kept.
    pub inherit: bool,
    /// How long it may take.
    pub limit: Duration,
}

/// What a program left behind.
#[derive(Debug)]
pub struct Output {
    /// How it ended.
    pub status: ExitStatus,
    /// What it wrote to standard output, unless inherited.
    pub stdout: Vec<u8>,
    /// What it wrote to standard error, unless inherited.
    pub stderr: Vec<u8>,
}

impl Run {
    /// A program without arguments that may take `limit`.
    pub fn new(program: impl Into<OsString>, limit: Duration) -> Self {
        Self {
            program: program.into(),
            args: Vec::new(),
            dir: None,
            clear: false,
            env: Vec::new(),
            input: None,
            inherit: false,
            limit,
        }
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<I: IntoIterator<Item = S>, S: Into<OsString>>(mut self, args: I) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// Runs the program to its end.
    ///
    /// # Errors
    /// When it cannot be started, and `TimedOut` when the limit came first: the program is then killed.
    pub fn output(&self) -> io::Result<Output> {
        let mut child = self.spawn()?;
        let feed = child.stdin.take().zip(self.input.clone());
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        std::thread::scope(|scope| {
            if let Some((mut stdin, bytes)) = feed {
                // A program need not read its input: a broken pipe is its right.
                scope.spawn(move || drop(stdin.write_all(&bytes)));
            }
            let stdout = scope.spawn(|| drain(stdout));
            let stderr = scope.spawn(|| drain(stderr));
            let status = wait(&mut child, self.limit)?;
            Ok(Output {
                status,
                stdout: stdout.join().unwrap_or_default(),
                stderr: stderr.join().unwrap_or_default(),
            })
        })
    }

    fn spawn(&self) -> io::Result<Child> {
        let mut command = Command::new(&self.program);
        command.args(&self.args);
        if let Some(dir) = &self.dir {
            command.current_dir(dir);
        }
        if self.clear {
            command.env_clear();
        }
        for (name, value) in &self.env {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        let out = || {
            if self.inherit {
                Stdio::inherit()
            } else {
                Stdio::piped()
            }
        };
        command.stdin(if self.input.is_some() {
            Stdio::piped()
        } else {
            Stdio::null()
        });
        command.stdout(out()).stderr(out()).spawn()
    }
}

/// Starts a program that goes on when this one ends, in a group of its own, with nothing to read and nowhere to
/// write.
///
/// # Errors
/// When it cannot be started.
pub fn detach(program: &OsStr, args: &[String], dir: &Path) -> io::Result<()> {
    let mut command = Command::new(program);
    command.args(args).current_dir(dir);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    // A signal to the terminal's group is not meant for it.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    // What git says about its own process is not true later.
    for name in [
        "GIT_DIR",
        "GIT_INDEX_FILE",
        "GIT_WORK_TREE",
        "GIT_PREFIX",
        "GIT_EDITOR",
    ] {
        command.env_remove(name);
    }
    command.spawn().map(drop)
}

fn drain(stream: Option<impl Read>) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(mut stream) = stream {
        // What was read before an error is still worth showing.
        drop(stream.read_to_end(&mut bytes));
    }
    bytes
}

fn wait(child: &mut Child, limit: Duration) -> io::Result<ExitStatus> {
    let start = Instant::now();
    let mut pause = Duration::from_micros(200);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if start.elapsed() >= limit {
            child.kill()?;
            child.wait()?;
            return Err(io::Error::new(
                io::ErrorKind::TimedOut,
                format!("no end within {limit:?}"),
            ));
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    }
}
