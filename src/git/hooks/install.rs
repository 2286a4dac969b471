//! Puts the shims in place: first a plan that changes nothing, then the deed.

use super::existing::{self, Existing};
use super::shim::{OnMissing, Shim, Written};
use super::{Error, HookDir, STAGES, aside};
use crate::model::Stage;
use crate::sys::file;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// How hooks are installed.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Where the program is, to be recorded in the shims; left out of shims that others get by cloning.
    pub program: Option<PathBuf>,
    /// What a shim does when the program is gone; `None`: as before, at first [`OnMissing::Block`].
    pub on_missing: Option<OnMissing>,
    /// Whether to write over an edited shim and beside another tool.
    pub force: bool,
    /// Whether a directory that serves every repository is meant.
    pub every_repository: bool,
}

/// What will happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The directory of the hooks.
    pub dir: PathBuf,
    /// One for each stage.
    pub hooks: Vec<Planned>,
}

/// What will happen to one hook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// The stage.
    pub stage: Stage,
    /// The hook file.
    pub path: PathBuf,
    /// What will happen to it.
    pub step: Step,
    bytes: Vec<u8>,
}

/// What will happen to a hook file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Nothing: it is as it should be.
    Keep,
    /// It is new.
    Write,
    /// It takes the place of an older or edited shim.
    Update,
    /// It takes the place of a hook, which is kept beside it.
    Chain,
}

impl Plan {
    /// Whether there is something to do.
    #[must_use]
    pub fn changes_something(&self) -> bool {
        self.hooks.iter().any(|h| h.step != Step::Keep)
    }
}

/// Says what an installation will do.
///
/// # Errors
/// When the hooks are not ours to write: see [`Error`].
pub fn plan(dir: &HookDir, options: &Options) -> Result<Plan, Error> {
    permit(dir, options)?;
    let made_dir = fs::symlink_metadata(&dir.path).is_err();
    let model = |stage| Shim {
        stage,
        program: options.program.clone().filter(|_| !dir.shared),
        on_missing: options.on_missing.unwrap_or_default(),
        made_dir,
    };
    let hooks = STAGES.map(|stage| planned(&dir.path, model(stage), options));
    Ok(Plan {
        dir: dir.path.clone(),
        hooks: hooks.into_iter().collect::<Result<_, _>>()?,
    })
}

fn permit(dir: &HookDir, options: &Options) -> Result<(), Error> {
    if let Some(manager) = dir.manager.filter(|_| !options.force) {
        return Err(Error::Managed(manager));
    }
    if let Some(scope) = dir
        .serves_every_repository()
        .filter(|_| !options.every_repository)
    {
        return Err(Error::EveryRepository(dir.path.clone(), scope));
    }
    match fs::metadata(&dir.path) {
        Ok(meta) if !meta.is_dir() => Err(Error::NotADirectory(dir.path.clone())),
        _ => Ok(()),
    }
}

fn planned(dir: &Path, shim: Shim, options: &Options) -> Result<Planned, Error> {
    let (stage, path) = (shim.stage, dir.join(shim.stage.name()));
    let (step, shim) = match existing::look(&path)? {
        Existing::Nothing => (Step::Write, shim),
        Existing::Directory => return Err(Error::HookIsDirectory(path)),
        Existing::Ours { written, .. } if !written.intact && !options.force => {
            return Err(Error::Edited(path));
        }
        Existing::Ours {
            written,
            bytes,
            executable,
        } => {
            let shim = inherit(shim, &written, options);
            let same = executable && shim.render() == bytes;
            (if same { Step::Keep } else { Step::Update }, shim)
        }
        Existing::Foreign { .. } if fs::symlink_metadata(aside(&path)).is_ok() => {
            return Err(Error::AsideTaken(aside(&path)));
        }
        Existing::Foreign { .. } => (Step::Chain, shim),
    };
    let bytes = shim.render();
    Ok(Planned {
        stage,
        path,
        step,
        bytes,
    })
}

/// Takes over from an older shim what nobody asked to change.
fn inherit(shim: Shim, written: &Written, options: &Options) -> Shim {
    Shim {
        on_missing: options.on_missing.unwrap_or(written.on_missing),
        made_dir: written.made_dir,
        ..shim
    }
}

/// Does what a plan says.
///
/// A hook that was there stays in force until the shim takes its name: at no moment is there none.
///
/// # Errors
/// When something cannot be written; the hook in question is then as it was.
pub fn install(plan: &Plan) -> Result<(), Error> {
    if plan.changes_something() {
        fs::create_dir_all(&plan.dir).map_err(|e| Error::Write(plan.dir.clone(), e))?;
    }
    for hook in &plan.hooks {
        match hook.step {
            Step::Keep => {}
            Step::Write | Step::Update => write(hook)?,
            Step::Chain => chain(hook)?,
        }
    }
    Ok(())
}

fn write(hook: &Planned) -> Result<(), Error> {
    file::write_atomic(&hook.path, &hook.bytes, 0o755).map_err(|e| Error::Write(hook.path.clone(), e))
}

fn chain(hook: &Planned) -> Result<(), Error> {
    let aside = aside(&hook.path);
    keep(&hook.path, &aside)?;
    write(hook).inspect_err(|_| undo(&hook.path, &aside))
}

/// Gives a hook its second name.
///
/// A second link leaves the hook in force, and fails when someone else was faster.
fn keep(hook: &Path, aside: &Path) -> Result<(), Error> {
    match fs::hard_link(hook, aside) {
        Ok(()) => Ok(()),
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => Err(Error::AsideTaken(aside.to_owned())),
        // Not every file system knows links.
        Err(_) => fs::rename(hook, aside).map_err(|e| Error::Write(aside.to_owned(), e)),
    }
}

fn undo(hook: &Path, aside: &Path) {
    // The first error is the one to report; what could not be undone still has its content.
    drop(match fs::symlink_metadata(hook) {
        Ok(_) => fs::remove_file(aside),
        Err(_) => fs::rename(aside, hook),
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_plans_for_one_hook_keep_it_once() {
        let dir = tempfile::tempdir().unwrap();
        let hook = dir.path().join("pre-commit");
        file::write_atomic(&hook, b"#!/bin/sh\n", 0o755).unwrap();
        let place = HookDir {
            path: dir.path().to_owned(),
            default: dir.path().to_owned(),
            root: dir.path().to_owned(),
            bare: false,
            scope: None,
            shared: false,
            manager: None,
        };
        let both = [0, 1].map(|_| plan(&place, &Options::default()).unwrap());
        install(&both[0]).unwrap();
        assert!(matches!(install(&both[1]), Err(Error::AsideTaken(path)) if path == aside(&hook)));
        assert_eq!(file::read(&aside(&hook), 100).unwrap(), b"#!/bin/sh\n");
    }

    #[test]
    fn what_cannot_be_finished_is_undone() {
        let dir = tempfile::tempdir().unwrap();
        let (hook, aside) = (dir.path().join("hook"), dir.path().join("aside"));
        file::write_atomic(&hook, b"1", 0o755).unwrap();
        keep(&hook, &aside).unwrap();
        undo(&hook, &aside);
        assert!(hook.exists() && !aside.exists());
        fs::rename(&hook, &aside).unwrap();
        undo(&hook, &aside);
        assert!(hook.exists() && !aside.exists());
    }
}
