//! Azure Pipelines.

use super::Files;
use super::found::{Decision, Found, Merge, Spec, Wrong};
use super::vars::Vars;

/// Whether this is the system.
pub fn is_here(vars: &Vars) -> bool {
    vars.has("TF_BUILD")
}

/// Decides by the variables of the build.
pub fn decide(vars: &Vars, _: Files<'_>) -> Result<Decision, Wrong> {
    let event = vars.get("BUILD_REASON").unwrap_or("unknown");
    let version = vars.commit("BUILD_SOURCEVERSION")?;
    if event == "PullRequest" || vars.has("SYSTEM_PULLREQUEST_PULLREQUESTID") {
        let base = vars.branch("SYSTEM_PULLREQUEST_TARGETBRANCH")?;
        let base = Spec::Branch(base.ok_or_else(|| Wrong::no_change(event))?);
        let source = vars.commit("SYSTEM_PULLREQUEST_SOURCECOMMITID")?;
        let head = source.or(version).map_or(Spec::Head, Spec::Commit);
        let merge = version.filter(|_| source.is_some()).map(Merge::Commit);
        let why = "the branch that the pull request is for";
        return Ok(Decision::Judge(
            Found::since(event, base, head, why).merged(merge),
        ));
    }
    let head = version.map_or(Spec::Head, Spec::Commit);
    let refname = vars.get("BUILD_SOURCEBRANCH").unwrap_or_default();
    if refname.starts_with("refs/tags/") {
        return Ok(Decision::tag(event, head, None));
    }
    let why = "what the branch adds to the default branch counts";
    Decision::adds(event, head, vars.branch("BUILD_SOURCEBRANCH")?, None, why)
}
