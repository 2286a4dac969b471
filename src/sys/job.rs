//! Child processes that are ended together with all that they started.
//!
//! What they write goes to files and not through pipes: whoever keeps a pipe open would keep us waiting.
#![expect(
    clippy::disallowed_methods,
    reason = "this is the door that the lint points to"
)]

use super::file;
use super::signal::Interrupt;
use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};
use tempfile::NamedTempFile;

/// How long a program has to end by itself once it is asked to.
const GRACE: Duration = Duration::from_millis(200);
/// The longest pause between two looks at it.
const LOOK: Duration = Duration::from_millis(20);

/// A program to run to its end. It gets these variables and no others, and nothing to read.
#[derive(Debug, Clone, Default)]
pub struct Job {
    /// The program: a path, or a name to find on the `PATH` of `env`.
    pub program: OsString,
    /// Its arguments.
    pub args: Vec<OsString>,
    /// The directory to run in.
    pub dir: PathBuf,
    /// Its environment.
    pub env: Vec<(OsString, OsString)>,
    /// How long it may take.
    pub limit: Duration,
    /// The most bytes that it may write to each of its streams.
    pub most: u64,
}

/// How a job came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// It ended with this code.
    Code(i32),
    /// A signal ended it, with this number where the system tells.
    Signal(Option<i32>),
    /// It took too long.
    TimedOut,
    /// It wrote too much.
    TooMuch,
    /// The user asked the program to end.
    Interrupted,
}

/// What a job left behind.
#[derive(Debug)]
pub struct Ended {
    /// How it came to its end.
    pub end: End,
    /// The start of what it wrote to standard output.
    pub stdout: Vec<u8>,
    /// The start of what it wrote to standard error.
    pub stderr: Vec<u8>,
}

impl Job {
    /// Runs the program, and ends whatever it started and left behind.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn run(&self, interrupt: &Interrupt) -> io::Result<Ended> {
        let (out, err) = (NamedTempFile::new()?, NamedTempFile::new()?);
        let mut child = self.spawn(out.reopen()?, err.reopen()?)?;
        let is_too_much = || [&out, &err].iter().any(|file| length(file) > self.most);
        let end = self.wait(&mut child, interrupt, &is_too_much)?;
        finish(&mut child);
        let read = |file: &NamedTempFile| file::read_start(file.path(), self.most);
        Ok(Ended {
            end,
            stdout: read(&out)?,
            stderr: read(&err)?,
        })
    }

    /// The one place where such a program is started: what takes rights away from it belongs here.
    fn spawn(&self, out: File, err: File) -> io::Result<Child> {
        let mut command = Command::new(&self.program);
        command
            .args(&self.args)
            .current_dir(&self.dir)
            .env_clear()
            .envs(self.env.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(out)
            .stderr(err);
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        command.spawn()
    }

    fn wait(
        &self,
        child: &mut Child,
        interrupt: &Interrupt,
        is_too_much: &dyn Fn() -> bool,
    ) -> io::Result<End> {
        let start = Instant::now();
        let mut pause = Duration::from_micros(500);
        loop {
            if let Some(status) = child.try_wait()? {
                return Ok(if is_too_much() { End::TooMuch } else { end(status) });
            }
            if interrupt.check().is_err() {
                return Ok(End::Interrupted);
            }
            if start.elapsed() >= self.limit {
                return Ok(End::TimedOut);
            }
            if is_too_much() {
                return Ok(End::TooMuch);
            }
            std::thread::sleep(pause.min(self.limit.saturating_sub(start.elapsed())));
            pause = (pause * 2).min(LOOK);
        }
    }
}

fn length(file: &NamedTempFile) -> u64 {
    file.as_file().metadata().map_or(0, |meta| meta.len())
}

#[cfg(unix)]
fn end(status: ExitStatus) -> End {
    use std::os::unix::process::ExitStatusExt;
    status
        .code()
        .map_or_else(|| End::Signal(status.signal()), End::Code)
}

#[cfg(not(unix))]
fn end(status: ExitStatus) -> End {
    status.code().map_or(End::Signal(None), End::Code)
}

/// Ends a program that still runs, gently first, and whatever is left of its group.
fn finish(child: &mut Child) {
    if matches!(child.try_wait(), Ok(None)) {
        signal_group(child, false);
        let start = Instant::now();
        while start.elapsed() < GRACE && matches!(child.try_wait(), Ok(None)) {
            std::thread::sleep(Duration::from_millis(2));
        }
    }
    signal_group(child, true);
    // It may be gone already.
    drop(child.kill());
    drop(child.wait());
}

#[cfg(unix)]
fn signal_group(child: &Child, hard: bool) {
    use rustix::process::{Pid, Signal, kill_process_group};
    let signal = if hard { Signal::KILL } else { Signal::TERM };
    if let Some(group) = i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
        // The group may be gone already.
        let _ = kill_process_group(group, signal);
    }
}

#[cfg(not(unix))]
fn signal_group(_: &Child, _: bool) {}

/// Returns the variables that a program needs to run at all, and those of these names; relative places of
/// `PATH` are left out, for they would lie in what is judged.
#[must_use]
pub fn environment(names: &[String]) -> Vec<(OsString, OsString)> {
    let all = USUAL.iter().copied().chain(names.iter().map(String::as_str));
    let mut found = Vec::new();
    for name in all.filter(|name| !name.is_empty() && !name.contains(['=', '\0'])) {
        if let Some(value) = std::env::var_os(name) {
            let value = if name == "PATH" { absolute(&value) } else { value };
            found.push((name.into(), value));
        }
    }
    found
}

/// Returns all variables of this process: for a process in a jail, whose environment was made for it.
#[must_use]
pub fn inherited() -> Vec<(OsString, OsString)> {
    std::env::vars_os().collect()
}

#[cfg(not(windows))]
const USUAL: &[&str] = &["PATH", "HOME", "LANG", "TMPDIR"];
#[cfg(windows)]
const USUAL: &[&str] = &[
    "PATH",
    "PATHEXT",
    "SystemRoot",
    "ComSpec",
    "TEMP",
    "TMP",
    "USERPROFILE",
    "APPDATA",
    "LOCALAPPDATA",
    "ProgramFiles",
];

fn absolute(path: &OsString) -> OsString {
    let places = std::env::split_paths(path).filter(|place| place.is_absolute());
    std::env::join_paths(places).unwrap_or_default()
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str, limit: Duration) -> Ended {
        let dir = tempfile::tempdir().unwrap();
        let job = Job {
            program: "sh".into(),
            args: vec!["-c".into(), script.into()],
            dir: dir.path().to_owned(),
            env: environment(&[]),
            limit,
            most: 1000,
        };
        job.run(&Interrupt::default()).unwrap()
    }

    const LONG: Duration = Duration::from_secs(20);

    #[test]
    fn what_it_says_and_how_it_ends_is_told() {
        let ended = shell("echo one; echo two >&2; exit 3", LONG);
        assert_eq!(ended.end, End::Code(3));
        assert_eq!((&*ended.stdout, &*ended.stderr), (&b"one\n"[..], &b"two\n"[..]));
        assert_eq!(shell("kill -9 $$", LONG).end, End::Signal(Some(9)));
    }

    #[test]
    fn nothing_outlives_it() {
        let start = Instant::now();
        // Whoever is left behind holds the streams.
        let ended = shell("sleep 30 & echo $!", LONG);
        assert_eq!(ended.end, End::Code(0));
        let left: i32 = String::from_utf8(ended.stdout).unwrap().trim().parse().unwrap();
        let pid = rustix::process::Pid::from_raw(left).unwrap();
        while rustix::process::test_kill_process(pid).is_ok() && !is_dead(left) {
            assert!(start.elapsed() < LONG, "{left} is still there");
            std::thread::sleep(Duration::from_millis(5));
        }
        let ended = shell(
            "trap '' TERM; sleep 30 & wait; sleep 30",
            Duration::from_millis(100),
        );
        assert_eq!(ended.end, End::TimedOut);
        assert!(start.elapsed() < LONG);
    }

    /// Whether nobody has waited for a process that ended.
    fn is_dead(pid: i32) -> bool {
        let state = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        state.contains(") Z ")
    }

    #[test]
    fn it_cannot_write_without_end() {
        let ended = shell("yes", LONG);
        assert_eq!(ended.end, End::TooMuch);
        assert_eq!(ended.stdout.len(), 1000);
    }

    #[test]
    fn relative_places_of_the_path_are_left_out() {
        assert_eq!(absolute(&"/a:.::b:/c/d".into()), OsString::from("/a:/c/d"));
    }
}
