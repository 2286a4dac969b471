//! Where git looks for hooks, there they are.

use super::{NAMES, everything, fires};
use crate::support::{PANTHEON, Repo};

fn installed(repo: &Repo, dir: &str) -> bool {
    NAMES.iter().all(|n| repo.has(format!("{dir}/{n}")))
}

#[test]
fn a_relative_hooks_path_in_the_work_tree_is_shared() {
    let repo = Repo::new();
    repo.write("sub/x", "");
    repo.git(&["config", "core.hooksPath", ".githooks"]);
    let ran = repo.run_in("sub", &["hooks", "install"]).exits(0);
    assert_eq!(
        ran.stdout,
        "installed in `.githooks`: pre-commit, commit-msg, pre-push\n\
         commit `.githooks` so that everyone gets them\n"
    );
    assert!(installed(&repo, ".githooks"));
    let shim = String::from_utf8(repo.read(".githooks/pre-commit")).unwrap();
    assert!(!shim.contains(PANTHEON), "{shim}");
    fires(&repo);
    repo.run(&["hooks", "uninstall"]).exits(0);
    assert!(!repo.has(".githooks"));
}

#[test]
fn an_ignored_hooks_path_in_the_work_tree_is_not_shared() {
    let repo = Repo::new();
    repo.write(".gitignore", "/local/\n");
    repo.git(&["config", "core.hooksPath", "local/hooks"]);
    repo.run(&["hooks", "install"]).exits(0);
    let shim = String::from_utf8(repo.read("local/hooks/pre-commit")).unwrap();
    assert!(shim.contains(&format!("[ -x '{PANTHEON}' ]")), "{shim}");
}

#[test]
fn an_absolute_hooks_path_of_this_repository() {
    let repo = Repo::new();
    let dir = repo.home().join("of this one");
    repo.git(&["config", "core.hooksPath", dir.to_str().unwrap()]);
    repo.run(&["hooks", "install"]).exits(0);
    assert!(dir.join("pre-commit").exists() && !repo.has(".git/hooks/pre-commit"));
    fires(&repo);
}

#[test]
fn a_hooks_path_below_the_home_directory() {
    let repo = Repo::new();
    repo.git(&["config", "core.hooksPath", "~/own hooks"]);
    repo.run(&["hooks", "install"]).exits(0);
    assert!(repo.home().join("own hooks/pre-commit").exists());
    fires(&repo);
}

#[test]
fn a_hooks_path_for_every_repository_must_be_meant() {
    let repo = Repo::new();
    repo.git(&["config", "--global", "core.hooksPath", "~/all"]);
    let ran = repo.run(&["hooks", "install"]).exits(2);
    assert!(
        ran.stderr.contains("comes from the global configuration"),
        "{ran}"
    );
    assert!(ran.stderr.contains("--global"), "{ran}");
    repo.run(&["init"]).exits(2);
    assert!(!repo.has(".pantheon.toml") && !repo.home().join("all").exists());
    repo.run(&["hooks", "install", "--global"]).exits(0);
    assert!(repo.home().join("all/pre-commit").exists());
    repo.run(&["hooks", "status", "--check"]).exits(0);
    let ran = repo.run(&["hooks", "uninstall"]).exits(2);
    assert!(ran.stderr.contains("--global"), "{ran}");
    repo.run(&["hooks", "uninstall", "--global"]).exits(0);
    assert!(!repo.home().join("all").exists());
}

#[test]
fn the_way_out_of_a_global_hooks_path_works() {
    let repo = Repo::new();
    repo.git(&["config", "--global", "core.hooksPath", "~/all"]);
    repo.git(&["config", "core.hooksPath", ".git/hooks"]);
    repo.run(&["hooks", "install"]).exits(0);
    assert!(installed(&repo, ".git/hooks"));
    fires(&repo);
}

#[test]
fn a_hooks_path_that_is_no_directory() {
    let repo = Repo::new();
    repo.git(&["config", "core.hooksPath", "/dev/null"]);
    let ran = repo.run(&["hooks", "install"]).exits(2);
    assert!(
        ran.stderr.contains("`/dev/null`, which is not a directory"),
        "{ran}"
    );
    let status = repo.run(&["hooks", "status"]).exits(1).stdout;
    assert!(status.contains("\npre-commit  missing\n"), "{status}");
    repo.run(&["hooks", "uninstall"]).exits(0);
}

#[test]
fn linked_work_trees_share_the_hooks() {
    let repo = Repo::new();
    repo.commit("one");
    repo.git(&["worktree", "add", "-q", "-b", "linked", "../linked tree"]);
    let linked = repo.sibling("../linked tree");
    let ran = linked.run(&["init"]).exits(0);
    assert!(ran.stdout.contains("wrote `.pantheon.toml`"), "{ran}");
    assert!(linked.has(".pantheon.toml") && installed(&repo, ".git/hooks"));
    fires(&linked);
    repo.run(&["hooks", "status", "--check"]).exits(0);
}

#[test]
fn a_work_tree_with_a_hooks_path_of_its_own() {
    let repo = Repo::new();
    repo.commit("one");
    repo.git(&["config", "extensions.worktreeConfig", "true"]);
    repo.git(&["worktree", "add", "-q", "../linked"]);
    let linked = repo.sibling("../linked");
    linked.git(&["config", "--worktree", "core.hooksPath", ".own"]);
    linked.run(&["hooks", "install"]).exits(0);
    assert!(installed(&linked, ".own") && !repo.has(".git/hooks/pre-commit"));
    fires(&linked);
}

#[test]
fn a_submodule_has_hooks_of_its_own() {
    let inner = Repo::new();
    inner.commit("one");
    let outer = inner.sibling("../outer");
    std::fs::create_dir(&outer.root).unwrap();
    outer.git(&["init", "-q"]);
    outer.git(&["submodule", "add", "-q", inner.root.to_str().unwrap(), "the sub"]);
    let sub = outer.sibling("the sub");
    sub.run(&["init"]).exits(0);
    assert!(sub.has(".pantheon.toml") && !outer.has(".pantheon.toml"));
    assert!(installed(&outer, ".git/modules/the sub/hooks"));
    assert!(!outer.has(".git/hooks/pre-commit"));
    fires(&sub);
}

#[test]
fn a_bare_repository_serves_its_linked_work_trees() {
    let repo = Repo::named("bare.git", &["--bare"]);
    let ran = repo.run(&["hooks", "install"]).exits(0);
    assert!(
        ran.stdout.starts_with("installed in `hooks`: pre-commit"),
        "{ran}"
    );
    assert!(ran.stdout.contains("note: in a bare repository"), "{ran}");
    repo.git(&["worktree", "add", "-q", "--orphan", "-b", "main", "../tree"]);
    let tree = repo.sibling("../tree");
    tree.run(&["hooks", "status", "--check"]).exits(0);
    fires(&tree);
}

#[test]
fn a_repository_that_the_environment_names() {
    let repo = Repo::new();
    std::fs::rename(repo.path(".git"), repo.path("../apart.git")).unwrap();
    repo.write("sub/x", "");
    repo.git(&[
        "--git-dir=../apart.git",
        "config",
        "core.worktree",
        repo.root.to_str().unwrap(),
    ]);
    let mut apart = repo.sibling(".");
    apart.env.push(("GIT_DIR".into(), "../../apart.git".into()));
    apart.run_in("sub", &["init"]).exits(0);
    assert!(installed(&apart, "../apart.git/hooks") && apart.has(".pantheon.toml"));
}

#[test]
fn odd_names_of_directories() {
    for name in [
        "with space",
        "with\nnewline",
        "it's \"quoted\" $HOME `x`",
        "-dash",
        "ünï",
    ] {
        let repo = Repo::named(format!("{name}/repo"), &[]);
        let mut lines = repo.run(&["init"]).exits(0).stdout;
        assert_eq!(lines.lines().count(), 3, "{lines}");
        fires(&repo);
        repo.git(&["config", "core.hooksPath", "own\nhooks"]);
        lines = repo.run(&["hooks", "install"]).exits(0).stdout;
        assert!(lines.starts_with("installed in `own\\nhooks`: "), "{lines}");
        fires(&repo);
    }
}

#[test]
fn a_name_that_is_no_text() {
    use std::os::unix::ffi::OsStrExt;
    let name = std::ffi::OsStr::from_bytes(b"caf\xe9");
    let repo = Repo::named(name, &[]);
    repo.run(&["init"]).exits(0);
    fires(&repo);
    let hooks = everything(&repo.path(".git/hooks"));
    repo.run(&["init"]).exits(0);
    assert_eq!(everything(&repo.path(".git/hooks")), hooks);
}
