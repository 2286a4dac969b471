//! How work ends that does not end well: limits, servers that fail, and people who end it.

use super::{Say, everything, says, scripted, staged};
use crate::support::Repo;
use serde_json::json;
use std::process::Stdio;
use std::time::{Duration, Instant};

/// How many processes belong to runs of this repository's state, by the variable that they all have.
fn left_over(repo: &Repo) -> Vec<String> {
    let runs = run_ids(repo);
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let environ = std::fs::read(entry.path().join("environ")).unwrap_or_default();
        let environ = String::from_utf8_lossy(&environ).into_owned();
        if runs
            .iter()
            .any(|run| environ.contains(&format!("PANTHEON_RUN={run}")))
        {
            found.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    found
}

fn run_ids(repo: &Repo) -> Vec<String> {
    let mut ids = Vec::new();
    let state = repo.home().join(".local/state/pantheon");
    for repository in std::fs::read_dir(state).into_iter().flatten().flatten() {
        for run in std::fs::read_dir(repository.path().join("runs"))
            .into_iter()
            .flatten()
            .flatten()
        {
            ids.push(run.file_name().to_string_lossy().into_owned());
        }
    }
    ids
}

#[test]
fn a_server_that_is_not_there_is_named() {
    let server = scripted(vec![Say::Done("done")]);
    let repo = staged(&server, "");
    drop(server);
    let ran = repo.run(&["fix"]).exits(1);
    assert!(ran.stderr.contains("one at fake"), "{ran}");
}

#[test]
fn a_budget_ends_it_and_says_so() {
    let server = scripted(vec![
        Say::Call("write", json!({"path": "a.txt", "content": "a\n"})),
        Say::Call("read", json!({"path": "a.txt"})),
        Say::Done("done"),
    ]);
    let repo = staged(&server, "[budget]\nper-run = \"0.000001 USD\"\n");
    let policy = String::from_utf8(repo.read(".pantheon.toml")).unwrap();
    let priced = policy.replace(
        "id = \"m-one\"\n",
        "id = \"m-one\"\ninput-price = \"5 USD\"\noutput-price = \"5 USD\"\n",
    );
    repo.write(".pantheon.toml", priced);
    repo.git(&[
        "commit",
        "-q",
        "--no-verify",
        "-m",
        "Name a price",
        ".pantheon.toml",
    ]);
    let ran = repo.run(&["create", "x"]).exits(1);
    assert!(
        ran.stderr.contains("budget") || ran.stderr.contains("limit"),
        "{ran}"
    );
    assert!(server.asked().is_empty(), "a call was made that nobody can pay");
}

#[test]
fn turns_and_time_have_ends() {
    let server = says(|talk| {
        Say::Call(
            "write",
            json!({"path": "a.txt", "content": talk.turns.to_string()}),
        )
    });
    let repo = staged(&server, "turns = 3\nrounds = 1\n");
    let ran = repo.run(&["create", "x"]);
    assert!(ran.stderr.contains("the session took 3 turns"), "{ran}");
    let server = scripted(vec![
        Say::Call("run", json!({"command": "sleep 60"})),
        Say::Done("done"),
    ]);
    let repo = staged(&server, "deadline = \"3s\"\n");
    let start = Instant::now();
    let ran = repo.run(&["create", "x"]).exits(1);
    assert!(
        start.elapsed() < Duration::from_secs(30),
        "{:?}: {ran}",
        start.elapsed()
    );
    assert_eq!(left_over(&repo), Vec::<String>::new());
}

#[test]
fn ctrl_c_leaves_nothing_running_and_nothing_changed() {
    use rustix::process::{Pid, Signal, kill_process};
    let server = scripted(vec![
        Say::Call(
            "run",
            json!({"command": "(setsid sleep 300 &) ; touch begun; sleep 300"}),
        ),
        Say::Done("done"),
    ]);
    let repo = staged(&server, "");
    let before = everything(&repo);
    let mut command = repo.command(env!("CARGO_BIN_EXE_pantheon"));
    command
        .args(["fix"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    wait_for(|| run_ids(&repo).iter().any(|id| begun(&repo, id)));
    let pid = Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    kill_process(pid, Signal::INT).unwrap();
    let start = Instant::now();
    let status = child.wait().unwrap();
    assert_eq!(status.code(), Some(130));
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    assert_eq!(left_over(&repo), Vec::<String>::new());
    assert_eq!(everything(&repo), before);
}

#[test]
fn kill_9_leaves_nothing_running_and_the_work_is_kept() {
    let server = scripted(vec![
        Say::Call("write", json!({"path": "half.txt", "content": "half\n"})),
        Say::Call("run", json!({"command": "touch begun; sleep 300"})),
        Say::Done("done"),
    ]);
    let repo = staged(&server, "");
    let before = everything(&repo);
    let mut command = repo.command(env!("CARGO_BIN_EXE_pantheon"));
    command
        .args(["fix"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    wait_for(|| run_ids(&repo).iter().any(|id| begun(&repo, id)));
    child.kill().unwrap();
    child.wait().unwrap();
    wait_for(|| left_over(&repo).is_empty());
    assert_eq!(everything(&repo), before);
    let swept = repo.run(&["gc"]).exits(0);
    let id = &run_ids(&repo)[0];
    let kept = std::fs::read_to_string(run_dir(&repo, id).join("run.toml")).unwrap();
    assert!(kept.contains("harvested"), "{kept}\n{swept}");
}

fn run_dir(repo: &Repo, id: &str) -> std::path::PathBuf {
    let state = repo.home().join(".local/state/pantheon");
    let mut all = std::fs::read_dir(state).unwrap().flatten();
    all.find_map(|dir| Some(dir.path().join("runs").join(id)).filter(|run| run.is_dir()))
        .unwrap()
}

fn begun(repo: &Repo, id: &str) -> bool {
    run_dir(repo, id).join("tree/begun").exists()
}

fn wait_for(is_so: impl Fn() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_secs(60), "it does not come");
        std::thread::sleep(Duration::from_millis(20));
    }
}
