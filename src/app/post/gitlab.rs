//! GitLab CI.

use super::super::ci::{Files, Vars, Wrong};
use super::Place;
use super::github::need;

/// Reads the variables.
pub fn place(vars: &Vars, _: Files<'_>) -> Result<Place, Wrong> {
    let pull = vars.get("CI_MERGE_REQUEST_IID").and_then(|iid| iid.parse().ok());
    // With merged results the commit that is built is one that GitLab has made.
    let head = match vars.commit("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA")? {
        Some(head) => Some(head),
        None => vars.commit("CI_COMMIT_SHA")?,
    };
    let source = vars.get("CI_MERGE_REQUEST_SOURCE_PROJECT_ID");
    // A pipeline for a fork's merge request can run in the fork: the request is in the other project.
    let project = vars.get("CI_MERGE_REQUEST_PROJECT_ID").filter(|_| pull.is_some());
    let repo = match project {
        Some(project) => project,
        None => need(vars, "CI_PROJECT_ID")?,
    };
    Ok(Place {
        api: need(vars, "CI_API_V4_URL")?.to_owned(),
        repo: repo.to_owned(),
        pull,
        branch: None,
        head,
        is_fork: source.is_some_and(|source| source != repo),
        url: vars.get("CI_JOB_URL").map(str::to_owned),
    })
}
