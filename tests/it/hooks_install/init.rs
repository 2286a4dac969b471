//! `pantheon init`.

use super::{NAMES, everything, names};
use crate::support::Repo;

#[test]
fn a_new_repository_gets_a_policy_and_three_hooks() {
    let repo = Repo::new();
    let ran = repo.run(&["init"]).exits(0);
    assert_eq!(
        ran.stdout,
        "wrote `.pantheon.toml`\n\
         installed in `.git/hooks`: pre-commit, commit-msg, pre-push\n\
         next: `git add .pantheon.toml` and commit it\n"
    );
    assert_eq!(ran.stderr, "");
    let policy = String::from_utf8(repo.read(".pantheon.toml")).unwrap();
    assert!(policy.contains("\nversion = 1\n") && policy.contains("\nextends = [\"recommended\"]\n"));
    for name in NAMES {
        assert!(
            repo.read(format!(".git/hooks/{name}"))
                .starts_with(b"#!/bin/sh\n# pantheon hook v1 ")
        );
    }
    repo.run(&["hooks", "status", "--check"]).exits(0);
}

#[test]
fn the_policy_that_is_written_can_be_used() {
    let repo = Repo::new();
    repo.run(&["init"]).exits(0);
    repo.run(&["policy", "check"]).exits(0);
    let policy = String::from_utf8(repo.read(".pantheon.toml")).unwrap();
    // What is commented out is TOML that could be said: a comment says more than one word before `=`.
    let said = |line: &str| {
        let line = line.strip_prefix("# ").filter(|l| {
            l.starts_with('[')
                || l.split(" = ")
                    .next()
                    .is_some_and(|key| l.contains(" = ") && !key.contains(' '))
        });
        line.map(str::to_owned)
    };
    let all: Vec<String> = policy
        .lines()
        .map(|l| said(l).unwrap_or_else(|| l.to_owned()))
        .collect();
    assert!(all.iter().any(|l| l == "on-missing = \"block\""));
    repo.write(".pantheon.toml", all.join("\n"));
    repo.run(&["policy", "check"]).exits(0);
}

#[test]
fn a_second_run_changes_nothing_and_says_so() {
    let repo = Repo::new();
    repo.run(&["init"]).exits(0);
    let (hooks, root) = (everything(&repo.path(".git/hooks")), everything(&repo.root));
    let ran = repo.run(&["init"]).exits(0);
    assert_eq!(
        ran.stdout,
        "`.pantheon.toml` is there already: left as it is\n\
         the hooks in `.git/hooks` are in place: nothing to do\n"
    );
    let ran = repo.run(&["hooks", "install"]).exits(0);
    assert_eq!(
        ran.stdout,
        "the hooks in `.git/hooks` are in place: nothing to do\n"
    );
    assert_eq!(everything(&repo.path(".git/hooks")), hooks);
    assert_eq!(everything(&repo.root), root);
}

#[test]
fn a_policy_that_is_there_stays_as_it_is() {
    let repo = Repo::new();
    repo.write(".pantheon.toml", "version = 1\nextends = [\"strict\"]\n");
    repo.run(&["init"]).exits(0);
    assert_eq!(
        repo.read(".pantheon.toml"),
        b"version = 1\nextends = [\"strict\"]\n"
    );
}

#[test]
fn a_policy_that_is_a_link_to_nowhere_stays_as_it_is() {
    let repo = Repo::new();
    std::os::unix::fs::symlink("nowhere", repo.path(".pantheon.toml")).unwrap();
    repo.run(&["init"]).exits(0);
    assert_eq!(
        repo.path(".pantheon.toml").read_link().unwrap().to_str(),
        Some("nowhere")
    );
}

#[test]
fn from_a_subdirectory_the_root_is_set_up() {
    let repo = Repo::new();
    repo.write("a/b/c.txt", "");
    let ran = repo.run_in("a/b", &["init"]).exits(0);
    assert!(ran.stdout.contains("installed in `.git/hooks`"), "{ran}");
    assert!(repo.has(".pantheon.toml") && !repo.has("a/b/.pantheon.toml"));
}

#[test]
fn without_hooks_only_the_policy_is_written() {
    let repo = Repo::new();
    let before = everything(&repo.path(".git/hooks"));
    let ran = repo.run(&["init", "--no-hooks"]).exits(0);
    assert_eq!(
        ran.stdout,
        "wrote `.pantheon.toml`\nnext: `git add .pantheon.toml` and commit it\n"
    );
    assert_eq!(everything(&repo.path(".git/hooks")), before);
}

#[test]
fn outside_a_repository_nothing_is_written() {
    let dir = Repo::outside("plain");
    let ran = dir.run(&["init"]).exits(2);
    assert!(ran.stderr.contains("is not in a git repository"), "{ran}");
    assert!(ran.stderr.contains("`git init` makes one"), "{ran}");
    assert_eq!(names(&dir.root), Vec::<String>::new());
}

#[test]
fn a_bare_repository_has_no_place_for_a_policy() {
    let repo = Repo::named("bare.git", &["--bare"]);
    let before = everything(&repo.root);
    let ran = repo.run(&["init"]).exits(2);
    assert!(ran.stderr.contains("is a bare repository"), "{ran}");
    assert!(ran.stderr.contains("run it in a clone"), "{ran}");
    assert_eq!(everything(&repo.root), before);
}

#[test]
fn inside_the_git_directory_there_is_no_work_tree() {
    let repo = Repo::new();
    let ran = repo.run_in(".git", &["init"]).exits(2);
    assert!(ran.stderr.contains("inside a git directory"), "{ran}");
}

#[test]
fn when_the_hooks_cannot_be_installed_no_policy_is_written() {
    let repo = Repo::new();
    repo.write(".git/hooks/pre-push/file", "");
    let ran = repo.run(&["init"]).exits(2);
    assert!(
        ran.stderr.contains("is a directory where git looks for a hook"),
        "{ran}"
    );
    assert!(!repo.has(".pantheon.toml") && !repo.has(".git/hooks/pre-commit"));
}

#[test]
fn a_repository_without_a_hook_directory_gets_one_and_loses_it_again() {
    let repo = Repo::named("repo", &["--template="]);
    assert!(!repo.has(".git/hooks"));
    repo.run(&["init"]).exits(0);
    assert_eq!(names(&repo.path(".git/hooks")).len(), 3);
    repo.run(&["hooks", "uninstall"]).exits(0);
    assert!(!repo.has(".git/hooks"));
}

#[test]
fn a_hook_directory_that_was_there_stays() {
    let repo = Repo::named("repo", &["--template="]);
    std::fs::create_dir(repo.path(".git/hooks")).unwrap();
    repo.run(&["init"]).exits(0);
    repo.run(&["hooks", "uninstall"]).exits(0);
    assert!(repo.has(".git/hooks"));
}
