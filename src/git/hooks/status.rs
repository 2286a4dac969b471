//! Says whether the hooks would really run.

use super::existing::{self, Existing, is_executable};
use super::{Error, HookDir, Manager, STAGES, VERSION, aside};
use crate::model::Stage;
use crate::sys::env;
use std::fs;
use std::path::{Path, PathBuf};

/// The hooks of a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// One for each stage.
    pub hooks: Vec<HookStatus>,
    /// The program that the hooks would run; `None`: there is none.
    pub program: Option<PathBuf>,
}

/// One hook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookStatus {
    /// The stage.
    pub stage: Stage,
    /// Where git looks for it.
    pub path: PathBuf,
    /// What is there.
    pub state: State,
    /// The hook that runs as well.
    pub chained: Option<PathBuf>,
}

/// What is where git looks for a hook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// A shim of this version, as it was written.
    Installed,
    /// A shim of an older version.
    Outdated(u32),
    /// A shim that was edited.
    Edited,
    /// A shim that git does not run.
    NotExecutable,
    /// A shim, but `core.hooksPath` leads git elsewhere.
    Shadowed,
    /// Another tool runs pantheon.
    Managed(Manager),
    /// A hook of someone else.
    Foreign,
    /// Nothing.
    Missing,
}

impl State {
    /// Whether pantheon runs at this stage, if its program is there.
    #[must_use]
    pub fn is_active(self) -> bool {
        matches!(self, Self::Installed | Self::Outdated(_) | Self::Managed(_))
    }
}

impl Status {
    /// Whether pantheon runs at every stage.
    #[must_use]
    pub fn all_active(&self) -> bool {
        self.program.is_some() && self.hooks.iter().all(|h| h.state.is_active())
    }
}

/// Looks at the hooks of a repository.
///
/// # Errors
/// When a hook file cannot be read.
pub fn status(dir: &HookDir) -> Result<Status, Error> {
    let mut program = on_path();
    let mut hooks = Vec::new();
    for stage in STAGES {
        let path = dir.path.join(stage.name());
        let found = existing::look(&path)?;
        if let Existing::Ours { written, .. } = &found {
            program = program.or_else(|| written.program.clone().filter(|p| can_run(p)));
        }
        let state = state(dir, stage, &found)?;
        let kept = Some(aside(&path)).filter(|a| state.is_active() && can_run(a));
        hooks.push(HookStatus {
            stage,
            path,
            state,
            chained: kept,
        });
    }
    Ok(Status { hooks, program })
}

fn state(dir: &HookDir, stage: Stage, found: &Existing) -> Result<State, Error> {
    Ok(match found {
        Existing::Ours {
            executable: false, ..
        } => State::NotExecutable,
        Existing::Ours { written, .. } if !written.intact => State::Edited,
        Existing::Ours { written, .. } if written.version < VERSION => State::Outdated(written.version),
        Existing::Ours { .. } => State::Installed,
        found => without_shim(dir, stage, found)?,
    })
}

fn without_shim(dir: &HookDir, stage: Stage, found: &Existing) -> Result<State, Error> {
    let calls = |m: &Manager| *found != Existing::Nothing && m.calls_pantheon(&dir.root, stage);
    if let Some(manager) = dir.manager.filter(calls) {
        return Ok(State::Managed(manager));
    }
    let default = dir.default.join(stage.name());
    if dir.is_elsewhere() && matches!(existing::look(&default)?, Existing::Ours { .. }) {
        return Ok(State::Shadowed);
    }
    Ok(match found {
        Existing::Nothing => State::Missing,
        _ => State::Foreign,
    })
}

fn on_path() -> Option<PathBuf> {
    let path = env::path("PATH")?;
    let name = format!("pantheon{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(&path)
        .map(|dir| dir.join(&name))
        .find(|p| can_run(p))
}

fn can_run(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|meta| meta.is_file() && is_executable(&meta))
}
