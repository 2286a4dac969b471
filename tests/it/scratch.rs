//! Scratch trees: the user's repository does not change, nothing in a tree is believed, and nothing is lost.
#![expect(
    clippy::disallowed_methods,
    reason = "a test starts programs and writes files on its own"
)]

mod attacks;
mod fill;
mod seeds;
mod shapes;
mod stays;
mod sweep;

use crate::support::Repo;
use pantheon::git::Repository;
use pantheon::git::scratch::{Bounds, Harvest, Plan, Scratch, ScratchError, Start, create, harvest};
use pantheon::sys::clock::Deadline;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tempfile::TempDir;

/// A repository with a state directory beside it.
struct Place {
    repo: Repo,
    state: TempDir,
}

impl Place {
    fn of(repo: Repo) -> Self {
        let state = tempfile::Builder::new()
            .prefix("pantheon-state-")
            .tempdir()
            .unwrap();
        Self { repo, state }
    }

    /// A repository with two commits and something staged.
    fn new() -> Self {
        let repo = Repo::new();
        repo.write("src/a.rs", "fn a() {}\n");
        repo.write("src/b.rs", "fn b() {}\n");
        repo.write("docs/a.md", "# a\n");
        repo.write(".gitignore", "target/\n*.log\n");
        repo.write_script("run.sh", "#!/bin/sh\n");
        std::os::unix::fs::symlink("src/a.rs", repo.path("link")).unwrap();
        repo.commit("one");
        repo.write("src/a.rs", "fn a() { 1 }\n");
        repo.commit("two");
        repo.write("src/a.rs", "fn a() { 2 }\n");
        repo.add();
        Self::of(repo)
    }

    fn try_create(&self, start: Start, plan: &Plan) -> Result<Scratch, ScratchError> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let id = format!("run-{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let repository = Repository::open(&self.repo.root).unwrap();
        create(&repository, self.state.path(), &id, start, plan, &soon())
    }

    fn create(&self, plan: &Plan) -> Scratch {
        self.try_create(Start::Index, plan).unwrap()
    }

    /// Runs git in the tree of a run, as its agent does.
    fn agent(&self, scratch: &Scratch, args: &[&str]) -> String {
        let mut command = self.repo.command("git");
        command.current_dir(scratch.tree()).args(args);
        let ran = self.repo.finish(&mut command, b"");
        assert_eq!(ran.code, 0, "git {args:?}: {ran}");
        ran.stdout.trim_end_matches('\n').to_owned()
    }

    /// Runs git on our own git directory of a run.
    fn ours(&self, scratch: &Scratch, args: &[&str]) -> String {
        let said = scratch.git(&soon()).run(args).unwrap();
        String::from_utf8(said).unwrap().trim_end_matches('\n').to_owned()
    }
}

fn soon() -> Deadline {
    Deadline::after(Duration::from_secs(120))
}

fn reap(scratch: &mut Scratch) -> Harvest {
    harvest(scratch, Bounds::default(), &soon()).unwrap()
}

fn names(paths: &[bstr::BString]) -> Vec<String> {
    paths.iter().map(ToString::to_string).collect()
}

fn refusals(harvest: &Harvest) -> Vec<String> {
    let refused = harvest.refused.iter();
    refused
        .map(|refused| format!("{} {}", refused.path, refused.why))
        .collect()
}

/// Everything in a directory: kind, permissions, times and content.
fn snapshot(dir: &Path) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    let mut dirs = vec![dir.to_owned()];
    while let Some(dir) = dirs.pop() {
        for entry in std::fs::read_dir(&dir).unwrap() {
            let path = entry.unwrap().path();
            let meta = path.symlink_metadata().unwrap();
            let content = match () {
                () if meta.is_dir() => Vec::new(),
                () if meta.is_symlink() => std::fs::read_link(&path)
                    .unwrap()
                    .into_os_string()
                    .into_encoded_bytes(),
                () => std::fs::read(&path).unwrap(),
            };
            let content = Sha256::digest(content);
            let times = (meta.mtime(), meta.mtime_nsec(), meta.ctime(), meta.ctime_nsec());
            let about = format!("{:o} {} {times:?} {content:x?}", meta.mode(), meta.nlink());
            all.insert(path.display().to_string(), about);
            if meta.is_dir() {
                dirs.push(path);
            }
        }
    }
    all
}

/// Insists that nothing in a directory has changed since.
fn unchanged(dir: &Path, before: &BTreeMap<String, String>) {
    let after = snapshot(dir);
    let all = before.iter().chain(&after);
    let changed = all.filter(|(path, _)| before.get(*path) != after.get(*path));
    assert_eq!(changed.collect::<Vec<_>>(), Vec::new());
}
