//! The tool that runs a command.

use super::text::shorten;
use crate::sys::job::{self, End, Job};
use crate::sys::signal::Interrupt;
use serde_json::{Map, Value};
use std::path::Path;
use std::time::Duration;

/// How long a command may take where the model does not say.
const USUAL: u64 = 120;
/// How long a command may take at most, in seconds. The session has a limit of its own.
const LONGEST: u64 = 900;
/// The most bytes that a command may write to each stream.
const MOST: u64 = 16 << 20;
/// How much of each stream is shown, in bytes.
const SHOWN: usize = 14_000;

/// Runs a command by the shell, and says what it wrote and how it ended.
pub fn run(
    root: &Path,
    command: &str,
    args: &Map<String, Value>,
    interrupt: &Interrupt,
) -> Result<String, String> {
    let asked = args.get("seconds").and_then(Value::as_u64).filter(|s| *s > 0);
    let seconds = asked.unwrap_or(USUAL).min(LONGEST);
    let job = Job {
        program: "/bin/sh".into(),
        args: vec!["-c".into(), command.into()],
        dir: root.to_owned(),
        env: job::inherited(),
        limit: Duration::from_secs(seconds),
        most: MOST,
    };
    let ended = job
        .run(interrupt)
        .map_err(|e| format!("it cannot be started: {e}"))?;
    let how = match ended.end {
        End::Code(0) => "it ended well".to_owned(),
        End::Code(code) => format!("it ended with code {code}"),
        End::Signal(signal) => format!("a signal ended it: {}", signal.unwrap_or_default()),
        End::TimedOut => format!("it was ended after {seconds} s: give more `seconds`, or do less"),
        End::TooMuch => "it was ended because it wrote too much".to_owned(),
        End::Interrupted => "it was called off".to_owned(),
    };
    let said = |name: &str, bytes: &[u8]| match bytes.is_empty() {
        true => String::new(),
        false => format!("{name}:\n{}\n", shorten(&String::from_utf8_lossy(bytes), SHOWN)),
    };
    let text = said("standard output", &ended.stdout) + &said("standard error", &ended.stderr) + &how;
    match ended.end {
        End::Code(0) => Ok(text),
        _ => Err(text),
    }
}
