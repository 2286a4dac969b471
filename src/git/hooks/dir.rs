//! Finds the directory in which git looks for hooks.
//!
//! Only git itself knows `core.hooksPath` in all its forms, linked work trees and submodules, so git is
//! asked.

use super::{Error, Manager};
use crate::git::command::Git;
use crate::sys::env;
use bstr::ByteSlice;
use std::path::{Path, PathBuf};

/// Where the configuration that sets `core.hooksPath` comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The repository.
    Local,
    /// One linked work tree.
    Worktree,
    /// The user.
    Global,
    /// The machine.
    System,
    /// The command line or the environment.
    Command,
}

impl Scope {
    /// Returns git's name for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Worktree => "worktree",
            Self::Global => "global",
            Self::System => "system",
            Self::Command => "command",
        }
    }

    fn from_name(name: &[u8]) -> Self {
        match name {
            b"local" => Self::Local,
            b"worktree" => Self::Worktree,
            b"global" => Self::Global,
            b"system" => Self::System,
            _ => Self::Command,
        }
    }
}

/// Where git looks for hooks, and what that place is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookDir {
    /// The directory; it need not be there.
    pub path: PathBuf,
    /// Where it would be without `core.hooksPath`.
    pub default: PathBuf,
    /// The root of the work tree, or the bare repository.
    pub root: PathBuf,
    /// Whether there is no work tree.
    pub bare: bool,
    /// Who set `core.hooksPath`; `None`: nobody.
    pub scope: Option<Scope>,
    /// Whether the directory belongs to the content of the repository, and so to everyone who clones it.
    pub shared: bool,
    /// The tool that owns the hook files.
    pub manager: Option<Manager>,
}

impl HookDir {
    /// Whether the directory serves more than this repository.
    #[must_use]
    pub fn serves_every_repository(&self) -> Option<Scope> {
        self.scope
            .filter(|s| !matches!(s, Scope::Local | Scope::Worktree) && !self.shared)
    }

    /// Whether `core.hooksPath` leads git away from the default directory.
    #[must_use]
    pub fn is_elsewhere(&self) -> bool {
        self.path != self.default
    }
}

/// Finds the hook directory of the repository around `dir`.
///
/// # Errors
/// When there is no repository, or git cannot answer.
pub fn find(dir: &Path) -> Result<HookDir, Error> {
    let (root, bare, git) = root(dir)?;
    let path = clean(&root.join(git.path(&["rev-parse", "--git-path", "hooks"])?));
    let common = clean(&root.join(git.path(&["rev-parse", "--git-common-dir"])?));
    let scope = scope(&git)?;
    let shared = !bare && is_shared(&git, &root, &common, &path)?;
    Ok(HookDir {
        manager: Manager::detect(&root, &path),
        default: common.join("hooks"),
        path,
        root,
        bare,
        scope,
        shared,
    })
}

/// The root, whether it is a bare repository, and a git that runs there.
///
/// Git resolves a relative `core.hooksPath` where hooks run: at the root of the work tree.
fn root(dir: &Path) -> Result<(PathBuf, bool, Git), Error> {
    let git = Git::new(dir);
    let Ok(answer) = git.run(&["rev-parse", "--is-inside-work-tree", "--is-bare-repository"]) else {
        // Says why, unless there is simply none.
        git.run(&["--version"])?;
        return Err(no_repository(&git, dir));
    };
    let (bare, question) = match answer.as_slice() {
        b"true\nfalse\n" => (false, "--show-toplevel"),
        b"false\ntrue\n" => (true, "--absolute-git-dir"),
        _ => return Err(Error::InsideGitDir(dir.to_owned())),
    };
    let root = git.path(&["rev-parse", question])?;
    let mut at_root = Git::new(&root);
    if env::is_set("GIT_DIR") {
        // It may be relative to the directory that we leave.
        at_root = at_root.env("GIT_DIR", git.path(&["rev-parse", "--absolute-git-dir"])?);
        at_root = if bare {
            at_root
        } else {
            at_root.env("GIT_WORK_TREE", &root)
        };
    }
    Ok((root, bare, at_root))
}

/// Tells "there is none" from a repository that git refuses to read.
fn no_repository(git: &Git, dir: &Path) -> Error {
    match git.run(&["rev-parse", "--git-dir"]) {
        Err(crate::git::command::Error::Failed(_, said)) if said.starts_with("not a git repository") => {
            Error::NoRepository(dir.to_owned())
        }
        Err(e) => e.into(),
        Ok(_) => Error::InsideGitDir(dir.to_owned()),
    }
}

fn scope(git: &Git) -> Result<Option<Scope>, Error> {
    let answer = git.ask(&["config", "--show-scope", "-z", "--get", "core.hooksPath"])?;
    Ok(answer.map(|a| Scope::from_name(a.split_str("\0").next().unwrap_or_default())))
}

/// Whether the directory lies in the work tree and is not ignored: then it is committed, or will be.
fn is_shared(git: &Git, root: &Path, common: &Path, path: &Path) -> Result<bool, Error> {
    let real = |p: &Path| p.canonicalize().unwrap_or_else(|_| p.to_owned());
    let (root, path) = (real(root), real(path));
    if !path.starts_with(&root) || path.starts_with(real(common)) {
        return Ok(false);
    }
    let hook = path.join("pre-commit");
    let Some(hook) = hook.to_str() else {
        return Ok(true);
    };
    Ok(git.ask(&["check-ignore", "-q", "--", hook])?.is_none())
}

/// Takes `.` and a trailing slash out of a path.
fn clean(path: &Path) -> PathBuf {
    path.components().collect()
}
