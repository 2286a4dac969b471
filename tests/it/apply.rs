//! `pantheon proposals` and `pantheon undo`, on real working trees. The proposals are made by hand.

mod cases;
mod law;
mod refused;

use crate::support::{Ran, Repo};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// A repository with a state directory of its own.
pub struct World {
    pub repo: Repo,
}

/// Each path below a directory with its permissions, its bytes or target, and its time.
pub type Tree = BTreeMap<PathBuf, (u32, Vec<u8>, Option<std::time::SystemTime>)>;

impl World {
    pub fn new() -> Self {
        Self::of(Repo::new())
    }

    pub fn of(mut repo: Repo) -> Self {
        let state = repo.home().join("state");
        repo.env.push(("PANTHEON_STATE_DIR".into(), state.into()));
        Self { repo }
    }

    /// A world with one commit of these files.
    pub fn with(files: &[(&str, &str)]) -> Self {
        let world = Self::new();
        for (path, text) in files {
            world.repo.write(path, text);
        }
        world.repo.commit("base");
        world
    }

    /// The directory of a run.
    pub fn run_dir(&self, id: &str) -> PathBuf {
        use sha2::Digest;
        let common = self.repo.path(".git").canonicalize().unwrap();
        let digest = sha2::Sha256::digest(common.as_os_str().as_bytes());
        let name: String = digest[..8].iter().map(|byte| format!("{byte:02x}")).collect();
        self.repo.home().join("state").join(name).join("runs").join(id)
    }

    /// Makes a proposal of what `edit` does to the files of `HEAD`.
    pub fn propose(&self, id: &str, edit: impl FnOnce(&Repo)) {
        self.propose_with(id, edit, json!({}));
    }

    /// Makes a proposal that says other things too than a plain one.
    pub fn propose_with(&self, id: &str, edit: impl FnOnce(&Repo), more: Value) {
        let run = self.run_dir(id);
        let tree = run.join("tree");
        fs::create_dir_all(run.join("odb")).unwrap();
        fs::create_dir_all(&tree).unwrap();
        let objects = self.repo.path(".git/objects");
        let mut agent = self.repo.sibling(&tree);
        for (name, value) in [
            ("GIT_DIR", self.repo.path(".git")),
            ("GIT_WORK_TREE", tree.clone()),
            ("GIT_INDEX_FILE", run.join("index")),
            ("GIT_OBJECT_DIRECTORY", run.join("odb")),
            ("GIT_ALTERNATE_OBJECT_DIRECTORIES", objects),
        ] {
            agent.env.push((OsString::from(name), value.into()));
        }
        agent.git(&["read-tree", "HEAD"]);
        agent.git(&["checkout-index", "-a"]);
        edit(&agent);
        agent.git(&["add", "-A"]);
        let offered = agent.git(&["write-tree"]);
        let base = self.repo.git(&["rev-parse", "HEAD^{tree}"]);
        self.write(id, &base, &offered, more);
    }

    /// Writes the proposal itself.
    pub fn write(&self, id: &str, base: &str, tree: &str, more: Value) {
        let mut proposal = json!({
            "version": 1, "id": id, "created": 1_767_225_600, "task": "fix it", "agent": "fixer",
            "runtime": "builtin", "models": ["m"], "base": base, "base-commit": null, "tree": tree,
            "paths": [], "surface": [], "refused": [], "decision": "pass", "stage": "pre-commit",
            "findings": [], "rounds": 1, "input-tokens": 1200, "output-tokens": 34, "cost": "0.01",
            "elapsed": 1500, "level": "strict", "said": "", "state": "open"
        });
        for (key, value) in more.as_object().unwrap() {
            proposal[key] = value.clone();
        }
        self.repo
            .write(self.run_dir(id).join("proposal.json"), proposal.to_string());
    }

    pub fn apply(&self, id: &str) -> Ran {
        self.repo.run(&["proposals", "apply", id, "--yes"])
    }

    pub fn undo(&self) -> Ran {
        self.repo.run(&["undo"])
    }

    /// Everything in the working tree.
    pub fn files(&self) -> Tree {
        let mut all = tree(&self.repo.root);
        all.retain(|path, _| !path.starts_with(".git"));
        all
    }

    /// Everything in the git directory, with the times.
    pub fn git_dir(&self) -> Tree {
        let mut all = tree(&self.repo.path(".git"));
        for (path, entry) in &mut all {
            entry.2 = fs::symlink_metadata(self.repo.path(".git").join(path))
                .unwrap()
                .modified()
                .ok();
        }
        all
    }
}

/// Everything below a directory, without times.
pub fn tree(root: &Path) -> Tree {
    let mut all = Tree::new();
    let mut dirs = vec![root.to_owned()];
    while let Some(dir) = dirs.pop() {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            let meta = fs::symlink_metadata(&path).unwrap();
            let bytes = match meta {
                _ if meta.is_symlink() => fs::read_link(&path)
                    .unwrap()
                    .into_os_string()
                    .into_encoded_bytes(),
                _ if meta.is_file() => fs::read(&path).unwrap(),
                _ => Vec::new(),
            };
            if meta.is_dir() {
                dirs.push(path.clone());
            }
            let name = path.strip_prefix(root).unwrap().to_owned();
            all.insert(name, (meta.permissions().mode(), bytes, None));
        }
    }
    all
}

/// Lines with a number each.
pub fn lines(count: u32) -> String {
    (1..=count).map(|n| format!("{n}\n")).collect()
}
