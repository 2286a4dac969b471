//! The escape battery: a command in a jail really tries what it must not be able to do, against victims that
//! are set up for it, and this says what became of each attempt.
//!
//! What must be possible is tried too, for a jail in which nothing works denies everything. Nothing that is
//! tried harms the machine should it work.

mod files;
mod kernel;
mod network;
mod probe;
mod processes;
mod victims;

pub use probe::serve;

use super::jail::{self, Ended, Flow, Jail, JailError, Limits, Purpose, Streams, Without};
use super::{Layers, Level};
use crate::sys::signal::Interrupt;
use crate::sys::{env, held};
use serde::{Deserialize, Serialize};
use std::io::{self, Write};
use std::path::PathBuf;
use std::time::Duration;
use victims::{Victims, World};

/// The subcommand that makes the attempts.
pub const WORD: &str = "jail-probe";

/// The most time for all attempts.
const TIME: Duration = Duration::from_secs(60);

/// When an attempt is known to be possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    /// Never.
    Never,
    /// Always, and it does no harm.
    Always,
    /// Where there are no namespaces.
    Bare,
    /// Where there are no namespaces, and rights and times are not pretended to change.
    BareCreator,
    /// Where there are no namespaces, and Landlock is too old for it.
    BareOld,
    /// Unless its place is hidden by namespaces.
    Unhidden,
}

/// Something to try.
struct Row {
    name: &'static str,
    /// Whether it must work; a validator's then works, or is told to have.
    must: bool,
    open: Open,
    why: &'static str,
    attempt: fn(&World) -> io::Result<()>,
}

/// An attempt that must be denied.
const fn never(name: &'static str, attempt: fn(&World) -> io::Result<()>) -> Row {
    open(name, Open::Never, "", attempt)
}

/// An attempt that is known to be possible under some conditions.
const fn open(
    name: &'static str,
    open: Open,
    why: &'static str,
    attempt: fn(&World) -> io::Result<()>,
) -> Row {
    Row {
        name,
        must: false,
        open,
        why,
        attempt,
    }
}

/// Something that must work.
const fn works(name: &'static str, attempt: fn(&World) -> io::Result<()>) -> Row {
    Row {
        name,
        must: true,
        open: Open::Always,
        why: "",
        attempt,
    }
}

/// Everything that is tried, in this order.
fn rows() -> impl Iterator<Item = &'static Row> {
    let rooms = [files::ROWS, processes::ROWS, network::ROWS, kernel::ROWS];
    rooms.into_iter().flatten()
}

/// What became of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// The system refused it.
    Denied,
    /// It was possible.
    Allowed,
    /// This machine has not what is attacked.
    Absent,
    /// What must work did not, or nothing was heard of it.
    Broken,
}

/// Something that was tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Attempt {
    /// What it was.
    pub name: &'static str,
    /// Whether it must work.
    pub must: bool,
    /// What became of it.
    pub outcome: Outcome,
    /// What the system said, if it refused.
    pub said: Option<String>,
    /// Whether this outcome is what is expected of these layers.
    pub expected: bool,
    /// Why it stays open, if it does.
    pub why: Option<&'static str>,
}

/// What a battery has shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// What held the command that tried.
    pub layers: Layers,
    /// What that amounts to.
    pub level: Level,
    /// Whose jail it was.
    pub purpose: Purpose,
    /// What was tried.
    pub attempts: Vec<Attempt>,
    /// What was not as before afterwards.
    pub changed: Vec<String>,
}

impl Report {
    /// Whether everything is as these layers promise.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.changed.is_empty() && self.attempts.iter().all(|attempt| attempt.expected)
    }

    /// Returns the attempts that were possible and need not be.
    pub fn open(&self) -> impl Iterator<Item = &Attempt> {
        let all = self.attempts.iter();
        all.filter(|attempt| !attempt.must && attempt.outcome == Outcome::Allowed)
    }
}

/// Which jail to try.
#[derive(Debug, Clone)]
pub struct Options {
    /// Whose jail it is.
    pub purpose: Purpose,
    /// What is left out of it.
    pub without: Without,
    /// Whether the directory of the secrets is hidden, as homes are.
    pub hides: bool,
    /// The program that has the subcommands.
    pub launcher: PathBuf,
    /// The number of a descriptor that was left open to be inherited.
    pub left_open: Option<i32>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            purpose: Purpose::default(),
            without: Without::default(),
            hides: true,
            launcher: held::own_program(),
            left_open: None,
        }
    }
}

/// Tries everything.
///
/// # Errors
/// When the jail or its victims cannot be set up.
pub fn run(options: &Options) -> Result<Report, JailError> {
    let victims = Victims::new(options)?;
    let before = victims.state()?;
    let jail = jail_of(options, &victims)?;
    let program = match env::program().filter(|_| options.launcher == held::own_program()) {
        Some(program) => program,
        None => options.launcher.clone(),
    };
    let streams = Streams {
        stdin: Flow::Pipe,
        stdout: Flow::Pipe,
        stderr: Flow::Null,
    };
    let mut jailed = jail::start(&jail, program.as_os_str(), &[WORD.into()], streams)?;
    let world = serde_json::to_vec(&victims.world).map_err(io::Error::from)?;
    if let Some(mut stdin) = jailed.stdin.take() {
        stdin.write_all(&world)?;
    }
    let finished = jailed.finish(&Interrupt::default())?;
    let heard = String::from_utf8_lossy(&finished.stdout).into_owned();
    let layers = jailed.layers().clone();
    let mut attempts: Vec<Attempt> = rows().map(|row| told(row, &heard, &layers, options)).collect();
    if finished.ended != Ended::Code(0) {
        // Whatever was not heard of is broken already; this says why.
        let silent = attempts.iter_mut().filter(|a| a.outcome == Outcome::Broken);
        silent.for_each(|a| a.said = Some(format!("the command that tries ended: {:?}", finished.ended)));
    }
    let metadata = attempts
        .iter()
        .any(|a| a.outcome == Outcome::Allowed && is_metadata(a.name));
    Ok(Report {
        level: layers.jail_level(),
        layers,
        purpose: options.purpose,
        attempts,
        changed: victims::changed(&before, &victims.state()?, metadata),
    })
}

/// The jail in which it is tried.
fn jail_of(options: &Options, victims: &Victims) -> io::Result<Jail> {
    let world = &victims.world;
    let program = env::program().unwrap_or_default();
    Ok(Jail {
        writable: vec![world.inside.clone()],
        readable: vec![world.outside.clone(), program, options.launcher.canonicalize()?],
        hidden: if options.hides {
            vec![world.home.clone()]
        } else {
            Vec::new()
        },
        directory: world.inside.clone(),
        environment: vec![
            ("HOME".into(), world.home.clone().into()),
            ("PATH".into(), "/usr/bin:/bin".into()),
        ],
        gateway: Some(world.port),
        servers: false,
        limits: Limits {
            time: TIME,
            ..Limits::default()
        },
        purpose: options.purpose,
        least: Level::None,
        without: options.without,
        launcher: options.launcher.clone(),
        tmp: None,
    })
}

/// What the probe says of an attempt.
#[derive(Debug, Serialize, Deserialize)]
struct Told {
    name: String,
    refused: Option<String>,
    is_absent: bool,
}

fn told(row: &'static Row, heard: &str, layers: &Layers, options: &Options) -> Attempt {
    let mut lines = heard
        .lines()
        .filter_map(|line| serde_json::from_str::<Told>(line).ok());
    let told = lines.find(|told| told.name == row.name);
    let said = told.as_ref().and_then(|told| told.refused.clone());
    let outcome = match &told {
        None => Outcome::Broken,
        Some(told) if told.refused.is_none() => Outcome::Allowed,
        Some(_) if row.must => Outcome::Broken,
        Some(told) if told.is_absent => Outcome::Absent,
        Some(_) => Outcome::Denied,
    };
    let may = may_be_open(row.open, layers, options);
    let expected = match outcome {
        Outcome::Allowed => row.must || may,
        Outcome::Denied | Outcome::Absent => true,
        Outcome::Broken => false,
    };
    let is_open = outcome == Outcome::Allowed && !row.must;
    Attempt {
        name: row.name,
        must: row.must,
        outcome,
        said,
        expected,
        why: (is_open && may).then_some(row.why),
    }
}

/// Whether an attempt may be possible under these layers.
fn may_be_open(open: Open, layers: &Layers, options: &Options) -> bool {
    let bare = !layers.namespaces;
    match open {
        Open::Never => false,
        Open::Always => true,
        Open::Bare => bare,
        Open::BareCreator => bare && options.purpose == Purpose::Creator,
        Open::BareOld => bare && layers.landlock < super::level::WHOLE_LANDLOCK,
        Open::Unhidden => bare || !options.hides,
    }
}

/// Whether an attempt is on the rights, times and attributes of a file.
fn is_metadata(name: &str) -> bool {
    files::ROWS
        .iter()
        .any(|row| row.name == name && row.open == Open::BareCreator)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn there_are_61_attempts_and_8_things_that_must_work_each_by_its_own_name() {
        let (must, attempts): (Vec<_>, Vec<_>) = rows().partition(|row| row.must);
        assert_eq!((attempts.len(), must.len()), (61, 8));
        let names: BTreeSet<_> = rows().map(|row| row.name).collect();
        assert_eq!(names.len(), 69);
    }

    #[test]
    fn what_stays_open_says_why() {
        for row in rows().filter(|row| !row.must) {
            assert_eq!(row.open == Open::Never, row.why.is_empty(), "{}", row.name);
        }
    }

    #[test]
    fn what_is_possible_and_must_not_be_is_unexpected() {
        let row = rows().find(|row| row.name == "overwrite a file outside").unwrap();
        let layers = Layers::default();
        let told = |heard: &str| {
            let attempt = told(row, heard, &layers, &Options::default());
            (attempt.outcome, attempt.expected)
        };
        let line = |refused| {
            format!(
                "{{\"name\":\"{}\",\"refused\":{refused},\"is_absent\":false}}",
                row.name
            )
        };
        assert_eq!(told(&line("null")), (Outcome::Allowed, false));
        assert_eq!(told(&line("\"no\"")), (Outcome::Denied, true));
        assert_eq!(told(""), (Outcome::Broken, false));
    }
}
