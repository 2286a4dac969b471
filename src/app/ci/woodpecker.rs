//! Woodpecker.

use super::Files;
use super::found::{Decision, Found, Push, Spec, Wrong};
use super::vars::Vars;

/// Whether this is the system.
pub fn is_here(vars: &Vars) -> bool {
    vars.get("CI") == Some("woodpecker")
}

/// Decides by the variables of the pipeline.
pub fn decide(vars: &Vars, _: Files<'_>) -> Result<Decision, Wrong> {
    let event = vars.get("CI_PIPELINE_EVENT").unwrap_or("unknown");
    let head = vars.commit("CI_COMMIT_SHA")?.map_or(Spec::Head, Spec::Commit);
    let default = vars.branch("CI_REPO_DEFAULT_BRANCH")?;
    let why = "what the branch adds to the default branch counts";
    match event {
        "pull_request" | "pull_request_metadata" => {
            let base = vars
                .branch("CI_COMMIT_TARGET_BRANCH")?
                .ok_or_else(|| Wrong::no_change(event))?;
            let why = "the branch that the pull request is for";
            Ok(Decision::Judge(Found::since(
                event,
                Spec::Branch(base),
                head,
                why,
            )))
        }
        "pull_request_closed" => Ok(Decision::Nothing {
            event: event.to_owned(),
            why: "the pull request is closed".to_owned(),
        }),
        "push" => Decision::push(Push {
            event: "push",
            before: vars.commit("CI_PREV_COMMIT_SHA")?,
            after: head,
            branch: vars.branch("CI_COMMIT_BRANCH")?,
            default,
            forced: false,
        }),
        "tag" | "release" => Ok(Decision::tag(event, head, default.as_ref())),
        _ => Decision::adds(
            event,
            head,
            vars.branch("CI_COMMIT_BRANCH")?,
            default.as_ref(),
            why,
        ),
    }
}
