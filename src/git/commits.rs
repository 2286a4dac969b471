//! Names of commits, and which commits a branch adds.

use super::command::Git;
use super::{Error, Repository};
use crate::model::Oid;
use bstr::{BStr, ByteSlice};
use std::borrow::Cow;

/// A range that was chosen for the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// The commit that the range starts from.
    pub from: Oid,
    /// The commit that the range ends in.
    pub to: Oid,
    /// What the start is, such as `merge base with origin/main`.
    pub why: String,
}

/// Returns the commit that `HEAD` names; `None` before the first commit.
pub(super) fn head(repo: &Repository) -> Result<Option<Oid>, Error> {
    if repo.foreign_refs {
        return Ok(ask_git(repo, "HEAD").ok());
    }
    let mut head = repo.gix.head().map_err(|e| Error::Broken(e.to_string()))?;
    let id = head.try_peel_to_id().map_err(|e| Error::Broken(e.to_string()))?;
    Ok(id.map(gix::Id::detach))
}

/// Returns the commit of `HEAD`; `None` before the first one.
///
/// # Errors
/// When `HEAD` cannot be read.
pub fn head_commit(repo: &Repository) -> Result<Option<Oid>, Error> {
    head(repo)
}

/// Returns the commit that a revision names, with tags peeled.
///
/// # Errors
/// When it names none.
pub fn resolve(repo: &Repository, revision: &str) -> Result<Oid, Error> {
    let unknown = || Error::UnknownRevision(revision.to_owned());
    if repo.foreign_refs {
        return ask_git(repo, revision).map_err(|_| unknown());
    }
    let found = repo
        .gix
        .rev_parse_single(BStr::new(revision.as_bytes()))
        .map_err(|_| unknown())?;
    peel(repo, found.detach()).map_err(|e| match e {
        Error::Missing(_) => unknown(),
        other => other,
    })
}

/// Follows tags to the commit behind them.
///
/// # Errors
/// When the object is missing, or no commit stands behind it.
pub(super) fn peel(repo: &Repository, id: Oid) -> Result<Oid, Error> {
    let object = repo
        .gix
        .try_find_object(id)
        .map_err(|e| Error::Object(id, e.to_string()))?;
    let object = object.ok_or(Error::Missing(id))?;
    let commit = object
        .peel_to_commit()
        .map_err(|e| Error::Object(id, e.to_string()))?;
    Ok(commit.id)
}

/// Returns the start and the end of `BASE..HEAD` (the two commits) or `BASE...HEAD` (the merge base
/// and the second); an empty side is `HEAD`.
///
/// # Errors
/// When a side names no commit, or the two have no common ancestor.
pub fn resolve_range(repo: &Repository, range: &str) -> Result<Option<(Oid, Oid)>, Error> {
    let side = |name: &str| resolve(repo, if name.is_empty() { "HEAD" } else { name });
    if let Some((a, b)) = range.split_once("...") {
        let (a, b) = (side(a)?, side(b)?);
        let base = merge_base(repo, a, b).ok_or_else(|| Error::NoBase(range.to_owned()))?;
        return Ok(Some((base, b)));
    }
    let Some((a, b)) = range.split_once("..") else {
        return Ok(None);
    };
    Ok(Some((side(a)?, side(b)?)))
}

/// Returns the best common ancestor of two commits.
pub(super) fn merge_base(repo: &Repository, a: Oid, b: Oid) -> Option<Oid> {
    repo.gix.merge_base(a, b).ok().flatten().map(gix::Id::detach)
}

/// Chooses what a branch adds: from its merge base with the upstream, or with the default branch.
///
/// # Errors
/// `NoCommits` before the first commit, `NoBase` when there is nothing to compare with.
pub fn branch_range(repo: &Repository) -> Result<Chosen, Error> {
    let to = head(repo)?.ok_or(Error::NoCommits)?;
    let git = [
        "@{upstream}",
        "refs/remotes/origin/HEAD",
        "origin/main",
        "origin/master",
        "main",
        "master",
    ];
    let local = branch_name(repo);
    for name in git {
        if local.as_deref() == Some(name) {
            continue;
        }
        let Ok(other) = ask_git(repo, name) else { continue };
        if let Some(from) = merge_base(repo, other, to) {
            let name = full_name(repo, name).unwrap_or_else(|| name.to_owned());
            return Ok(Chosen {
                from,
                to,
                why: format!("merge base with `{name}`"),
            });
        }
    }
    Err(Error::NoBase(local.unwrap_or_else(|| "HEAD".to_owned())))
}

/// Returns the branch that a remote showed first when it was cloned.
#[must_use]
pub fn remote_head(repo: &Repository, remote: &str) -> Option<String> {
    let name = full_name(repo, &format!("refs/remotes/{remote}/HEAD"))?;
    name.strip_prefix(&format!("{remote}/")).map(str::to_owned)
}

fn branch_name(repo: &Repository) -> Option<String> {
    full_name(repo, "HEAD")
}

fn full_name(repo: &Repository, name: &str) -> Option<String> {
    let out = Git::new(repo.git_dir())
        .run(&["rev-parse", "--abbrev-ref", name])
        .ok()?;
    Some(out.trim().to_str_lossy().into_owned()).filter(|n| !n.is_empty())
}

fn ask_git(repo: &Repository, revision: &str) -> Result<Oid, Error> {
    let spec = format!("{revision}^{{commit}}");
    let dir = repo.gix.workdir().unwrap_or(repo.git_dir());
    let out = Git::new(dir).run(&["rev-parse", "--verify", "--quiet", "--end-of-options", &spec])?;
    Oid::from_hex(out.trim()).map_err(|_| Error::UnknownRevision(revision.to_owned()))
}

/// Returns what begins a comment line in a commit message: `core.commentString`, or `core.commentChar`, which is
/// the same, or `#`.
#[must_use]
pub fn comment_mark(repo: &Repository) -> String {
    // Asked for at once: a second process would take longer than all else that is done for a message.
    let either = "^core\\.comment(string|char)$";
    let asked = Git::new(repo.git_dir()).ask(&["config", "--null", "--get-regexp", either]);
    let said = asked.ok().flatten().unwrap_or_default();
    let values = said
        .split_str("\0")
        .filter_map(|entry| entry.split_once_str("\n"));
    let marks = values.map(|(_, value)| value.to_str_lossy());
    let last = marks.filter(|mark| !mark.is_empty() && mark != "auto").last();
    last.map_or_else(|| "#".to_owned(), Cow::into_owned)
}
