//! GitHub Actions: the event is a file, and what it says is the author's of the change to choose.

use super::Files;
use super::found::{Between, Decision, Found, Merge, Push, Spec, Wrong};
use super::vars::{Branch, Vars, commit};
use crate::model::Oid;
use serde::Deserialize;

/// The part of an event that counts. Every field may be missing, and none is to be believed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Event {
    pull_request: Option<PullRequest>,
    merge_group: Option<MergeGroup>,
    before: Option<String>,
    after: Option<String>,
    deleted: bool,
    forced: bool,
    repository: Option<Repo>,
}

#[derive(Debug, Deserialize)]
struct PullRequest {
    base: End,
    head: End,
}

#[derive(Debug, Deserialize)]
struct End {
    sha: String,
    #[serde(default)]
    repo: Option<Repo>,
}

#[derive(Debug, Deserialize)]
struct MergeGroup {
    base_sha: String,
    head_sha: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Repo {
    full_name: Option<String>,
    default_branch: Option<String>,
}

/// Whether this is the system.
pub fn is_here(vars: &Vars) -> bool {
    vars.has("GITHUB_ACTIONS")
}

/// Decides by the event.
pub fn decide(vars: &Vars, files: Files<'_>) -> Result<Decision, Wrong> {
    let name = vars.get("GITHUB_EVENT_NAME").unwrap_or("unknown").to_owned();
    let event = read(vars, files)?;
    match name.as_str() {
        "merge_group" => merge_group(&name, &event),
        "push" => push(vars, &event),
        "delete" => Ok(Decision::deleted(
            "delete",
            vars.get("GITHUB_REF_NAME").unwrap_or("the branch"),
        )),
        _ if name.starts_with("pull_request") => pull_request(&name, vars, &event),
        _ => other(&name, vars, &event),
    }
}

fn read(vars: &Vars, files: Files<'_>) -> Result<Event, Wrong> {
    let Some(path) = vars.get("GITHUB_EVENT_PATH") else {
        return Ok(Event::default());
    };
    let bytes = files(path)?;
    serde_json::from_slice(&bytes).map_err(|e| {
        // The text of the error may quote the event.
        let at = format!("line {}, column {}", e.line(), e.column());
        Wrong::new(
            format!("the event in `GITHUB_EVENT_PATH` is not what it should be: {at}"),
            "name base and head with `--base` and `--head`",
        )
    })
}

fn pull_request(name: &str, vars: &Vars, event: &Event) -> Result<Decision, Wrong> {
    let Some(pull) = &event.pull_request else {
        let Some(base) = vars.branch("GITHUB_BASE_REF")? else {
            return Err(Wrong::no_change(name));
        };
        let why = "the branch that the pull request is for, since there is no event to read";
        return Ok(Decision::Judge(Found::since(
            name,
            Spec::Branch(base),
            Spec::Head,
            why,
        )));
    };
    let base = commit("pull_request.base.sha", &pull.base.sha)?;
    let head = commit("pull_request.head.sha", &pull.head.sha)?;
    let why = match is_fork(pull) {
        true => "the pull request of a fork, by its event",
        false => "the pull request, by its event",
    };
    let merge = match name {
        // There the commit is the tip of the base.
        "pull_request_target" => None,
        _ => vars.commit("GITHUB_SHA")?.map(Merge::Commit),
    };
    let found = Found::since(name, Spec::Commit(base), Spec::Commit(head), why);
    Ok(Decision::Judge(found.merged(merge)))
}

fn is_fork(pull: &PullRequest) -> bool {
    let name = |end: &End| end.repo.as_ref().and_then(|repo| repo.full_name.clone());
    name(&pull.base) != name(&pull.head)
}

fn merge_group(name: &str, event: &Event) -> Result<Decision, Wrong> {
    let Some(group) = &event.merge_group else {
        return Err(Wrong::no_change(name));
    };
    let base = commit("merge_group.base_sha", &group.base_sha)?;
    let head = commit("merge_group.head_sha", &group.head_sha)?;
    Ok(Decision::Judge(Found {
        between: Between::Exact,
        ..Found::since(
            name,
            Spec::Commit(base),
            Spec::Commit(head),
            "the merge queue, by its event",
        )
    }))
}

fn push(vars: &Vars, event: &Event) -> Result<Decision, Wrong> {
    let told = |place: &str, value: &Option<String>| -> Result<Option<Oid>, Wrong> {
        value.as_deref().map(|value| commit(place, value)).transpose()
    };
    let (before, after) = (told("before", &event.before)?, told("after", &event.after)?);
    let refname = vars.get("GITHUB_REF").unwrap_or_default();
    if event.deleted || after.is_some_and(|id| id.is_null()) {
        return Ok(Decision::deleted("push", refname));
    }
    let after = match after.map_or_else(|| vars.commit("GITHUB_SHA"), |id| Ok(Some(id)))? {
        Some(id) => Spec::Commit(id),
        None => Spec::Head,
    };
    let default = default_branch(event)?;
    if refname.starts_with("refs/tags/") {
        // What a tag names may be a tag; what is checked out is a commit.
        return Ok(Decision::tag("push", Spec::Head, default.as_ref()));
    }
    Decision::push(Push {
        event: "push",
        before,
        after,
        branch: vars.branch("GITHUB_REF")?,
        default,
        forced: event.forced,
    })
}

/// Decides about an event that is about no change: what the branch adds counts, if it is not the default one.
fn other(name: &str, vars: &Vars, event: &Event) -> Result<Decision, Wrong> {
    // A run that follows another is about a commit of anybody's, and not about what is checked out.
    if name == "workflow_run" {
        return Err(Wrong::no_change(name));
    }
    let default = default_branch(event)?;
    let refname = vars.get("GITHUB_REF").unwrap_or_default();
    if refname.starts_with("refs/tags/") {
        return Ok(Decision::tag(name, Spec::Head, default.as_ref()));
    }
    let branch = vars.branch("GITHUB_REF")?;
    let why = "what the branch adds to the default branch counts";
    Decision::adds(name, Spec::Head, branch, default.as_ref(), why)
}

fn default_branch(event: &Event) -> Result<Option<Branch>, Wrong> {
    let named = event
        .repository
        .as_ref()
        .and_then(|repo| repo.default_branch.as_deref());
    named
        .map(|name| Branch::new("repository.default_branch", name))
        .transpose()
}
