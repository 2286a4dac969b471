//! What was there before comes back byte for byte.

use super::{NAMES, everything, names};
use crate::support::Repo;
use std::os::unix::fs::symlink;

const HOOK: &[u8] = b"#!/bin/sh\n# caf\xe9, no last line end\nexit 0";

#[test]
fn a_hook_of_someone_else_is_kept_and_comes_back() {
    let repo = Repo::new();
    repo.write_script(".git/hooks/pre-commit", HOOK);
    repo.chmod(".git/hooks/pre-commit", 0o751);
    let before = everything(&repo.path(".git/hooks"));
    let ran = repo.run(&["hooks", "install"]).exits(0);
    assert_eq!(
        ran.stdout,
        "installed in `.git/hooks`: pre-commit, commit-msg, pre-push\n\
         kept beside them as `<name>.before-pantheon`, and still run: pre-commit\n"
    );
    let now = everything(&repo.path(".git/hooks"));
    assert_eq!(now["pre-commit.before-pantheon"], before["pre-commit"]);
    assert_eq!(now["pre-commit"].0 & 0o777, 0o755);
    let ran = repo.run(&["hooks", "uninstall"]).exits(0);
    assert_eq!(
        ran.stdout,
        "put back what was there before: `.git/hooks/pre-commit`\n\
         removed `.git/hooks/commit-msg`\n\
         removed `.git/hooks/pre-push`\n"
    );
    assert_eq!(everything(&repo.path(".git/hooks")), before);
}

#[test]
fn samples_are_never_touched() {
    let repo = Repo::new();
    repo.write(".git/hooks/pre-commit.sample", "sample\n");
    let before = everything(&repo.path(".git/hooks"));
    repo.run(&["hooks", "install"]).exits(0);
    let sample = |all: &std::collections::BTreeMap<String, _>| {
        all.keys()
            .filter(|k| k.ends_with(".sample"))
            .cloned()
            .collect::<Vec<_>>()
    };
    let now = everything(&repo.path(".git/hooks"));
    assert_eq!(sample(&now), sample(&before));
    assert_eq!(now["pre-commit.sample"], before["pre-commit.sample"]);
    repo.run(&["hooks", "uninstall"]).exits(0);
    assert_eq!(everything(&repo.path(".git/hooks")), before);
}

#[test]
fn links_come_back_as_links() {
    let repo = Repo::new();
    repo.write_script("tools/check", HOOK);
    symlink("../../tools/check", repo.path(".git/hooks/pre-commit")).unwrap();
    symlink("nowhere", repo.path(".git/hooks/commit-msg")).unwrap();
    let before = everything(&repo.path(".git/hooks"));
    repo.run(&["hooks", "install"]).exits(0);
    assert_eq!(repo.read("tools/check"), HOOK);
    assert!(!repo.path(".git/hooks/pre-commit").is_symlink());
    repo.run(&["hooks", "uninstall"]).exits(0);
    assert_eq!(everything(&repo.path(".git/hooks")), before);
    assert_eq!(repo.read("tools/check"), HOOK);
}

#[test]
fn a_hook_that_git_does_not_run_is_kept_too() {
    let repo = Repo::new();
    repo.write(".git/hooks/pre-commit", "#!/bin/sh\ntouch ran\n");
    let before = everything(&repo.path(".git/hooks"));
    repo.run(&["hooks", "install"]).exits(0);
    repo.git(&["commit", "-q", "--allow-empty", "-m", "one"]);
    assert!(!repo.has("ran"));
    repo.run(&["hooks", "uninstall"]).exits(0);
    assert_eq!(everything(&repo.path(".git/hooks")), before);
}

#[test]
fn an_edited_shim_is_not_thrown_away() {
    let repo = Repo::new();
    repo.run(&["hooks", "install"]).exits(0);
    let mut edited = repo.read(".git/hooks/commit-msg");
    edited.extend(b"# mine\n");
    repo.write(".git/hooks/commit-msg", &edited);
    let before = everything(&repo.path(".git/hooks"));
    for args in [["hooks", "uninstall"], ["hooks", "install"]] {
        let ran = repo.run(&args).exits(2);
        assert!(ran.stderr.contains("was edited since it was installed"), "{ran}");
        assert!(ran.stderr.contains("--force"), "{ran}");
        assert_eq!(everything(&repo.path(".git/hooks")), before);
    }
    let status = repo.run(&["hooks", "status"]).exits(1).stdout;
    assert!(
        status.contains("\ncommit-msg  edited since it was installed\n"),
        "{status}"
    );
    repo.run(&["hooks", "install", "--force"]).exits(0);
    repo.run(&["hooks", "status", "--check"]).exits(0);
    repo.write(".git/hooks/commit-msg", &edited);
    repo.run(&["hooks", "uninstall", "--force"]).exits(0);
    assert!(NAMES.iter().all(|n| !repo.has(format!(".git/hooks/{n}"))));
}

#[test]
fn two_hooks_are_never_kept_under_one_name() {
    let repo = Repo::new();
    repo.write_script(".git/hooks/pre-commit", "#!/bin/sh\nexit 1\n");
    repo.write_script(".git/hooks/pre-commit.before-pantheon", HOOK);
    let before = everything(&repo.path(".git/hooks"));
    let ran = repo.run(&["hooks", "install"]).exits(2);
    assert!(
        ran.stderr
            .contains("pre-commit.before-pantheon` is already there"),
        "{ran}"
    );
    assert_eq!(everything(&repo.path(".git/hooks")), before);
}

#[test]
fn a_hook_whose_shim_was_removed_by_hand_comes_back() {
    let repo = Repo::new();
    repo.write_script(".git/hooks/pre-push", HOOK);
    let before = everything(&repo.path(".git/hooks"));
    repo.run(&["hooks", "install"]).exits(0);
    std::fs::remove_file(repo.path(".git/hooks/pre-push")).unwrap();
    repo.run(&["hooks", "uninstall"]).exits(0);
    assert_eq!(everything(&repo.path(".git/hooks")), before);
}

#[test]
fn where_nothing_is_installed_nothing_is_taken_away() {
    let repo = Repo::new();
    repo.write_script(".git/hooks/pre-commit", HOOK);
    let before = everything(&repo.path(".git/hooks"));
    let ran = repo.run(&["hooks", "uninstall"]).exits(0);
    assert_eq!(
        ran.stdout,
        "left alone, not installed by pantheon: `.git/hooks/pre-commit`\n\
         no hook of pantheon is installed here: nothing to do\n"
    );
    assert_eq!(everything(&repo.path(".git/hooks")), before);
}

#[test]
fn installers_that_run_at_once_lose_no_hook() {
    let repo = Repo::new();
    repo.write_script(".git/hooks/pre-commit", HOOK);
    let before = everything(&repo.path(".git/hooks"));
    std::thread::scope(|scope| {
        for _ in 0..6 {
            let (root, home, env) = (&repo.root, repo.home(), std::env::var_os("PATH"));
            scope.spawn(move || {
                let mut command = std::process::Command::new(crate::support::PANTHEON);
                command
                    .args(["hooks", "install"])
                    .current_dir(root)
                    .env_clear()
                    .env("HOME", home);
                drop(command.env("PATH", env.unwrap_or_default()).output().unwrap());
            });
        }
    });
    assert_eq!(
        everything(&repo.path(".git/hooks"))["pre-commit.before-pantheon"],
        before["pre-commit"]
    );
    repo.run(&["hooks", "install"]).exits(0);
    repo.run(&["hooks", "uninstall"]).exits(0);
    assert_eq!(everything(&repo.path(".git/hooks")), before);
}

#[test]
fn a_directory_that_cannot_be_written_is_named() {
    let repo = Repo::new();
    repo.write_script(".git/hooks/pre-commit", HOOK);
    repo.chmod(".git/hooks", 0o555);
    let before = everything(&repo.path(".git/hooks"));
    if std::fs::write(repo.path(".git/hooks/probe"), "").is_ok() {
        println!("not shown: this user may write anywhere");
        std::fs::remove_file(repo.path(".git/hooks/probe")).unwrap();
        repo.chmod(".git/hooks", 0o755);
        return;
    }
    let ran = repo.run(&["hooks", "install"]).exits(2);
    assert!(ran.stderr.contains("cannot be written"), "{ran}");
    assert_eq!(everything(&repo.path(".git/hooks")), before);
    repo.chmod(".git/hooks", 0o755);
}

#[test]
fn nothing_else_is_left_in_the_directory() {
    let repo = Repo::named("repo", &["--template="]);
    repo.run(&["hooks", "install"]).exits(0);
    assert_eq!(
        names(&repo.path(".git/hooks")),
        ["commit-msg", "pre-commit", "pre-push"]
    );
}
