//! A forge on disk: a bare repository, whoever pushes to it, and the clones that CI systems make of it.

use crate::support::{Ran, Repo};
use std::ffi::OsString;

/// A policy that blocks what should not be there, as most do.
pub const POLICY: &str = "version = 1\nextends = [\"recommended\"]\n";

/// The forge, and an author's clone.
pub struct Forge {
    /// Who pushes.
    pub author: Repo,
    bare: Repo,
}

impl Forge {
    /// A forge whose `main` holds a policy and a few commits.
    pub fn new() -> Self {
        let bare = Repo::named("forge.git", &["--bare"]);
        // What large forges allow.
        bare.git(&["config", "uploadpack.allowAnySHA1InWant", "true"]);
        bare.git(&["config", "uploadpack.allowFilter", "true"]);
        let author = bare.sibling("../author");
        std::fs::create_dir_all(&author.root).unwrap();
        author.git(&["init", "-q"]);
        let forge = Self { author, bare };
        forge.author.git(&["remote", "add", "origin", &forge.url()]);
        forge.author.write(".pantheon.toml", POLICY);
        forge.author.commit("Say what is judged");
        for n in 0..4 {
            forge.author.write(format!("old/{n}.txt"), format!("{n}\n"));
            forge.author.commit(&format!("Write {n}"));
        }
        forge.push("main");
        forge
    }

    /// Where the forge is, such that a depth counts.
    pub fn url(&self) -> String {
        format!("file://{}", self.bare.root.display())
    }

    /// Sends a branch, whatever stands there.
    pub fn push(&self, name: &str) {
        self.author.git(&["push", "-q", "--force", "origin", name]);
    }

    /// Writes a file on a branch, made where the author stands if it is new, and sends it.
    pub fn change(&self, branch: &str, path: &str, text: &str) -> String {
        if self.author.try_git(&["switch", "-q", branch]).code != 0 {
            self.author.git(&["switch", "-q", "-c", branch]);
        }
        self.author.write(path, text);
        let id = self.author.commit(&format!("Change {path}"));
        self.push(branch);
        id
    }

    /// Merges a branch into `main` as a forge does for a pull request, and keeps the merge in a reference.
    pub fn merge(&self, branch: &str, reference: &str) -> String {
        self.author.git(&["switch", "-q", "--detach", "main"]);
        self.author
            .git(&["merge", "-q", "--no-ff", "-m", "Merge", branch]);
        let id = self.author.git(&["rev-parse", "HEAD"]);
        self.author
            .git(&["push", "-q", "--force", "origin", &format!("HEAD:{reference}")]);
        self.author.git(&["switch", "-q", "main"]);
        id
    }

    /// Returns what a branch stands on.
    pub fn tip(&self, name: &str) -> String {
        self.author.git(&["rev-parse", name])
    }

    /// Clones with a filter, and checks a commit out.
    pub fn clone(&self, filter: &str, id: &str) -> Runner {
        let repo = self.bare.sibling("../runner");
        drop(std::fs::remove_dir_all(&repo.root));
        std::fs::create_dir_all(&repo.root).unwrap();
        repo.git(&["clone", "-q", "--no-checkout", filter, &self.url(), "."]);
        repo.git(&["checkout", "-q", "--detach", id]);
        Runner { repo }
    }

    /// Fetches a reference into a new repository and checks it out, as runners do; depth 0 is all there is.
    pub fn checkout(&self, reference: &str, depth: u32) -> Runner {
        let repo = self.bare.sibling("../runner");
        drop(std::fs::remove_dir_all(&repo.root));
        std::fs::create_dir_all(&repo.root).unwrap();
        repo.git(&["init", "-q"]);
        repo.git(&["remote", "add", "origin", &self.url()]);
        let depth = format!("--depth={depth}");
        let mut args = vec!["fetch", "-q", "--no-tags"];
        if depth == "--depth=0" {
            args.extend(["origin", "+refs/heads/*:refs/remotes/origin/*", reference]);
        } else {
            args.extend([depth.as_str(), "origin", reference]);
        }
        repo.git(&args);
        let id = self.bare.git(&["rev-parse", &format!("{reference}^{{commit}}")]);
        repo.git(&["checkout", "-q", "--detach", &id]);
        Runner { repo }
    }
}

/// A runner with its checkout.
pub struct Runner {
    /// The checkout.
    pub repo: Repo,
}

impl Runner {
    /// Sets variables written as `NAME=value`.
    pub fn env(mut self, lines: &[&str]) -> Self {
        for line in lines {
            let (name, value) = line.split_once('=').unwrap();
            self.repo.env.push((name.into(), OsString::from(value)));
        }
        self
    }

    /// Sets what GitHub sets for an event.
    pub fn github(self, event: &str, payload: &serde_json::Value, more: &[&str]) -> Self {
        let path = self.repo.home().join("event.json");
        self.repo.write(&path, payload.to_string());
        let path = format!("GITHUB_EVENT_PATH={}", path.display());
        let name = format!("GITHUB_EVENT_NAME={event}");
        self.env(&["CI=true", "GITHUB_ACTIONS=true", &path, &name])
            .env(more)
    }

    /// Runs `pantheon ci`.
    pub fn ci(&self, args: &[&str]) -> Ran {
        self.repo.run(&[&["ci"], args].concat())
    }

    /// Insists on the base and the head that are found.
    #[track_caller]
    pub fn judges(&self, from: &str, to: &str) -> Ran {
        let ran = self.ci(&["--explain-env"]).exits(0);
        assert!(
            ran.stdout.contains(&format!("\nfrom: {from}\nto: {to}\n")),
            "{ran}"
        );
        ran
    }
}

/// A token of nobody's, which this file itself must not hold.
pub fn secret() -> String {
    format!("key = \"ghp_{}\"\n", "q7R2mZ9xK4vT1wB8nY3cL6pD5sF0hJqWeRtY")
}
