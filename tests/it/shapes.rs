//! Every shape that a change can have, and a history of random ones: what the program sees of each is
//! what git says, path for path and line for line.

mod copies;
mod forms;
mod history;
mod kinds;
mod merges;
mod view;

use crate::support::Repo;
use view::{File, View};

/// A text of numbered lines.
fn lines(count: usize) -> String {
    (1..=count).map(|n| format!("line {n}\n")).collect()
}

/// A repository with a few files.
fn begun() -> Repo {
    let repo = Repo::new();
    repo.write("a.txt", lines(20));
    repo.write("b.txt", lines(60).replace("line", "other"));
    repo.write("dir/c.txt", "three\n");
    repo.commit("Begin");
    repo
}

/// Insists that the index looks to pantheon as it does to git, before and after it is committed; gives
/// back the change.
#[track_caller]
fn agree(repo: &Repo) -> View {
    let staged = view::of_pantheon(repo, &["--staged"]);
    assert_eq!(staged, view::of_git(repo, &["diff", "--cached"]));
    repo.git(&["commit", "-q", "--allow-empty", "--no-verify", "-m", "Change"]);
    agree_on(repo, "HEAD");
    staged
}

/// Insists that a commit looks to pantheon as it does to git.
#[track_caller]
fn agree_on(repo: &Repo, commit: &str) {
    let git = view::of_git(repo, &["show", "--format=", commit]);
    assert_eq!(view::of_pantheon(repo, &[commit]), git, "{commit}");
}

/// The one file of a change.
#[track_caller]
fn only(view: View) -> File {
    assert_eq!(view.len(), 1, "{view:?}");
    view.into_values().next().unwrap()
}
