//! Paths that are new and hold what another path of the same change held: what `git diff -C` calls copies.

use super::view::{copies_of_git, copies_of_pantheon, of_pantheon};
use super::{begun, lines};
use crate::support::Repo;
use std::collections::BTreeMap;

/// Insists that the index looks as it does to `git diff -C`, and gives back its files as
/// `status old -> path`.
#[track_caller]
fn agreed(repo: &Repo) -> Vec<String> {
    repo.add();
    let git = copies_of_git(repo, &["diff", "--cached"]);
    assert_eq!(copies_of_pantheon(repo, &["--staged"]), git);
    shown(git)
}

fn shown(files: BTreeMap<String, (String, Option<String>)>) -> Vec<String> {
    let show = |(path, (status, old)): (String, (String, Option<String>))| match old {
        Some(old) => format!("{status} {old} -> {path}"),
        None => format!("{status} {path}"),
    };
    files.into_iter().map(show).collect()
}

#[test]
fn exact_copy_of_a_file_that_changes() {
    let repo = begun();
    repo.write("copy.txt", repo.read("a.txt"));
    repo.write("a.txt", lines(22));
    assert_eq!(agreed(&repo), ["modified a.txt", "copied a.txt -> copy.txt"]);
    let file = &of_pantheon(&repo, &["--staged", "--copies"])["copy.txt"];
    assert_eq!(file.lines, Some([vec![], (1..=20).collect()]));
}

#[test]
fn copy_with_edits_of_a_file_that_changes() {
    let repo = begun();
    repo.write(
        "dir/copy.txt",
        lines(20).replace("line 7\n", "seven\n") + "more\n",
    );
    repo.write("a.txt", lines(19));
    assert_eq!(agreed(&repo), ["modified a.txt", "copied a.txt -> dir/copy.txt"]);
}

#[test]
fn copy_of_a_file_that_stays_is_new() {
    let repo = begun();
    repo.write("copy.txt", repo.read("a.txt"));
    repo.write("b.txt", "other\n");
    assert_eq!(agreed(&repo), ["modified b.txt", "added copy.txt"]);
}

#[test]
fn too_little_in_common_is_no_copy() {
    let repo = begun();
    repo.write("less.txt", lines(20).replace("line 1", "LINE 1"));
    repo.write("a.txt", lines(25));
    assert_eq!(agreed(&repo), ["modified a.txt", "added less.txt"]);
}

#[test]
fn several_copies_and_the_better_source() {
    let repo = begun();
    repo.write("dir/a.txt", lines(20).replace("line 3\n", "3\n"));
    repo.commit("Add another");
    repo.write("one.txt", lines(20));
    repo.write(
        "two/a.txt",
        lines(20).replace("line 3\n", "3\n").replace("line 9\n", "9\n"),
    );
    repo.write("three.txt", lines(20).replace("line 12\n", ""));
    repo.write("a.txt", "gone\n");
    repo.write("dir/a.txt", "gone too\n");
    assert_eq!(
        agreed(&repo),
        [
            "modified a.txt",
            "modified dir/a.txt",
            "copied a.txt -> one.txt",
            "copied a.txt -> three.txt",
            "copied dir/a.txt -> two/a.txt",
        ]
    );
}

#[test]
fn only_the_mode_of_the_source_changes() {
    let repo = begun();
    repo.write("copy.sh", repo.read("a.txt"));
    repo.chmod("a.txt", 0o755);
    assert_eq!(agreed(&repo), ["mode-changed a.txt", "copied a.txt -> copy.sh"]);
}

#[test]
fn links_and_empty_files() {
    let repo = begun();
    std::os::unix::fs::symlink("a.txt", repo.path("link")).unwrap();
    repo.write("empty", "");
    repo.commit("Add a link");
    std::fs::remove_file(repo.path("link")).unwrap();
    std::os::unix::fs::symlink("b.txt", repo.path("link")).unwrap();
    std::os::unix::fs::symlink("a.txt", repo.path("other")).unwrap();
    repo.write("empty", "no more\n");
    repo.write("void", "");
    repo.write("plain", "a.txt");
    assert_eq!(
        agreed(&repo),
        [
            "modified empty",
            "modified link",
            "copied link -> other",
            "added plain",
            "copied empty -> void",
        ]
    );
}

#[test]
fn what_git_calls_a_rename_by_default_stays_one() {
    let repo = begun();
    repo.git(&["mv", "b.txt", "first.txt"]);
    repo.write("second.txt", repo.read("first.txt"));
    repo.add();
    // Under `-C` git calls the last one the rename.
    assert_eq!(
        shown(copies_of_pantheon(&repo, &["--staged"])),
        ["renamed b.txt -> first.txt", "copied b.txt -> second.txt"]
    );
}

#[test]
fn copied_secret_is_found_again_and_the_report_says_whence() {
    let repo = Repo::new();
    let token = format!("ghp_{}", "q7R2mZ9xK4vT1wB8nY3cL6pD5sF0hJqWeRtY");
    repo.write("a.py", format!("import os\nkey = \"{token}\"\nprint(key)\n"));
    repo.write("m.txt", lines(9));
    repo.commit("Begin");
    repo.write("b.py", repo.read("a.py"));
    repo.write("a.py", "import os\n");
    repo.git(&["mv", "m.txt", "n.txt"]);
    repo.add();
    let ran = repo.run(&["review", "--staged", "--format", "json"]).exits(1);
    let report: serde_json::Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(
        report["moved"],
        serde_json::json!([
            { "status": "copied", "from": { "path": "a.py" }, "to": { "path": "b.py" } },
            { "status": "renamed", "from": { "path": "m.txt" }, "to": { "path": "n.txt" } },
        ])
    );
    assert_eq!(report["findings"][0]["check"], "secrets/github-token");
    assert_eq!(report["findings"][0]["location"]["path"], "b.py");
    repo.run(&["hook", "pre-commit"]).exits(1);
}
