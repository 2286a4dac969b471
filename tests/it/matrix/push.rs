//! What a push sends: the commits that go are judged, whatever is checked out.

use super::state::State;
use super::{
    KEY, MARKER, POLICY, WEAK, assert_blocked, assert_looked, assert_says, blocks, conflict, gated, install,
    key, passes,
};
use crate::support::{Ran, Repo};

/// A repository with hooks whose `main` stands at the remote.
fn pushed() -> Repo {
    let repo = gated();
    repo.git(&["init", "-q", "--bare", "../remote"]);
    repo.git(&["remote", "add", "origin", "../remote"]);
    repo.git(&["push", "-q", "--no-verify", "-u", "origin", "main"]);
    repo
}

/// Commits a file without asking any hook.
fn slip(repo: &Repo, path: &str, text: &str) -> String {
    repo.write(path, text);
    repo.commit(&format!("Change {path}"))
}

fn remote_refs(repo: &Repo) -> String {
    repo.sibling("../remote")
        .git(&["for-each-ref", "--format=%(refname) %(objectname)"])
}

/// Pushes what must be blocked; nothing moves here or there.
#[track_caller]
fn push_blocks(repo: &Repo, args: &[&str], rule: &str) -> Ran {
    let before = remote_refs(repo);
    let ran = blocks(repo, &[&["push"], args].concat(), rule);
    assert_eq!(remote_refs(repo), before, "the remote moved");
    ran
}

/// Pushes what must pass; the files stay as they are.
#[track_caller]
fn push_passes(repo: &Repo, args: &[&str]) -> Ran {
    passes(repo, &[&["push", "-q"], args].concat())
}

#[test]
fn fast_forward_is_judged() {
    let repo = pushed();
    slip(&repo, "notes.txt", "one\ntwo\n");
    assert_looked(&push_passes(&repo, &[]));
    slip(&repo, "notes.txt", &conflict());
    let ran = push_blocks(&repo, &[], MARKER);
    assert_says(&ran, "notes.txt");
}

#[test]
fn new_branch_is_judged_by_what_it_adds() {
    let repo = gated();
    repo.git(&["init", "-q", "--bare", "../remote"]);
    repo.git(&["remote", "add", "origin", "../remote"]);
    slip(&repo, "older.txt", &conflict());
    repo.git(&["push", "-q", "--no-verify", "origin", "main"]);
    repo.git(&["checkout", "-q", "-b", "topic"]);
    slip(&repo, "notes.txt", "one\ntwo\n");
    assert_looked(&push_passes(&repo, &["origin", "topic"]));
    repo.git(&["checkout", "-q", "-b", "worse"]);
    slip(&repo, "notes.txt", &conflict());
    let ran = push_blocks(&repo, &["origin", "worse"], MARKER);
    assert!(!ran.stderr.contains("older.txt"), "{ran}");
}

#[test]
fn first_push_of_all_is_judged() {
    let repo = gated();
    repo.git(&["init", "-q", "--bare", "../remote"]);
    repo.git(&["remote", "add", "origin", "../remote"]);
    slip(&repo, "notes.txt", &conflict());
    push_blocks(&repo, &["origin", "main"], MARKER);
    repo.write("notes.txt", "resolved\n");
    repo.commit("Resolve");
    assert_looked(&push_passes(&repo, &["origin", "main"]));
}

#[test]
fn push_by_force_after_an_amend_is_judged() {
    let repo = pushed();
    slip(&repo, "notes.txt", "one\ntwo\n");
    repo.git(&["push", "-q", "--no-verify"]);
    repo.write("notes.txt", conflict());
    repo.git(&[
        "commit",
        "-q",
        "-a",
        "--amend",
        "--no-verify",
        "-m",
        "Change notes.txt otherwise",
    ]);
    push_blocks(&repo, &["--force"], MARKER);
    repo.write("notes.txt", "one\nthree\n");
    repo.git(&[
        "commit",
        "-q",
        "-a",
        "--amend",
        "--no-verify",
        "-m",
        "Change notes.txt again",
    ]);
    assert_looked(&push_passes(&repo, &["--force"]));
}

#[test]
fn annotated_tag_is_followed_to_its_commit() {
    let repo = pushed();
    repo.git(&["checkout", "-q", "--detach"]);
    slip(&repo, "notes.txt", &conflict());
    repo.git(&["tag", "-a", "-m", "Ship it", "v1"]);
    repo.git(&["tag", "-a", "-m", "A tag of a tag", "v1-signed", "v1"]);
    repo.git(&["checkout", "-q", "main"]);
    push_blocks(&repo, &["origin", "v1"], MARKER);
    push_blocks(&repo, &["origin", "v1-signed"], MARKER);
    repo.git(&["tag", "-a", "-m", "Well", "v0", "main"]);
    push_passes(&repo, &["origin", "v0"]);
}

/// A branch with markers, while `main` is checked out.
fn other_branch(repo: &Repo, text: &str) {
    repo.git(&["checkout", "-q", "-b", "topic"]);
    slip(repo, "notes.txt", text);
    repo.git(&["checkout", "-q", "main"]);
}

#[test]
fn branch_that_is_not_checked_out_is_judged() {
    let repo = pushed();
    other_branch(&repo, &conflict());
    push_blocks(&repo, &["origin", "topic"], MARKER);
}

#[test]
fn every_branch_of_a_push_is_judged() {
    let repo = pushed();
    other_branch(&repo, &conflict());
    slip(&repo, "other.txt", "two\nthree\n");
    for order in [["main", "topic"], ["topic", "main"]] {
        let ran = push_blocks(&repo, &["origin", order[0], order[1]], MARKER);
        assert_says(&ran, "notes.txt");
    }
    push_blocks(&repo, &["--all", "origin"], MARKER);
}

#[test]
fn deleted_reference_says_that_nothing_was_checked() {
    let repo = pushed();
    repo.git(&["push", "-q", "--no-verify", "origin", "main:gone"]);
    let ran = push_passes(&repo, &["origin", "--delete", "gone"]);
    assert_says(&ran, "pantheon: nothing to check: `refs/heads/gone` is deleted");
    assert!(!remote_refs(&repo).contains("gone"));
}

#[test]
fn deletion_beside_a_bad_branch_does_not_hide_it() {
    let repo = pushed();
    repo.git(&["push", "-q", "--no-verify", "origin", "main:gone"]);
    other_branch(&repo, &conflict());
    push_blocks(&repo, &["origin", ":gone", "topic"], MARKER);
}

#[test]
fn commit_that_the_remote_has_says_that_nothing_was_checked() {
    let repo = pushed();
    let ran = push_passes(&repo, &["origin", "main:copy"]);
    assert_says(
        &ran,
        "pantheon: nothing to check: the remote has every commit of `refs/heads/copy`",
    );
}

#[test]
fn push_that_only_deletes_files_is_looked_at() {
    let repo = pushed();
    repo.git(&["rm", "-q", "other.txt"]);
    repo.commit("Take a file away");
    assert_looked(&push_passes(&repo, &[]));
}

#[test]
fn key_that_a_later_commit_takes_away_is_seen() {
    let repo = pushed();
    let bad = slip(&repo, "server.txt", &key());
    repo.git(&["rm", "-q", "server.txt"]);
    repo.commit("Take the key away");
    slip(&repo, "notes.txt", "one\ntwo\n");
    let ran = push_blocks(&repo, &[], KEY);
    assert_says(&ran, &bad[..7]);
    let row = key().lines().nth(1).unwrap().to_owned();
    assert!(!ran.stderr.contains(&row[..20]), "{ran}");
}

#[test]
fn markers_that_a_later_commit_takes_away_do_no_harm() {
    let repo = pushed();
    slip(&repo, "notes.txt", &conflict());
    slip(&repo, "notes.txt", "resolved\n");
    assert_looked(&push_passes(&repo, &[]));
}

#[test]
fn work_tree_and_index_are_not_judged() {
    let repo = pushed();
    slip(&repo, "notes.txt", "one\ntwo\n");
    repo.write("notes.txt", conflict());
    repo.write("staged.txt", conflict());
    repo.git(&["add", "staged.txt"]);
    repo.write("scratch.pem", key());
    let before = State::of(&repo);
    push_passes(&repo, &[]);
    before.assert_same_files(&repo);
    slip(&repo, "other.txt", "two\nthree\n");
    repo.write("notes.txt", "well\n");
    push_blocks(&repo, &[], MARKER);
}

#[test]
fn push_from_a_bare_repository_is_judged() {
    let repo = pushed();
    other_branch(&repo, &conflict());
    repo.git(&["clone", "-q", "--bare", ".", "../bare"]);
    let bare = repo.sibling("../bare");
    bare.run(&["hooks", "install"]).exits(0);
    bare.git(&["remote", "add", "there", "../remote"]);
    let before = remote_refs(&repo);
    assert_blocked(&bare.try_git(&["push", "there", "topic"]), MARKER);
    assert_eq!(remote_refs(&repo), before);
    let ran = bare.try_git(&["push", "-q", "there", "main:well"]).exits(0);
    assert_looked(&ran);
}

#[test]
fn object_of_the_remote_that_is_not_here_does_not_hide_anything() {
    let repo = pushed();
    repo.git(&["clone", "-q", "../remote", "../colleague"]);
    let colleague = repo.sibling("../colleague");
    slip(&colleague, "other.txt", "of a colleague\n");
    colleague.git(&["push", "-q"]);
    slip(&repo, "notes.txt", &conflict());
    push_blocks(&repo, &["--force"], MARKER);
    slip(&repo, "notes.txt", "resolved\n");
    let ran = push_passes(&repo, &["--force"]);
    assert!(!ran.stderr.contains("nothing to check"), "{ran}");
}

#[test]
fn policy_weakened_by_a_pushed_commit_is_not_used() {
    let repo = pushed();
    slip(&repo, ".pantheon.toml", WEAK);
    slip(&repo, "notes.txt", &conflict());
    push_blocks(&repo, &[], MARKER);
}

#[test]
fn policy_weakened_in_the_work_tree_is_not_used() {
    let repo = pushed();
    slip(&repo, "notes.txt", &conflict());
    repo.write(".pantheon.toml", WEAK);
    push_blocks(&repo, &[], MARKER);
}

#[test]
fn merge_that_is_pushed_is_judged_by_what_it_brings() {
    let repo = pushed();
    other_branch(&repo, &conflict());
    slip(&repo, "other.txt", "two\nthree\n");
    repo.git(&["merge", "-q", "--no-edit", "--no-verify", "topic"]);
    push_blocks(&repo, &[], MARKER);
}

#[test]
fn push_to_an_address_without_a_name_is_judged() {
    let repo = pushed();
    slip(&repo, "notes.txt", &conflict());
    push_blocks(&repo, &["../remote", "main"], MARKER);
}

#[test]
fn push_from_a_linked_work_tree_is_judged() {
    let repo = pushed();
    repo.git(&["worktree", "add", "-q", "../linked"]);
    let linked = repo.sibling("../linked");
    slip(&linked, "notes.txt", &conflict());
    push_blocks(&linked, &["origin", "linked"], MARKER);
}

#[test]
fn other_formats_of_repository_are_read() {
    for format in ["--object-format=sha256", "--ref-format=reftable"] {
        let repo = Repo::outside("repo");
        let made = repo.try_git(&["init", "-q", format]);
        if made.code != 0 {
            println!("not tested: this git does not know `{format}`: {made}");
            continue;
        }
        repo.write(".pantheon.toml", POLICY);
        repo.commit("Begin");
        repo.git(&["init", "-q", "--bare", format, "../remote"]);
        repo.git(&["remote", "add", "origin", "../remote"]);
        repo.git(&["push", "-q", "--no-verify", "-u", "origin", "main"]);
        install(&repo);
        slip(&repo, "notes.txt", "one\n");
        assert_looked(&push_passes(&repo, &[]));
        slip(&repo, "other.txt", &conflict());
        let ran = push_blocks(&repo, &[], MARKER);
        assert!(!ran.stderr.contains("notes.txt"), "{ran}");
    }
}

#[test]
fn what_stands_in_a_commit_alone_is_mended_by_rewriting_it() {
    let repo = pushed();
    let commit = slip(&repo, "key.py", &key());
    slip(&repo, "key.py", "import os\n");
    let ran = push_blocks(&repo, &[], KEY);
    let base = &commit[..10];
    let help = format!("the push sends this commit too: rewrite it with `git rebase -i {base}^`, and rotate");
    assert_says(&ran, &help);
    assert!(!ran.stderr.contains("silence"), "{ran}");
}

#[test]
fn first_commit_of_all_is_rewritten_from_the_root() {
    let repo = Repo::new();
    slip(&repo, "key.py", &key());
    slip(&repo, "key.py", "import os\n");
    install(&repo);
    repo.git(&["init", "-q", "--bare", "../remote"]);
    repo.git(&["remote", "add", "origin", "../remote"]);
    let ran = push_blocks(&repo, &["origin", "main"], KEY);
    assert_says(&ran, "`git rebase -i --root`");
}
