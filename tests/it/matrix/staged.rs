//! What is staged and what is not: the staged content is judged, the rest stays where it is.

use super::state::State;
use super::{
    KEY, MARKER, assert_blocked, assert_looked, assert_says, blocks, conflict, gated, gated_after, install,
    key, passes,
};
use crate::support::{Ran, Repo};
use std::process::{Child, Stdio};

const COMMIT: [&str; 3] = ["commit", "-m", "Change the notes"];

#[test]
fn staged_content_is_judged_where_the_work_tree_looks_well() {
    let repo = gated();
    repo.write("notes.txt", conflict());
    repo.git(&["add", "notes.txt"]);
    repo.write("notes.txt", "resolved\n");
    let ran = blocks(&repo, &COMMIT, MARKER);
    assert_says(&ran, "notes.txt");
}

#[test]
fn unstaged_lines_of_a_staged_file_are_not_judged() {
    let repo = gated();
    repo.write("notes.txt", "one\ntwo\n");
    repo.git(&["add", "notes.txt"]);
    repo.write("notes.txt", conflict());
    assert_looked(&passes(&repo, &COMMIT));
    assert_eq!(repo.git(&["show", "HEAD:notes.txt"]), "one\ntwo");
}

#[test]
fn unstaged_edit_of_another_file_is_not_judged() {
    let repo = gated();
    repo.write("other.txt", conflict());
    repo.write("notes.txt", "one\ntwo\n");
    repo.git(&["add", "notes.txt"]);
    passes(&repo, &COMMIT);
    assert_eq!(repo.git(&["status", "--porcelain"]), " M other.txt");
}

#[test]
fn untracked_files_are_not_judged() {
    let repo = gated();
    repo.write("scratch.pem", key());
    repo.write("notes.txt", "one\ntwo\n");
    repo.git(&["add", "notes.txt"]);
    passes(&repo, &COMMIT);
    assert_eq!(repo.git(&["status", "--porcelain"]), "?? scratch.pem");
}

#[test]
fn refusal_leaves_unstaged_and_untracked_files_alone() {
    let repo = gated();
    repo.write("scratch.txt", "untracked\n");
    repo.write("other.txt", "unstaged\n");
    repo.write("notes.txt", conflict());
    repo.git(&["add", "notes.txt"]);
    repo.write("notes.txt", "partly staged\n");
    blocks(&repo, &COMMIT, MARKER);
    assert_eq!(repo.read("other.txt"), b"unstaged\n");
}

#[test]
fn local_edits_behind_index_flags_are_kept() {
    for flag in ["--assume-unchanged", "--skip-worktree"] {
        let repo = gated();
        repo.git(&["update-index", flag, "other.txt"]);
        repo.write("other.txt", conflict());
        repo.write("notes.txt", "one\ntwo\n");
        repo.git(&["add", "notes.txt"]);
        passes(&repo, &COMMIT);
        repo.write("notes.txt", conflict());
        repo.git(&["add", "notes.txt"]);
        blocks(&repo, &COMMIT, MARKER);
    }
}

#[test]
fn value_hidden_by_a_clean_filter_is_kept_and_not_judged() {
    let repo = filtered("sed -e 's/^[<=>].*/hidden/'");
    repo.write("notes.txt", conflict());
    repo.git(&["add", "notes.txt"]);
    passes(&repo, &COMMIT);
    assert!(!repo.git(&["show", "HEAD:notes.txt"]).contains("<<<<"));
}

#[test]
fn what_a_clean_filter_makes_is_judged() {
    let repo = filtered("sed -e 's/^[a-z]://'");
    let disguised = conflict()
        .replace("\n<", "\na:<")
        .replace("\n=", "\na:=")
        .replace("\n>", "\na:>");
    repo.write("notes.txt", disguised);
    repo.git(&["add", "notes.txt"]);
    blocks(&repo, &COMMIT, MARKER);
}

fn filtered(clean: &str) -> Repo {
    let repo = gated();
    repo.write(".gitattributes", "notes.txt filter=ours\n");
    repo.commit("Filter the notes");
    repo.git(&["config", "filter.ours.clean", clean]);
    repo.git(&["config", "filter.ours.smudge", "cat"]);
    repo
}

#[test]
fn intent_to_add_is_no_content() {
    let repo = gated();
    repo.write("later.txt", conflict());
    repo.git(&["add", "--intent-to-add", "later.txt"]);
    repo.write("notes.txt", "one\ntwo\n");
    repo.git(&["add", "notes.txt"]);
    passes(&repo, &COMMIT);
    assert_eq!(repo.git(&["show", "--name-only", "--format="]), "notes.txt");
    repo.write("notes.txt", conflict());
    repo.git(&["add", "notes.txt"]);
    let ran = blocks(&repo, &COMMIT, MARKER);
    assert!(!ran.stderr.contains("later.txt"), "{ran}");
}

#[test]
fn unstaged_deletion_and_mode_are_kept() {
    let repo = gated();
    repo.write("third.txt", "three\n");
    repo.commit("Add a third");
    std::fs::remove_file(repo.path("third.txt")).unwrap();
    repo.chmod("other.txt", 0o755);
    repo.write("notes.txt", conflict());
    repo.git(&["add", "notes.txt"]);
    blocks(&repo, &COMMIT, MARKER);
    repo.write("notes.txt", "one\ntwo\n");
    repo.git(&["add", "notes.txt"]);
    passes(&repo, &COMMIT);
    assert_eq!(repo.git(&["status", "--porcelain"]), " M other.txt\n D third.txt");
}

#[test]
fn line_ends_that_git_converts_are_kept() {
    let repo = gated();
    repo.git(&["config", "core.autocrlf", "true"]);
    repo.write("notes.txt", "one\r\ntwo\r\n");
    repo.git(&["add", "notes.txt"]);
    repo.write("other.txt", "unstaged\r\n");
    passes(&repo, &COMMIT);
    repo.write("notes.txt", conflict().replace('\n', "\r\n"));
    repo.git(&["add", "notes.txt"]);
    blocks(&repo, &COMMIT, MARKER);
}

#[test]
fn first_commit_is_judged_and_unstaged_edits_are_kept() {
    let repo = Repo::new();
    install(&repo);
    repo.write("notes.txt", conflict());
    repo.add();
    repo.write("notes.txt", "resolved\n");
    blocks(&repo, &COMMIT, MARKER);
    repo.git(&["add", "notes.txt"]);
    repo.write("notes.txt", conflict());
    assert_looked(&passes(&repo, &COMMIT));
    assert_eq!(repo.git(&["status", "--porcelain"]), " M notes.txt");
}

#[test]
fn work_trees_commit_at_once() {
    let repo = gated();
    repo.git(&["worktree", "add", "-q", "../linked"]);
    let linked = repo.sibling("../linked");
    for round in 0..4 {
        repo.write("notes.txt", format!("{round}\n"));
        linked.write("notes.txt", format!("{round}\n{}", conflict()));
        let (here, there) = (State::of(&repo), State::of(&linked));
        let start = |repo: &Repo| {
            repo.add();
            let mut git = repo.command("git");
            git.args(COMMIT).stdout(Stdio::piped()).stderr(Stdio::piped());
            git.spawn().unwrap()
        };
        let (good, bad) = (start(&repo), start(&linked));
        let ended = |child: Child| child.wait_with_output().unwrap().into();
        let (good, bad): (Ran, Ran) = (ended(good), ended(bad));
        assert_eq!(good.code, 0, "{good}");
        assert_blocked(&bad, MARKER);
        here.assert_same_files(&repo);
        there.assert_same_files(&linked);
    }
    assert_eq!(repo.git(&["rev-list", "--count", "main"]), "5");
    assert_eq!(repo.git(&["rev-list", "--count", "linked"]), "1");
}

/// Edits a file as an editor or another program might while the hook runs.
const EDIT: &str = "printf 'typed meanwhile\\n' >> other.txt";

#[test]
fn edit_made_while_the_hook_runs_is_kept() {
    let repo = gated_after(EDIT);
    repo.write("other.txt", "unstaged\n");
    repo.write("notes.txt", "one\ntwo\n");
    repo.git(&["add", "notes.txt"]);
    repo.try_git(&COMMIT).exits(0);
    assert_eq!(repo.read("other.txt"), b"unstaged\ntyped meanwhile\n");
    repo.write("notes.txt", conflict());
    repo.git(&["add", "notes.txt"]);
    assert_blocked(&repo.try_git(&COMMIT), MARKER);
    assert_eq!(
        repo.read("other.txt"),
        b"unstaged\ntyped meanwhile\ntyped meanwhile\n"
    );
    assert_eq!(repo.git(&["status", "--porcelain"]), "M  notes.txt\n M other.txt");
}

#[test]
fn edit_of_the_staged_file_while_the_hook_runs_changes_nothing() {
    let repo = gated_after("printf 'resolved\\n' > notes.txt");
    repo.write("notes.txt", conflict());
    repo.git(&["add", "notes.txt"]);
    assert_blocked(&repo.try_git(&COMMIT), MARKER);
    assert_eq!(repo.read("notes.txt"), b"resolved\n");
    assert_eq!(repo.git(&["show", ":notes.txt"]) + "\n", conflict());
}

#[test]
fn killed_hook_leaves_everything_as_it_was() {
    for signal in ["KILL", "INT", "TERM", "HUP"] {
        let repo = gated_after(&format!("[ -e .git/spare ] || kill -{signal} $PPID"));
        repo.write("scratch.txt", "untracked\n");
        repo.write("other.txt", "unstaged\n");
        repo.write("notes.txt", "one\ntwo\n");
        repo.git(&["add", "notes.txt"]);
        repo.write("notes.txt", "partly staged\n");
        let before = State::of(&repo);
        let ran = repo.try_git(&COMMIT);
        assert_ne!(ran.code, 0, "{signal}: {ran}");
        before.assert_still(&repo);
        repo.write(".git/spare", "");
        passes(&repo, &COMMIT);
    }
}

#[test]
fn second_index_is_the_one_that_is_judged() {
    let mut repo = gated();
    std::fs::copy(repo.path(".git/index"), repo.path(".git/second")).unwrap();
    repo.write("notes.txt", conflict());
    repo.git(&["add", "notes.txt"]);
    repo.write("other.txt", "two\nthree\n");
    repo.env
        .push(("GIT_INDEX_FILE".into(), repo.path(".git/second").into()));
    repo.git(&["add", "other.txt"]);
    passes(&repo, &COMMIT);
    repo.git(&["add", "notes.txt"]);
    repo.write("notes.txt", "resolved\n");
    repo.env.clear();
    repo.git(&["add", "notes.txt"]);
    repo.env
        .push(("GIT_INDEX_FILE".into(), repo.path(".git/second").into()));
    blocks(&repo, &COMMIT, MARKER);
}

#[test]
fn commit_without_a_change_says_that_nothing_was_checked() {
    let repo = gated();
    let ran = passes(&repo, &["commit", "--allow-empty", "-m", "Mark this day"]);
    // Programs that read what git says hear nothing new; a person at a terminal is told.
    assert!(!ran.stderr.contains("pantheon"), "{ran}");
    let commit = "git commit --allow-empty -m 'Mark the next day'";
    let typed = repo.finish(repo.command("script").args(["-qec", commit, "/dev/null"]), b"");
    if typed.code == 127 || typed.stderr.contains("not found") {
        return eprintln!("not shown: `script`, which makes a terminal, is not on this machine");
    }
    let said = "pantheon: nothing to check: the commit changes no file";
    assert!(typed.stdout.contains(said), "{typed}");
}

#[test]
fn passing_commit_says_nothing_of_pantheon() {
    let repo = gated();
    repo.write("notes.txt", "one\ntwo\n");
    repo.git(&["add", "notes.txt"]);
    let ran = passes(&repo, &["commit", "-q", "-m", "Change the notes"]);
    assert_eq!((ran.stdout.as_str(), ran.stderr.as_str()), ("", ""));
}

#[test]
fn key_is_refused_and_not_shown() {
    let repo = gated();
    repo.write("server.txt", key());
    repo.add();
    let ran = blocks(&repo, &COMMIT, KEY);
    let row = key().lines().nth(1).unwrap().to_owned();
    assert!(!ran.stderr.contains(&row[..20]), "{ran}");
}
