//! The remote that a checkout came from: what it has, and how to bring what a shallow clone lacks.
//!
//! Objects are brought and no reference is moved.

use super::command::Git;
use super::{Error, Repository};
use crate::model::Oid;
use bstr::ByteSlice;
use std::time::Duration;

/// How long the remote may take for one answer.
const LIMIT: Duration = Duration::from_secs(300);

/// What every fetch says: no reference, tag or `FETCH_HEAD` is written, no submodule is looked at, and nothing is
/// tidied up.
const FETCH: [&str; 10] = [
    "-c",
    "gc.auto=0",
    "-c",
    "maintenance.auto=false",
    "fetch",
    "--quiet",
    "--no-tags",
    "--no-write-fetch-head",
    "--no-recurse-submodules",
    "--refmap=",
];

/// The remote that a checkout came from.
#[derive(Debug, Clone)]
pub struct Remote {
    git: Git,
    name: String,
}

/// How much of the history to bring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// One commit without its parents.
    One,
    /// So many more commits than there are.
    More(u32),
    /// All of it.
    All,
    /// As much as a clone without limits wants.
    Needed,
}

impl Remote {
    /// Returns `origin`, or the only remote there is.
    ///
    /// # Errors
    /// When git cannot be asked.
    pub fn of(repo: &Repository) -> Result<Option<Self>, Error> {
        let git = git(repo).limit(LIMIT);
        let out = git.run(&["remote"])?;
        let names: Vec<String> = out.lines().map(|line| line.to_str_lossy().into_owned()).collect();
        let name = match names.as_slice() {
            [only] => only.clone(),
            all if all.iter().any(|name| name == "origin") => "origin".to_owned(),
            _ => return Ok(None),
        };
        // No argument of git begins with a dash unless it is an option.
        Ok((!name.starts_with('-')).then_some(Self { git, name }))
    }

    /// Returns the name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the commit that a branch of the remote stands on now.
    ///
    /// # Errors
    /// When the remote does not answer.
    pub fn tip(&self, branch: &str) -> Result<Option<Oid>, Error> {
        let name = format!("refs/heads/{branch}");
        let out = self.git.run(&["ls-remote", "--", &self.name, &name])?;
        // A pattern matches the end of a name too.
        let mut pairs = out.lines().filter_map(|line| line.split_once_str("\t"));
        let found = pairs.find(|(_, found)| *found == name.as_bytes());
        Ok(found.and_then(|(id, _)| Oid::from_hex(id).ok()))
    }

    /// Returns the branch that the remote shows first.
    ///
    /// # Errors
    /// When the remote does not answer.
    pub fn default_branch(&self) -> Result<Option<String>, Error> {
        let out = self
            .git
            .run(&["ls-remote", "--symref", "--", &self.name, "HEAD"])?;
        let mut lines = out.lines();
        Ok(lines.find_map(|line| {
            let name = line.strip_prefix(b"ref: refs/heads/")?.strip_suffix(b"\tHEAD")?;
            Some(name.to_str_lossy().into_owned())
        }))
    }

    /// Brings commits.
    ///
    /// # Errors
    /// When the remote does not give them.
    pub fn fetch(&self, commits: &[Oid], depth: Depth) -> Result<(), Error> {
        let mut args: Vec<String> = FETCH.map(str::to_owned).into();
        match depth {
            Depth::One => args.push("--depth=1".to_owned()),
            Depth::More(by) => args.push(format!("--deepen={by}")),
            Depth::All => args.push("--unshallow".to_owned()),
            Depth::Needed => {}
        }
        args.extend(["--".to_owned(), self.name.clone()]);
        args.extend(commits.iter().map(Oid::to_string));
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        tracing::debug!(commits = ?commits, depth = ?depth, "fetch");
        self.git.run(&args).map(drop).map_err(Error::from)
    }
}

/// What belongs to a policy, wherever nothing else is said.
const POLICY: [&str; 3] = [".pantheon.toml", ".pantheon-baseline", ".pantheon"];

/// Whether git brings objects of this clone only when they are asked for.
#[must_use]
pub fn is_partial(repo: &Repository) -> bool {
    let asked = git(repo).ask(&[
        "config",
        "--get-regexp",
        r"^(extensions\.partialclone|remote\..*\.promisor)$",
    ]);
    asked.is_ok_and(|out| out.is_some())
}

/// Has git bring what a partial clone lacks of a change: the trees, what differs, and the policy.
///
/// # Errors
/// When the remote does not give it.
pub fn complete(repo: &Repository, from: Option<Oid>, to: Oid) -> Result<(), Error> {
    let git = git(repo).limit(LIMIT);
    let nothing = repo.gix.object_hash().empty_tree().to_string();
    let (from, to) = (from.map_or(nothing.clone(), |id| id.to_string()), to.to_string());
    let diff = [
        "diff",
        "--numstat",
        "--no-ext-diff",
        "--no-textconv",
        "--end-of-options",
    ];
    git.run(&[&diff[..], &[&from, &to, "--"]].concat())?;
    for tree in [&from, &to] {
        git.run(&[&diff[..], &[&nothing, tree, "--"], &POLICY].concat())?;
    }
    Ok(())
}

/// Has git bring what a partial clone lacks of single commits.
///
/// # Errors
/// When the remote does not give it.
pub fn complete_commits(repo: &Repository, commits: &[Oid]) -> Result<(), Error> {
    let show = [
        "show",
        "-m",
        "--numstat",
        "--format=",
        "--no-ext-diff",
        "--no-textconv",
        "--no-show-signature",
        "--end-of-options",
    ];
    let ids: Vec<String> = commits.iter().map(Oid::to_string).collect();
    let args: Vec<&str> = show.into_iter().chain(ids.iter().map(String::as_str)).collect();
    git(repo).limit(LIMIT).run(&args)?;
    Ok(())
}

/// Whether the history of a clone was cut off.
#[must_use]
pub fn is_shallow(repo: &Repository) -> bool {
    let file = crate::sys::file::read(&repo.common_dir().join("shallow"), 1 << 20);
    file.map_or_else(
        |e| e.kind() != std::io::ErrorKind::NotFound,
        |bytes| !bytes.is_empty(),
    )
}

/// Whether a commit is here; its tree need not be, in a partial clone.
#[must_use]
pub fn is_here(repo: &Repository, commit: Oid) -> bool {
    repo.find_commit(commit).is_ok()
}

/// Returns the parents that a commit names, be they here or not.
///
/// # Errors
/// When the commit cannot be read.
pub fn parents(repo: &Repository, commit: Oid) -> Result<Vec<Oid>, Error> {
    let found = repo.find_commit(commit)?;
    Ok(found.parent_ids().map(gix::Id::detach).collect())
}

/// Returns the newest commit that two have in common, as far as the history is here.
///
/// # Errors
/// When git cannot be asked.
pub fn common(repo: &Repository, a: Oid, b: Oid) -> Result<Option<Oid>, Error> {
    // Only git itself knows where the history was cut off.
    let out = git(repo).ask(&["merge-base", "--end-of-options", &a.to_string(), &b.to_string()])?;
    Ok(out.and_then(|out| Oid::from_hex(out.trim()).ok()))
}

fn git(repo: &Repository) -> Git {
    Git::new(repo.root().unwrap_or(repo.git_dir()))
}
