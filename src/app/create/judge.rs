//! The gate, on what the work starts from and on what an agent left.

use super::allowed;
use super::subject::Subject;
use super::terms::Terms;
use crate::app::judge::{Depth, Judge};
use crate::app::load::From;
use crate::app::{Error, wire};
use crate::git::scratch::{Harvest, ScratchError, Start};
use crate::git::{self, Repository};
use crate::model::{ChangeSet, Report, visible_bytes};
use crate::sys::signal::Interrupt;

/// Judges what the work starts from.
///
/// # Errors
/// When it cannot be read.
pub fn first(
    repo: &Repository,
    subject: &Subject,
    terms: &Terms,
    interrupt: &Interrupt,
) -> Result<Report, Error> {
    let mut own = Repository::open(repo.git_dir())?;
    let change = match subject.start {
        Start::Commit(to) => git::range(&own, subject.from, to)?,
        Start::Index => git::staged(&mut own)?,
    };
    if let Some(left) = change.left_out.iter().find(|left| left.inconclusive) {
        return Err(ScratchError::Unmerged(visible_bytes(&left.what)).into());
    }
    allowed::change(&change, &own, terms)?;
    judge(repo, &own, &change, terms, interrupt)
}

/// Judges what an agent left. `scratch` is the repository of its run, which borrows the user's objects; the policy
/// comes from the user's, from before the change.
///
/// # Errors
/// When it cannot be read.
pub fn left(
    (repo, scratch): (&Repository, &Repository),
    subject: &Subject,
    harvest: &Harvest,
    terms: &Terms,
    interrupt: &Interrupt,
) -> Result<Option<Report>, Error> {
    let Some(commit) = harvest.commit else {
        return Ok(None);
    };
    let change = git::range(scratch, subject.from, commit)?;
    judge(repo, scratch, &change, terms, interrupt).map(Some)
}

fn judge(
    repo: &Repository,
    holds: &Repository,
    change: &ChangeSet,
    terms: &Terms,
    interrupt: &Interrupt,
) -> Result<Report, Error> {
    let from = From {
        base: terms.base,
        head: None,
        file: None,
        set: &terms.set,
    };
    let wired = wire::judging(repo, &from, terms.stage)?;
    let mut judge = Judge::new(holds, &wired).heeding(interrupt);
    judge.look(change, Depth::Full);
    interrupt.check()?;
    judge.run_commands(change)?;
    judge.ask_models(change)?;
    Ok(judge.finish(change, None))
}
