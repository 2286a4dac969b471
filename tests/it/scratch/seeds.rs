//! Untracked files that a build needs.

use super::*;

fn place() -> Place {
    let repo = Repo::new();
    repo.write(".gitignore", "node_modules/\n.env*\n*.pem\nkeys/\nbuilt/\n");
    repo.write("a", "1\n");
    repo.commit("one");
    repo.write("node_modules/x/index.js", "x\n");
    repo.write("node_modules/x/test/server.pem", "pem\n");
    std::os::unix::fs::symlink("../x/index.js", repo.path("node_modules/x/link")).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", repo.path("node_modules/x/out")).unwrap();
    repo.write(".env.test", "T=1\n");
    repo.write(".env", "S=1\n");
    repo.write("keys/id_rsa", "key\n");
    repo.write("built/big", vec![b'x'; 5000]);
    repo.write("notes.txt", "untracked\n");
    Place::of(repo)
}

fn plan(seed: &[&str], secrets: &[&str]) -> Plan {
    let owned = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
    Plan {
        seed: owned(seed),
        secrets: owned(secrets),
        ..Plan::default()
    }
}

fn there(scratch: &Scratch) -> Vec<String> {
    let found = snapshot(&scratch.tree()).into_keys();
    let root = format!("{}/", scratch.tree().display());
    let paths = found.map(|path| path.strip_prefix(&root).unwrap().to_owned());
    paths
        .filter(|path| !path.starts_with(".git/") && path != ".git")
        .collect()
}

#[test]
fn nothing_untracked_is_copied_by_itself() {
    assert_eq!(there(&place().create(&Plan::default())), [".gitignore", "a"]);
}

#[test]
fn what_is_named_is_copied_and_no_secret_with_it() {
    let place = place();
    let before = snapshot(&place.repo.root);
    let mut scratch = place.create(&plan(&["node_modules", ".env*", "keys", "notes.txt"], &[]));
    assert_eq!(
        there(&scratch),
        [
            ".gitignore",
            "a",
            "keys",
            "node_modules",
            "node_modules/x",
            "node_modules/x/index.js",
            "node_modules/x/link",
            "node_modules/x/test",
            "notes.txt"
        ]
    );
    assert_eq!(
        scratch.notes,
        [
            "4 untracked paths look like secrets and were not copied: `[scratch] secrets` can name them, as `.env`",
            "1 untracked paths are links that lead out and were not copied, as `node_modules/x/out`",
        ]
    );
    // What was copied is no work of the agent's.
    std::fs::write(scratch.tree().join("node_modules/x/index.js"), "changed\n").unwrap();
    std::fs::write(scratch.tree().join("a"), "2\n").unwrap();
    let harvest = reap(&mut scratch);
    assert_eq!(names(&harvest.changed), ["a"]);
    assert_eq!(harvest.left_out, 3);
    unchanged(&place.repo.root, &before);
}

#[test]
fn secrets_are_copied_if_they_are_named() {
    let place = place();
    let scratch = place.create(&plan(&[], &[".env.test", "id_rsa"]));
    assert_eq!(
        there(&scratch),
        [".env.test", ".gitignore", "a", "keys", "keys/id_rsa"]
    );
    assert_eq!(scratch.notes, Vec::<String>::new());
}

#[test]
fn a_repository_can_name_what_its_trees_need() {
    let place = place();
    place.repo.write(".worktreeinclude", "# builds\nbuilt/\n.env\n");
    let scratch = place.create(&Plan {
        quota: 4000,
        ..Plan::default()
    });
    assert_eq!(there(&scratch), [".gitignore", "a", "built"]);
    assert_eq!(
        scratch.notes,
        [
            "1 untracked paths look like secrets and were not copied: `[scratch] secrets` can name them, as `.env`",
            "1 untracked paths were not copied: there are too many bytes, as `built/big`",
        ]
    );
    assert!(place.create(&Plan::default()).tree().join("built/big").exists());
}

#[test]
fn nothing_is_copied_through_a_link() {
    let place = place();
    // The base has a link where the working tree has a directory.
    std::os::unix::fs::symlink("..", place.repo.path("d")).unwrap();
    let head = place.repo.commit("link");
    std::fs::remove_file(place.repo.path("d")).unwrap();
    place.repo.write("d/file", "x\n");
    place.repo.git(&["rm", "-q", "--cached", "d"]);
    let start = Start::Commit(head.parse().unwrap());
    let scratch = place.try_create(start, &plan(&["d"], &[])).unwrap();
    assert!(scratch.tree().join("d").is_symlink());
    assert!(!scratch.path().join("file").exists());
}
