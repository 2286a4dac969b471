//! Installing git hooks and taking them away, on real repositories.
#![expect(
    clippy::disallowed_methods,
    reason = "a test starts programs and writes files on its own"
)]

mod init;
mod managers;
mod places;
mod restore;
mod running;
mod state;

use crate::support::{PANTHEON, Repo};
use std::collections::BTreeMap;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

const NAMES: [&str; 3] = ["pre-commit", "commit-msg", "pre-push"];

/// Everything below a directory: mode, time of change, content or target.
fn everything(dir: &Path) -> BTreeMap<String, (u32, i64, Vec<u8>)> {
    let mut all = BTreeMap::new();
    let Ok(entries) = std::fs::read_dir(dir) else {
        return all;
    };
    for entry in entries.map(Result::unwrap) {
        let (path, meta) = (entry.path(), entry.path().symlink_metadata().unwrap());
        let content = if meta.is_symlink() {
            path.read_link().unwrap().into_os_string().into_encoded_bytes()
        } else if meta.is_dir() {
            Vec::new()
        } else {
            std::fs::read(&path).unwrap()
        };
        let time = meta.mtime() * 1_000_000_000 + meta.mtime_nsec();
        let name = entry.file_name().into_string().unwrap();
        all.insert(name, (meta.permissions().mode(), time, content));
    }
    all
}

fn names(dir: &Path) -> Vec<String> {
    everything(dir).into_keys().collect()
}

/// A directory for `PATH` that has the named programs of the machine and nothing else.
fn only(repo: &Repo, programs: &[&str]) -> String {
    let dir = repo.home().join("only");
    std::fs::create_dir_all(&dir).unwrap();
    for name in programs {
        let path = std::env::var_os("PATH").unwrap();
        let found = std::env::split_paths(&path)
            .map(|p| p.join(name))
            .find(|p| p.exists());
        let found = found.unwrap_or_else(|| panic!("`{name}` is needed for this test"));
        drop(std::os::unix::fs::symlink(found, dir.join(name)));
    }
    dir.to_str().unwrap().to_owned()
}

/// A program `pantheon` that notes the stage in `$HOME/fired` and goes on as the real one; its directory.
fn spy(repo: &Repo) -> String {
    let dir = repo.home().join("spy");
    let script = format!("#!/bin/sh\necho \"$2\" >>\"$HOME/fired\"\nexec '{PANTHEON}' \"$@\"\n");
    repo.write_script(dir.join("pantheon"), script);
    dir.to_str().unwrap().to_owned()
}

/// Makes a commit and insists that git started pantheon's hooks for it.
#[track_caller]
fn fires(repo: &Repo) {
    let path = std::env::var("PATH").unwrap();
    let mut command = repo.command("git");
    command.env("PATH", format!("{}:{path}", spy(repo)));
    command.args(["commit", "-q", "--allow-empty", "-m", "Say what was done"]);
    repo.finish(&mut command, b"").exits(0);
    let fired = repo.home().join("fired");
    assert_eq!(
        std::fs::read_to_string(&fired).unwrap_or_default(),
        "pre-commit\ncommit-msg\n"
    );
    std::fs::remove_file(fired).unwrap();
}
