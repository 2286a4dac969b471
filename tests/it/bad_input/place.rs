//! Places: no repository, one without a work tree, one without a commit, directories that are not there.

use super::{Repo, refuses};
use std::process::Stdio;

#[test]
fn outside_a_repository() {
    let dir = Repo::outside("plain");
    let said = format!(
        "error: `{}` is not inside a git repository\n hint: go to a repository, or make one with `git init`\n",
        dir.root.display()
    );
    let all: [&[&str]; 6] = [
        &["review"],
        &["review", "--staged"],
        &["hook", "pre-commit"],
        &["policy", "check"],
        &["debug", "changes", "HEAD"],
        &["debug", "changes", "--staged"],
    ];
    for args in all {
        refuses(&dir.run(args), &said);
    }
}

#[test]
fn bare_repository_has_nothing_staged() {
    let repo = super::staged();
    repo.git(&["clone", "-q", "--bare", ".", "../bare"]);
    let bare = repo.sibling("../bare");
    for args in [&["review", "--staged"], &["hook", "pre-commit"]] {
        let ran = bare.run(args);
        refuses(
            &ran,
            "error: the repository `.` is bare: it has no index and no working tree\n hint: name a commit or a \
             range: `pantheon review BASE..HEAD`\n",
        );
    }
    bare.run(&["review", "--commit", "HEAD"]).exits(0);
}

#[test]
fn repository_without_a_commit() {
    let repo = Repo::new();
    let ran = repo.run(&["review", "--staged"]).exits(0);
    assert_eq!(
        super::timeless(&ran.stdout),
        "note: nothing was checked: the change has no file\npantheon: passed - 0 files, N ms (the staged changes)\n"
    );
    refuses(
        &repo.run(&["review"]),
        "error: the repository has no commit yet\n hint: make a commit, or judge the index with `pantheon review \
         --staged`\n",
    );
    let unknown = "error: `HEAD` names no commit in this repository\n hint: `git log --oneline --all` lists what \
                   there is\n";
    refuses(&repo.run(&["review", "--commit", "HEAD"]), unknown);
    refuses(&repo.run(&["debug", "changes", "HEAD"]), unknown);
}

#[test]
fn branch_without_anything_to_compare_with() {
    let repo = super::staged();
    refuses(
        &repo.run(&["review"]),
        "error: no upstream and no default branch to compare `main` with\n hint: name the range: `pantheon review \
         BASE..HEAD`\n",
    );
}

#[test]
fn directory_that_is_not_there() {
    let repo = Repo::new();
    repo.write("file", "");
    for name in ["missing", "file", "file/below"] {
        refuses(
            &repo.run(&["-C", name, "review"]),
            &format!("error: `{name}` is not a directory\n hint: name one that exists with `-C`\n"),
        );
    }
}

#[test]
fn report_into_a_directory_that_is_not_there() {
    let repo = super::staged();
    refuses(
        &repo.run(&["review", "--staged", "--output", "missing/report.txt"]),
        "error: `missing/report.txt` cannot be written: No such file or directory (os error 2)\n hint: name a file in \
         a directory that exists\n",
    );
    assert!(!repo.has("missing"));
}

/// Whoever may write everywhere (root) sees no refusal.
fn is_held(repo: &Repo) -> bool {
    let held = std::fs::write(repo.path("probe"), "").is_err();
    if !held {
        eprintln!("left out: this user may write into a directory that is read-only");
    }
    held
}

#[test]
fn directory_that_cannot_be_written() {
    let repo = super::staged();
    repo.chmod("", 0o555);
    if is_held(&repo) {
        let ran = repo.run(&["review", "--staged", "--output", "report.txt"]);
        refuses(
            &ran,
            "error: `report.txt` cannot be written: Permission denied (os error 13)\n hint: name a file in a \
             directory that exists\n",
        );
        repo.run(&["review", "--staged"]).exits(0);
    }
    repo.chmod("", 0o755);
}

#[test]
fn repository_that_is_read_only_is_judged() {
    let repo = super::staged();
    let set = |mode: &str| drop(repo.finish(repo.command("chmod").args(["-R", mode, ".git"]), b""));
    set("a-w");
    let ran = repo.run(&["hook", "pre-commit"]);
    set("u+w");
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{ran}");
}

#[test]
fn streams_that_are_closed() {
    let repo = super::staged();
    let shell = |script: &str| repo.finish(repo.command("sh").args(["-c", script]), b"");
    for script in [
        "pantheon review --staged | head -0",
        "pantheon rules list | head -0",
        "pantheon review --tree --format json | head -0",
        "pantheon review --staged >&-",
        "pantheon review --staged 2>&- <&-",
        "pantheon hook pre-commit <&- >&- 2>&-",
        "pantheon review --tree --verbose >/dev/full",
    ] {
        let ran = shell(script);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{script}: {ran}");
    }
    let ran = shell("pantheon hook pre-push origin url <&-");
    assert_ne!(ran.code, super::PANIC, "{ran}");
}

#[test]
fn standard_input_that_is_closed_or_empty() {
    let repo = super::staged();
    let mut command = repo.command(crate::support::PANTHEON);
    command
        .args(["hook", "pre-push", "origin", "url"])
        .stdin(Stdio::null());
    let ran = crate::support::Ran::from(command.output().unwrap());
    assert_eq!(ran.stderr, "pantheon: nothing to check: git sends no reference\n");
    assert_eq!(ran.code, 0);
}
