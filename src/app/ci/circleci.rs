//! CircleCI, which does not say what a pull request is for: the default branch of the remote counts.

use super::Files;
use super::found::{Decision, Spec, Wrong};
use super::vars::Vars;

/// Whether this is the system.
pub fn is_here(vars: &Vars) -> bool {
    vars.has("CIRCLECI")
}

/// Decides by the variables of the job.
pub fn decide(vars: &Vars, _: Files<'_>) -> Result<Decision, Wrong> {
    let head = vars.commit("CIRCLE_SHA1")?.map_or(Spec::Head, Spec::Commit);
    if vars.has("CIRCLE_TAG") {
        return Ok(Decision::tag("tag", head, None));
    }
    if vars.has("CIRCLE_PULL_REQUEST") || vars.has("CIRCLE_PR_NUMBER") {
        let why =
            "what the pull request adds to the default branch counts: the system does not name its base";
        return Decision::adds("pull_request", head, None, None, why);
    }
    let why = "what the branch adds to the default branch counts";
    Decision::adds("push", head, vars.branch("CIRCLE_BRANCH")?, None, why)
}
