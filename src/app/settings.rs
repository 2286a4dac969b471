//! The policy of the repository a person stands in, for commands that explain it, and its rules.

use super::Error;
use super::load::{self, From};
use super::wire;
use crate::config::{self, Settings};
use crate::git::Repository;
use crate::model::{RuleInfo, Severity, Stage};
use crate::rules::pattern;
use std::path::Path;

/// Loads the policy as it is written in the working tree; without one, in `HEAD`; without a
/// repository, the defaults.
///
/// # Errors
/// When it cannot be used, one of its own patterns included.
pub fn current(dir: &Path, file: Option<&Path>, set: &[String]) -> Result<Settings, Error> {
    read(dir, file, set, |_, _, loaded| {
        wire::check_patterns(&loaded.settings)
    })
}

/// Loads the same policy, and checks all of it: what it says about models too.
///
/// # Errors
/// When a part of it cannot be used.
pub fn checked(dir: &Path, set: &[String]) -> Result<Settings, Error> {
    read(dir, None, set, load::checked)
}

fn read(
    dir: &Path,
    file: Option<&Path>,
    set: &[String],
    check: impl FnOnce(&Repository, &From<'_>, &load::Loaded) -> Result<(), Error>,
) -> Result<Settings, Error> {
    let repo = Repository::open(dir)?;
    let here = repo
        .root()
        .ok()
        .map(|root| root.join(crate::config::FILE))
        .filter(|path| path.exists());
    let file = file.map(Path::to_owned).or(here);
    let head = if file.is_some() { None } else { repo.head_tree()? };
    let from = From {
        base: None,
        head,
        file: file.as_deref(),
        set,
    };
    let loaded = load::load(&repo, &from)?;
    check(&repo, &from, &loaded)?;
    Ok(loaded.settings)
}

/// Returns what every rule says about itself: the shipped ones, and the repository's own.
#[must_use]
pub fn rules(settings: Option<&Settings>) -> Vec<RuleInfo> {
    let own = settings.map(|s| s.patterns.as_slice()).unwrap_or_default();
    let own = own.iter().map(|p| pattern::info_of(&wire::own_pattern(p)));
    let mut all: Vec<RuleInfo> = load::infos().cloned().chain(own).collect();
    all.sort_by(|a, b| a.id.cmp(&b.id));
    all
}

/// Says whether a rule runs at any of the gates that hooks and reviews use, and with which severity.
#[must_use]
pub fn effect(settings: &Settings, info: &RuleInfo) -> (bool, Severity) {
    let on = settings
        .gates
        .values()
        .any(|gate| wire::is_on(settings, gate, &info.id));
    let severity = settings
        .severities(Stage::PreCommit)
        .get(info.id.as_ref())
        .copied();
    (on, severity.unwrap_or(info.severity))
}

/// Loads the shipped policy alone.
///
/// # Errors
/// When an assignment of the user cannot be used.
pub fn shipped(set: &[String]) -> Result<Settings, Error> {
    let known = load::known();
    let resolve = |_: &str| Ok(None);
    let request = config::Request {
        file: None,
        site: None,
        env: None,
        flags: set,
        known: &known,
        resolve: &resolve,
    };
    Ok(config::load(&request)?)
}
