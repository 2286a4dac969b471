//! What a run needs stays, whatever the user does to the repository meanwhile.

use super::*;

/// Loses whatever can be lost.
fn lose(place: &Place) {
    place.repo.git(&["reflog", "expire", "--expire=now", "--all"]);
    place.repo.git(&["gc", "-q", "--prune=now"]);
}

fn is_gone(place: &Place, id: &str) -> bool {
    place.repo.try_git(&["cat-file", "-e", id]).code != 0
}

/// Works in a run after its base is lost, and harvests it.
fn goes_on(place: &Place, scratch: &mut Scratch, history: &str) {
    assert_eq!(place.agent(scratch, &["status", "--porcelain"]), "");
    assert_eq!(place.agent(scratch, &["log", "--format=%s"]), history);
    place.agent(scratch, &["fsck", "--no-dangling"]);
    std::fs::write(scratch.tree().join("src/b.rs"), "later\n").unwrap();
    place.agent(scratch, &["commit", "-q", "-a", "-m", "mine"]);
    let harvest = reap(scratch);
    assert_eq!(names(&harvest.changed), ["src/b.rs"]);
    let (base, tree) = (harvest.base.to_string(), harvest.tree.to_string());
    let diff = place.ours(scratch, &["diff", "--name-only", &base, &tree]);
    assert_eq!(diff, "src/b.rs");
    for path in ["src/a.rs", "src/b.rs", "docs/a.md"] {
        place.ours(scratch, &["cat-file", "-e", &format!("{base}:{path}")]);
    }
}

#[test]
fn what_was_only_staged() {
    let place = Place::new();
    let mut scratch = place.create(&Plan::default());
    let blob = place.repo.git(&["rev-parse", ":src/a.rs"]);
    place.repo.git(&["reset", "-q", "--hard"]);
    lose(&place);
    assert!(is_gone(&place, &blob));
    goes_on(
        &place,
        &mut scratch,
        "What was staged when the run began\ntwo\none",
    );
}

#[test]
fn a_commit_that_is_amended() {
    let place = Place::new();
    place.repo.commit("three");
    let head = place.repo.git(&["rev-parse", "HEAD"]);
    let mut scratch = place.create(&Plan::default());
    place.repo.write("src/a.rs", "other\n");
    place.repo.git(&["commit", "-q", "-a", "--amend", "-m", "four"]);
    lose(&place);
    assert!(is_gone(&place, &head));
    goes_on(&place, &mut scratch, "three\ntwo\none");
}

#[test]
fn a_history_that_is_reset_and_a_branch_that_is_deleted() {
    let place = Place::new();
    place.repo.commit("three");
    let head = place.repo.git(&["rev-parse", "HEAD"]);
    let mut whole = place.create(&Plan::default());
    let sparse = Plan {
        sparse: Some(vec!["src".into(), "docs".into()]),
        ..Plan::default()
    };
    let mut part = place.create(&sparse);
    let other = place.repo.git(&[
        "commit-tree",
        "-m",
        "alone",
        &place.repo.git(&["hash-object", "-t", "tree", "-w", "/dev/null"]),
    ]);
    place.repo.git(&["checkout", "-q", "-f", "-b", "keep", &other]);
    place.repo.git(&["branch", "-q", "-D", "main"]);
    lose(&place);
    assert!(is_gone(&place, &head));
    goes_on(&place, &mut whole, "three\ntwo\none");
    // Of what nobody sees there the content may go, and is not needed.
    assert_eq!(place.agent(&part, &["log", "--format=%s"]), "three\ntwo\none");
    std::fs::write(part.tree().join("src/b.rs"), "later\n").unwrap();
    let harvest = reap(&mut part);
    let (base, tree) = (harvest.base.to_string(), harvest.tree.to_string());
    assert_eq!(
        place.ours(&part, &["diff", "--name-only", &base, &tree]),
        "src/b.rs"
    );
}

#[test]
fn a_history_that_goes_back_to_what_it_was() {
    let place = Place::new();
    place.repo.commit("three");
    let was = place.repo.git(&["rev-parse", "HEAD^{tree}"]);
    place.repo.write("src/a.rs", "between\n");
    place.repo.commit("four");
    place.repo.write("src/a.rs", "fn a() { 2 }\n");
    let head = place.repo.commit("five");
    assert_eq!(place.repo.git(&["rev-parse", "HEAD^{tree}"]), was);
    let mut scratch = place.create(&Plan::default());
    let sparse = Plan {
        sparse: Some(vec!["src".into()]),
        ..Plan::default()
    };
    let part = place.create(&sparse);
    place.repo.git(&["checkout", "-q", "-f", "--orphan", "other"]);
    place.repo.git(&["commit", "-q", "--allow-empty", "-m", "other"]);
    place.repo.git(&["rm", "-q", "-r", "."]);
    place
        .repo
        .git(&["commit", "-q", "--amend", "--allow-empty", "-m", "other"]);
    place.repo.git(&["branch", "-q", "-D", "main"]);
    lose(&place);
    assert!(is_gone(&place, &head));
    goes_on(&place, &mut scratch, "five\nfour\nthree\ntwo\none");
    assert_eq!(place.agent(&part, &["log", "--format=%s", "-2"]), "five\nfour");
}

#[test]
fn a_commit_that_no_remote_has_in_a_sparse_tree() {
    let place = Place::new();
    place.repo.commit("three");
    place
        .repo
        .git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
    place.repo.write("docs/new.md", "new\n");
    let head = place.repo.commit("four");
    let sparse = Plan {
        sparse: Some(vec!["src".into()]),
        ..Plan::default()
    };
    let mut scratch = place.create(&sparse);
    place.repo.git(&["reset", "-q", "--hard", "HEAD~1"]);
    lose(&place);
    assert!(is_gone(&place, &head));
    goes_on(&place, &mut scratch, "four\nthree\ntwo\none");
}

#[test]
fn a_commit_that_no_branch_has() {
    let place = Place::new();
    place.repo.git(&["checkout", "-q", "--detach"]);
    let head = place.repo.commit("three");
    let mut scratch = place
        .try_create(Start::Commit(head.parse().unwrap()), &Plan::default())
        .unwrap();
    place.repo.git(&["checkout", "-q", "main"]);
    lose(&place);
    assert!(is_gone(&place, &head));
    goes_on(&place, &mut scratch, "three\ntwo\none");
}

#[test]
fn what_a_remote_has_is_not_copied() {
    let place = Place::new();
    let url = place.repo.root.display().to_string();
    place.repo.commit("three");
    let clone = place.repo.sibling("../clone");
    place.repo.git(&[
        "clone",
        "-q",
        "--no-local",
        &url,
        &clone.root.display().to_string(),
    ]);
    clone.write("src/new.rs", "new\n");
    clone.add();
    let clone = Place::of(clone);
    let scratch = clone.create(&Plan::default());
    let objects = clone.ours(
        &scratch,
        &[
            "cat-file",
            "--batch-all-objects",
            "--batch-check=%(objecttype)",
            "--unordered",
        ],
    );
    let in_odb = |kind: &str| objects.lines().filter(|line| *line == kind).count();
    assert!(in_odb("commit") > 1, "what the user has is to be seen");
    let packs = std::fs::read_dir(scratch.odb().join("pack")).unwrap();
    let index = packs
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|end| end == "idx"))
        .unwrap();
    let listed = clone
        .repo
        .git(&["verify-pack", "-v", &index.display().to_string()]);
    let kinds: Vec<&str> = listed
        .lines()
        .filter_map(|line| line.split_whitespace().nth(1))
        .collect();
    let count = |kind: &str| kinds.iter().filter(|known| **known == kind).count();
    assert_eq!(
        (count("commit"), count("tree"), count("blob")),
        (0, 2, 1),
        "{listed}"
    );
}
