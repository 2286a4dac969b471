//! Runs one command in a checkout.

use super::parse::{self, Parsed, Text};
use super::spec::Spec;
use crate::sys::job::{End, Ended, Job, environment};
use crate::sys::signal::Interrupt;
use crate::sys::{dirs, file};
use bstr::{BString, ByteSlice};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The most bytes that a command may write to each of its streams, and to its report.
const MOST: u64 = 16 << 20;
/// The most bytes of files that are arguments of one run.
const ARGUMENTS: usize = if cfg!(windows) { 20_000 } else { 100_000 };

/// Where and how long a command runs.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The checkout.
    pub root: &'a Path,
    /// The files that it is given, from the root, if it asks for them.
    pub files: &'a [BString],
    /// When it must have ended.
    pub until: Instant,
    /// Calls it off.
    pub interrupt: &'a Interrupt,
}

/// What came of a command.
#[derive(Debug, Default)]
pub struct Ran {
    /// What it reported.
    pub parsed: Vec<Parsed>,
    /// Why it did not look at everything.
    pub failed: Option<String>,
    /// The last line that it wrote to standard error.
    pub said: String,
    /// Whether the time was up.
    pub timed_out: bool,
}

/// Runs a command, in as many runs as its files need.
#[must_use]
pub fn run(spec: &Spec, place: &Place<'_>) -> Ran {
    let mut ran = Ran::default();
    let until = place.until.min(Instant::now() + spec.timeout);
    for files in chunks(spec, place.files) {
        one(spec, place, files, until, &mut ran);
        if ran.timed_out || ran.failed.is_some() {
            break;
        }
    }
    ran
}

fn one(spec: &Spec, place: &Place<'_>, files: Vec<OsString>, until: Instant, ran: &mut Ran) {
    let dir = place.root.join(&spec.dir);
    let report = spec.report.as_ref().map(|name| dir.join(name));
    if let Some(report) = &report {
        // What the tree brings is no report of this run.
        drop(dirs::remove(report));
    }
    let job = job(
        spec,
        place.root,
        dir,
        files,
        until.saturating_duration_since(Instant::now()),
    );
    let ended = match job.run(place.interrupt) {
        Ok(ended) => ended,
        Err(error) => {
            ran.failed = Some(not_started(spec, &job, &error));
            return;
        }
    };
    ran.said = last_line(&ended.stderr);
    ran.timed_out = matches!(ended.end, End::TimedOut);
    let parsed = output(place.root, report.as_deref(), &ended).and_then(|out| {
        (spec.parser.parse)(&Text {
            out: &out,
            err: &ended.stderr,
            regex: spec.regex.as_ref(),
            code: match ended.end {
                End::Code(code) => code,
                _ => 0,
            },
        })
        .map_err(|e| e.to_string())
    });
    ran.failed = why_failed(spec, ended.end, &parsed);
    // An exit code that says that nothing ran says nothing about the change.
    let says_nothing = ran.failed.is_some() && std::ptr::eq(spec.parser, parse::none());
    ran.parsed.extend(parsed.ok().filter(|_| !says_nothing));
}

fn job(spec: &Spec, root: &Path, dir: PathBuf, files: Vec<OsString>, limit: Duration) -> Job {
    let program = spec.run.first().map(String::as_str).unwrap_or_default();
    let mut env = environment(&spec.env);
    // The checkout is no repository, and must not be taken for a part of one around it.
    if let Some(above) = root.parent() {
        env.push(("GIT_CEILING_DIRECTORIES".into(), above.into()));
    }
    Job {
        program: match program.contains(['/', std::path::MAIN_SEPARATOR]) {
            true => dir.join(program).into(),
            false => program.into(),
        },
        args: spec.run.iter().skip(1).map(OsString::from).chain(files).collect(),
        dir,
        env,
        limit,
        most: MOST,
    }
}

/// Returns what a command wrote its findings to.
fn output(root: &Path, report: Option<&Path>, ended: &Ended) -> Result<Vec<u8>, String> {
    let Some(report) = report else {
        return Ok(ended.stdout.clone());
    };
    let failed = |e: std::io::Error| format!("its report cannot be read: {e}");
    // A link could name any file of this machine.
    let real = report.canonicalize().map_err(failed)?;
    let root = root.canonicalize().map_err(failed)?;
    if !real.starts_with(root) || !real.is_file() {
        return Err("its report is no file of the checkout".to_owned());
    }
    file::read(&real, MOST).map_err(failed)
}

/// Says why a command did not look at everything, if it did not.
fn why_failed(spec: &Spec, end: End, parsed: &Result<Parsed, String>) -> Option<String> {
    let code = match end {
        End::Code(code) => code,
        End::Signal(Some(signal)) => return Some(format!("it was ended by signal {signal}")),
        End::Signal(None) => return Some("it was ended by a signal".to_owned()),
        End::TooMuch => return Some(format!("it wrote more than {} MiB", MOST >> 20)),
        End::TimedOut | End::Interrupted => return None,
    };
    if !spec.is_ok(code) {
        return Some(format!("it ended with exit code {code}"));
    }
    match parsed {
        Err(why) => Some(why.clone()),
        Ok(parsed) if parsed.incomplete.is_some() => parsed.incomplete.clone(),
        Ok(parsed) if code != 0 && parsed.reports.is_empty() && parsed.allowed == 0 => {
            let name = spec.parser.name;
            Some(format!(
                "it ended with exit code {code}, and reported nothing as `{name}`"
            ))
        }
        Ok(_) => None,
    }
}

fn not_started(spec: &Spec, job: &Job, error: &std::io::Error) -> String {
    let program = spec.run.first().map(String::as_str).unwrap_or_default();
    if !job.dir.is_dir() {
        return format!("there is no directory `{}`", spec.dir);
    }
    match error.kind() {
        std::io::ErrorKind::NotFound => format!("`{program}` is not there; install it, or put it on `PATH`"),
        _ => format!("`{program}` cannot be started: {error}"),
    }
}

/// Returns the arguments of each run: one run without files for a command that takes none.
fn chunks(spec: &Spec, files: &[BString]) -> Vec<Vec<OsString>> {
    if !spec.files {
        return vec![Vec::new()];
    }
    let (mut all, mut size) = (Vec::<Vec<OsString>>::new(), ARGUMENTS);
    for file in files.iter().filter_map(|file| argument(file, &spec.dir)) {
        size += file.len() + 1;
        if size > ARGUMENTS {
            all.push(Vec::new());
            size = file.len();
        }
        if let Some(last) = all.last_mut() {
            last.push(file);
        }
    }
    all
}

/// Returns a file as an argument, which no program takes for an option; `None`: it is not below the directory.
fn argument(file: &BString, dir: &str) -> Option<OsString> {
    let path: &[u8] = match dir {
        "" => file,
        dir => file.strip_prefix(dir.as_bytes())?.strip_prefix(b"/")?,
    };
    let path = match path.starts_with(b"-") {
        true => [b"./", path].concat(),
        false => path.to_owned(),
    };
    path.to_os_str().ok().map(ToOwned::to_owned)
}

/// Returns the last line that says something.
fn last_line(bytes: &[u8]) -> String {
    let text = parse::plain(bytes);
    let mut lines = text.lines().rev().map(str::trim);
    lines.find(|line| !line.is_empty()).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_arguments_from_the_directory() {
        let arg =
            |file: &str, dir: &str| argument(&BString::from(file), dir).map(|a| a.into_string().unwrap());
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(arg("a/b.py", ""), some("a/b.py"));
        assert_eq!(arg("a/b.py", "a"), some("b.py"));
        assert_eq!(arg("ab/b.py", "a"), None);
        assert_eq!(arg("-rf", ""), some("./-rf"));
        assert_eq!(arg("a/-rf", "a"), some("./-rf"));
    }

    #[test]
    fn the_last_line_that_says_something() {
        assert_eq!(last_line(b"one\n\x1b[31mtwo\x1b[0m \n\n"), "two");
        assert_eq!(last_line(b""), "");
    }
}
