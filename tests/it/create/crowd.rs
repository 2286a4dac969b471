//! Several agents at once.

use super::left::{left_over, proposals, run_dir, run_ids, start, wait_for};
use super::{Say, Shared, everything, mend, proposal, says, scripted, staged};
use crate::support::Repo;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

#[test]
fn the_best_of_several_is_offered() {
    // Conversations are told apart by what they begin with: each attempt asks for itself.
    let begun: Shared<usize> = Shared::default();
    let server = says(move |talk| {
        if talk.turns > 0 {
            return Say::Done("done");
        }
        let mut begun = begun.lock().unwrap();
        *begun += 1;
        match *begun {
            2 => mend(),
            _ => Say::Call("write", json!({"path": "NOTES.md", "content": "no idea\n"})),
        }
    });
    let repo = staged(&server, "rounds = 1\n");
    let before = everything(&repo);
    let ran = repo.run(&["fix", "--agents", "3", "--json"]).exits(0);
    assert_eq!(everything(&repo), before);
    let offered = proposal(&ran);
    assert_eq!(offered["paths"], json!([["M", "app.py"]]));
    let open = repo.run(&["proposals", "list", "--format", "json"]).exits(0);
    let open: serde_json::Value = serde_json::from_str(&open.stdout).unwrap();
    let ids: BTreeSet<String> = ids(&open);
    assert!(ids.contains(offered["id"].as_str().unwrap()), "{open}");
    let mut states: Vec<(String, String)> = proposals(&repo)
        .iter()
        .map(|one| {
            (
                one["state"].as_str().unwrap().to_owned(),
                one["paths"][0][1].as_str().unwrap().to_owned(),
            )
        })
        .collect();
    states.sort();
    let state = |state: &str, path: &str| (state.to_owned(), path.to_owned());
    assert_eq!(
        states,
        [
            state("dropped", "NOTES.md"),
            state("dropped", "NOTES.md"),
            state("open", "app.py")
        ]
    );
}

fn ids(list: &serde_json::Value) -> BTreeSet<String> {
    let list = list.as_array().or_else(|| list["proposals"].as_array()).unwrap();
    list.iter()
        .map(|one| one["id"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn fifty_at_once_fail_nowhere_and_leave_nothing() {
    let server = scripted(vec![mend(), Say::Done("done")]);
    let repo = staged(&server, "max-agents = 64\n");
    let before = everything(&repo);
    let ran = repo.run(&["fix", "--agents", "50", "--events"]).exits(0);
    assert_eq!(everything(&repo), before);
    let judged = ran
        .stdout
        .lines()
        .filter(|line| line.contains("\"event\":\"judged\""));
    assert_eq!(
        judged.filter(|line| line.contains("\"pass\"")).count(),
        50,
        "{ran}"
    );
    assert_eq!(left_over(&repo), Vec::<String>::new());
    let states = states(&repo);
    assert_eq!(
        (states.get("proposed"), states.get("dropped")),
        (Some(&1), Some(&49)),
        "{states:?}"
    );
}

/// How many runs are in each state.
fn states(repo: &Repo) -> BTreeMap<String, usize> {
    let mut states = BTreeMap::new();
    for id in run_ids(repo) {
        *states.entry(state(repo, &id)).or_default() += 1;
    }
    states
}

fn described(repo: &Repo, id: &str) -> Option<toml::Table> {
    let text = std::fs::read_to_string(run_dir(repo, id).join("run.toml")).ok()?;
    text.parse().ok()
}

fn state(repo: &Repo, id: &str) -> String {
    described(repo, id).map_or_else(String::new, |run| run["state"].as_str().unwrap().to_owned())
}

/// The files that a killed run holds which nobody has taken up.
fn written(repo: &Repo, id: &str) -> BTreeMap<String, Vec<u8>> {
    let tree = run_dir(repo, id).join("tree");
    let files = std::fs::read_dir(tree).into_iter().flatten().flatten();
    let halves = files.filter(|file| file.file_name().to_string_lossy().starts_with("half"));
    halves
        .map(|file| {
            let name = file.file_name().to_string_lossy().into_owned();
            (name, std::fs::read(file.path()).unwrap())
        })
        .collect()
}

#[test]
fn who_is_killed_at_any_moment_leaves_nothing_and_loses_nothing() {
    let server = says(|talk| match talk.turns {
        30.. => Say::Done("done"),
        turn if turn % 2 == 0 => Say::Call(
            "write",
            json!({"path": format!("half{turn}.txt"), "content": format!("{turn}\n")}),
        ),
        turn => Say::Call(
            "run",
            json!({"command": format!("(setsid sleep 300 &) ; sleep 0.2; echo {turn}")}),
        ),
    });
    let repo = staged(&server, "");
    let before = everything(&repo);
    let mut kept: BTreeMap<String, BTreeMap<String, Vec<u8>>> = BTreeMap::new();
    for round in 0..5 {
        let children: Vec<_> = (0..3).map(|_| start(&repo, &["create", "x"])).collect();
        for mut child in children {
            // Another moment in each round: there is no right one.
            std::thread::sleep(Duration::from_millis(60 + 270 * round));
            child.kill().unwrap();
            child.wait().unwrap();
        }
        wait_for(|| left_over(&repo).is_empty());
        for id in run_ids(&repo)
            .into_iter()
            .filter(|id| state(&repo, id) == "working")
        {
            kept.insert(id.clone(), written(&repo, &id));
        }
    }
    kept.retain(|_, files| !files.is_empty());
    assert!(!kept.is_empty(), "nobody was killed at work");
    let swept = repo.run(&["gc"]).exits(0);
    for (id, files) in &kept {
        let run = described(&repo, id).unwrap_or_else(|| panic!("`{id}` is gone: {swept}"));
        assert_eq!(run["state"].as_str(), Some("harvested"), "{id}: {swept}");
        for (name, bytes) in files {
            assert_eq!(
                &blob(&repo, id, &format!("{}:{name}", run["commit"].as_str().unwrap())),
                bytes
            );
        }
    }
    assert_eq!(everything(&repo), before);
    let states = states(&repo);
    assert!(
        !states.contains_key("working") && !states.contains_key("preparing"),
        "{states:?}: {swept}"
    );
}

fn blob(repo: &Repo, id: &str, name: &str) -> Vec<u8> {
    let run = run_dir(repo, id);
    let mut command = repo.command("git");
    command
        .env("GIT_DIR", run.join("git"))
        .env("GIT_OBJECT_DIRECTORY", run.join("odb"))
        .env("GIT_ALTERNATE_OBJECT_DIRECTORIES", repo.path(".git/objects"))
        .args(["cat-file", "blob", name]);
    command.output().unwrap().stdout
}

#[test]
fn what_was_begun_and_never_described_goes() {
    let server = scripted(vec![mend(), Say::Done("done")]);
    let repo = staged(&server, "");
    repo.run(&["fix"]).exits(0);
    let runs = run_dir(&repo, &run_ids(&repo)[0]).parent().unwrap().to_owned();
    let half = |name: &str, file: &str, age: &str| {
        let run = runs.join(name);
        std::fs::create_dir(&run).unwrap();
        repo.write(run.join("lock"), "");
        repo.write(run.join(file), "half");
        repo.finish(repo.command("touch").args(["-d", age]).arg(&run), b"")
            .exits(0);
        run
    };
    let old = half("1-1-0", ".pantheon-abc", "2020-01-01");
    let new = half("1-1-1", ".pantheon-abc", "now");
    let other = half("1-1-2", "notes.txt", "2020-01-01");
    repo.run(&["gc"]).exits(0);
    assert_eq!((old.exists(), new.exists(), other.exists()), (false, true, true));
}
