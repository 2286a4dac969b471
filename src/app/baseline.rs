//! The baseline: findings that were there before the gate, so that only new ones count.

use super::Error;
use super::judge::{Depth, Judge};
use super::load::{self, From};
use super::wire;
use crate::git::{self, Repository};
use crate::model::{Disposition, Finding, Stage};
use crate::policy::{Line, write_baseline};
use crate::sys::file;
use std::path::{Path, PathBuf};

/// Rules that speak of the change and not of what stands there afterwards.
const NEWS: [&str; 2] = ["policy/policy-changed", "policy/hooks-changed"];

/// What was written.
pub struct Written {
    /// The file.
    pub path: PathBuf,
    /// How many findings it holds.
    pub findings: usize,
    /// How many things were not looked at, so that their findings are missing.
    pub left_out: usize,
    /// Whether the file is another one than before.
    pub changed: bool,
}

/// Judges everything in the tree of `HEAD` and writes what is found to the baseline file.
///
/// # Errors
/// When the repository or the policy cannot be read, or the file cannot be written.
pub fn write(dir: &Path, set: &[String]) -> Result<Written, Error> {
    let repo = Repository::open(dir)?;
    let root = repo.root()?.to_owned();
    let change = git::whole_tree(
        &repo,
        git::resolve(&repo, "HEAD").map_err(|_| git::Error::NoCommits)?,
    )?;
    let from = From {
        base: Some(change.head),
        head: None,
        file: None,
        set,
    };
    let loaded = load::load(&repo, &from)?;
    let path = root.join(&loaded.settings.baseline_file);
    let mut wired = wire::wire(&repo, loaded, Stage::Manual)?;
    wired.policy.baseline.clear();
    let mut judge = Judge::new(&repo, &wired);
    judge.look(&change, Depth::Full);
    judge.run_commands(&change)?;
    let report = judge.finish(&change, None);
    let lines: Vec<Line> = report
        .findings
        .iter()
        .filter(|f| is_open(f))
        .map(Line::of)
        .collect();
    let bytes = write_baseline(&lines);
    let changed = file::read(&path, 64 << 20).ok().as_deref() != Some(&bytes[..]);
    if changed {
        file::write_atomic(&path, &bytes, 0o644).map_err(|e| Error::Write(path.clone(), e))?;
    }
    Ok(Written {
        path,
        findings: lines.len(),
        left_out: report.left_out.len(),
        changed,
    })
}

/// Whether nothing but the baseline would let a finding pass. That the gate itself was changed is news
/// every time, and must not be silenced by the first time.
fn is_open(finding: &Finding) -> bool {
    !NEWS.contains(&&*finding.check)
        && matches!(
            finding.disposition,
            Disposition::Block | Disposition::Warn | Disposition::Note
        )
}
