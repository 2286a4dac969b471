//! Repositories of every shape.

use super::*;

/// Works in a run of this place, and says what a harvest has.
fn works(place: &Place) -> Scratch {
    let before = snapshot(&place.repo.root);
    let mut scratch = place.create(&Plan::default());
    assert_eq!(
        place.agent(&scratch, &["status", "--porcelain"]),
        "",
        "{:?}",
        scratch.notes
    );
    place.agent(&scratch, &["log", "--oneline"]);
    std::fs::write(scratch.tree().join("added"), "x\n").unwrap();
    let harvest = reap(&mut scratch);
    assert_eq!(names(&harvest.changed), ["added"]);
    assert_eq!(refusals(&harvest), Vec::<String>::new());
    place.ours(&scratch, &["cat-file", "-e", &format!("{}:added", harvest.tree)]);
    unchanged(&place.repo.root, &before);
    // Unless it is locked in, git itself sets the times of objects that are there already.
    place.agent(&scratch, &["add", "-A"]);
    place.agent(&scratch, &["commit", "-q", "-m", "mine"]);
    scratch
}

fn small(repo: &Repo) {
    repo.write("a", "1\n");
    repo.write("d/b", "2\n");
    repo.commit("one");
    repo.write("a", "2\n");
    repo.add();
}

#[test]
fn other_hashes_and_other_stores_of_references() {
    for init in [&["--object-format=sha256"][..], &["--ref-format=reftable"]] {
        let repo = Repo::named("repo", init);
        small(&repo);
        works(&Place::of(repo));
    }
}

#[test]
fn a_repository_without_a_commit() {
    let repo = Repo::new();
    repo.write("a", "1\n");
    repo.add();
    let scratch = works(&Place::of(repo));
    assert_eq!(scratch.base().unwrap().commit, None);
    works(&Place::of(Repo::new()));
}

#[test]
fn a_shallow_clone() {
    let place = Place::new();
    place.repo.commit("three");
    let clone = place.repo.sibling("../clone");
    let url = format!("file://{}", place.repo.root.display());
    place.repo.git(&[
        "clone",
        "-q",
        "--depth=2",
        &url,
        &clone.root.display().to_string(),
    ]);
    let clone = Place::of(clone);
    let scratch = works(&clone);
    assert_eq!(clone.agent(&scratch, &["log", "--format=%s"]), "mine\nthree\ntwo");
}

#[test]
fn a_clone_that_borrows_and_a_linked_working_tree() {
    let place = Place::new();
    place.repo.commit("three");
    let clone = place.repo.sibling("../clone: \"odd\"");
    let at = clone.root.display().to_string();
    place.repo.git(&[
        "clone",
        "-q",
        "--shared",
        &place.repo.root.display().to_string(),
        &at,
    ]);
    clone.write("new", "n\n");
    clone.add();
    works(&Place::of(clone));
    let linked = place.repo.sibling("../linked");
    place.repo.git(&[
        "worktree",
        "add",
        "-q",
        "-b",
        "other",
        &linked.root.display().to_string(),
    ]);
    linked.write("new", "n\n");
    linked.add();
    let linked = Place {
        repo: linked,
        state: tempfile::tempdir().unwrap(),
    };
    works(&linked);
    let dir = |repo: &Repo| {
        pantheon::git::scratch::runs(linked.state.path(), &Repository::open(&repo.root).unwrap()).unwrap()
    };
    assert_eq!(dir(&linked.repo), dir(&place.repo));
}

#[test]
fn indexes_of_every_form() {
    for setup in [
        &["update-index", "--split-index"][..],
        &["update-index", "--index-version=4"],
        &["update-index", "--untracked-cache"],
        &["sparse-checkout", "set", "--cone", "--sparse-index", "d"],
        &["sparse-checkout", "set", "--no-cone", "/a"],
    ] {
        let repo = Repo::new();
        repo.write("e/f/c", "3\n");
        small(&repo);
        repo.git(setup);
        repo.write("d/new", "n\n");
        repo.git(&["add", "--sparse", "d/new"]);
        let place = Place::of(repo);
        let scratch = works(&place);
        let files = place.agent(&scratch, &["ls-files"]);
        assert_eq!(files, "a\nadded\nd/b\nd/new\ne/f/c", "{setup:?}");
        assert!(scratch.tree().join("e/f/c").exists(), "{setup:?}");
    }
}

#[test]
fn submodules_come_from_what_is_fetched_or_are_empty() {
    let inner = Repo::named("inner", &[]);
    inner.write("i", "inner\n");
    inner.commit("inner");
    let outer = inner.sibling("../outer");
    std::fs::create_dir_all(&outer.root).unwrap();
    outer.git(&["init", "-q"]);
    let url = inner.root.display().to_string();
    outer.git(&["submodule", "--quiet", "add", &url, "libs/one"]);
    outer.git(&["submodule", "--quiet", "add", "--name", "odd/name", &url, "two"]);
    outer.write("a", "1\n");
    outer.commit("one");
    std::fs::remove_dir_all(outer.path(".git/modules/odd")).unwrap();
    let place = Place::of(outer);
    let mut scratch = place.create(&Plan::default());
    // The same commit is in the first one, so its objects are there for both.
    assert_eq!(
        std::fs::read_to_string(scratch.tree().join("two/i")).unwrap(),
        "inner\n"
    );
    assert_eq!(
        std::fs::read_to_string(scratch.tree().join("libs/one/i")).unwrap(),
        "inner\n"
    );
    assert_eq!(place.agent(&scratch, &["status", "--porcelain"]), "");
    assert_eq!(scratch.notes, Vec::<String>::new());
    std::fs::write(scratch.tree().join("a"), "2\n").unwrap();
    let harvest = reap(&mut scratch);
    assert_eq!(
        (names(&harvest.changed), refusals(&harvest)),
        (vec!["a".to_owned()], vec![])
    );
    std::fs::write(scratch.tree().join("libs/one/i"), "changed\n").unwrap();
    std::fs::remove_dir_all(scratch.tree().join("two")).unwrap();
    std::fs::write(scratch.tree().join("two"), "a file\n").unwrap();
    let harvest = reap(&mut scratch);
    let why = "is a submodule: its files are those of another repository";
    assert_eq!(names(&harvest.changed), ["a"]);
    assert_eq!(
        refusals(&harvest),
        [format!("libs/one {why}"), format!("two {why}")]
    );
    std::fs::remove_dir_all(place.repo.path(".git/modules")).unwrap();
    let scratch = place.create(&Plan::default());
    assert_eq!(
        std::fs::read_dir(scratch.tree().join("libs/one"))
            .unwrap()
            .count(),
        0
    );
    let note = "submodule `libs/one` and 1 more is empty here: its commit is not fetched; `git submodule update --init` brings it";
    assert_eq!(scratch.notes, [note]);
}

#[test]
fn a_partial_clone_says_what_is_not_there_and_asks_nobody() {
    let place = Place::new();
    place.repo.commit("three");
    place.repo.git(&["config", "uploadpack.allowFilter", "true"]);
    let clone = place.repo.sibling("../clone");
    let url = format!("file://{}", place.repo.root.display());
    let at = clone.root.display().to_string();
    place
        .repo
        .git(&["clone", "-q", "--filter=blob:none", "--sparse", &url, &at]);
    // Whoever asks the remote gets no answer for a long time.
    clone.git(&["config", "remote.origin.url", "ext::sleep 600"]);
    clone.git(&["config", "protocol.ext.allow", "always"]);
    let place = Place::of(clone);
    let before = snapshot(&place.repo.root);
    let mut scratch = place.create(&Plan::default());
    assert!(
        scratch.notes[0].starts_with("3 files are not in this partial clone"),
        "{:?}",
        scratch.notes
    );
    assert_eq!(place.agent(&scratch, &["status", "--porcelain"]), "");
    std::fs::write(scratch.tree().join("new"), "n\n").unwrap();
    let harvest = reap(&mut scratch);
    assert_eq!(names(&harvest.changed), ["new"]);
    let listed = place.ours(
        &scratch,
        &["ls-tree", "-r", "--name-only", &harvest.tree.to_string()],
    );
    assert_eq!(
        listed,
        ".gitignore\ndocs/a.md\nlink\nnew\nrun.sh\nsrc/a.rs\nsrc/b.rs"
    );
    unchanged(&place.repo.root, &before);
}
