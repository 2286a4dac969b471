//! Merges: only what differs from every parent is theirs.

use super::view::{added, added_by_merge};
use super::{begun, lines};
use crate::support::Repo;

/// Commits an edit of a file on a new branch from a commit.
fn branch(repo: &Repo, name: &str, from: &str, edits: &[(&str, String)]) {
    repo.git(&["checkout", "-q", "-b", name, from]);
    for (path, text) in edits {
        repo.write(path, text);
    }
    repo.commit(name);
}

fn text(edit: &str, line: usize) -> String {
    lines(20).replace(&format!("line {line}\n"), &format!("{edit}\n"))
}

/// Holds what is staged for a merge, and then the merge, to what git says of it.
#[track_caller]
fn agree_on_merge(repo: &Repo) {
    let staged = added(repo, &["--staged"]);
    repo.git(&["commit", "-q", "--no-edit", "--no-verify"]);
    let git = added_by_merge(repo, "HEAD");
    assert_eq!(staged, git);
    assert_eq!(added(repo, &["HEAD"]), git);
}

#[test]
fn merge_without_a_conflict_adds_nothing() {
    let repo = begun();
    branch(&repo, "left", "main", &[("a.txt", text("left", 2))]);
    branch(
        &repo,
        "right",
        "main",
        &[("a.txt", text("right", 18)), ("r.txt", lines(3))],
    );
    repo.git(&["merge", "-q", "--no-commit", "left"]);
    let staged = added(&repo, &["--staged"]);
    assert_eq!(staged.get("a.txt"), Some(&vec![]));
    assert_eq!(staged.len(), 1);
    agree_on_merge(&repo);
}

#[test]
fn resolved_conflict_is_the_merges_own() {
    let repo = begun();
    branch(&repo, "left", "main", &[("a.txt", text("left", 5))]);
    branch(&repo, "right", "main", &[("a.txt", text("right", 5))]);
    assert_eq!(repo.try_git(&["merge", "-q", "left"]).code, 1);
    repo.write(
        "a.txt",
        text("left\nand right\nright", 5).replace("line 12\n", "slipped in\n"),
    );
    repo.write("evil.txt", "in neither\n");
    repo.add();
    assert_eq!(added(&repo, &["--staged"])["a.txt"], [6, 14]);
    agree_on_merge(&repo);
}

#[test]
fn side_that_is_taken_whole_is_no_change() {
    let repo = begun();
    branch(&repo, "left", "main", &[("a.txt", text("left", 5))]);
    branch(&repo, "right", "main", &[("a.txt", text("right", 5))]);
    repo.git(&["merge", "-q", "-X", "ours", "--no-commit", "left"]);
    assert_eq!(added(&repo, &["--staged"]).len(), 0);
    agree_on_merge(&repo);
}

#[test]
fn merge_of_three() {
    let repo = begun();
    branch(
        &repo,
        "one",
        "main",
        &[("a.txt", text("one", 2)), ("n.txt", lines(4))],
    );
    branch(&repo, "two", "main", &[("a.txt", text("two", 10))]);
    branch(&repo, "three", "main", &[("a.txt", text("three", 18))]);
    repo.git(&["merge", "-q", "--no-commit", "one", "two"]);
    let merged = String::from_utf8(repo.read("a.txt")).unwrap();
    repo.write("a.txt", merged.replace("line 6\n", "of none\n"));
    repo.add();
    assert_eq!(added(&repo, &["--staged"])["a.txt"], [6]);
    agree_on_merge(&repo);
    assert_eq!(
        repo.git(&["rev-list", "--parents", "-n1", "HEAD"])
            .split(' ')
            .count(),
        4
    );
}

#[test]
fn merges_that_cross() {
    let repo = begun();
    branch(&repo, "left", "main", &[("a.txt", text("left", 3))]);
    branch(&repo, "right", "main", &[("a.txt", text("right", 17))]);
    repo.git(&["checkout", "-q", "-b", "left2", "left"]);
    repo.git(&["merge", "-q", "--no-edit", "right"]);
    repo.write("b.txt", text("left again", 4));
    repo.commit("left again");
    repo.git(&["checkout", "-q", "-b", "right2", "right"]);
    repo.git(&["merge", "-q", "--no-edit", "left"]);
    repo.write(
        "a.txt",
        String::from_utf8(repo.read("a.txt")).unwrap() + "right again\n",
    );
    repo.commit("right again");
    assert!(
        repo.git(&["merge-base", "--all", "left2", "right2"])
            .lines()
            .count()
            > 1
    );
    repo.git(&["merge", "-q", "--no-commit", "left2"]);
    agree_on_merge(&repo);
    super::agree_on(&repo, "HEAD~1");
}
