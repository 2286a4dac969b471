//! GitHub Actions, and those of Forgejo and Gitea, which have the same variables.

use super::super::ci::{Files, Vars, Wrong};
use super::Place;
use crate::model::Oid;
use serde::Deserialize;

/// The part of an event that counts. What it says about a change is the author's to choose, but for numbers and
/// ids of commits.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Event {
    pull_request: Option<Pull>,
    merge_group: Option<Group>,
    workflow_run: Option<Run>,
    after: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Pull {
    number: u64,
    head: End,
    base: End,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct End {
    sha: String,
    repo: Option<Repo>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Repo {
    full_name: String,
    owner: Option<Owner>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Owner {
    login: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Group {
    head_sha: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Run {
    event: String,
    head_sha: String,
    head_branch: Option<String>,
    head_repository: Option<Repo>,
    pull_requests: Vec<Pull>,
}

/// Reads the variables and the event.
pub fn place(vars: &Vars, files: Files<'_>) -> Result<Place, Wrong> {
    let api = ["FORGEJO_API_URL", "GITEA_API_URL", "GITHUB_API_URL"];
    let api = api.into_iter().find_map(|name| vars.get(name));
    let repo = need(vars, "GITHUB_REPOSITORY")?.to_owned();
    let mut place = Place {
        api: api.unwrap_or("https://api.github.com").to_owned(),
        url: url(vars, &repo),
        pull: vars.get("GITHUB_REF").and_then(number),
        repo,
        branch: None,
        head: None,
        is_fork: false,
    };
    let event = event(vars, files)?;
    about(&mut place, event, vars)?;
    Ok(place)
}

fn about(place: &mut Place, event: Event, vars: &Vars) -> Result<(), Wrong> {
    if let Some(pull) = event.pull_request {
        place.is_fork = pull.is_fork();
        place.pull = Some(pull.number).filter(|number| *number > 0).or(place.pull);
        place.head = Some(commit("pull_request.head.sha", &pull.head.sha)?);
    } else if let Some(run) = event.workflow_run {
        place.head = Some(commit("workflow_run.head_sha", &run.head_sha)?);
        if run.event.starts_with("pull_request") {
            run.pull(place);
        }
    } else if let Some(group) = event.merge_group {
        place.head = Some(commit("merge_group.head_sha", &group.head_sha)?);
    } else if let Some(after) = event.after {
        place.head = Some(commit("after", &after)?).filter(|id| !id.is_null());
    } else if place.pull.is_none() {
        // Of a pull request this would be the commit that merges it.
        place.head = vars.commit("GITHUB_SHA")?;
    }
    Ok(())
}

impl Pull {
    fn is_fork(&self) -> bool {
        let name = |end: &End| end.repo.as_ref().map(|repo| repo.full_name.clone());
        name(&self.head) != name(&self.base)
    }
}

impl Run {
    /// Says which pull request a run was for. Of one of a fork the event says no number.
    fn pull(&self, place: &mut Place) {
        let from = self.head_repository.as_ref();
        place.is_fork = from.is_some_and(|repo| repo.full_name != place.repo);
        let mut ours = self
            .pull_requests
            .iter()
            .filter(|pull| pull.head.sha == self.head_sha);
        if let (Some(pull), None) = (ours.next(), ours.next()) {
            place.pull = Some(pull.number).filter(|number| *number > 0);
        }
        let owner = from.and_then(|repo| repo.owner.as_ref());
        if let (None, Some(owner), Some(branch)) = (place.pull, owner, &self.head_branch) {
            place.branch = Some(format!("{}:{branch}", owner.login));
        }
    }
}

fn event(vars: &Vars, files: Files<'_>) -> Result<Event, Wrong> {
    let Some(path) = vars.get("GITHUB_EVENT_PATH") else {
        return Ok(Event::default());
    };
    serde_json::from_slice(&files(path)?).map_err(|e| {
        // The text of the error may quote the event.
        let at = format!("line {}, column {}", e.line(), e.column());
        Wrong::new(
            format!("the event in `GITHUB_EVENT_PATH` is not what it should be: {at}"),
            "this file comes from the CI system",
        )
    })
}

fn commit(place: &str, value: &str) -> Result<Oid, Wrong> {
    Oid::from_hex(value.as_bytes()).map_err(|_| Wrong::value(place, value, "the full id of a commit"))
}

/// The number in `refs/pull/7/merge`.
fn number(refname: &str) -> Option<u64> {
    refname
        .strip_prefix("refs/pull/")?
        .split('/')
        .next()?
        .parse()
        .ok()
}

fn url(vars: &Vars, repo: &str) -> Option<String> {
    let server = vars.get("GITHUB_SERVER_URL")?;
    let run = vars.get("GITHUB_RUN_ID")?;
    Some(format!(
        "{}/{repo}/actions/runs/{run}",
        server.trim_end_matches('/')
    ))
}

pub fn need<'a>(vars: &'a Vars, name: &'static str) -> Result<&'a str, Wrong> {
    vars.get(name).ok_or_else(|| {
        Wrong::new(
            format!("the variable `{name}` is not set"),
            "the CI system sets it; a container may have to be given it",
        )
    })
}
