//! A push uses what was asked in advance.

use super::*;
use std::time::{Duration, Instant};

fn gates(extra: &str) -> String {
    format!(
        "[gates.pre-commit]\ndeadline = \"20s\"\n[gates.pre-push]\nchecks = [\"rules\", \"validators/correctness\"]\nblock \
         = {{ rules = \"high\", validators = {{ severity = \"high\", agreement = 2 }} }}\ndeadline = \
         \"20s\"\n[review]\nagents = [\"one\", \"two\"]\n{extra}"
    )
}

/// A repository with hooks and a remote that has its first commit.
fn pushed(policy: &str) -> Repo {
    let repo = Repo::new();
    repo.write(".pantheon.toml", policy);
    repo.write("src/pay.py", BEFORE);
    repo.commit("Begin");
    let bare = repo.sibling("../remote.git");
    repo.git(&["init", "-q", "--bare", bare.root.to_str().unwrap()]);
    repo.git(&["remote", "add", "origin", "../remote.git"]);
    repo.git(&["push", "-q", "-u", "origin", "main"]);
    repo.run(&["hooks", "install"]).exits(0);
    repo
}

fn commit(repo: &Repo) {
    repo.write("src/pay.py", AFTER);
    repo.add();
    repo.git(&["commit", "-q", "-m", "Divide by the number of items"]);
}

#[test]
fn a_push_is_blocked_by_what_two_models_say() {
    let server = says(|_| json!([defect()]));
    let repo = pushed(&policy(&server.http(), &gates("")));
    commit(&repo);
    let ran = repo.try_git(&["push", "-q", "origin", "main"]);
    assert_ne!(ran.code, 0, "{ran}");
    assert!(ran.stderr.contains("division by zero for an empty list"), "{ran}");
    assert!(ran.stderr.contains("src/pay.py:3"), "{ran}");
}

#[test]
fn a_review_in_advance_leaves_the_push_nothing_to_ask() {
    let server = says(|_| json!([]));
    let repo = pushed(&policy(&server.http(), &gates("")));
    commit(&repo);
    repo.run(&["review", "--stage", "pre-push"]).exits(0);
    let before = server.asked().len();
    assert_eq!(before, 2);
    repo.git(&["push", "-q", "origin", "main"]);
    assert_eq!(server.asked().len(), before);
}

#[test]
fn a_commit_starts_a_review_in_the_background_where_that_is_switched_on() {
    let server = says(|_| json!([]));
    let repo = pushed(&policy(&server.http(), &gates("background = true\n")));
    let begun = Instant::now();
    commit(&repo);
    while server.asked().len() < 2 && begun.elapsed() < Duration::from_secs(20) {
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(server.asked().len(), 2);
    // Its answers are kept once it has read them.
    let gone = |repo: &Repo| repo.run(&["review", "--stage", "pre-push"]).exits(0);
    gone(&repo);
    let before = server.asked().len();
    repo.git(&["push", "-q", "origin", "main"]);
    assert_eq!(server.asked().len(), before);
}

#[test]
fn what_a_rule_blocks_is_sent_to_nobody_by_a_hook() {
    let server = says(|_| json!([]));
    let repo = pushed(&policy(&server.http(), &gates("")));
    repo.write(
        "src/pay.py",
        format!("{AFTER}<<<<<<< HEAD\na = 1\n=======\na = 2\n>>>>>>> other\n"),
    );
    repo.commit("Leave a conflict");
    let ran = repo.try_git(&["push", "-q", "origin", "main"]);
    assert_ne!(ran.code, 0, "{ran}");
    assert!(server.asked().is_empty());
}
