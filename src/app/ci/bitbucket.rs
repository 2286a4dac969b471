//! Bitbucket Pipelines, which merges the destination into the source before a pull request is built.

use super::Files;
use super::found::{Decision, Found, Merge, Spec, Wrong};
use super::vars::Vars;

/// Whether this is the system.
pub fn is_here(vars: &Vars) -> bool {
    vars.has("BITBUCKET_PIPELINE_UUID") || vars.has("BITBUCKET_COMMIT")
}

/// Decides by the variables of the pipeline.
pub fn decide(vars: &Vars, _: Files<'_>) -> Result<Decision, Wrong> {
    let head = vars.commit("BITBUCKET_COMMIT")?.map_or(Spec::Head, Spec::Commit);
    if vars.has("BITBUCKET_PR_ID") {
        let base = vars.branch("BITBUCKET_PR_DESTINATION_BRANCH")?;
        let base = Spec::Branch(base.ok_or_else(|| Wrong::no_change("pull_request"))?);
        let why = "the branch that the pull request is for";
        let found = Found::since("pull_request", base, head, why);
        return Ok(Decision::Judge(found.merged(Some(Merge::Head))));
    }
    if vars.has("BITBUCKET_TAG") {
        return Ok(Decision::tag("tag", head, None));
    }
    let why = "what the branch adds to the default branch counts";
    Decision::adds("push", head, vars.branch("BITBUCKET_BRANCH")?, None, why)
}
