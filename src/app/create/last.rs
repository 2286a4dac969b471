//! What the last verdict that blocked was about, so that `pantheon fix` knows what is meant.

use crate::git::Repository;
use crate::git::scratch;
use crate::model::{Decision, Oid, Report, Source, Stage};
use crate::sys::{dirs, file};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// A verdict that did not let something pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Last {
    /// The stage.
    pub stage: String,
    /// The commit that the change starts from, where it was one of commits.
    pub from: Option<String>,
    /// The commit that it ends in.
    pub to: Option<String>,
    /// The decision.
    pub decision: String,
}

/// The file beside the runs of a repository.
const FILE: &str = "last.json";
/// The most bytes of it that are read.
const LARGEST: u64 = 1 << 16;

/// Remembers a verdict that blocks. Where that cannot be, `pantheon fix` must be told more, and nothing else.
pub fn keep(repo: &Repository, report: &Report) {
    if !matches!(report.verdict.decision, Decision::Block | Decision::Inconclusive) {
        return;
    }
    let (from, to) = match report.source {
        Source::Range { from, to } => (from, Some(to)),
        _ => (None, None),
    };
    let last = Last {
        stage: report.verdict.stage.name().to_owned(),
        from: from.map(|id| id.to_string()),
        to: to.map(|id| id.to_string()),
        decision: report.verdict.decision.name().to_owned(),
    };
    let Some(path) = dirs::state().and_then(|state| path(repo, &state)) else {
        return;
    };
    if let (Some(dir), Ok(bytes)) = (path.parent(), serde_json::to_vec(&last))
        && dirs::private_dir(dir).is_ok()
    {
        drop(file::write_atomic(&path, &bytes, 0o600));
    }
}

/// Returns the verdict that was remembered last.
#[must_use]
pub fn read(repo: &Repository, state: &Path) -> Option<Last> {
    let bytes = file::read(&path(repo, state)?, LARGEST).ok()?;
    serde_json::from_slice(&bytes).ok()
}

fn path(repo: &Repository, state: &Path) -> Option<PathBuf> {
    let runs = scratch::runs(state, repo).ok()?;
    Some(runs.parent()?.join(FILE))
}

impl Last {
    /// Returns the stage, if it is one.
    #[must_use]
    pub fn stage(&self) -> Option<Stage> {
        Stage::from_name(&self.stage)
    }

    /// Returns the commits between which it stood.
    #[must_use]
    pub fn commits(&self) -> Option<(Option<Oid>, Oid)> {
        let id = |text: &String| Oid::from_hex(text.as_bytes()).ok();
        Some((self.from.as_ref().and_then(id), id(self.to.as_ref()?)?))
    }
}
