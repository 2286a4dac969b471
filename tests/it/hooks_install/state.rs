//! `pantheon hooks status`.

use super::only;
use crate::support::{PANTHEON, Repo};

fn lines(repo: &Repo) -> Vec<String> {
    let ran = repo.run(&["hooks", "status"]);
    ran.stdout.lines().map(str::to_owned).collect()
}

#[test]
fn an_installed_repository() {
    let repo = Repo::new();
    repo.write_script(".git/hooks/pre-push", "#!/bin/sh\n");
    repo.run(&["hooks", "install"]).exits(0);
    let ran = repo.run(&["hooks", "status"]).exits(0);
    assert_eq!(
        ran.stdout,
        format!(
            "git looks for hooks in `.git/hooks`\n\
             pre-commit  installed (v1)\n\
             commit-msg  installed (v1)\n\
             pre-push    installed (v1), runs `.git/hooks/pre-push.before-pantheon` too\n\
             program     `{PANTHEON}`\n"
        )
    );
    assert_eq!(repo.run(&["hooks", "status", "--check"]).exits(0).stdout, "");
}

#[test]
fn missing_and_foreign() {
    let repo = Repo::new();
    repo.write_script(".git/hooks/pre-commit", "#!/bin/sh\n");
    let lines = lines(&repo);
    assert_eq!(
        lines[1],
        "pre-commit  foreign: a hook that pantheon did not install"
    );
    assert_eq!(lines[2], "commit-msg  missing");
    assert_eq!(lines[5], "hint: `pantheon hooks install` puts them in place");
    assert_eq!(repo.run(&["hooks", "status", "--check"]).exits(1).stdout, "");
}

#[test]
fn not_executable() {
    let repo = Repo::new();
    repo.run(&["hooks", "install"]).exits(0);
    repo.chmod(".git/hooks/pre-commit", 0o644);
    assert_eq!(lines(&repo)[1], "pre-commit  not executable: git does not run it");
    repo.run(&["hooks", "status", "--check"]).exits(1);
    let ran = repo.run(&["hooks", "install"]).exits(0);
    assert_eq!(ran.stdout, "installed in `.git/hooks`: pre-commit\n");
    repo.run(&["hooks", "status", "--check"]).exits(0);
}

#[test]
fn outdated() {
    let repo = Repo::new();
    repo.run(&["hooks", "install"]).exits(0);
    let shim = String::from_utf8(repo.read(".git/hooks/pre-commit")).unwrap();
    repo.write(".git/hooks/pre-commit", shim.replacen("hook v1 ", "hook v0 ", 1));
    assert_eq!(lines(&repo)[1], "pre-commit  outdated (v0)");
    let ran = repo.run(&["hooks", "install"]).exits(0);
    assert_eq!(ran.stdout, "installed in `.git/hooks`: pre-commit\n");
    assert_eq!(repo.read(".git/hooks/pre-commit"), shim.as_bytes());
}

#[test]
fn shadowed_by_another_directory() {
    let repo = Repo::new();
    repo.run(&["hooks", "install"]).exits(0);
    std::fs::create_dir(repo.path("other")).unwrap();
    repo.git(&["config", "core.hooksPath", "other"]);
    let lines = lines(&repo);
    assert_eq!(lines[0], "git looks for hooks in `other`");
    assert_eq!(
        lines[1],
        "pre-commit  shadowed: `core.hooksPath` leads git elsewhere"
    );
    repo.run(&["hooks", "status", "--check"]).exits(1);
    repo.run(&["hooks", "uninstall"]).exits(0);
    assert!(!repo.has(".git/hooks/pre-commit"));
}

#[test]
fn the_program_is_gone() {
    let mut repo = Repo::new();
    let away = repo.home().join("pantheon");
    std::fs::copy(PANTHEON, &away).unwrap();
    repo.env.push(("PATH".into(), only(&repo, &["git", "sh"]).into()));
    repo.finish(repo.command(&away).args(["hooks", "install"]), b"")
        .exits(0);
    assert_eq!(
        lines(&repo)[4],
        format!("program     `{}`", away.canonicalize().unwrap().display())
    );
    repo.run(&["hooks", "status", "--check"]).exits(0);
    std::fs::remove_file(&away).unwrap();
    assert_eq!(
        lines(&repo)[4],
        "program     not found: put `pantheon` on `PATH`, or run `pantheon hooks install` again"
    );
    repo.run(&["hooks", "status", "--check"]).exits(1);
}
