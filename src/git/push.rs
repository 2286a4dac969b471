//! What a push sends: the lines that git gives to pre-push, and the commits the remote does not have.

use super::command::Git;
use super::commits::{merge_base, peel};
use super::{Error, Repository};
use crate::model::Oid;
use bstr::{BString, ByteSlice};

/// One line of git's on the standard input of pre-push.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefUpdate {
    /// What is sent: a reference, a revision, or `(delete)`.
    pub local: BString,
    /// The object that is sent; `None` for a deletion.
    pub new: Option<Oid>,
    /// The reference at the remote.
    pub remote: BString,
    /// The object that the remote has there; `None` if the reference is new.
    pub old: Option<Oid>,
}

/// What is to be judged for one updated reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Push {
    /// The reference at the remote.
    pub remote: BString,
    /// The commit that the sum of the push starts from; `None` is before the first commit.
    pub from: Option<Oid>,
    /// The commit that is sent.
    pub to: Oid,
    /// The commits that the remote does not have, newest first.
    pub commits: Vec<Oid>,
    /// What a person should know about how this was decided.
    pub note: Option<String>,
}

/// Reads the lines that git gives to pre-push.
///
/// # Errors
/// When a line has another form.
pub fn parse_updates(input: &[u8]) -> Result<Vec<RefUpdate>, Error> {
    let lines = input
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(at, line)| parse_update(line).ok_or(Error::PushLine(at + 1)))
        .collect()
}

fn parse_update(line: &[u8]) -> Option<RefUpdate> {
    // A local name may be any revision that a person typed, blanks included; the rest may not.
    let mut words = line.rsplitn(4, |b| *b == b' ');
    let (old, remote, new, local) = (words.next()?, words.next()?, words.next()?, words.next()?);
    Some(RefUpdate {
        local: local.into(),
        new: object(new)?,
        remote: remote.into(),
        old: object(old)?,
    })
}

fn object(hex: &[u8]) -> Option<Option<Oid>> {
    let id = Oid::from_hex(hex).ok()?;
    Some(if id.is_null() { None } else { Some(id) })
}

/// Decides what to judge for one update; `None` for a deletion.
///
/// `tips` are the commits that the remote is known to have, from [`remote_tips`]. The sum of the push starts from what the
/// remote has at that reference, or from the newest commit in common with what it has elsewhere.
///
/// # Errors
/// When the object sent is no commit, or the history cannot be read.
pub fn plan(repo: &Repository, update: &RefUpdate, tips: &[Oid]) -> Result<Option<Push>, Error> {
    let Some(new) = update.new else { return Ok(None) };
    let to = peel(repo, new)?;
    let mut known = tips.to_vec();
    let old = update.old.and_then(|id| peel(repo, id).ok());
    let mut note = None;
    if let (Some(id), None) = (update.old, old) {
        note = Some(format!(
            "the remote's {} is not here; commits on its other references count as known",
            short(id)
        ));
    }
    known.extend(old);
    let commits = new_commits(repo, to, &known)?;
    let from = match old {
        Some(old) => merge_base(repo, old, to),
        None => boundary(repo, to, &commits, &known),
    };
    Ok(Some(Push {
        remote: update.remote.clone(),
        from,
        to,
        commits,
        note,
    }))
}

/// Returns the commits that are reachable from `to` and from none of `known`, newest first.
///
/// # Errors
/// When the history cannot be read.
pub fn new_commits(repo: &Repository, to: Oid, known: &[Oid]) -> Result<Vec<Oid>, Error> {
    let failed = |e: &dyn std::fmt::Display| Error::Object(to, e.to_string());
    let walk = repo.gix.rev_walk([to]).with_hidden(known.iter().copied());
    let walk = walk.all().map_err(|e| failed(&e))?;
    walk.map(|info| info.map(|i| i.id).map_err(|e| failed(&e)))
        .collect()
}

/// Finds where a new reference leaves what the remote has.
fn boundary(repo: &Repository, to: Oid, commits: &[Oid], known: &[Oid]) -> Option<Oid> {
    if commits.is_empty() {
        return Some(to);
    }
    // The commit with the fewest commits above it is the one that the sum should start from.
    let bases = known.iter().filter_map(|tip| merge_base(repo, *tip, to));
    let mut bases: Vec<Oid> = bases.collect();
    bases.sort_unstable();
    bases.dedup();
    let mut best = bases.first().copied()?;
    for base in bases.into_iter().skip(1) {
        if merge_base(repo, best, base) == Some(best) {
            best = base;
        }
    }
    Some(best)
}

/// Returns the commits that the remote is known to have, from its tracking references.
#[must_use]
pub fn remote_tips(repo: &Repository, remote: &str) -> Vec<Oid> {
    tips(repo, &format!("refs/remotes/{remote}/"))
}

/// Returns the commits of all references below a prefix.
pub(super) fn tips(repo: &Repository, prefix: &str) -> Vec<Oid> {
    if repo.foreign_refs {
        return tips_from_git(repo, prefix);
    }
    let Ok(references) = repo.gix.references() else {
        return Vec::new();
    };
    let Ok(found) = references.prefixed(prefix) else {
        return Vec::new();
    };
    let ids = found
        .filter_map(Result::ok)
        .filter_map(|mut r| r.peel_to_id().ok().map(gix::Id::detach));
    ids.filter(|id| repo.find_commit(*id).is_ok()).collect()
}

fn tips_from_git(repo: &Repository, prefix: &str) -> Vec<Oid> {
    let out = Git::new(repo.git_dir()).run(&["for-each-ref", "--format=%(objectname)", prefix]);
    let out = out.unwrap_or_default();
    out.lines()
        .filter_map(|line| Oid::from_hex(line).ok())
        .filter(|id| repo.find_commit(*id).is_ok())
        .collect()
}

fn short(id: Oid) -> String {
    id.to_hex_with_len(10).to_string()
}
