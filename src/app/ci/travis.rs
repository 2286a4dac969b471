//! Travis CI.

use super::Files;
use super::found::{Decision, Found, Merge, Push, Spec, Wrong};
use super::vars::{Vars, commit};
use crate::model::Oid;

/// Whether this is the system.
pub fn is_here(vars: &Vars) -> bool {
    vars.has("TRAVIS")
}

/// Decides by the variables of the build.
pub fn decide(vars: &Vars, _: Files<'_>) -> Result<Decision, Wrong> {
    let event = vars.get("TRAVIS_EVENT_TYPE").unwrap_or("unknown");
    let built = vars.commit("TRAVIS_COMMIT")?;
    let head = built.map_or(Spec::Head, Spec::Commit);
    if vars.has("TRAVIS_PULL_REQUEST") {
        let base = vars
            .branch("TRAVIS_BRANCH")?
            .ok_or_else(|| Wrong::no_change(event))?;
        let source = vars.commit("TRAVIS_PULL_REQUEST_SHA")?;
        let merge = built.filter(|_| source.is_some()).map(Merge::Commit);
        let head = source.map_or(head, Spec::Commit);
        let why = "the branch that the pull request is for";
        let found = Found::since(event, Spec::Branch(base), head, why);
        return Ok(Decision::Judge(found.merged(merge)));
    }
    if vars.has("TRAVIS_TAG") {
        return Ok(Decision::tag("tag", head, None));
    }
    let branch = vars.branch("TRAVIS_BRANCH")?;
    if event != "push" {
        let why = "what the branch adds to the default branch counts";
        return Decision::adds(event, head, branch, None, why);
    }
    Decision::push(Push {
        event: "push",
        before: before(vars)?,
        after: head,
        branch,
        default: None,
        forced: false,
    })
}

/// Returns the start of `TRAVIS_COMMIT_RANGE`; a branch that is new has none.
fn before(vars: &Vars) -> Result<Option<Oid>, Wrong> {
    let range = vars
        .get("TRAVIS_COMMIT_RANGE")
        .and_then(|range| range.split_once(".."));
    range
        .map(|(from, _)| commit("TRAVIS_COMMIT_RANGE", from))
        .transpose()
}
