//! What an installed hook does when git runs it.

use super::{fires, only, spy};
use crate::support::{PANTHEON, Ran, Repo};

const LOG: &str = "#!/bin/sh\necho \"$0|$#|$1|$GIT_INDEX_FILE|$(pwd)\" >>\"$HOME/log\"\n";

fn commit(repo: &Repo) -> Ran {
    repo.try_git(&["commit", "-q", "--allow-empty", "-m", "Say what was done"])
}

fn log(repo: &Repo) -> String {
    std::fs::read_to_string(repo.home().join("log")).unwrap_or_default()
}

#[test]
fn kept_hooks_run_with_the_same_arguments_environment_and_directory() {
    let repo = Repo::named("a repo", &[]);
    for name in ["pre-commit", "commit-msg"] {
        repo.write_script(format!(".git/hooks/{name}"), LOG);
    }
    repo.run(&["hooks", "install"]).exits(0);
    repo.write("sub/x.txt", "x\n");
    repo.git(&["add", "sub"]);
    commit(&repo).exits(0);
    let root = repo.root.display();
    assert_eq!(
        log(&repo),
        format!(
            ".git/hooks/pre-commit.before-pantheon|0||.git/index|{root}\n\
             .git/hooks/commit-msg.before-pantheon|1|.git/COMMIT_EDITMSG|.git/index|{root}\n"
        )
    );
}

#[test]
fn a_kept_hook_that_fails_stops_the_commit() {
    let repo = Repo::new();
    repo.write_script(".git/hooks/pre-commit", "#!/bin/sh\necho not today >&2\nexit 7\n");
    repo.write_script(".git/hooks/commit-msg", LOG);
    repo.run(&["hooks", "install"]).exits(0);
    let ran = commit(&repo).exits(1);
    assert!(ran.stderr.contains("not today"), "{ran}");
    assert_eq!(log(&repo), "");
    assert_ne!(repo.try_git(&["rev-parse", "-q", "--verify", "HEAD"]).code, 0);
    let ran = repo.run(&["hook", "pre-commit", "--shim", ".git/hooks/pre-commit", "--"]);
    assert_eq!(ran.code, 7, "{ran}");
}

#[test]
fn a_kept_hook_that_is_killed_stops_the_commit() {
    let repo = Repo::new();
    repo.write_script(".git/hooks/pre-commit", "#!/bin/sh\nkill -TERM $$\n");
    repo.run(&["hooks", "install"]).exits(0);
    commit(&repo).exits(1);
    let ran = repo.run(&["hook", "pre-commit", "--shim", ".git/hooks/pre-commit", "--"]);
    assert_eq!(ran.code, 143, "{ran}");
}

#[test]
fn a_kept_hook_without_a_first_line_runs_in_the_shell() {
    let repo = Repo::new();
    repo.write_script(".git/hooks/pre-commit", "echo \"$#\" >>\"$HOME/log\"\nexit 5\n");
    repo.run(&["hooks", "install"]).exits(0);
    commit(&repo).exits(1);
    assert_eq!(log(&repo), "0\n");
}

#[test]
fn what_a_kept_hook_stages_is_committed() {
    let repo = Repo::new();
    repo.write_script(
        ".git/hooks/pre-commit",
        "#!/bin/sh\necho made >made.txt\ngit add made.txt\n",
    );
    repo.run(&["hooks", "install"]).exits(0);
    commit(&repo).exits(0);
    assert_eq!(repo.git(&["show", "HEAD:made.txt"]), "made");
}

#[test]
fn what_a_kept_hook_stages_is_judged() {
    let repo = Repo::new();
    repo.run(&["init"]).exits(0);
    repo.commit("Say what was done");
    let marks = "<<<<<<< HEAD\na\n=======\nb\n>>>>>>> other\n";
    repo.write_script(".git/hooks/pre-commit.before-pantheon", {
        format!("#!/bin/sh\ncat >made.txt <<'EOF'\n{marks}EOF\ngit add made.txt\n")
    });
    let ran = commit(&repo).exits(1);
    assert!(ran.stderr.contains("made.txt"), "{ran}");
    assert_eq!(repo.git(&["rev-list", "--count", "HEAD"]), "1");
}

#[test]
fn a_kept_commit_msg_hook_may_change_the_message() {
    let repo = Repo::new();
    repo.write_script(
        ".git/hooks/commit-msg",
        "#!/bin/sh\nprintf '\\nChange-Id: I1\\n' >>\"$1\"\n",
    );
    repo.run(&["hooks", "install"]).exits(0);
    commit(&repo).exits(0);
    assert_eq!(repo.git(&["log", "-1", "--format=%b"]), "Change-Id: I1");
}

fn with_remote() -> Repo {
    let repo = Repo::new();
    repo.commit("one");
    repo.git(&["init", "-q", "--bare", "../remote.git"]);
    repo.git(&["remote", "add", "origin", "../remote.git"]);
    repo
}

#[test]
fn pre_push_hands_its_input_to_both() {
    let repo = with_remote();
    let hook = "#!/bin/sh\necho \"$1|$2\" >>\"$HOME/log\"\ncat >>\"$HOME/log\"\n";
    repo.write_script(".git/hooks/pre-push", hook);
    repo.run(&["hooks", "install"]).exits(0);
    repo.git(&["branch", "other"]);
    let id = repo.git(&["rev-parse", "HEAD"]);
    repo.git(&["push", "-q", "origin", "main", "other"]);
    let zero = "0".repeat(40);
    assert_eq!(
        log(&repo),
        format!(
            "origin|../remote.git\n\
             refs/heads/main {id} refs/heads/main {zero}\n\
             refs/heads/other {id} refs/heads/other {zero}\n"
        )
    );
}

#[test]
fn a_kept_hook_writes_where_the_hook_writes() {
    let repo = with_remote();
    repo.write_script(".git/hooks/pre-push", "#!/bin/sh\ncat\necho no >&2\nexit 4\n");
    repo.run(&["hooks", "install"]).exits(0);
    let id = repo.git(&["rev-parse", "HEAD"]);
    let line = format!("refs/heads/main {id} refs/heads/main {}\n", "0".repeat(40));
    let args = [
        "hook",
        "pre-push",
        "--shim",
        ".git/hooks/pre-push",
        "--",
        "origin",
        "url",
    ];
    let ran = repo.run_with(&args, line.as_bytes()).exits(4);
    assert_eq!(ran.stdout, line);
    assert!(ran.stderr.starts_with("no\n"), "{ran}");
}

#[test]
fn a_kept_pre_push_hook_need_not_read_and_may_refuse() {
    let repo = with_remote();
    repo.write_script(".git/hooks/pre-push", "#!/bin/sh\nexec <&-\nexit 1\n");
    repo.run(&["hooks", "install"]).exits(0);
    for n in 0..700 {
        repo.write(format!(".git/refs/heads/b{n}"), repo.read(".git/refs/heads/main"));
    }
    let ran = repo.try_git(&["push", "-q", "origin", "--all"]);
    assert_eq!(ran.code, 1, "{ran}");
    assert_eq!(repo.git(&["ls-remote", "origin"]), "");
    repo.write_script(
        ".git/hooks/pre-push.before-pantheon",
        "#!/bin/sh\nexec <&-\nexit 0\n",
    );
    repo.git(&["push", "-q", "origin", "--all"]);
    assert_eq!(repo.git(&["ls-remote", "--heads", "origin"]).lines().count(), 701);
}

/// The shells that may stand behind `/bin/sh`.
fn shells() -> Vec<&'static str> {
    let has = |name: &&str| {
        let path = std::env::var_os("PATH").unwrap();
        let found = std::env::split_paths(&path).any(|p| p.join(name).exists());
        if !found {
            println!("not shown: `{name}` is not here");
        }
        found
    };
    ["sh", "dash", "bash", "busybox"]
        .into_iter()
        .filter(has)
        .collect()
}

/// Runs an installed hook under a shell, in a world with nothing but git and that shell.
fn under(repo: &Repo, shell: &str, hook: &str, path: &str) -> Ran {
    let mut command = repo.command("/usr/bin/env");
    command.env("PATH", path);
    let found = std::env::split_paths(&std::env::var_os("PATH").unwrap())
        .map(|p| p.join(shell))
        .find(|p| p.exists())
        .unwrap();
    command.arg(found);
    if shell == "busybox" {
        command.arg("sh");
    }
    repo.finish(command.args([hook, "an arg", "b"]), b"input\n")
}

#[test]
fn without_the_program_a_hook_blocks() {
    for shell in shells() {
        let repo = Repo::new();
        let away = repo.home().join("pantheon");
        std::fs::copy(PANTHEON, &away).unwrap();
        repo.finish(repo.command(&away).args(["hooks", "install"]), b"")
            .exits(0);
        std::fs::remove_file(&away).unwrap();
        let path = only(&repo, &["git"]);
        let ran = under(&repo, shell, ".git/hooks/pre-commit", &path).exits(1);
        assert_eq!(ran.stdout, "");
        assert_eq!(
            ran.stderr,
            "pantheon: the program `pantheon` is not found, so nothing was checked\n\
             hint: get it with `cargo install pantheon`, or go on without it: `git commit --no-verify`\n"
        );
        let ran = under(&repo, shell, ".git/hooks/pre-push", &path).exits(1);
        assert!(ran.stderr.ends_with("`git push --no-verify`\n"), "{ran}");
    }
}

#[test]
fn without_the_program_a_hook_may_warn_and_run_what_was_there() {
    for shell in shells() {
        let repo = Repo::named("it's a \"repo\"", &[]);
        let kept = "#!/bin/sh\nread line\necho \"kept $#|$1|$line\"\nexit 3\n";
        repo.write_script(".git/hooks/pre-push", kept);
        repo.write(".git/hooks/commit-msg", "#!/bin/sh\nexit 3\n");
        let away = repo.home().join("pantheon");
        std::fs::copy(PANTHEON, &away).unwrap();
        let install = ["hooks", "install", "--on-missing", "warn"];
        repo.finish(repo.command(&away).args(install), b"").exits(0);
        // What was said once holds until something else is said.
        let again = repo.finish(repo.command(&away).args(["hooks", "install"]), b"");
        assert!(again.stdout.ends_with("nothing to do\n"), "{again}");
        std::fs::remove_file(&away).unwrap();
        let path = only(&repo, &["git", "sh"]);
        let ran = under(&repo, shell, ".git/hooks/pre-commit", &path).exits(0);
        assert_eq!(
            ran.stderr,
            "pantheon: the program `pantheon` is not found, so nothing was checked\n\
             hint: get it with `cargo install pantheon`\n"
        );
        under(&repo, shell, ".git/hooks/commit-msg", &path).exits(0);
        let ran = under(&repo, shell, ".git/hooks/pre-push", &path).exits(3);
        assert_eq!(ran.stdout, "kept 2|an arg|input\n");
    }
}

#[test]
fn the_policy_says_what_a_hook_does_without_the_program() {
    let repo = Repo::new();
    let warns = |repo: &Repo| repo.read(".git/hooks/pre-commit").ends_with(b"\nexit 0\n");
    repo.write(".pantheon.toml", "version = 1\n[hooks]\non-missing = \"warn\"\n");
    repo.run(&["init"]).exits(0);
    assert!(warns(&repo));
    repo.run(&["hooks", "install", "--on-missing", "block"]).exits(0);
    assert!(!warns(&repo));
    repo.run(&["hooks", "install"]).exits(0);
    assert!(warns(&repo));
    repo.write(".pantheon.toml", "version = 1\nno-such-key = 1\n");
    repo.run(&["hooks", "uninstall"]).exits(0);
    repo.run(&["hooks", "install"]).exits(0);
    assert!(!warns(&repo));
}

#[test]
fn the_recorded_program_is_run_when_path_has_none() {
    for shell in shells() {
        let repo = Repo::new();
        let away = repo.home().join("it's \"here\"\nand $HOME").join("pantheon");
        repo.write_script(&away, "");
        std::fs::copy(PANTHEON, &away).unwrap();
        repo.finish(repo.command(&away).args(["hooks", "install"]), b"")
            .exits(0);
        let path = only(&repo, &["git"]);
        repo.write_script(&away, "#!/bin/sh\necho \"$#|$1|$2|$3|$4|$5|$6|$7\"\nexit 9\n");
        let ran = under(&repo, shell, ".git/hooks/commit-msg", &path).exits(9);
        let args = "7|hook|commit-msg|--shim|.git/hooks/commit-msg|--|an arg|b\n";
        assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), (args, ""));
    }
}

#[test]
fn the_program_on_path_comes_first() {
    let repo = Repo::new();
    repo.run(&["hooks", "install"]).exits(0);
    repo.write_script(repo.home().join("spy/pantheon"), "");
    let dir = spy(&repo);
    under(
        &repo,
        "sh",
        ".git/hooks/commit-msg",
        &format!("{dir}:{}", only(&repo, &["sh"])),
    );
    assert_eq!(
        std::fs::read_to_string(repo.home().join("fired")).unwrap(),
        "commit-msg\n"
    );
}

#[test]
fn a_hook_starts_no_other_program() {
    let repo = Repo::new();
    repo.run(&["hooks", "install"]).exits(0);
    let path = only(&repo, &["git"]);
    let own = std::path::Path::new(PANTHEON).parent().unwrap().display();
    // There is nothing else to start.
    under(&repo, "sh", ".git/hooks/pre-commit", &format!("{own}:{path}")).exits(0);
    fires(&repo);
}
