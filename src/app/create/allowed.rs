//! Whether models may be asked about this repository at all.

use super::Wrong;
use super::subject::Subject;
use super::terms::Terms;
use crate::app::Error;
use crate::app::models::{self, Now};
use crate::app::validate::{MARKER, at_home};
use crate::git::Repository;
use crate::git::scratch::Start;
use crate::model::{ChangeSet, Oid};
use bstr::BStr;

/// Looks at what the work starts from.
///
/// # Errors
/// When the owner keeps the repository at home, or no model on this machine is configured and no other may be asked.
pub fn start(repo: &Repository, subject: &Subject, terms: &Terms) -> Result<(), Error> {
    if !terms.settings.review.allowed {
        return Err(refused("`review.models` is off").into());
    }
    let tree = match subject.start {
        Start::Commit(commit) => Some(repo.tree_of(commit)?),
        Start::Index => None,
    };
    let has = |tree: Oid| repo.entry(tree, BStr::new(MARKER)).ok().flatten().is_some();
    if [terms.base, tree].into_iter().flatten().any(has) {
        return Err(refused(&format!("`{MARKER}` keeps the repository at home")).into());
    }
    on_this_machine(terms)
}

/// Looks at a change that is to be mended.
///
/// # Errors
/// As [`start`].
pub fn change(change: &ChangeSet, repo: &Repository, terms: &Terms) -> Result<(), Wrong> {
    at_home(change, repo, &terms.settings).map_or(Ok(()), |(why, _)| Err(refused(&why)))
}

fn refused(why: &str) -> Wrong {
    Wrong::new(
        format!("no model may be asked about this repository: {why}"),
        "an agent shows a model what it reads; whoever owns the repository decides about that",
    )
}

fn on_this_machine(terms: &Terms) -> Result<(), Error> {
    if terms.settings.models.routing.remote {
        return Ok(());
    }
    let book = models::whole_book(&terms.settings, &Now::of(&terms.settings))?;
    if book.table.endpoints.iter().any(|endpoint| endpoint.local) {
        return Ok(());
    }
    Err(Wrong::new(
        "`routing.remote` is off, and no model on this machine is configured",
        "write `[providers.<name>]` with a `base-url` on 127.0.0.1",
    )
    .into())
}
