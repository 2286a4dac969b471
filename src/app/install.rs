//! Setting a repository up: the policy file and the hooks, and taking the hooks away again.

use crate::config;
use crate::git::hooks;
use crate::sys::file;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

pub use crate::git::hooks::{
    Error as HooksError, HookDir, Manager, OnMissing, Plan, Planned, State, Status, Step, Undone, VERSION,
    run_chained, shown,
};

/// The name of the policy file.
pub const POLICY_FILE: &str = ".pantheon.toml";

const TEMPLATE: &str = include_str!("../../policies/template.toml");

/// What the user asks of an installation.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wish {
    /// What a hook does when the program is gone; `None`: as before, at first it stops git.
    pub on_missing: Option<OnMissing>,
    /// Whether to write over an edited shim and beside another tool.
    pub force: bool,
    /// Whether a directory that serves every repository is meant.
    pub every_repository: bool,
}

/// Why a repository cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The hooks cannot be.
    #[error(transparent)]
    Hooks(#[from] hooks::Error),
    /// There is no work tree to put a policy in.
    #[error("`{}` is a bare repository: it has no work tree to hold `{POLICY_FILE}`", hooks::shown(.0))]
    Bare(PathBuf),
    /// The policy file cannot be written.
    #[error("`{}` cannot be written: {}", hooks::shown(.0), .1)]
    Policy(PathBuf, #[source] io::Error),
}

/// What [`init`] did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Init {
    /// Where the hooks are, or would be.
    pub dir: HookDir,
    /// Whether the policy file is new.
    pub wrote_policy: bool,
    /// What became of the hooks.
    pub hooks: InitHooks,
}

/// What became of the hooks in [`init`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InitHooks {
    /// They were not wanted.
    LeftOut,
    /// They are in place.
    Installed(Plan),
    /// Another tool owns them, so they were left alone.
    Managed(Manager),
}

/// Writes the policy file, unless there is one, and installs the hooks if `wish` is given.
///
/// # Errors
/// Before anything is written, when the hooks cannot be installed; and when a file cannot be written.
pub fn init(dir: &Path, wish: Option<Wish>) -> Result<Init, Error> {
    let dir = hooks::find(dir)?;
    if dir.bare {
        return Err(Error::Bare(dir.root));
    }
    let planned = match wish {
        None => InitHooks::LeftOut,
        Some(wish) => match hooks::plan(&dir, &options(&dir, wish)) {
            Ok(plan) => InitHooks::Installed(plan),
            Err(hooks::Error::Managed(manager)) => InitHooks::Managed(manager),
            Err(e) => return Err(e.into()),
        },
    };
    let wrote_policy = write_policy(&dir.root)?;
    if let InitHooks::Installed(plan) = &planned {
        hooks::install(plan)?;
    }
    Ok(Init {
        dir,
        wrote_policy,
        hooks: planned,
    })
}

/// Installs the hooks.
///
/// # Errors
/// When they cannot be installed; nothing is changed then, but for what was written before a disk or a
/// permission said no.
pub fn install(dir: &Path, wish: Wish) -> Result<(HookDir, Plan), Error> {
    let dir = hooks::find(dir)?;
    let plan = hooks::plan(&dir, &options(&dir, wish))?;
    hooks::install(&plan)?;
    Ok((dir, plan))
}

/// Takes the hooks away and puts back what was there before.
///
/// # Errors
/// When a shim was edited, unless `wish.force`, and when something cannot be written.
pub fn uninstall(dir: &Path, wish: Wish) -> Result<(HookDir, Vec<Undone>), Error> {
    let dir = hooks::find(dir)?;
    let undone = hooks::uninstall(&dir, wish.force, wish.every_repository)?;
    Ok((dir, undone))
}

/// Says whether the hooks would run.
///
/// # Errors
/// When there is no repository, or a hook file cannot be read.
pub fn status(dir: &Path) -> Result<(HookDir, Status), Error> {
    let dir = hooks::find(dir)?;
    let status = hooks::status(&dir)?;
    Ok((dir, status))
}

/// Fills what the user left open: the policy says what a hook does when the program is gone, if it says
/// anything of its own about that.
fn options(dir: &HookDir, wish: Wish) -> hooks::Options {
    hooks::Options {
        // A program that cannot tell where it is can still be found on `PATH`.
        program: std::env::current_exe().ok(),
        on_missing: wish.on_missing.or_else(|| policy_wish(&dir.root)),
        force: wish.force,
        every_repository: wish.every_repository,
    }
}

fn policy_wish(root: &Path) -> Option<OnMissing> {
    // A policy that cannot be read is told about by every other command; here it only has no wish.
    let settings = super::settings::current(root, None, &[]).ok()?;
    let own = |e: &&config::Effective| e.key == "hooks.on-missing" && &*e.origin.file != "default";
    settings.effective.iter().find(own)?;
    Some(match settings.hooks.on_missing {
        config::OnMissing::Block => OnMissing::Block,
        config::OnMissing::Warn => OnMissing::Warn,
    })
}

fn write_policy(root: &Path) -> Result<bool, Error> {
    let path = root.join(POLICY_FILE);
    if fs::symlink_metadata(&path).is_ok() {
        return Ok(false);
    }
    file::write_atomic(&path, TEMPLATE.as_bytes(), 0o644).map_err(|e| Error::Policy(path, e))?;
    Ok(true)
}
