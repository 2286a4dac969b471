//! Linters and tests as part of a judgement: who may run, on which checkout, and what comes of it.
//!
//! ```text
//! specs    the commands that a gate asks for
//! found    what they report, as findings
//! ```
//!
//! Each command has a checkout of its own: what one of them writes, no other one sees.

mod found;
mod specs;

pub use specs::{Chosen, Wish, check, wish};

use super::Error;
use super::validate::Secrets;
use super::wire::Wired;
use crate::command::{self, Place, Ran};
use crate::git::{self, CheckoutBounds, LARGEST, Reader, Readers, Repository};
use crate::model::{ChangeSet, CheckRun, Outcome, visible};
use crate::sys::clock::Deadline;
use crate::sys::signal::Interrupt;
use bstr::{BStr, BString, ByteSlice};
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// The time that is kept for what comes after the last command.
const LAST_WORDS: Duration = Duration::from_millis(300);
/// How much of what a command says last is told, in characters.
const SHOWN: usize = 200;

/// Who wants commands to run.
pub struct Wanted<'a> {
    /// The repository.
    pub repo: &'a Repository,
    /// The policy.
    pub wired: &'a Wired,
    /// The deadline of the gate.
    pub deadline: Deadline,
    /// Calls it off.
    pub interrupt: &'a Interrupt,
}

/// What came of the commands of a gate.
#[derive(Default)]
pub struct Commanded {
    /// A run for each.
    pub runs: Vec<CheckRun>,
    /// What a person should know, one line each.
    pub notes: Vec<String>,
}

/// What came of one command, before anything is made of it.
struct Done {
    ran: Ran,
    root: PathBuf,
    notes: Vec<String>,
    elapsed: Duration,
}

/// Runs the commands that a gate asks for, side by side; `takes` says which of them are this runner's: each looks
/// at the change as a whole.
///
/// # Errors
/// When the user interrupts.
pub fn run(
    wish: &Wish,
    change: &ChangeSet,
    wanted: &Wanted<'_>,
    takes: &dyn Fn(&str) -> bool,
) -> Result<Commanded, Error> {
    let mut commanded = Commanded::default();
    let mut due = Vec::new();
    for chosen in wish.list.iter().filter(|chosen| takes(&chosen.id)) {
        let files = files(chosen, change, wanted.wired);
        if files.is_empty() {
            let why = "no changed file is its matter".to_owned();
            commanded
                .runs
                .push(run_of(chosen, Outcome::Skipped(why), Duration::ZERO));
        } else if let Some(why) = &wish.refused {
            let refused = Outcome::Failed(why.clone(), Vec::new());
            commanded.runs.push(run_of(chosen, refused, Duration::ZERO));
        } else if !wish.trusted {
            commanded.runs.push(run_of(chosen, untrusted(), Duration::ZERO));
        } else {
            due.push((chosen, present(change, files)));
        }
    }
    if due.is_empty() {
        return Ok(commanded);
    }
    git::sweep();
    let readers = wanted.repo.readers(LARGEST, std::iter::empty());
    let done = side_by_side(&due, change, wanted, &readers);
    if wanted.interrupt.check().is_err() {
        return Err(Error::Interrupted);
    }
    let secrets = Secrets::new(&wanted.wired.own);
    let objects = wanted
        .repo
        .readers(wanted.wired.max_file_bytes, std::iter::empty())
        .open();
    for ((chosen, _), done) in due.iter().zip(done) {
        let scene = found::Scene {
            change,
            wired: wanted.wired,
            objects: &objects,
            secrets: &secrets,
        };
        judge(chosen, done, &scene, &mut commanded);
    }
    Ok(commanded)
}

fn untrusted() -> Outcome {
    let why = "this repository's commands are not trusted yet; look at them with `pantheon trust --show`, then run \
               `pantheon trust`, or set `PANTHEON_TRUST` in CI";
    Outcome::Failed(why.to_owned(), Vec::new())
}

fn run_of(chosen: &Chosen, outcome: Outcome, elapsed: Duration) -> CheckRun {
    CheckRun {
        check: chosen.id.clone().into(),
        outcome,
        elapsed,
    }
}

/// Returns the changed files that are a command's matter.
fn files(chosen: &Chosen, change: &ChangeSet, wired: &Wired) -> Vec<BString> {
    let paths = change.files.iter().map(|file| file.path.as_bstr());
    let mine = paths.filter(|path| {
        chosen.scope.covers(path) && !wired.is_excluded(path) && wired.counts(path, &chosen.id)
    });
    mine.map(BStr::to_owned).collect()
}

/// Leaves out what is gone, and what is no file.
fn present(change: &ChangeSet, mut files: Vec<BString>) -> Vec<BString> {
    let is_file = |path: &BString| {
        let at = change.files.binary_search_by(|file| file.path.cmp(path)).ok();
        at.and_then(|at| change.files[at].new)
            .is_some_and(|new| new.kind.is_file())
    };
    files.retain(is_file);
    files
}

fn side_by_side(
    due: &[(&Chosen, Vec<BString>)],
    change: &ChangeSet,
    wanted: &Wanted<'_>,
    readers: &Readers,
) -> Vec<Option<Done>> {
    let next = AtomicUsize::new(0);
    let (interrupt, deadline) = (wanted.interrupt, wanted.deadline);
    let slots: Vec<Mutex<Option<Done>>> = due.iter().map(|_| Mutex::new(None)).collect();
    let work = || {
        let reader = readers.open();
        while let Some((at, (chosen, files))) = claim(due, &next) {
            let done = one(chosen, files, change, &reader, deadline, interrupt);
            if let Ok(mut slot) = slots[at].lock() {
                *slot = Some(done);
            }
        }
    };
    let threads = std::thread::available_parallelism()
        .map_or(1, usize::from)
        .min(due.len());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(work);
        }
    });
    slots
        .into_iter()
        .map(|slot| slot.into_inner().ok().flatten())
        .collect()
}

fn claim<'d, T>(due: &'d [T], next: &AtomicUsize) -> Option<(usize, &'d T)> {
    let at = next.fetch_add(1, Ordering::Relaxed);
    due.get(at).map(|item| (at, item))
}

/// Runs one command in a checkout of its own.
fn one(
    chosen: &Chosen,
    files: &[BString],
    change: &ChangeSet,
    reader: &Reader,
    deadline: Deadline,
    interrupt: &Interrupt,
) -> Done {
    let start = Instant::now();
    let until = start + deadline.left().saturating_sub(LAST_WORDS);
    let mut done = Done {
        ran: Ran::default(),
        root: PathBuf::new(),
        notes: Vec::new(),
        elapsed: Duration::ZERO,
    };
    let stop = || Instant::now() >= until || interrupt.check().is_err();
    match git::checkout(reader, change.head, CheckoutBounds::default(), &stop) {
        Ok(checkout) => {
            done.notes = notes(chosen, &checkout);
            done.root = checkout.root().to_owned();
            let place = Place {
                root: checkout.root(),
                files,
                until,
                interrupt,
            };
            done.ran = command::run(&chosen.spec, &place);
        }
        Err(git::CheckoutError::Stopped) => done.ran.timed_out = true,
        Err(error) => done.ran.failed = Some(error.to_string()),
    }
    done.elapsed = start.elapsed();
    done
}

/// Says what a checkout has otherwise than the tree.
fn notes(chosen: &Chosen, checkout: &git::Checkout) -> Vec<String> {
    let (id, large, links) = (&chosen.id, checkout.too_large.len(), checkout.outward.len());
    let large =
        (large > 0).then(|| format!("`{id}` ran without files that are too large to be read: {large}"));
    let links =
        (links > 0).then(|| format!("`{id}` saw links out of the repository as plain files: {links}"));
    large.into_iter().chain(links).collect()
}

/// Makes a run of what came of a command.
fn judge(chosen: &Chosen, done: Option<Done>, scene: &found::Scene<'_>, commanded: &mut Commanded) {
    let Some(done) = done else {
        let why = "it broke down".to_owned();
        return commanded
            .runs
            .push(run_of(chosen, Outcome::Failed(why, Vec::new()), Duration::ZERO));
    };
    let found = found::of(chosen, &done.ran.parsed, &done.root, scene);
    commanded.notes.extend(done.notes);
    commanded.notes.extend(found.notes(chosen));
    let findings = found.findings;
    let outcome = match done.ran.failed {
        _ if done.ran.timed_out => Outcome::TimedOut(findings),
        Some(why) => Outcome::Failed(
            scene.shown(&with_last_words(&why, &done.ran.said), &done.root),
            findings,
        ),
        None => Outcome::Completed(findings),
    };
    commanded.runs.push(run_of(chosen, outcome, done.elapsed));
}

fn with_last_words(why: &str, said: &str) -> String {
    let said: String = visible(said).chars().take(SHOWN).collect();
    match said.is_empty() {
        true => why.to_owned(),
        false => format!("{why}: {said}"),
    }
}
