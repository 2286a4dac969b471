//! Forms of repository and of index.

use super::{agree, agree_on, begun, lines};
use crate::support::Repo;

/// Makes a few commits and holds each to git.
fn work(repo: &Repo) {
    repo.write("a.txt", lines(30));
    repo.write("dir/b.txt", lines(9));
    repo.write("dir/deep/c.txt", "x\n");
    repo.add();
    agree(repo);
    repo.git(&["mv", "a.txt", "dir/deep/a.txt"]);
    repo.write("dir/deep/a.txt", lines(30).replace("line 9\n", ""));
    repo.write("dir/b.txt", lines(9).replace("line 3\n", "3\n"));
    repo.add();
    agree(repo);
    repo.git(&["rm", "-qr", "dir"]);
    repo.git(&["commit", "-q", "-m", "Take it away"]);
    agree_on(repo, "HEAD");
}

#[test]
fn sha_256() {
    work(&Repo::named("repo", &["--object-format=sha256"]));
}

#[test]
fn references_in_tables() {
    let probe = Repo::outside("probe");
    if probe.try_git(&["init", "-q", "--ref-format=reftable"]).code != 0 {
        eprintln!("left out: this git has no `--ref-format=reftable`");
        return;
    }
    work(&Repo::named("repo", &["--ref-format=reftable"]));
}

#[test]
fn packed_objects_and_references() {
    let repo = begun();
    work(&repo);
    repo.git(&["gc", "-q"]);
    repo.git(&["pack-refs", "--all"]);
    for commit in ["HEAD", "HEAD~1", "HEAD~2", "HEAD~3"] {
        agree_on(&repo, commit);
    }
    repo.write("a.txt", "again\n");
    repo.add();
    agree(&repo);
}

#[test]
fn index_of_version_4() {
    let repo = begun();
    repo.git(&["update-index", "--index-version", "4"]);
    work(&repo);
}

#[test]
fn split_index() {
    let repo = begun();
    repo.git(&["config", "splitIndex.maxPercentChange", "100"]);
    repo.git(&["update-index", "--split-index"]);
    work(&repo);
    let shared = std::fs::read_dir(repo.path(".git")).unwrap();
    let is_shared = |name: &str| name.starts_with("sharedindex.");
    assert!(
        shared
            .flatten()
            .any(|e| is_shared(&e.file_name().to_string_lossy()))
    );
}

#[test]
fn sparse_index() {
    let repo = begun();
    for dir in ["one", "two", "three/inner"] {
        repo.write(format!("{dir}/file.txt"), lines(5));
    }
    repo.commit("Add directories");
    repo.git(&["sparse-checkout", "set", "--cone", "--sparse-index", "one"]);
    let entries = repo.git(&["ls-files", "--sparse", "--stage"]);
    assert!(entries.contains("040000"), "the index is not sparse:\n{entries}");
    repo.write("one/file.txt", lines(6));
    repo.git(&["add", "one"]);
    agree(&repo);
}

#[test]
fn index_without_a_cache_of_trees() {
    let repo = begun();
    repo.write("dir/c.txt", "four\n");
    repo.add();
    let entries = repo.git(&["ls-files", "--stage"]) + "\n";
    std::fs::remove_file(repo.path(".git/index")).unwrap();
    let ran = repo.finish(
        repo.command("git").args(["update-index", "--index-info"]),
        entries.as_bytes(),
    );
    ran.exits(0);
    agree(&repo);
}

#[test]
fn second_index() {
    let mut repo = begun();
    repo.write("a.txt", lines(22));
    repo.add();
    repo.env
        .push(("GIT_INDEX_FILE".into(), repo.path("other-index").into()));
    repo.git(&["read-tree", "HEAD"]);
    repo.write("dir/c.txt", "four\n");
    repo.git(&["add", "dir/c.txt"]);
    let view = agree(&repo);
    assert_eq!(view.keys().collect::<Vec<_>>(), ["dir/c.txt"]);
}

#[test]
fn first_commit_and_one_without_a_change() {
    let repo = Repo::new();
    repo.write("a.txt", lines(3));
    repo.write("b/c.txt", "");
    repo.add();
    assert_eq!(agree(&repo).len(), 2);
    assert_eq!(agree(&repo).len(), 0);
}
