//! Finds the policy that a change is judged by: never the one that the change itself brings, if there
//! was one before.

use super::Error;
use crate::config::{self, KnownRule, Origin, Problem, Problems, Settings};
use crate::engine::OWN;
use crate::git::{LARGEST, Repository};
use crate::model::{Oid, PolicySource, Side};
use crate::rules;
use crate::sys::{env, file};
use bstr::BStr;
use std::path::{Path, PathBuf};

/// The largest policy file, in bytes.
const LIMIT: u64 = 1 << 20;

/// A policy with the place it came from.
pub struct Loaded {
    /// What it says.
    pub settings: Settings,
    /// Where it came from.
    pub source: PolicySource,
    /// The tree it came from, which holds the files that belong to it.
    pub tree: Option<Oid>,
}

/// What decides which policy counts.
#[derive(Debug, Clone, Copy)]
pub struct From<'a> {
    /// The tree that the change starts from.
    pub base: Option<Oid>,
    /// The tree that the change ends in.
    pub head: Option<Oid>,
    /// A file that the user named instead.
    pub file: Option<&'a Path>,
    /// Assignments of the user.
    pub set: &'a [String],
}

/// Loads the policy: from the file that the user named, the tree that the change starts from, the tree
/// that it ends in, or the working tree, whichever is the first to have one.
///
/// # Errors
/// When it is there and cannot be read.
pub fn load(repo: &Repository, from: &From<'_>) -> Result<Loaded, Error> {
    match find(repo, from).and_then(|found| read(repo, from, found)) {
        Err(Error::Config(problems)) => mended(repo, from, problems),
        done => done,
    }
}

/// Loads the policy that a change brings, where the one before it is `broken`: a policy that cannot be
/// used must not stop the change that mends it.
///
/// # Errors
/// With what is broken, unless the change has a policy before and after it, and the latter can be read.
pub fn mended(repo: &Repository, from: &From<'_>, broken: Problems) -> Result<Loaded, Error> {
    let base = from.base.filter(|_| from.file.is_none());
    let head = from.head.filter(|head| Some(*head) != base);
    let there = |tree: Option<Oid>| tree.is_some_and(|tree| entry(repo, tree).is_some());
    if !there(base) || !there(head) {
        return Err(Error::Config(broken));
    }
    let mut mended = load(repo, &From { base: None, ..*from }).map_err(|_| Error::Config(broken.clone()))?;
    let why = "the policy before the change cannot be used, so the one that it brings judges";
    let what = broken.to_string();
    let what = what.lines().next().unwrap_or_default();
    mended.settings.notes.push(format!("{why}: {what}"));
    Ok(mended)
}

/// Returns what a tree has in the place of the policy.
fn entry(repo: &Repository, tree: Oid) -> Option<Side> {
    repo.entry(tree, BStr::new(config::FILE)).ok().flatten()
}

/// Reads a policy that was found.
fn read(repo: &Repository, from: &From<'_>, found: Found) -> Result<Loaded, Error> {
    let (bytes, source, tree) = found;
    let name = match &source {
        PolicySource::File(name) => name.clone(),
        _ => config::FILE.to_owned(),
    };
    let resolve = |path: &str| read_beside(repo, from, tree, path);
    let known = known();
    let site = site()?;
    let env = env::text(config::VARIABLE);
    let settings = config::load(&config::Request {
        file: bytes.as_deref().map(|bytes| config::File { name: &name, bytes }),
        site: site.as_deref().map(|bytes| config::File {
            name: config::SITE_FILE,
            bytes,
        }),
        env: env.as_deref(),
        flags: from.set,
        known: &known,
        resolve: &resolve,
    })?;
    tracing::debug!(
        origin = ?source,
        tree = ?tree.map(|id| id.to_string()),
        site = site.is_some(),
        variable = env.is_some(),
        flags = from.set.len(),
        digest = settings.digest.as_str(),
        "policy"
    );
    Ok(Loaded {
        settings,
        source,
        tree,
    })
}

type Found = (Option<Vec<u8>>, PolicySource, Option<Oid>);

fn find(repo: &Repository, from: &From<'_>) -> Result<Found, Error> {
    if let Some(path) = from.file {
        let bytes = file::read(path, LIMIT).map_err(|e| Error::File(path.to_owned(), e))?;
        return Ok((
            Some(bytes),
            PolicySource::File(path.strip_prefix(".").unwrap_or(path).display().to_string()),
            None,
        ));
    }
    for (tree, source) in [(from.base, PolicySource::Base), (from.head, PolicySource::Head)] {
        let Some(tree) = tree else { continue };
        if let Some(bytes) = policy_in(repo, tree)? {
            return Ok((Some(bytes), source, Some(tree)));
        }
    }
    match repo.root().ok().map(|root| root.join(config::FILE)) {
        Some(path) if path.symlink_metadata().is_ok() => {
            let bytes = file::read(&path, LIMIT).map_err(|e| Error::File(path, e))?;
            Ok((Some(bytes), PolicySource::Worktree, None))
        }
        // What belongs to a policy counts by the same measure where there is none.
        _ => Ok((None, PolicySource::Default, from.base.or(from.head))),
    }
}

/// Reads the policy of a tree. What is no plain file cannot be used: to take it for no policy would let a
/// change put one of its own in its place.
fn policy_in(repo: &Repository, tree: Oid) -> Result<Option<Vec<u8>>, Error> {
    if entry(repo, tree).is_some_and(|side| !side.kind.is_file()) {
        let problem = Problem::at(&Origin::of(config::FILE), "the policy is not a plain file");
        return Err(problem.hint("commit the file itself in its place").into());
    }
    blob(repo, tree, config::FILE)
}

/// Reads a file of a tree; `None` if the tree has none of that name.
///
/// # Errors
/// When it is there and cannot be read.
pub fn blob(repo: &Repository, tree: Oid, path: &str) -> Result<Option<Vec<u8>>, Error> {
    let limit = LARGEST.min(LIMIT * 16);
    let unreadable = |e: crate::model::ReadError| Error::Policy(path.to_owned(), e.to_string());
    let side = repo.entry(tree, BStr::new(path)).map_err(unreadable)?;
    side.filter(|s| s.kind.is_file())
        .map(|s| repo.blob(s.id, limit).map_err(unreadable))
        .transpose()
}

/// Reads a file that belongs to the policy from where the policy came from.
fn read_beside(
    repo: &Repository,
    from: &From<'_>,
    tree: Option<Oid>,
    path: &str,
) -> Result<Option<Vec<u8>>, String> {
    if let Some(tree) = tree {
        return blob(repo, tree, path).map_err(|e| e.to_string());
    }
    let dir: PathBuf = match from.file.and_then(Path::parent) {
        Some(dir) => dir.to_owned(),
        None => repo.root().map_err(|e| e.to_string())?.to_owned(),
    };
    match file::read(&dir.join(path), LIMIT) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e.to_string()),
    }
}

/// Reads a file that belongs to a policy which came from a tree, or from the working tree.
///
/// # Errors
/// When it is there and cannot be read.
pub fn beside(repo: &Repository, tree: Option<Oid>, path: &str) -> Result<Option<Vec<u8>>, String> {
    let nowhere = From {
        base: None,
        head: None,
        file: None,
        set: &[],
    };
    read_beside(repo, &nowhere, tree, path)
}

fn site() -> Result<Option<Vec<u8>>, Error> {
    let path = Path::new(config::SITE_FILE);
    match file::read(path, LIMIT) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(Error::File(path.to_owned(), e)),
    }
}

/// Checks what reading a policy does not: its own patterns, and what it says about models.
///
/// # Errors
/// With the first thing that cannot be used.
pub fn checked(repo: &Repository, from: &From<'_>, loaded: &Loaded) -> Result<(), Error> {
    super::wire::check_patterns(&loaded.settings)?;
    super::commands::check(&loaded.settings)?;
    let read = |path: &str| read_beside(repo, from, loaded.tree, path);
    super::models::check(&loaded.settings, &read)?;
    super::validate::check(&loaded.settings)?;
    super::validate::check_files(&loaded.settings, &read)
}

/// Says what is wrong with the policy that a change brings, if it changes the policy at all.
///
/// # Errors
/// When a tree cannot be read.
pub fn broken_by(repo: &Repository, base: Option<Oid>, head: Oid) -> Result<Option<String>, Error> {
    let now = entry(repo, head);
    if now.is_none() || now == base.and_then(|base| entry(repo, base)) {
        return Ok(None);
    }
    let from = From {
        base: None,
        head: Some(head),
        file: None,
        set: &[],
    };
    Ok(
        match find(repo, &from).and_then(|found| read(repo, &from, found)) {
            Ok(loaded) => checked(repo, &from, &loaded).err().map(|e| e.to_string()),
            Err(e) => Some(e.to_string()),
        },
    )
}

/// Says what is wrong with the baseline that a change brings, if it changes the baseline at all.
#[must_use]
pub fn baseline_broken_by(repo: &Repository, base: Option<Oid>, head: Oid, path: &str) -> Option<String> {
    let entry = |tree: Oid| repo.entry(tree, BStr::new(path)).ok().flatten();
    if entry(head) == base.and_then(entry) {
        return None;
    }
    let bytes = blob(repo, head, path).ok().flatten()?;
    crate::policy::read_baseline(&bytes).err().map(|e| e.to_string())
}

/// Returns every shipped rule, as the configuration needs to know it.
#[must_use]
pub fn known() -> Vec<KnownRule<'static>> {
    infos()
        .map(|info| KnownRule {
            id: &info.id,
            severity: info.severity,
            options: &info.options,
        })
        .collect()
}

/// Returns what every shipped rule says about itself.
pub fn infos() -> impl Iterator<Item = &'static crate::model::RuleInfo> {
    rules::ALL
        .iter()
        .map(|rule| &rule.info)
        .chain(rules::pattern::infos())
        .chain(OWN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shipped_packs_name_only_rules_that_exist() {
        let known = known();
        if let Err(problems) = config::check_packs(&known) {
            panic!("{problems}");
        }
        let one_less: Vec<_> = known
            .into_iter()
            .filter(|rule| rule.id != "message/fixup")
            .collect();
        let problems = config::check_packs(&one_less).unwrap_err().to_string();
        assert!(problems.contains("unknown rule `message/fixup`"), "{problems}");
    }

    #[test]
    fn no_two_rules_share_an_id() {
        let mut ids: Vec<&str> = infos().map(|info| info.id.as_ref()).collect();
        ids.sort_unstable();
        let count = ids.len();
        ids.dedup();
        assert_eq!(ids.len(), count);
    }
}
