//! Jenkins, with the plug-ins that build changes: branch sources, the pull request builder, GitLab, Gerrit.

use super::Files;
use super::found::{Decision, Found, Push, Spec, Wrong};
use super::vars::Vars;

/// What says that a change is built, with the variables of its target and of its commit.
const CHANGES: [[&str; 3]; 5] = [
    ["CHANGE_ID", "CHANGE_TARGET", "GIT_COMMIT"],
    ["ghprbPullId", "ghprbTargetBranch", "ghprbActualCommit"],
    [
        "gitlabMergeRequestIid",
        "gitlabTargetBranch",
        "gitlabMergeRequestLastCommit",
    ],
    [
        "gitlabMergeRequestId",
        "gitlabTargetBranch",
        "gitlabMergeRequestLastCommit",
    ],
    ["GERRIT_CHANGE_ID", "GERRIT_BRANCH", "GERRIT_PATCHSET_REVISION"],
];

/// Whether this is the system.
pub fn is_here(vars: &Vars) -> bool {
    vars.has("JENKINS_URL")
}

/// Decides by the variables of the build.
pub fn decide(vars: &Vars, _: Files<'_>) -> Result<Decision, Wrong> {
    let built = |name| Ok(vars.commit(name)?.map_or(Spec::Head, Spec::Commit));
    for [mark, target, commit] in CHANGES {
        if !vars.has(mark) {
            continue;
        }
        let base = vars.branch(target)?.ok_or_else(|| Wrong::no_change("change"))?;
        let why = "the branch that the change is for";
        return Ok(Decision::Judge(Found::since(
            "change",
            Spec::Branch(base),
            built(commit)?,
            why,
        )));
    }
    if vars.has("TAG_NAME") {
        return Ok(Decision::tag("tag", built("GIT_COMMIT")?, None));
    }
    let before = match vars.commit("GIT_PREVIOUS_SUCCESSFUL_COMMIT")? {
        Some(id) => Some(id),
        None => vars.commit("GIT_PREVIOUS_COMMIT")?,
    };
    let branch = match vars.branch("BRANCH_NAME")? {
        Some(branch) => Some(branch),
        None => vars.get("GIT_BRANCH").and_then(local),
    };
    Decision::push(Push {
        event: "push",
        before,
        after: built("GIT_COMMIT")?,
        branch,
        default: None,
        forced: false,
    })
}

/// Takes the remote off `origin/main`.
fn local(name: &str) -> Option<super::vars::Branch> {
    let name = name.strip_prefix("origin/").unwrap_or(name);
    super::vars::Branch::new("GIT_BRANCH", name).ok()
}
