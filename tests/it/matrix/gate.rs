//! The gate itself: no change weakens its own judge, and no setting of git's slips past it.

use super::{
    MARKER, POLICY, WEAK, assert_blocked, assert_looked, assert_says, blocks, conflict, gated, gated_after,
    install, passes,
};
use crate::support::Repo;

const COMMIT: [&str; 3] = ["commit", "-m", "Change the notes"];

/// Stages markers in the notes.
fn stage_conflict(repo: &Repo) {
    repo.write("notes.txt", conflict());
    repo.git(&["add", "notes.txt"]);
}

#[test]
fn policy_weakened_in_the_work_tree_is_not_used() {
    let repo = gated();
    repo.write(".pantheon.toml", WEAK);
    stage_conflict(&repo);
    blocks(&repo, &COMMIT, MARKER);
}

#[test]
fn policy_weakened_by_the_same_commit_is_not_used() {
    let repo = gated();
    repo.write(".pantheon.toml", WEAK);
    repo.git(&["add", ".pantheon.toml"]);
    stage_conflict(&repo);
    blocks(&repo, &COMMIT, MARKER);
}

#[test]
fn policy_weakened_by_an_earlier_commit_is_used() {
    let repo = gated();
    repo.write(".pantheon.toml", WEAK);
    repo.commit("Weaken the policy");
    stage_conflict(&repo);
    passes(&repo, &COMMIT);
}

#[test]
fn policy_deleted_by_the_same_commit_is_used() {
    let repo = gated();
    repo.git(&["rm", "-q", ".pantheon.toml"]);
    stage_conflict(&repo);
    blocks(&repo, &COMMIT, MARKER);
}

#[test]
fn broken_policy_in_the_work_tree_does_no_harm() {
    let repo = gated();
    repo.write(".pantheon.toml", "this is = = not toml\n");
    repo.write("notes.txt", "one\ntwo\n");
    repo.git(&["add", "notes.txt"]);
    passes(&repo, &COMMIT);
}

#[test]
fn broken_policy_of_the_base_refuses() {
    let repo = gated();
    repo.write(".pantheon.toml", "this is = = not toml\n");
    repo.commit("Break the policy");
    repo.write("notes.txt", "one\ntwo\n");
    repo.git(&["add", "notes.txt"]);
    let ran = repo.try_git(&COMMIT).exits(1);
    assert_says(&ran, ".pantheon.toml");
    repo.write(".pantheon.toml", POLICY);
    repo.git(&["add", ".pantheon.toml"]);
    assert_eq!(repo.git(&["rev-list", "--count", "HEAD"]), "2");
}

#[test]
fn linked_work_tree_is_gated() {
    let repo = gated();
    repo.git(&["worktree", "add", "-q", "../linked"]);
    let linked = repo.sibling("../linked");
    stage_conflict(&linked);
    blocks(&linked, &COMMIT, MARKER);
    linked.write("notes.txt", "one\ntwo\n");
    linked.add();
    assert_looked(&passes(&linked, &COMMIT));
}

#[test]
fn hooks_made_in_a_linked_work_tree_serve_all() {
    let repo = Repo::new();
    repo.write(".pantheon.toml", POLICY);
    repo.commit("Begin");
    repo.git(&["worktree", "add", "-q", "../linked"]);
    install(&repo.sibling("../linked"));
    stage_conflict(&repo);
    blocks(&repo, &COMMIT, MARKER);
}

#[test]
fn directory_that_git_is_told_to_take_hooks_from_is_used() {
    let repo = Repo::new();
    repo.write(".pantheon.toml", POLICY);
    repo.write_script("ours/pre-commit", "#!/bin/sh\ntouch ../was-run\n");
    repo.commit("Begin");
    repo.git(&["config", "core.hooksPath", "ours"]);
    install(&repo);
    stage_conflict(&repo);
    blocks(&repo, &COMMIT, MARKER);
    assert!(repo.has("../was-run"), "the hook that was there did not run");
}

#[test]
fn hook_that_was_there_runs_too_and_may_refuse() {
    let repo = gated_after("echo 'ours: not today' >&2; exit 7");
    repo.write("notes.txt", "one\ntwo\n");
    repo.git(&["add", "notes.txt"]);
    let ran = repo.try_git(&COMMIT);
    assert_ne!(ran.code, 0, "{ran}");
    assert_says(&ran, "ours: not today");
    let repo = gated_after("echo 'ours: go on' >&2");
    stage_conflict(&repo);
    let ran = blocks(&repo, &COMMIT, MARKER);
    assert_says(&ran, "ours: go on");
}

#[test]
fn settings_of_diff_do_not_change_what_is_seen() {
    let settings = [
        ["diff.external", "true"],
        ["diff.noPrefix", "true"],
        ["diff.ignoreSubmodules", "all"],
        ["core.quotePath", "false"],
        ["color.ui", "always"],
        ["status.showUntrackedFiles", "no"],
        ["core.fileMode", "false"],
    ];
    for [name, value] in settings {
        let repo = gated();
        repo.git(&["config", name, value]);
        repo.write("notes.txt", conflict());
        repo.git(&["add", "notes.txt"]);
        let ran = repo.try_git(&COMMIT);
        assert_blocked(&ran, MARKER);
    }
}

#[test]
fn attributes_do_not_hide_a_file() {
    for attribute in ["binary", "-diff", "-text", "export-ignore", "diff=none"] {
        let repo = gated();
        repo.write(".gitattributes", format!("notes.txt {attribute}\n"));
        repo.git(&["add", ".gitattributes"]);
        stage_conflict(&repo);
        blocks(&repo, &COMMIT, MARKER);
    }
}
