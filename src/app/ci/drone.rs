//! Drone.

use super::Files;
use super::found::{Decision, Found, Push, Spec, Wrong};
use super::vars::Vars;

/// Whether this is the system.
pub fn is_here(vars: &Vars) -> bool {
    vars.has("DRONE")
}

/// Decides by the variables of the build.
pub fn decide(vars: &Vars, _: Files<'_>) -> Result<Decision, Wrong> {
    let event = vars.get("DRONE_BUILD_EVENT").unwrap_or("unknown");
    let head = vars.commit("DRONE_COMMIT_SHA")?.map_or(Spec::Head, Spec::Commit);
    let default = vars.branch("DRONE_REPO_BRANCH")?;
    let why = "what the branch adds to the default branch counts";
    match event {
        "pull_request" => {
            let base = vars
                .branch("DRONE_TARGET_BRANCH")?
                .ok_or_else(|| Wrong::no_change(event))?;
            let why = "the branch that the pull request is for";
            Ok(Decision::Judge(Found::since(
                event,
                Spec::Branch(base),
                head,
                why,
            )))
        }
        "push" => Decision::push(Push {
            event: "push",
            before: vars.commit("DRONE_COMMIT_BEFORE")?,
            after: head,
            branch: vars.branch("DRONE_COMMIT_BRANCH")?,
            default,
            forced: false,
        }),
        "tag" => Ok(Decision::tag(event, head, default.as_ref())),
        _ => Decision::adds(
            event,
            head,
            vars.branch("DRONE_COMMIT_BRANCH")?,
            default.as_ref(),
            why,
        ),
    }
}
