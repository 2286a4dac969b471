//! `review`: judges what a person names.

use super::Error;
use super::judge::{Depth, Judge};
use super::load::From;
use super::validate::Planned;
use super::wire::{self, Wired};
use crate::git::{self, Repository};
use crate::model::{ChangeSet, Report, RuleInfo, Stage};
use crate::rules::pattern;
use crate::sys::signal::Interrupt;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// What to judge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// The index against `HEAD`.
    Staged,
    /// The working tree against `HEAD`.
    Worktree,
    /// One commit.
    Commit(String),
    /// Everything in a commit's tree.
    Tree(String),
    /// `BASE..HEAD` or `BASE...HEAD`; a single revision stands for `REV...HEAD`.
    Range(String),
    /// What the branch adds.
    Branch,
}

/// What the user asks for.
#[derive(Debug, Clone)]
pub struct Request {
    /// What to judge.
    pub what: What,
    /// The stage whose gate judges.
    pub stage: Stage,
    /// A policy file to use instead of the repository's.
    pub policy: Option<PathBuf>,
    /// Assignments to keys of the policy.
    pub set: Vec<String>,
}

/// A report, with what is needed to show it.
pub struct Judged {
    /// The report.
    pub report: Report,
    /// How many findings a person is shown.
    pub max_findings: usize,
    /// What the repository's own rules say about themselves.
    pub own: Vec<RuleInfo>,
    /// The root of the working tree, if there is one.
    pub root: Option<PathBuf>,
    /// What was judged, where it can be looked at again.
    pub seen: Option<Seen>,
}

/// What was judged, to be looked at again by who shows it.
pub struct Seen {
    /// The repository.
    pub repo: Repository,
    /// The change.
    pub change: ChangeSet,
    /// The repository's own patterns.
    pub own: Vec<pattern::Source>,
    /// What holds the objects of a working tree.
    pub scratch: Option<TempDir>,
}

/// Judges what the request names.
///
/// # Errors
/// When the repository, the policy or the change cannot be read.
pub fn run(dir: &Path, request: &Request) -> Result<Judged, Error> {
    look(dir, request, false).map(|(judged, _)| judged)
}

/// Judges what the request names by all but models, and says what would be asked of those.
///
/// # Errors
/// As [`run`].
pub fn plan(dir: &Path, request: &Request) -> Result<Vec<Planned>, Error> {
    look(dir, request, true).map(|(_, planned)| planned)
}

fn look(dir: &Path, request: &Request, is_dry: bool) -> Result<(Judged, Vec<Planned>), Error> {
    let mut repo = Repository::open(dir)?;
    let interrupt = Interrupt::listen();
    let scratch = tempfile::Builder::new()
        .prefix("pantheon-")
        .tempdir()
        .map_err(Error::Scratch)?;
    let (mut change, chosen) = read(&mut repo, &request.what, scratch.path(), &interrupt)?;
    git::mark_copies(&repo, &mut change);
    let wired = wired(&repo, &change, request)?;
    let mut judge = Judge::new(&repo, &wired);
    judge.look(&change, Depth::Full);
    interrupt.check()?;
    let planned = match is_dry {
        true => judge.plan_models(&change)?,
        false => {
            judge.run_commands(&change)?;
            judge.ask_models(&change).map(|()| Vec::new())?
        }
    };
    let mut report = judge.finish(&change, chosen);
    if change.files.is_empty() {
        report
            .notes
            .push("nothing was checked: the change has no file".to_owned());
    }
    let mut judged = judged(&repo, &wired, report);
    judged.seen = Some(Seen {
        repo,
        change,
        own: wired.own,
        scratch: matches!(request.what, What::Worktree).then_some(scratch),
    });
    Ok((judged, planned))
}

/// Joins a report with what is needed to show it.
pub(super) fn judged(repo: &Repository, wired: &Wired, report: Report) -> Judged {
    Judged {
        report,
        max_findings: wired.max_findings,
        own: wired.own.iter().map(pattern::info_of).collect(),
        root: repo.root().ok().map(Path::to_owned),
        seen: None,
    }
}

fn wired(repo: &Repository, change: &ChangeSet, request: &Request) -> Result<Wired, Error> {
    // Everything in a tree is judged by that tree's own policy: there is no change to distrust.
    let base = if matches!(request.what, What::Tree(_)) {
        Some(change.head)
    } else {
        change.base
    };
    let from = From {
        base,
        head: Some(change.head),
        file: request.policy.as_deref(),
        set: &request.set,
    };
    wire::judging(repo, &from, request.stage)
}

type Read = (ChangeSet, Option<String>);

fn read(repo: &mut Repository, what: &What, scratch: &Path, interrupt: &Interrupt) -> Result<Read, Error> {
    let change = match what {
        What::Staged => git::staged(repo)?,
        What::Worktree => {
            let change = git::worktree(repo, scratch);
            interrupt.check()?;
            change?
        }
        What::Commit(name) => git::commit(repo, git::resolve(repo, name)?)?,
        What::Tree(name) => git::whole_tree(repo, git::resolve(repo, name)?)?,
        What::Range(range) => read_range(repo, range)?,
        What::Branch => {
            let chosen = git::branch_range(repo)?;
            let change = git::range(repo, Some(chosen.from), chosen.to)?;
            let from = chosen.from.to_hex_with_len(10);
            return Ok((
                change,
                Some(format!("the branch since {from}, its {}", chosen.why)),
            ));
        }
    };
    Ok((change, None))
}

fn read_range(repo: &Repository, range: &str) -> Result<ChangeSet, Error> {
    let spelled = if range.contains("..") {
        range.to_owned()
    } else {
        format!("{range}...HEAD")
    };
    let (from, to) = match git::resolve_range(repo, &spelled)? {
        Some(pair) => pair,
        None => return Err(git::Error::UnknownRevision(range.to_owned()).into()),
    };
    Ok(git::range(repo, Some(from), to)?)
}
