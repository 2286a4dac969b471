//! What an agent can leave in its tree, and that none of it runs when its work is harvested, or later in the user's
//! repository.

use super::*;
use std::os::unix::fs::PermissionsExt;

/// A file that an attack makes if it works.
struct Canary(std::path::PathBuf);

impl Canary {
    fn of(place: &Place) -> Self {
        std::fs::create_dir_all(place.repo.home()).unwrap();
        Self(place.repo.home().join("canary"))
    }

    fn command(&self) -> String {
        format!("touch '{}'; false", self.0.display())
    }

    fn is_alive(&self) -> bool {
        !self.0.exists()
    }
}

/// What the user does afterwards.
fn look(place: &Place) {
    for args in [
        &["status"][..],
        &["diff"],
        &["diff", "--cached"],
        &["add", "-A"],
        &["stash", "list"],
    ] {
        place.repo.git(args);
    }
}

fn poison(place: &Place, dir: &Path, canary: &Canary) {
    let mut command = place.repo.command("git");
    command
        .current_dir(dir)
        .args(["config", "core.fsmonitor", &canary.command()]);
    assert_eq!(place.repo.finish(&mut command, b"").code, 0);
}

#[test]
fn a_poisoned_repository_of_the_agent_runs_nothing() {
    let place = Place::new();
    let canary = Canary::of(&place);
    let mut scratch = place.create(&Plan::default());
    let tree = scratch.tree();
    poison(&place, &tree, &canary);
    for hook in [
        "post-checkout",
        "pre-commit",
        "post-index-change",
        "reference-transaction",
    ] {
        let path = tree.join(".git/hooks").join(hook);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, format!("#!/bin/sh\n{}\n", canary.command())).unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
    }
    std::fs::write(tree.join("src/b.rs"), "changed\n").unwrap();
    let harvest = reap(&mut scratch);
    look(&place);
    assert!(canary.is_alive());
    assert_eq!(names(&harvest.changed), ["src/b.rs"]);
}

#[test]
fn a_repository_that_takes_the_place_of_the_agents_runs_nothing() {
    let place = Place::new();
    let canary = Canary::of(&place);
    let mut scratch = place.create(&Plan::default());
    let tree = scratch.tree();
    // As a directory, as a file that names another one, and as a link.
    std::fs::remove_dir_all(tree.join(".git")).unwrap();
    place.agent(&scratch, &["init", "-q", "."]);
    poison(&place, &tree, &canary);
    reap(&mut scratch);
    std::fs::rename(tree.join(".git"), scratch.tmp().join("other")).unwrap();
    let line = format!("gitdir: {}\n", scratch.tmp().join("other").display());
    std::fs::write(tree.join(".git"), line).unwrap();
    reap(&mut scratch);
    std::fs::remove_file(tree.join(".git")).unwrap();
    std::os::unix::fs::symlink(scratch.tmp().join("other"), tree.join(".git")).unwrap();
    let harvest = reap(&mut scratch);
    look(&place);
    assert!(canary.is_alive());
    assert_eq!(harvest.commit, None);
}

#[test]
fn a_repository_in_the_tree_runs_nothing_and_is_told() {
    let place = Place::new();
    let canary = Canary::of(&place);
    let mut scratch = place.create(&Plan::default());
    let tree = scratch.tree();
    std::fs::create_dir_all(tree.join("sub")).unwrap();
    place.agent(&scratch, &["init", "-q", "sub"]);
    place.agent(
        &scratch,
        &["-C", "sub", "commit", "-q", "--allow-empty", "-m", "x"],
    );
    std::fs::write(tree.join("sub/code.rs"), "taken\n").unwrap();
    poison(&place, &tree.join("sub"), &canary);
    // One without a working tree needs no name of git's.
    place.agent(&scratch, &["init", "-q", "--bare", "bare"]);
    poison(&place, &tree.join("bare"), &canary);
    let harvest = reap(&mut scratch);
    look(&place);
    assert!(canary.is_alive());
    assert_eq!(names(&harvest.changed), ["sub/code.rs"]);
    let told = refusals(&harvest);
    assert!(
        told.contains(&"sub/.git has a name that belongs to git".to_owned()),
        "{told:?}"
    );
    assert!(
        told.contains(&"bare/config is in a git repository of its own".to_owned()),
        "{told:?}"
    );
    assert!(
        told.contains(&"bare/HEAD is in a git repository of its own".to_owned()),
        "{told:?}"
    );
}

#[test]
fn attributes_with_filters_and_drivers_run_nothing_and_are_told() {
    let place = Place::new();
    let canary = Canary::of(&place);
    let mut scratch = place.create(&Plan::default());
    let tree = scratch.tree();
    std::fs::write(
        tree.join(".gitattributes"),
        "* filter=evil diff=evil merge=evil text working-tree-encoding=UTF-16\n",
    )
    .unwrap();
    for key in [
        "filter.evil.clean",
        "filter.evil.smudge",
        "diff.evil.textconv",
        "diff.evil.command",
        "merge.evil.driver",
    ] {
        place.agent(&scratch, &["config", key, &canary.command()]);
    }
    place.agent(&scratch, &["config", "filter.evil.required", "true"]);
    std::fs::write(tree.join("src/b.rs"), "line\r\n").unwrap();
    let harvest = reap(&mut scratch);
    let (base, new) = (harvest.base.to_string(), harvest.tree.to_string());
    place.ours(&scratch, &["diff", "--stat", &base, &new]);
    look(&place);
    assert!(canary.is_alive());
    assert_eq!(names(&harvest.changed), [".gitattributes", "src/b.rs"]);
    assert_eq!(names(&harvest.executable_surface), [".gitattributes"]);
    assert_eq!(
        scratch
            .git(&soon())
            .run(&["cat-file", "blob", &format!("{new}:src/b.rs")])
            .unwrap(),
        b"line\r\n"
    );
}

#[test]
fn what_may_not_be_in_a_tree_is_refused_and_leaves_the_base_as_it_is() {
    let place = Place::new();
    let mut scratch = place.create(&Plan::default());
    let tree = scratch.tree();
    std::os::unix::fs::symlink("/etc/passwd", tree.join("out")).unwrap();
    std::os::unix::fs::symlink("../../x", tree.join("docs/up")).unwrap();
    std::os::unix::fs::symlink(".git/hooks", tree.join("hooks-link")).unwrap();
    std::os::unix::fs::symlink("elsewhere", tree.join(".gitmodules")).unwrap();
    std::fs::remove_dir_all(tree.join("src")).unwrap();
    std::os::unix::fs::symlink("/usr/src", tree.join("src")).unwrap();
    std::fs::write(tree.join("suid"), "x").unwrap();
    std::fs::set_permissions(tree.join("suid"), PermissionsExt::from_mode(0o4755)).unwrap();
    std::fs::write(tree.join("docs/a.md"), "unreadable").unwrap();
    std::fs::set_permissions(tree.join("docs/a.md"), PermissionsExt::from_mode(0o000)).unwrap();
    for name in [".GIT", "git~1", ".g\u{200c}it", ".git "] {
        std::fs::create_dir_all(tree.join("names").join(name)).unwrap();
        std::fs::write(tree.join("names").join(name).join("config"), "x").unwrap();
    }
    rustix_fifo(&tree.join("pipe"));
    rustix_fifo(&tree.join("docs/.gitignore"));
    let _socket = std::os::unix::net::UnixListener::bind(tree.join("socket")).unwrap();
    std::fs::write(tree.join("fine"), "x\n").unwrap();
    let harvest = reap(&mut scratch);
    assert_eq!(names(&harvest.changed), ["fine"]);
    let out = "is a link that leads out of the tree, or into `.git`";
    let pipe = "is no file: a pipe, a socket or a device";
    let name = "has a name that belongs to git";
    assert_eq!(
        refusals(&harvest),
        [
            ".gitmodules is a link in the place of a setting of git".to_owned(),
            format!("docs/.gitignore {pipe}"),
            "docs/a.md cannot be read".to_owned(),
            format!("docs/up {out}"),
            format!("hooks-link {out}"),
            format!("names/.GIT {name}"),
            format!("names/.git  {name}"),
            format!("names/.g\u{200c}it {name}"),
            format!("names/git~1 {name}"),
            format!("out {out}"),
            format!("pipe {pipe}"),
            format!("socket {pipe}"),
            format!("src {out}"),
            "suid runs with the rights of its owner: it has the setuid or setgid bit".to_owned(),
        ]
    );
    let listed = place.ours(
        &scratch,
        &["ls-tree", "-r", "--name-only", &harvest.tree.to_string()],
    );
    assert_eq!(
        listed,
        ".gitignore\ndocs/a.md\nfine\nlink\nrun.sh\nsrc/a.rs\nsrc/b.rs"
    );
}

fn rustix_fifo(path: &Path) {
    let done = std::process::Command::new("mkfifo").arg(path).status().unwrap();
    assert!(done.success());
}

#[test]
fn there_is_a_bound_for_everything() {
    let place = Place::new();
    let mut scratch = place.create(&Plan::default());
    let tree = scratch.tree();
    std::fs::write(tree.join("a-large"), vec![b'x'; 2000]).unwrap();
    std::fs::write(tree.join("b"), vec![b'x'; 900]).unwrap();
    std::fs::write(tree.join("c"), vec![b'x'; 900]).unwrap();
    let bounds = Bounds {
        entries: 100,
        file: 1000,
        bytes: 1500,
    };
    let found = harvest(&mut scratch, bounds, &soon()).unwrap();
    assert_eq!(found.changed.len(), 1);
    assert_eq!(found.refused.len(), 2);
    assert_eq!(refusals(&found)[0], "a-large is larger than 1000 bytes");
    assert!(refusals(&found)[1].ends_with("is beyond the 1500 bytes that a run may change"));
    let few = Bounds { entries: 5, ..bounds };
    let refused = harvest(&mut scratch, few, &soon()).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "there is too much in the scratch tree: more than 5 entries"
    );
    let deep: String = (0..60).map(|_| "d".repeat(60) + "/").collect();
    let mut at = tree.join("deep");
    for part in deep.split('/').take(50) {
        at.push(part);
    }
    std::fs::create_dir_all(&at).unwrap();
    let found = reap(&mut scratch);
    assert!(
        refusals(&found)[0].ends_with("has a path that is too long"),
        "{:?}",
        found.refused
    );
}

#[test]
fn links_out_that_the_base_has_are_no_concern() {
    let repo = Repo::new();
    std::os::unix::fs::symlink("/etc/hosts", repo.path("hosts")).unwrap();
    repo.git(&["init", "-q", "--bare", "fixture"]);
    std::fs::remove_dir_all(repo.path("fixture/hooks")).unwrap();
    repo.write("fixture/refs/heads/x", "");
    repo.write("fixture/objects/keep", "");
    repo.commit("one");
    let place = Place::of(repo);
    let mut scratch = place.create(&Plan::default());
    let harvest = reap(&mut scratch);
    assert_eq!((harvest.commit, harvest.refused), (None, Vec::new()));
}
