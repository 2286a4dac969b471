//! The states of git in which hook managers lose work, or look at the wrong thing: one test for each.
//!
//! Each builds its state from scratch in a repository with pantheon's hooks, and lets git do something
//! that a rule must refuse, or that only looks as if it must. What git refuses leaves every file, the
//! index, the references and the stash byte for byte as they were.

mod changed;
mod gate;
mod push;
mod staged;
mod state;

use crate::support::{Ran, Repo};
use state::State;
use std::ffi::OsStr;

/// The policy of the repositories here.
const POLICY: &str = "version = 1\nextends = [\"recommended\"]\n";

/// A policy under which nothing blocks.
const WEAK: &str = "version = 1\nextends = [\"minimal\"]\n\n[gates.pre-commit]\nchecks = []\nblock = \"never\"\n\n\
                    [gates.pre-push]\nchecks = []\nblock = \"never\"\n";

/// The rule that `conflict()` breaks.
const MARKER: &str = "text/merge-marker";

/// The rule that `key()` breaks.
const KEY: &str = "secrets/private-key";

/// The rule that a link out of the repository breaks.
const ESCAPE: &str = "repository/symlink-escape";

/// A text with the markers of an unfinished merge, which this file itself must not hold.
fn conflict() -> String {
    let marker = |sign: &str| sign.repeat(7);
    format!(
        "one\n{} ours\ntwo\n{}\nthree\n{} theirs\n",
        marker("<"),
        marker("="),
        marker(">")
    )
}

/// A private key of nobody's.
fn key() -> String {
    let signs = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let row = |row: usize| -> String {
        let sign = |column: usize| signs[(row * 37 + column * (23 + row)) % signs.len()];
        (0..64).map(|column| char::from(sign(column))).collect::<String>() + "\n"
    };
    let rows: String = (0..6).map(row).collect();
    let kind = "RSA PRIVATE KEY-----";
    format!("-----BEGIN {kind}\n{rows}-----END {kind}\n")
}

/// A repository with one commit and pantheon's hooks.
fn gated() -> Repo {
    gated_in(Repo::new())
}

/// Gives a repository its first commit and pantheon's hooks.
fn gated_in(repo: Repo) -> Repo {
    repo.write(".pantheon.toml", POLICY);
    repo.write("notes.txt", "one\n");
    repo.write("other.txt", "two\n");
    repo.commit("Begin");
    install(&repo);
    repo
}

fn install(repo: &Repo) {
    repo.run(&["init"]).exits(0);
}

/// Writes a hook of the user's own that was there before pantheon's; to be called before `install`.
fn own_hook(repo: &Repo, name: &str, script: &str) {
    repo.write_script(format!(".git/hooks/{name}"), format!("#!/bin/sh\n{script}\n"));
}

/// A repository whose own pre-commit hook runs this script before pantheon judges.
fn gated_after(script: &str) -> Repo {
    let repo = Repo::new();
    own_hook(&repo, "pre-commit", script);
    gated_in(repo)
}

/// Lets git do what that rule must block, and insists that nothing moved.
#[track_caller]
fn blocks<S: AsRef<OsStr>>(repo: &Repo, args: &[S], rule: &str) -> Ran {
    let before = State::of(repo);
    let ran = repo.try_git(args);
    before.assert_still(repo);
    assert_blocked(&ran, rule);
    ran
}

/// Lets git do what must pass, and insists that no file of the work tree moved.
#[track_caller]
fn passes<S: AsRef<OsStr>>(repo: &Repo, args: &[S]) -> Ran {
    let before = State::of(repo);
    let ran = repo.try_git(args).exits(0);
    before.assert_same_files(repo);
    assert!(!ran.stderr.contains("pantheon: blocked"), "{ran}");
    ran
}

/// Insists that pantheon, and nobody else, said no.
#[track_caller]
fn assert_blocked(ran: &Ran, rule: &str) {
    assert_eq!(ran.code, 1, "{ran}");
    let closing = ran
        .stderr
        .lines()
        .filter(|line| line.starts_with("pantheon: blocked "));
    assert!(closing.count() >= 1, "{ran}");
    assert!(ran.stderr.contains(rule), "`{rule}` is not named: {ran}");
}

/// Insists that the output names something.
#[track_caller]
fn assert_says(ran: &Ran, what: &str) {
    assert!(ran.stderr.contains(what), "`{what}` is not said: {ran}");
}

/// Insists that a gate looked at the change: it does not say that there was nothing to look at.
#[track_caller]
fn assert_looked(ran: &Ran) {
    assert!(!ran.stderr.contains("nothing"), "{ran}");
}
