//! What counts as changed: every kind of entry, every way to commit, every form of repository.

use super::state::State;
use super::{
    ESCAPE, KEY, MARKER, assert_blocked, assert_looked, assert_says, blocks, conflict, gated, gated_in,
    install, key, passes,
};
use crate::support::Repo;

const COMMIT: [&str; 3] = ["commit", "-m", "Change some files"];

#[test]
fn commit_that_only_deletes_is_looked_at() {
    let repo = gated();
    repo.git(&["rm", "-q", "other.txt"]);
    assert_looked(&passes(&repo, &COMMIT));
}

#[test]
fn rename_is_judged_by_what_it_adds() {
    let repo = gated();
    let long: String = (0..40).map(|line| format!("line {line}\n")).collect();
    repo.write("old.txt", conflict() + &long);
    repo.commit("Add markers before anybody looks");
    repo.git(&["mv", "old.txt", "moved.txt"]);
    assert_looked(&passes(&repo, &COMMIT));
    repo.git(&["mv", "moved.txt", "again.txt"]);
    repo.write("again.txt", conflict() + &long + &conflict());
    repo.git(&["add", "again.txt"]);
    let ran = blocks(&repo, &COMMIT, MARKER);
    assert_says(&ran, "again.txt");
}

#[test]
fn link_out_of_the_repository_is_seen() {
    let repo = gated();
    std::os::unix::fs::symlink("/etc/passwd", repo.path("link")).unwrap();
    repo.add();
    let ran = blocks(&repo, &COMMIT, ESCAPE);
    assert_says(&ran, "link");
}

#[test]
fn change_of_type_is_seen_both_ways() {
    let repo = gated();
    std::os::unix::fs::symlink("notes.txt", repo.path("link")).unwrap();
    repo.commit("Add a link");
    std::fs::remove_file(repo.path("other.txt")).unwrap();
    std::os::unix::fs::symlink("../../outside", repo.path("other.txt")).unwrap();
    repo.add();
    blocks(&repo, &COMMIT, ESCAPE);
    repo.git(&["reset", "-q", "--hard"]);
    std::fs::remove_file(repo.path("link")).unwrap();
    repo.write("link", conflict());
    repo.add();
    blocks(&repo, &COMMIT, MARKER);
}

/// Makes a repository in a directory of its own.
fn made(repo: Repo) -> Repo {
    std::fs::create_dir_all(&repo.root).unwrap();
    repo.git(&["init", "-q"]);
    repo
}

#[test]
fn submodule_may_go_forward_and_not_back() {
    let repo = gated();
    let library = made(repo.sibling("../library"));
    library.write("lib.txt", "1\n");
    library.commit("First");
    repo.git(&["submodule", "--quiet", "add", "../library", "lib"]);
    let lib = repo.sibling("lib");
    lib.write("lib.txt", "2\n");
    lib.commit("Second");
    repo.commit("Add the library");
    lib.write("lib.txt", "3\n");
    lib.commit("Third");
    repo.git(&["add", "lib"]);
    assert_looked(&passes(&repo, &COMMIT));
    lib.git(&["checkout", "-q", "HEAD~2"]);
    repo.git(&["add", "lib"]);
    let ran = blocks(&repo, &COMMIT, "repository/submodule-backward");
    assert_says(&ran, "lib");
}

#[test]
fn key_in_a_binary_file_is_seen() {
    let repo = gated();
    repo.write("state.bin", format!("\0\x01\x02\0{}\0", key()));
    repo.add();
    blocks(&repo, &COMMIT, KEY);
}

#[cfg(target_os = "linux")]
#[test]
fn path_that_is_not_utf_8_is_judged() {
    use std::os::unix::ffi::OsStrExt;
    let repo = gated();
    repo.write(std::ffi::OsStr::from_bytes(b"caf\xe9.txt"), conflict());
    repo.add();
    let ran = blocks(&repo, &COMMIT, MARKER);
    assert_says(&ran, "\\xe9");
}

#[test]
fn names_that_break_shells_and_lines_are_judged() {
    let names = [
        "new\nline.txt",
        "\"quotes\" 'both'.txt",
        "$(touch pwned).txt",
        "`touch pwned`.txt",
        "a; touch pwned.txt",
        "-leading-dash.txt",
        "{{braces}} {staged_files}.txt",
        "tab\tand \\backslash.txt",
        " blanks around .txt ",
        ":(top)magic.txt",
        "\u{1b}[31mred.txt",
        "#hash.txt",
    ];
    for name in names {
        let repo = gated();
        repo.write(name, conflict());
        repo.add();
        let ran = blocks(&repo, &COMMIT, MARKER);
        assert!(!ran.stderr.contains('\u{1b}'), "{ran}");
        repo.write(name, "resolved\n");
        repo.add();
        assert_looked(&passes(&repo, &COMMIT));
    }
}

#[test]
fn long_paths_in_great_number_are_all_judged() {
    let repo = gated();
    let deep = |n: usize| format!("{}/{}/file{n:04}.txt", "d".repeat(200), "e".repeat(200));
    for n in 0..1_500 {
        repo.write(deep(n), format!("{n}\n"));
    }
    repo.add();
    assert_looked(&passes(&repo, &COMMIT));
    for n in 0..1_500 {
        let text = if n == 1_499 {
            conflict()
        } else {
            format!("{n}\nmore\n")
        };
        repo.write(deep(n), text);
    }
    repo.add();
    let ran = blocks(&repo, &COMMIT, MARKER);
    assert_says(&ran, "file1499.txt");
}

#[test]
fn commit_of_everything_is_judged_by_its_own_index() {
    let repo = gated();
    repo.write("notes.txt", conflict());
    let all = ["commit", "-a", "-m", "Change all"];
    blocks(&repo, &all, MARKER);
    assert_eq!(repo.git(&["status", "--porcelain"]), " M notes.txt");
    repo.write("notes.txt", "one\ntwo\n");
    assert_looked(&passes(&repo, &all));
}

#[test]
fn commit_of_a_path_leaves_what_else_is_staged_out() {
    let repo = gated();
    repo.write("notes.txt", conflict());
    repo.write("other.txt", "two\nthree\n");
    repo.add();
    let named = |path| ["commit", "-m", "Change one", "--", path];
    blocks(&repo, &named("notes.txt"), MARKER);
    assert_looked(&passes(&repo, &named("other.txt")));
    assert_eq!(repo.git(&["status", "--porcelain"]), "M  notes.txt");
}

#[test]
fn commit_of_chosen_hunks_is_judged_by_these() {
    let repo = gated();
    let page: String = (0..40).map(|line| format!("line {line}\n")).collect();
    repo.write("page.txt", &page);
    repo.commit("Add a page");
    let edited = page.replace("line 2\n", "line two\n") + &conflict();
    repo.write("page.txt", &edited);
    let before = State::of(&repo);
    let choose = |answers: &[u8]| {
        let mut git = repo.command("git");
        repo.finish(git.args(["commit", "-p", "-m", "Change a page"]), answers)
    };
    assert_blocked(&choose(b"n\ny\n"), MARKER);
    before.assert_still(&repo);
    choose(b"y\nn\n").exits(0);
    before.assert_same_files(&repo);
    assert_eq!(repo.git(&["show", "--numstat", "--format="]), "1\t1\tpage.txt");
}

#[test]
fn applied_to_the_index_alone_is_judged() {
    let repo = gated();
    let patch: String = conflict().lines().map(|line| format!("+{line}\n")).collect();
    let count = patch.lines().count();
    let head = "diff --git a/new.txt b/new.txt\nnew file mode 100644\n--- /dev/null\n+++ b/new.txt\n";
    let patch = format!("{head}@@ -0,0 +1,{count} @@\n{patch}");
    repo.finish(repo.command("git").args(["apply", "--cached"]), patch.as_bytes())
        .exits(0);
    assert!(!repo.has("new.txt"));
    blocks(&repo, &COMMIT, MARKER);
}

#[test]
fn amended_commit_is_judged_by_what_is_staged() {
    let repo = gated();
    let amend = ["commit", "--amend", "-m", "Begin again"];
    repo.write("notes.txt", conflict());
    repo.add();
    blocks(&repo, &amend, MARKER);
    repo.write("notes.txt", "one\ntwo\n");
    repo.add();
    assert_looked(&passes(&repo, &amend));
}

/// Two branches that changed the same line; the other one also brings markers of its own.
fn conflicting() -> Repo {
    let repo = gated();
    repo.git(&["checkout", "-q", "-b", "topic"]);
    repo.write("notes.txt", "topic\n");
    repo.write("theirs.txt", conflict());
    repo.commit("Change the notes on a branch");
    repo.git(&["checkout", "-q", "main"]);
    repo.write("notes.txt", "main\n");
    repo.commit("Change the notes");
    repo
}

#[test]
fn merge_is_judged_by_what_it_adds_itself() {
    let repo = conflicting();
    assert_eq!(repo.try_git(&["merge", "topic"]).code, 1);
    let left = String::from_utf8(repo.read("notes.txt")).unwrap();
    assert!(left.contains("<<<<<<< HEAD"), "{left}");
    repo.git(&["add", "notes.txt"]);
    let ran = blocks(&repo, &["commit", "-m", "Merge a branch"], MARKER);
    assert!(!ran.stderr.contains("theirs.txt"), "{ran}");
    repo.write("notes.txt", "both\n");
    repo.git(&["add", "notes.txt"]);
    passes(&repo, &["commit", "-m", "Merge a branch"]);
    assert_eq!(repo.git(&["rev-list", "--count", "--merges", "HEAD"]), "1");
}

#[test]
fn continued_cherry_pick_is_judged() {
    let repo = conflicting();
    assert_eq!(repo.try_git(&["cherry-pick", "topic"]).code, 1);
    repo.git(&["rm", "-q", "-f", "theirs.txt"]);
    repo.git(&["add", "notes.txt"]);
    blocks(&repo, &["cherry-pick", "--continue"], MARKER);
    repo.write("notes.txt", "both\n");
    repo.git(&["add", "notes.txt"]);
    passes(&repo, &["cherry-pick", "--continue"]);
    assert_eq!(
        repo.git(&["show", "-s", "--format=%s"]),
        "Change the notes on a branch"
    );
}

#[test]
fn commit_during_a_rebase_is_judged() {
    let repo = conflicting();
    repo.git(&["checkout", "-q", "topic"]);
    repo.write("scratch.txt", "untracked\n");
    assert_eq!(repo.try_git(&["rebase", "-q", "main"]).code, 1);
    repo.git(&["add", "notes.txt"]);
    let ran = blocks(&repo, &COMMIT, MARKER);
    assert_says(&ran, "notes.txt");
    repo.write("notes.txt", "both\n");
    repo.write("theirs.txt", "resolved\n");
    repo.git(&["add", "notes.txt", "theirs.txt"]);
    assert_looked(&passes(&repo, &COMMIT));
    repo.try_git(&["rebase", "--continue"]).exits(0);
    assert_eq!(repo.git(&["log", "--format=%s", "main.."]), "Change some files");
    assert_eq!(repo.read("scratch.txt"), b"untracked\n");
}

#[test]
fn commit_from_a_subdirectory_is_judged_whole() {
    let repo = gated();
    repo.write("deep/below/file.txt", "well\n");
    repo.write("notes.txt", conflict());
    repo.add();
    let mut git = repo.command("git");
    let ran = repo.finish(git.current_dir(repo.path("deep/below")).args(COMMIT), b"");
    assert_blocked(&ran, MARKER);
    assert_says(&ran, "notes.txt");
}

#[test]
fn commit_inside_a_submodule_is_judged() {
    let repo = gated();
    gated_in(made(repo.sibling("../library")));
    repo.git(&["submodule", "--quiet", "add", "../library", "lib"]);
    let lib = repo.sibling("lib");
    install(&lib);
    lib.write("notes.txt", conflict());
    lib.add();
    blocks(&lib, &COMMIT, MARKER);
    lib.write("notes.txt", "one\ntwo\n");
    lib.add();
    assert_looked(&passes(&lib, &COMMIT));
}

#[test]
fn sparse_checkout_is_judged_whether_its_index_is_sparse_or_not() {
    for index in ["--sparse-index", "--no-sparse-index"] {
        let repo = gated();
        repo.write("inside/file.txt", "in\n");
        repo.write("outside/deep/file.txt", conflict());
        repo.commit("Add two rooms");
        repo.git(&["sparse-checkout", "set", "--cone", index, "inside"]);
        assert!(!repo.has("outside"));
        repo.write("inside/file.txt", "in\nand out\n");
        repo.git(&["add", "inside"]);
        assert_looked(&passes(&repo, &COMMIT));
        repo.write("inside/file.txt", conflict());
        repo.git(&["add", "inside"]);
        let ran = blocks(&repo, &COMMIT, MARKER);
        assert!(!ran.stderr.contains("outside"), "{ran}");
        assert_says(&ran, "1 file,");
    }
}

#[test]
fn odd_forms_of_index_are_read() {
    let forms: [&[&str]; 5] = [
        &["update-index", "--split-index"],
        &["update-index", "--index-version=4"],
        &["update-index", "--untracked-cache"],
        &["config", "index.skipHash", "true"],
        &["config", "feature.manyFiles", "true"],
    ];
    for form in forms {
        let repo = gated();
        repo.git(form);
        repo.write("notes.txt", "one\ntwo\n");
        repo.add();
        assert_looked(&passes(&repo, &COMMIT));
        repo.write("notes.txt", conflict());
        repo.add();
        let ran = blocks(&repo, &COMMIT, MARKER);
        assert_says(&ran, "1 file,");
    }
}

#[test]
fn other_formats_of_repository_are_read() {
    for format in ["--object-format=sha256", "--ref-format=reftable"] {
        let outside = Repo::outside("repo");
        let made = outside.try_git(&["init", "-q", format]);
        if made.code != 0 {
            println!("not tested: this git does not know `{format}`: {made}");
            continue;
        }
        let repo = gated_in(outside);
        repo.write("notes.txt", "one\ntwo\n");
        repo.add();
        assert_looked(&passes(&repo, &COMMIT));
        repo.write("other.txt", conflict());
        repo.add();
        let ran = blocks(&repo, &COMMIT, MARKER);
        assert_says(&ran, "1 file,");
    }
}

#[test]
fn work_tree_named_on_the_command_line_is_judged() {
    let mut home = Repo::outside("home-of-dots");
    home.git(&["init", "-q", "--bare", "../dots"]);
    let there = home.path("../dots").canonicalize().unwrap();
    let named = [
        format!("--git-dir={}", there.display()),
        format!("--work-tree={}", home.root.display()),
    ];
    let git = |args: &[&str]| {
        let named: Vec<&str> = named.iter().map(String::as_str).collect();
        [&named, args]
            .concat()
            .into_iter()
            .map(String::from)
            .collect::<Vec<_>>()
    };
    home.env = vec![
        ("GIT_DIR".into(), there.clone().into()),
        ("GIT_WORK_TREE".into(), home.root.clone().into()),
    ];
    home.write(".profile", "one\n");
    home.commit("Begin");
    install(&home);
    home.write(".profile", conflict());
    home.git(&["add", ".profile"]);
    home.env.clear();
    let ran = home.try_git(&git(&COMMIT));
    assert_blocked(&ran, MARKER);
    home.write(".profile", "one\ntwo\n");
    home.git(&git(&["add", ".profile"]));
    home.try_git(&git(&COMMIT)).exits(0);
    assert_eq!(home.git(&git(&["rev-list", "--count", "HEAD"])), "2");
}
