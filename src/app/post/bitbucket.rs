//! Bitbucket Pipelines.

use super::super::ci::{Files, Vars, Wrong};
use super::Place;
use super::github::need;

/// Reads the variables.
pub fn place(vars: &Vars, _: Files<'_>) -> Result<Place, Wrong> {
    let repo = need(vars, "BITBUCKET_REPO_FULL_NAME")?.to_owned();
    let url = match (
        vars.get("BITBUCKET_GIT_HTTP_ORIGIN"),
        vars.get("BITBUCKET_BUILD_NUMBER"),
    ) {
        (Some(origin), Some(number)) => Some(format!("{origin}/pipelines/results/{number}")),
        _ => None,
    };
    Ok(Place {
        api: vars
            .get("BITBUCKET_API_URL")
            .unwrap_or("https://api.bitbucket.org/2.0")
            .to_owned(),
        repo,
        pull: vars.get("BITBUCKET_PR_ID").and_then(|id| id.parse().ok()),
        branch: None,
        head: vars.commit("BITBUCKET_COMMIT")?,
        is_fork: false,
        url,
    })
}
