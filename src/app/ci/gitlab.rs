//! GitLab CI.

use super::Files;
use super::found::{Decision, Found, Merge, Push, Spec, Wrong};
use super::vars::Vars;

/// Whether this is the system.
pub fn is_here(vars: &Vars) -> bool {
    vars.has("GITLAB_CI")
}

/// Decides by the variables of the pipeline.
pub fn decide(vars: &Vars, _: Files<'_>) -> Result<Decision, Wrong> {
    let event = vars.get("CI_PIPELINE_SOURCE").unwrap_or("unknown");
    let head = vars.commit("CI_COMMIT_SHA")?.map_or(Spec::Head, Spec::Commit);
    if vars.has("CI_MERGE_REQUEST_IID") {
        return merge_request(vars, event, head);
    }
    let default = vars.branch("CI_DEFAULT_BRANCH")?;
    if vars.has("CI_COMMIT_TAG") {
        return Ok(Decision::tag(event, head, default.as_ref()));
    }
    let branch = vars.branch("CI_COMMIT_BRANCH")?;
    if event == "push" {
        let before = vars.commit("CI_COMMIT_BEFORE_SHA")?;
        return Decision::push(Push {
            event: "push",
            before,
            after: head,
            branch,
            default,
            forced: false,
        });
    }
    let why = "what the branch adds to the default branch counts";
    Decision::adds(event, head, branch, default.as_ref(), why)
}

fn merge_request(vars: &Vars, event: &str, head: Spec) -> Result<Decision, Wrong> {
    let target = match vars.commit("CI_MERGE_REQUEST_TARGET_BRANCH_SHA")? {
        Some(id) => Some(Spec::Commit(id)),
        None => vars
            .branch("CI_MERGE_REQUEST_TARGET_BRANCH_NAME")?
            .map(Spec::Branch),
    };
    let kind = vars.get("CI_MERGE_REQUEST_EVENT_TYPE").unwrap_or("detached");
    if let (Spec::Commit(merge), Some(source), Some(target), "merged_result" | "merge_train") = (
        &head,
        vars.commit("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA")?,
        &target,
        kind,
    ) {
        let merge = Some(Merge::Commit(*merge));
        let why = format!("the merge request, merged by its pipeline (`{kind}`)");
        let found = Found::since(event, target.clone(), Spec::Commit(source), why);
        return Ok(Decision::Judge(found.merged(merge)));
    }
    let base = vars.commit("CI_MERGE_REQUEST_DIFF_BASE_SHA")?;
    if let Some(base) = base.filter(|id| !id.is_null()) {
        let why = "the merge request, from where it leaves its target";
        return Ok(Decision::Judge(Found::exact(
            event,
            Spec::Commit(base),
            head,
            why,
        )));
    }
    let target = target.ok_or_else(|| Wrong::no_change(event))?;
    let why = "the branch that the merge request is for";
    Ok(Decision::Judge(Found::since(event, target, head, why)))
}
