//! What is left of runs whose process died: nothing is lost, and nothing stays.

use super::*;
use pantheon::git::scratch::{State, remove, runs};
use pantheon::sys::owner::Owner;
use std::os::unix::fs::PermissionsExt;

/// Lets the owner of a run be dead.
fn die(scratch: Scratch) -> std::path::PathBuf {
    let path = scratch.path().to_owned();
    drop(scratch);
    let described = path.join("run.toml");
    let text = std::fs::read_to_string(&described).unwrap();
    let here = Owner::here();
    let text = text.replace(&format!("pid = {}", here.pid), "pid = 4000000");
    std::fs::write(&described, text).unwrap();
    path
}

fn gc(place: &Place, args: &[&str]) -> String {
    let mut command = place.repo.command(crate::support::PANTHEON);
    command.env("PANTHEON_STATE_DIR", place.state.path());
    // As in a hook of another repository: nothing of this may count.
    command
        .env("GIT_OBJECT_DIRECTORY", "/nonexistent")
        .env("GIT_CONFIG_COUNT", "0");
    let ran = place.repo.finish(command.arg("gc").args(args), b"");
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{ran}");
    ran.stdout
}

fn left(place: &Place) -> Vec<std::path::PathBuf> {
    let dir = runs(place.state.path(), &Repository::open(&place.repo.root).unwrap()).unwrap();
    let found = std::fs::read_dir(dir).unwrap();
    found.map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn work_of_a_dead_run_is_harvested_and_its_files_go() {
    let place = Place::new();
    let scratch = place.create(&Plan::default());
    std::fs::write(scratch.tree().join("src/b.rs"), "work\n").unwrap();
    let id = scratch.run().id.clone();
    assert_eq!(
        gc(&place, &[]),
        "nothing to take away\n1 runs at work, 0 waiting for you\n"
    );
    let path = die(scratch);
    let dry = format!("run {id}: stays: its owner is gone: its work would be harvested\n");
    assert_eq!(gc(&place, &["--dry-run"]), dry);
    let said = gc(&place, &[]);
    assert_eq!(
        said,
        format!("run {id}: harvested, 1 changed files; its process was gone\n")
    );
    let scratch = Scratch::open(&path).unwrap();
    assert_eq!(scratch.run().state, State::Harvested);
    assert!(!scratch.tree().exists() && !scratch.home().exists());
    let (tree, commit) = scratch.run().harvest.unwrap();
    assert_eq!(
        place.ours(&scratch, &["show", &format!("{tree}:src/b.rs")]),
        "work"
    );
    assert!(commit.is_some());
    assert_eq!(
        gc(&place, &[]),
        "nothing to take away\n0 runs at work, 1 waiting for you\n"
    );
}

#[test]
fn a_dead_run_without_work_goes() {
    let place = Place::new();
    let id = die(place.create(&Plan::default()))
        .file_name()
        .unwrap()
        .to_str()
        .unwrap()
        .to_owned();
    let said = gc(&place, &[]);
    assert_eq!(
        said,
        format!("run {id}: removed: its owner is gone, and nothing was done in it\n")
    );
    assert_eq!(left(&place), Vec::<std::path::PathBuf>::new());
}

#[test]
fn what_was_refused_stays_where_it_is() {
    let place = Place::new();
    let scratch = place.create(&Plan::default());
    std::os::unix::fs::symlink("/etc", scratch.tree().join("out")).unwrap();
    let path = die(scratch);
    gc(&place, &[]);
    assert!(path.join("tree/out").is_symlink());
    assert_eq!(
        std::fs::read_to_string(path.join("refused.txt")).unwrap(),
        "out: is a link that leads out of the tree, or into `.git`\n"
    );
}

#[test]
fn what_a_dead_run_left_running_is_ended() {
    let place = Place::new();
    let scratch = place.create(&Plan::default());
    let id = scratch.run().id.clone();
    let unique = format!("{id}-{}", std::process::id());
    // Names of runs of other tests may be the same at the same time.
    let text = std::fs::read_to_string(scratch.path().join("run.toml")).unwrap();
    std::fs::write(
        scratch.path().join("run.toml"),
        text.replace(&format!("\"{id}\""), &format!("\"{unique}\"")),
    )
    .unwrap();
    let path = die(scratch);
    std::fs::rename(&path, path.with_file_name(&unique)).unwrap();
    let mut left = std::process::Command::new("sleep")
        .arg("600")
        .env("PANTHEON_RUN", &unique)
        .spawn()
        .unwrap();
    let said = gc(&place, &[]);
    let ended = left.try_wait().unwrap();
    drop(left.kill());
    drop(left.wait());
    assert!(
        said.contains(" processes ended that were left behind\n") || said.contains("1 processes"),
        "{said}"
    );
    assert!(ended.is_some());
}

#[test]
fn a_run_goes_with_all_that_an_agent_put_in_the_way() {
    let place = Place::new();
    let outside = place.repo.path("precious");
    std::fs::create_dir(&outside).unwrap();
    std::fs::write(outside.join("file"), "x").unwrap();
    let scratch = place.create(&Plan::default());
    let tree = scratch.tree();
    std::os::unix::fs::symlink(&outside, tree.join("out")).unwrap();
    let mut deep = tree.join("deep");
    for _ in 0..60 {
        deep.push("d".repeat(60));
    }
    std::fs::create_dir_all(&deep).unwrap();
    std::fs::write(tree.join("deep/file"), "x").unwrap();
    for locked in ["deep", "src"] {
        std::fs::set_permissions(tree.join(locked), PermissionsExt::from_mode(0o000)).unwrap();
    }
    let path = scratch.path().to_owned();
    remove(scratch).unwrap();
    assert!(!path.exists());
    assert_eq!(std::fs::read(outside.join("file")).unwrap(), b"x");
    let trash = path.parent().unwrap().with_file_name("trash");
    assert_eq!(std::fs::read_dir(trash).unwrap().count(), 0);
}

#[test]
fn nothing_but_a_run_is_taken_away() {
    let place = Place::new();
    let dir = place.state.path().join("else/runs/mine");
    std::fs::create_dir_all(&dir).unwrap();
    std::fs::write(dir.join("file"), "x").unwrap();
    let said = gc(&place, &[]);
    assert!(said.starts_with("run mine: stays: "), "{said}");
    assert!(dir.join("file").exists());
}

#[test]
fn proposals_go_by_age_once_nobody_waits_for_them() {
    let place = Place::new();
    let offer = |state: &str, days: i64| {
        let scratch = place.create(&Plan::default());
        let base = scratch.base().unwrap();
        let proposal = serde_json::json!({
            "version": 1, "id": scratch.run().id, "created": 0, "task": "t", "agent": "a", "runtime": "r",
            "models": [], "base": base.tree.to_string(), "base-commit": null, "tree": base.tree.to_string(),
            "paths": [], "surface": [], "refused": [], "decision": "pass", "stage": "pre-commit", "findings": [],
            "rounds": 1, "input-tokens": 0, "output-tokens": 0, "cost": "0", "elapsed": 0, "level": "strict",
            "said": "", "state": state,
        });
        std::fs::write(scratch.path().join("proposal.json"), proposal.to_string()).unwrap();
        let (id, path, created) = (
            scratch.run().id.clone(),
            scratch.path().join("run.toml"),
            scratch.run().created,
        );
        let mut scratch = scratch;
        scratch.set_state(State::Proposed).unwrap();
        drop(scratch);
        let text = std::fs::read_to_string(&path).unwrap();
        let then = created - days * 24 * 60 * 60 * 1000;
        let text = text.replace(&format!("created = {created}"), &format!("created = {then}"));
        std::fs::write(&path, text).unwrap();
        id
    };
    let open = offer("open", 30);
    let applied = offer("applied", 30);
    let young = offer("applied", 10);
    let undone = offer("undone", 30);
    let why = "it is older than `[scratch] keep`";
    let mut lines: Vec<String> = [applied, undone]
        .iter()
        .map(|id| format!("run {id}: removed: {why}\n"))
        .collect();
    lines.sort();
    let said = gc(&place, &[]);
    assert_eq!(said, lines.concat() + "0 runs at work, 1 waiting for you\n");
    let mut stay: Vec<String> = left(&place)
        .iter()
        .map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
        .collect();
    stay.sort();
    let mut expected = vec![open, young];
    expected.sort();
    assert_eq!(stay, expected);
}

#[test]
fn finished_runs_go_by_age_and_by_quota_and_proposals_never() {
    let place = Place::new();
    let finish = |state: State, created: i64| {
        let mut scratch = place.create(&Plan::default());
        std::fs::write(scratch.tree().join("src/b.rs"), vec![b'x'; 700_000]).unwrap();
        reap(&mut scratch);
        scratch.set_state(state).unwrap();
        let id = scratch.run().id.clone();
        let path = scratch.path().join("run.toml");
        let text = std::fs::read_to_string(&path).unwrap();
        let was = format!("created = {}", scratch.run().created);
        let now = scratch.run().created - created;
        drop(scratch);
        std::fs::write(&path, text.replace(&was, &format!("created = {now}"))).unwrap();
        id
    };
    let day = 24 * 60 * 60 * 1000;
    let old = finish(State::Harvested, 15 * day);
    let older = finish(State::Proposed, 30 * day);
    let first = finish(State::Harvested, 2 * day);
    let second = finish(State::Harvested, day);
    let dropped = finish(State::Dropped, day / 2);
    let said = gc(&place, &[]);
    assert_eq!(
        said,
        format!("run {old}: removed: it is older than `[scratch] keep`\n0 runs at work, 3 waiting for you\n")
    );
    let said = gc(&place, &["--set", "scratch.quota=\"3 MiB\""]);
    let why = "the runs take more than `[scratch] quota`";
    assert_eq!(
        said,
        format!("run {dropped}: removed: {why}\n0 runs at work, 3 waiting for you\n")
    );
    let said = gc(&place, &["--set", "scratch.quota=\"1 MiB\""]);
    assert_eq!(
        said,
        format!(
            "run {first}: removed: {why}\nrun {second}: removed: {why}\n0 runs at work, 1 waiting for you\n"
        )
    );
    assert!(left(&place)[0].ends_with(older));
}
