//! Buildkite.

use super::Files;
use super::found::{Decision, Found, Spec, Wrong};
use super::vars::Vars;

/// Whether this is the system.
pub fn is_here(vars: &Vars) -> bool {
    vars.has("BUILDKITE")
}

/// Decides by the variables of the build.
pub fn decide(vars: &Vars, _: Files<'_>) -> Result<Decision, Wrong> {
    let head = match vars.get("BUILDKITE_COMMIT") {
        // The commit is not known before the checkout where somebody starts a build by hand.
        None | Some("HEAD") => Spec::Head,
        Some(_) => vars.commit("BUILDKITE_COMMIT")?.map_or(Spec::Head, Spec::Commit),
    };
    if vars.has("BUILDKITE_PULL_REQUEST") {
        let base = vars.branch("BUILDKITE_PULL_REQUEST_BASE_BRANCH")?;
        let base = base.ok_or_else(|| Wrong::no_change("pull_request"))?;
        let why = "the branch that the pull request is for";
        return Ok(Decision::Judge(Found::since(
            "pull_request",
            Spec::Branch(base),
            head,
            why,
        )));
    }
    let default = vars.branch("BUILDKITE_PIPELINE_DEFAULT_BRANCH")?;
    if vars.has("BUILDKITE_TAG") {
        return Ok(Decision::tag("tag", head, default.as_ref()));
    }
    let event = vars.get("BUILDKITE_SOURCE").unwrap_or("push");
    let why = "what the branch adds to the default branch counts";
    Decision::adds(
        event,
        head,
        vars.branch("BUILDKITE_BRANCH")?,
        default.as_ref(),
        why,
    )
}
