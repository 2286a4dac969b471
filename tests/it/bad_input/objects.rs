//! Repositories whose parts are broken or not there.

use super::{Repo, refuses, staged};
use std::path::PathBuf;

/// The file of a loose object.
fn loose(repo: &Repo, name: &str) -> PathBuf {
    let id = repo.git(&["rev-parse", name]);
    let path = format!(".git/objects/{}/{}", &id[..2], &id[2..]);
    repo.chmod(&path, 0o644);
    repo.path(path)
}

/// A gate that closes when something was not looked at.
const CI: [&str; 4] = ["review", "--staged", "--stage", "ci"];

#[test]
fn index_that_is_cut_off_or_rubbish() {
    let repo = staged();
    let whole = repo.read(".git/index");
    let tries: [(&[u8], &str); 4] = [
        (
            &whole[..60],
            "Declared entry count exceeds possible entries for file size",
        ),
        (
            &[7; 400],
            "Signature mismatch - this doesn't claim to be a header file",
        ),
        (
            b"",
            "File is too small even for header with zero entries and smallest hash",
        ),
        (
            b"DIRC\0\0\0\x02\xff\xff\xff\xff",
            "File is too small even for header with zero entries and smallest hash",
        ),
    ];
    for (bytes, why) in tries {
        repo.write(".git/index", bytes);
        for args in [&["review", "--staged"], &["hook", "pre-commit"]] {
            let hint = "`git status` may mend it; else move it away and run `git reset`";
            refuses(
                &repo.run(args),
                &format!("error: the index `./.git/index` cannot be read: {why}\n hint: {hint}\n"),
            );
        }
    }
}

#[test]
fn index_with_any_byte_changed_never_breaks_the_program_down() {
    let repo = staged();
    let whole = repo.read(".git/index");
    let mut seed = 7u64;
    for at in (0..whole.len()).step_by(3) {
        seed = seed
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        let mut bytes = whole.clone();
        bytes[at] ^= (seed >> 33) as u8 | 1;
        repo.write(".git/index", &bytes);
        let ran = repo.run(&["hook", "pre-commit"]);
        assert!(ran.code == 0 || ran.code == 2, "byte {at}: {ran}");
        assert!(!ran.stderr.contains("panicked"), "byte {at}: {ran}");
    }
}

#[test]
fn content_that_is_broken_is_named_and_closes_a_gate_that_closes() {
    let repo = staged();
    let file = loose(&repo, ":notes.txt");
    let whole = std::fs::read(&file).unwrap();
    for bytes in [&whole[..10], b"", &[7; 100]] {
        std::fs::write(&file, bytes).unwrap();
        let ran = repo.run(&["hook", "pre-commit"]).exits(0);
        assert!(
            ran.stderr.starts_with("not looked at: notes.txt: object "),
            "{ran}"
        );
        let ran = repo.run(&CI).exits(3);
        assert!(ran.stdout.contains("pantheon: inconclusive"), "{ran}");
    }
}

#[test]
fn content_that_is_missing_is_named_and_closes_a_gate_that_closes() {
    let repo = staged();
    std::fs::remove_file(loose(&repo, ":notes.txt")).unwrap();
    let ran = repo.run(&["review", "--staged"]).exits(0);
    assert!(
        ran.stdout.starts_with(
            "not looked at: notes.txt: its content is not in this clone; `git fetch --refetch` brings it\n"
        ),
        "{ran}"
    );
    repo.run(&CI).exits(3);
}

#[test]
fn old_content_that_is_missing_makes_every_line_count() {
    let repo = Repo::new();
    let conflict = format!(
        "{} a\nb\n{}\nc\n{} d\n",
        "<".repeat(7),
        "=".repeat(7),
        ">".repeat(7)
    );
    repo.write("notes.txt", &conflict);
    repo.commit("Begin");
    repo.write("notes.txt", format!("{conflict}more\n"));
    repo.add();
    repo.run(&["review", "--staged"]).exits(0);
    std::fs::remove_file(loose(&repo, "HEAD:notes.txt")).unwrap();
    let ran = repo.run(&["review", "--staged"]).exits(1);
    assert!(
        ran.stdout
            .contains("its old content cannot be read, so every line counts as added"),
        "{ran}"
    );
}

#[test]
fn tree_or_commit_that_is_missing_is_named() {
    for (name, args) in [
        ("HEAD^{tree}", &["hook", "pre-commit"][..]),
        ("HEAD^{tree}", &["review", "--commit", "HEAD"]),
        ("HEAD:dir", &["review", "--commit", "HEAD"]),
    ] {
        let repo = staged();
        let id = repo.git(&["rev-parse", name]);
        std::fs::remove_file(loose(&repo, name)).unwrap();
        let hint = "`git fetch --refetch` brings what a partial clone left out";
        refuses(
            &repo.run(args),
            &format!("error: object {id} is missing from this repository\n hint: {hint}\n"),
        );
    }
    let repo = staged();
    std::fs::remove_file(loose(&repo, "HEAD")).unwrap();
    let ran = repo.run(&["hook", "pre-commit"]).exits(2);
    assert!(
        ran.stderr
            .starts_with("error: the git repository cannot be opened: "),
        "{ran}"
    );
}

#[test]
fn tree_that_is_broken_is_named() {
    let repo = staged();
    let id = repo.git(&["rev-parse", "HEAD^{tree}"]);
    std::fs::write(loose(&repo, "HEAD^{tree}"), b"rubbish").unwrap();
    let ran = repo.run(&["hook", "pre-commit"]).exits(2);
    assert!(
        ran.stderr
            .starts_with(&format!("error: object {id} cannot be read: ")),
        "{ran}"
    );
    assert!(ran.stderr.ends_with(" hint: `git fsck` says more\n"), "{ran}");
}

#[test]
fn history_that_was_cut_off() {
    let repo = staged();
    repo.commit("Go on");
    repo.commit("Go further");
    let url = format!("file://{}", repo.root.display());
    repo.git(&["clone", "-q", "--depth", "2", &url, "../shallow"]);
    let shallow = repo.sibling("../shallow");
    shallow.run(&["review", "--commit", "HEAD"]).exits(0);
    let edge = shallow.git(&["rev-parse", "HEAD~1"]);
    refuses(
        &shallow.run(&["review", "--commit", "HEAD~1"]),
        &format!(
            "error: commit {edge} has parents that are not in this shallow clone\n hint: `git fetch --unshallow`, or \
             `git fetch --deepen=50`, brings its parents\n"
        ),
    );
    refuses(
        &shallow.run(&["review", "HEAD~2..HEAD"]),
        "error: `HEAD~2` names no commit in this repository\n hint: `git log --oneline --all` lists what there is\n",
    );
    shallow.run(&["review", "HEAD~1..HEAD"]).exits(0);
}

#[test]
fn content_that_a_partial_clone_left_out_is_named() {
    let repo = staged();
    repo.commit("Go on");
    repo.git(&["config", "uploadpack.allowFilter", "true"]);
    let url = format!("file://{}", repo.root.display());
    repo.git(&[
        "clone",
        "-q",
        "--filter=blob:none",
        "--no-checkout",
        &url,
        "../partial",
    ]);
    let partial = repo.sibling("../partial");
    let objects = || partial.git(&["count-objects", "-v"]);
    let before = objects();
    let why = "its content is not in this clone; `git fetch --refetch` brings it";
    let ran = partial.run(&["review", "--tree"]).exits(0);
    assert_eq!(
        super::timeless(&ran.stdout),
        format!(
            "not looked at: dir/inner.txt: {why}\nnot looked at: notes.txt: {why}\npantheon: passed, but not all was checked - \
             2 files, N ms (the whole tree of {})\n",
            &partial.git(&["rev-parse", "HEAD"])[..10]
        )
    );
    let ran = partial
        .run(&["review", "--commit", "HEAD", "--stage", "ci"])
        .exits(3);
    assert!(ran.stdout.contains("pantheon: inconclusive - 1 file, "), "{ran}");
    assert_eq!(objects(), before, "something was fetched");
}
