//! What a test sees of runs from outside: their processes, their directories, their proposals.

use crate::support::Repo;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

/// Starts the program, and listens to nothing that it says.
pub fn start(repo: &Repo, args: &[&str]) -> Child {
    let mut command = repo.command(env!("CARGO_BIN_EXE_pantheon"));
    command
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.spawn().unwrap()
}

/// Asks it to end, as Ctrl-C does, and returns its exit code once it does. It does soon.
pub fn stop(child: &mut Child) -> Option<i32> {
    let pid = Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    kill_process(pid, Signal::INT).unwrap();
    let start = Instant::now();
    let status = child.wait().unwrap();
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    status.code()
}

/// Every proposal, as it is written down.
pub fn proposals(repo: &Repo) -> Vec<Value> {
    let files = run_ids(repo)
        .into_iter()
        .map(|id| run_dir(repo, &id).join("proposal.json"));
    let read = files.filter_map(|file| std::fs::read(file).ok());
    read.map(|bytes| serde_json::from_slice(&bytes).unwrap())
        .collect()
}

/// The processes that belong to runs of this repository's state, by the variable that they all have.
pub fn left_over(repo: &Repo) -> Vec<String> {
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

pub fn run_ids(repo: &Repo) -> Vec<String> {
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

pub fn run_dir(repo: &Repo, id: &str) -> std::path::PathBuf {
    let state = repo.home().join(".local/state/pantheon");
    let mut all = std::fs::read_dir(state).unwrap().flatten();
    all.find_map(|dir| Some(dir.path().join("runs").join(id)).filter(|run| run.is_dir()))
        .unwrap()
}

pub fn begun(repo: &Repo, id: &str) -> bool {
    run_dir(repo, id).join("tree/begun").exists()
}

pub fn wait_for(is_so: impl Fn() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_secs(60), "it does not come");
        std::thread::sleep(Duration::from_millis(20));
    }
}
