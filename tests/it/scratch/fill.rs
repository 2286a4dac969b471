//! What is in a scratch tree, and what a harvest makes of work in it.

use super::*;

#[test]
fn the_tree_is_the_index_and_the_users_repository_does_not_change_by_a_byte() {
    let place = Place::new();
    for hook in [
        "post-checkout",
        "post-index-change",
        "reference-transaction",
        "pre-commit",
    ] {
        place
            .repo
            .write_script(format!(".git/hooks/{hook}"), "#!/bin/sh\ntouch \"$HOME/ran\"\n");
    }
    place.repo.write("src/b.rs", "not staged\n");
    let before = snapshot(&place.repo.root);
    let mut scratch = place.create(&Plan::default());
    let read = |path: &str| std::fs::read_to_string(scratch.tree().join(path)).unwrap();
    assert_eq!(read("src/a.rs"), "fn a() { 2 }\n");
    assert_eq!(read("src/b.rs"), "fn b() {}\n");
    assert_eq!(read("link"), "fn a() { 2 }\n");
    assert_eq!(scratch.notes, Vec::<String>::new());
    std::fs::write(scratch.tree().join("src/b.rs"), "fn b() { 3 }\n").unwrap();
    let harvest = reap(&mut scratch);
    assert_eq!(names(&harvest.changed), ["src/b.rs"]);
    assert_eq!((harvest.files, harvest.bytes), (1, 13));
    unchanged(&place.repo.root, &before);
    assert!(!place.repo.home().join("ran").exists());
    let tree = harvest.tree.to_string();
    assert_eq!(
        place.ours(&scratch, &["show", &format!("{tree}:src/b.rs")]),
        "fn b() { 3 }"
    );
    let changed = place.ours(
        &scratch,
        &[
            "diff-tree",
            "-r",
            "--name-status",
            &harvest.base.to_string(),
            &tree,
        ],
    );
    assert_eq!(changed, "M\tsrc/b.rs");
    let commit = harvest.commit.unwrap().to_string();
    assert_eq!(
        place.ours(&scratch, &["log", "--format=%s", &commit]),
        "What came of the run\nWhat was staged when the run began\ntwo\none"
    );
}

#[test]
fn an_agent_has_a_repository_in_which_it_can_do_as_it_likes() {
    let place = Place::new();
    let mut scratch = place.create(&Plan::default());
    let agent = |args: &[&str]| place.agent(&scratch, args);
    assert_eq!(agent(&["status", "--porcelain"]), "");
    assert_eq!(
        agent(&["log", "--format=%s"]),
        "What was staged when the run began\ntwo\none"
    );
    assert_eq!(agent(&["branch", "--show-current"]), "scratch");
    std::fs::write(scratch.tree().join("new.txt"), "x\n").unwrap();
    agent(&["add", "new.txt"]);
    agent(&["commit", "-q", "-m", "mine"]);
    std::fs::write(scratch.tree().join("src/a.rs"), "half\n").unwrap();
    agent(&["stash", "-q"]);
    agent(&["stash", "pop", "-q"]);
    agent(&["checkout", "-q", "-b", "other"]);
    agent(&["fsck"]);
    assert_eq!(agent(&["diff", "--stat", "HEAD", "--name-only"]), "src/a.rs");
    assert_eq!(names(&reap(&mut scratch).changed), ["new.txt", "src/a.rs"]);
    assert_eq!(
        place.repo.git(&["branch", "--format=%(refname)"]),
        "refs/heads/main"
    );
}

#[test]
fn all_kinds_of_changes_are_harvested() {
    let place = Place::new();
    let mut scratch = place.create(&Plan::default());
    let tree = scratch.tree();
    std::fs::remove_file(tree.join("docs/a.md")).unwrap();
    std::fs::remove_dir(tree.join("docs")).unwrap();
    std::fs::write(tree.join("docs"), "a file\n").unwrap();
    std::fs::remove_file(tree.join("src/b.rs")).unwrap();
    std::fs::create_dir(tree.join("src/b.rs")).unwrap();
    std::fs::write(tree.join("src/b.rs/c\td\n"), "odd\n").unwrap();
    std::fs::remove_file(tree.join("link")).unwrap();
    std::os::unix::fs::symlink("src", tree.join("link")).unwrap();
    std::fs::set_permissions(
        tree.join("run.sh"),
        std::os::unix::fs::PermissionsExt::from_mode(0o644),
    )
    .unwrap();
    std::fs::create_dir(tree.join("target")).unwrap();
    std::fs::write(tree.join("target/x"), "built\n").unwrap();
    std::fs::write(tree.join("a.log"), "log\n").unwrap();
    let harvest = reap(&mut scratch);
    assert_eq!(refusals(&harvest), Vec::<String>::new());
    assert_eq!(harvest.left_out, 2);
    assert_eq!(names(&harvest.executable_surface), ["link"]);
    let listed = place.ours(&scratch, &["ls-tree", "-r", &harvest.tree.to_string()]);
    let listed: Vec<String> = listed
        .lines()
        .map(|line| format!("{} {}", &line[..6], line.split('\t').nth(1).unwrap()))
        .collect();
    assert_eq!(
        listed,
        [
            "100644 .gitignore",
            "100644 docs",
            "120000 link",
            "100644 run.sh",
            "100644 src/a.rs",
            "100644 \"src/b.rs/c\\td\\n\"",
        ]
    );
}

#[test]
fn a_change_that_keeps_length_and_time_is_seen() {
    let place = Place::new();
    let mut scratch = place.create(&Plan::default());
    let path = scratch.tree().join("src/b.rs");
    let time = path.metadata().unwrap().modified().unwrap();
    std::fs::write(&path, "fn c() {}\n").unwrap();
    std::fs::File::open(&path).unwrap().set_modified(time).unwrap();
    assert_eq!(names(&reap(&mut scratch).changed), ["src/b.rs"]);
}

#[test]
fn an_untouched_tree_is_its_base() {
    let place = Place::new();
    let mut scratch = place.create(&Plan::default());
    let harvest = reap(&mut scratch);
    assert_eq!((harvest.tree, harvest.commit), (harvest.base, None));
    assert_eq!((harvest.files, harvest.left_out), (0, 0));
}

#[test]
fn a_commit_can_be_the_base() {
    let place = Place::new();
    let head = place.repo.git(&["rev-parse", "HEAD"]);
    let start = Start::Commit(head.parse().unwrap());
    let scratch = place.try_create(start, &Plan::default()).unwrap();
    assert_eq!(
        std::fs::read_to_string(scratch.tree().join("src/a.rs")).unwrap(),
        "fn a() { 1 }\n"
    );
    assert_eq!(place.agent(&scratch, &["rev-parse", "HEAD"]), head);
    assert_eq!(place.agent(&scratch, &["status", "--porcelain"]), "");
}

#[test]
fn what_a_sparse_tree_does_not_show_stays_as_it_is() {
    let place = Place::new();
    let plan = Plan {
        sparse: Some(vec!["src/b.rs".into()]),
        ..Plan::default()
    };
    let mut scratch = place.create(&plan);
    let mut shown: Vec<String> = std::fs::read_dir(scratch.tree())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    shown.sort();
    assert_eq!(shown, [".git", ".gitignore", "src"]);
    assert!(!scratch.tree().join("src/a.rs").exists());
    assert_eq!(place.agent(&scratch, &["status", "--porcelain"]), "");
    std::fs::write(scratch.tree().join("src/b.rs"), "fn b() { 4 }\n").unwrap();
    std::fs::write(scratch.tree().join("src/c.rs"), "new\n").unwrap();
    // Nobody who did not see what is there can mean to replace it.
    std::fs::write(scratch.tree().join("docs"), "hides\n").unwrap();
    std::fs::create_dir(scratch.tree().join("run.sh")).unwrap();
    std::fs::write(scratch.tree().join("run.sh/x"), "hides\n").unwrap();
    let harvest = reap(&mut scratch);
    assert_eq!(names(&harvest.changed), ["src/b.rs", "src/c.rs"]);
    let why = "is in the place of something that was not written out";
    assert_eq!(
        refusals(&harvest),
        [format!("docs {why}"), format!("run.sh/x {why}")]
    );
    let tree = harvest.tree.to_string();
    let listed = place.ours(&scratch, &["ls-tree", "-r", "--name-only", &tree]);
    assert_eq!(
        listed,
        ".gitignore\ndocs/a.md\nlink\nrun.sh\nsrc/a.rs\nsrc/b.rs\nsrc/c.rs"
    );
    let none = Plan {
        sparse: Some(vec!["nowhere".into()]),
        ..Plan::default()
    };
    assert!(matches!(
        place.try_create(Start::Index, &none),
        Err(ScratchError::Empty)
    ));
}

/// A repository in which most is not written out, and a run that has only `src`.
fn mostly_unseen() -> (Place, Scratch) {
    let place = Place::new();
    place.repo.write("lib/.gitignore", "*.out\n");
    place.repo.write("lib/deep/er/a.rs", "a\n");
    place.repo.write("lib/deep/b.rs", "b\n");
    place.repo.write("lib/c.rs", "c\n");
    place.repo.commit("three");
    let plan = Plan {
        sparse: Some(vec!["src".into()]),
        ..Plan::default()
    };
    let scratch = place.create(&plan);
    (place, scratch)
}

#[test]
fn git_works_in_a_sparse_tree() {
    let (place, scratch) = mostly_unseen();
    let before = snapshot(&place.repo.root);
    let agent = |args: &[&str]| place.agent(&scratch, args);
    assert_eq!(agent(&["status", "--porcelain"]), "");
    assert_eq!(agent(&["diff", "HEAD"]), "");
    let tracked = place.repo.git(&["ls-files"]);
    assert_eq!(agent(&["ls-files"]), tracked);
    assert_eq!(agent(&["log", "--format=%s"]), "three\ntwo\none");
    assert_eq!(agent(&["write-tree"]), agent(&["rev-parse", "HEAD^{tree}"]));
    unchanged(&place.repo.root, &before);
    std::fs::write(scratch.tree().join("src/a.rs"), "changed\n").unwrap();
    std::fs::write(scratch.tree().join("src/new.rs"), "new\n").unwrap();
    assert_eq!(
        agent(&["status", "--porcelain", "--untracked-files=all"]),
        " M src/a.rs\n?? src/new.rs"
    );
    agent(&["add", "-A"]);
    agent(&["commit", "-q", "-m", "mine"]);
    assert_eq!(
        agent(&["diff", "--name-status", "HEAD~1"]),
        "M\tsrc/a.rs\nA\tsrc/new.rs"
    );
    std::fs::write(scratch.tree().join("src/a.rs"), "again\n").unwrap();
    agent(&["stash", "-q"]);
    agent(&["checkout", "-q", "-b", "other", "HEAD~1"]);
    agent(&["checkout", "-q", "scratch"]);
    agent(&["stash", "pop", "-q"]);
    agent(&["fsck"]);
    assert!(!scratch.tree().join("lib").exists());
}

#[test]
fn work_where_nothing_was_written_out_is_judged_by_what_is_there() {
    let (place, mut scratch) = mostly_unseen();
    let tree = scratch.tree();
    std::fs::create_dir_all(tree.join("lib/deep/er")).unwrap();
    std::fs::write(tree.join("lib/deep/er/a.rs"), "changed\n").unwrap();
    std::fs::write(tree.join("lib/deep/b.rs"), "b\n").unwrap();
    std::fs::write(tree.join("lib/deep/new.rs"), "new\n").unwrap();
    std::fs::write(tree.join("lib/deep/x.out"), "ignored\n").unwrap();
    std::fs::write(tree.join("docs"), "hides\n").unwrap();
    let harvest = reap(&mut scratch);
    assert_eq!(names(&harvest.changed), ["lib/deep/er/a.rs", "lib/deep/new.rs"]);
    assert_eq!(harvest.left_out, 1);
    assert_eq!(
        refusals(&harvest),
        ["docs is in the place of something that was not written out"]
    );
    let listed = place.ours(
        &scratch,
        &["ls-tree", "-r", "--name-only", &harvest.tree.to_string()],
    );
    assert_eq!(
        listed,
        ".gitignore\ndocs/a.md\nlib/.gitignore\nlib/c.rs\nlib/deep/b.rs\nlib/deep/er/a.rs\nlib/deep/new.rs\nlink\nrun.sh\nsrc/a.rs\nsrc/b.rs"
    );
}

#[test]
fn a_tree_that_leads_elsewhere_is_not_written_out() {
    let place = Place::new();
    let blob = place.repo.git(&["rev-parse", "HEAD:src/a.rs"]);
    let tree = |lines: &str| {
        let mut command = place.repo.command("git");
        let made = place
            .repo
            .finish(command.args(["mktree", "--missing"]), lines.as_bytes());
        assert_eq!(made.code, 0, "{made}");
        made.stdout.trim().to_owned()
    };
    place
        .repo
        .write("target-of-link", place.state.path().to_str().unwrap());
    let link = place.repo.git(&["hash-object", "-w", "target-of-link"]);
    let inner = tree(&format!("100644 blob {blob}\tout\n"));
    for (lines, why) in [
        (format!("040000 tree {inner}\t..\n"), "it has the name `..`"),
        (format!("040000 tree {inner}\t.git\n"), "it has the name `.git`"),
        (format!("120000 blob {link}\ta\n040000 tree {inner}\ta\n"), ""),
    ] {
        let commit = place.repo.git(&["commit-tree", "-m", "odd", &tree(&lines)]);
        let made = place.try_create(Start::Commit(commit.parse().unwrap()), &Plan::default());
        assert!(!place.state.path().join("out").exists());
        match made {
            Ok(scratch) => {
                assert_eq!(why, "");
                assert!(scratch.tree().join("a").is_dir());
            }
            Err(error) => assert!(!why.is_empty() && error.to_string().contains(why), "{error}"),
        }
    }
}

#[test]
fn what_cannot_be_laid_out_leaves_nothing_behind() {
    let place = Place::new();
    place.repo.git(&["checkout", "-q", "-f", "-b", "other", "HEAD~1"]);
    place.repo.write("src/a.rs", "theirs\n");
    place.repo.commit("three");
    assert_ne!(place.repo.try_git(&["merge", "-q", "main"]).code, 0);
    let refused = place.try_create(Start::Index, &Plan::default()).unwrap_err();
    assert_eq!(refused.to_string(), "the index has conflicts, as in `src/a.rs`");
    let over = Deadline::after(Duration::ZERO);
    let repository = Repository::open(&place.repo.root).unwrap();
    let head = place.repo.git(&["rev-parse", "HEAD"]).parse().unwrap();
    let refused = create(
        &repository,
        place.state.path(),
        "late",
        Start::Commit(head),
        &Plan::default(),
        &over,
    );
    assert!(matches!(refused, Err(ScratchError::Stopped)), "{refused:?}");
    for name in ["", "..", "a/b", "-x", "x.lock", "a..b"] {
        let refused = create(
            &repository,
            place.state.path(),
            name,
            Start::Commit(head),
            &Plan::default(),
            &soon(),
        );
        assert!(
            matches!(refused, Err(ScratchError::Name(_))),
            "{name}: {refused:?}"
        );
    }
    let runs = pantheon::git::scratch::runs(place.state.path(), &repository).unwrap();
    assert_eq!(std::fs::read_dir(runs).unwrap().count(), 0);
}

#[test]
fn content_is_as_it_is_recorded_whatever_attributes_say() {
    let place = Place::new();
    place.repo.write(
        ".gitattributes",
        "*.txt text eol=crlf\n*.bin filter=lfs\n*.id ident\n",
    );
    place.repo.write("a.id", "$Id$\n");
    place.repo.write(
        "b.bin",
        "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
    );
    place.repo.git(&["config", "filter.lfs.clean", "cat"]);
    place.repo.git(&["config", "filter.lfs.smudge", "echo large"]);
    place.repo.write("c.txt", "one\r\ntwo\r\n");
    place.repo.commit("three");
    let mut scratch = place.create(&Plan::default());
    assert_eq!(
        std::fs::read(scratch.tree().join("c.txt")).unwrap(),
        b"one\ntwo\n"
    );
    assert_eq!(std::fs::read(scratch.tree().join("a.id")).unwrap(), b"$Id$\n");
    assert_eq!(
        scratch.notes,
        ["files of git lfs are pointers here, as they are recorded"]
    );
    assert_eq!(place.agent(&scratch, &["status", "--porcelain"]), "");
    assert_eq!(names(&reap(&mut scratch).changed), Vec::<String>::new());
}
