//! Which objects of a base could go, whatever the user does: what no remote-tracking branch and no tag reaches.
//!
//! Too much may be named, never too little. `None` means "ask git": for a history that cannot be read here, and for
//! so many objects that git copies them faster.

use super::source::Objects;
use super::{Base, ScratchError};
use crate::git::{Repository, push};
use crate::model::Oid;
use crate::sys::clock::Deadline;
use gix::objs::{Kind, TreeRefIter};
use std::collections::{HashMap, HashSet};

/// How many commits of the user's that only local branches reach are kept.
pub(super) const HISTORY: usize = 64;
/// The most objects.
const MOST: usize = 20_000;
/// Directories deeper than this are left to git.
const DEEPEST: usize = 1000;
/// The most tags and remote-tracking branches.
const TIPS: usize = 10_000;

/// Returns the objects at risk. `written`: only those files are needed of a tree of which all is at risk. `trees`: the
/// bytes of trees that were read already.
pub(super) fn at_risk(
    repository: &Repository,
    objects: &Objects,
    base: &Base,
    written: Option<&[Oid]>,
    trees: &HashMap<Oid, &[u8]>,
    within: &Deadline,
) -> Result<Option<Vec<Oid>>, ScratchError> {
    let Some(local) = local(repository, base.commit) else {
        return Ok(None);
    };
    let mut risk = Risk {
        objects,
        trees,
        within,
        blobs: true,
        is_partial: false,
        seen: HashSet::new(),
        found: Vec::new(),
    };
    for commit in in_order(&risk, &local)? {
        if !risk.bring(commit, &local, written.is_some())? {
            return Ok(None);
        }
    }
    // What is in the index and in no commit.
    let old = match base.commit {
        Some(commit) => risk.commit(commit)?.map(|(tree, _)| tree),
        None => None,
    };
    risk.blobs = true;
    if !risk.tree(old, base.tree, 0)? {
        return Ok(None);
    }
    if risk.is_partial {
        written.unwrap_or(&[]).iter().for_each(|id| risk.take(*id));
    }
    Ok(Some(risk.found))
}

/// Commits that nothing keeps but branches of the user's.
struct Local {
    commits: Vec<Oid>,
    /// Whether there are more of them.
    is_cut: bool,
}

fn local(repository: &Repository, commit: Option<Oid>) -> Option<Local> {
    let mut commits = Vec::new();
    if let Some(commit) = commit {
        let mut tips = push::tips(repository, "refs/remotes/");
        tips.extend(push::tips(repository, "refs/tags/"));
        if tips.len() > TIPS {
            return None;
        }
        let walk = repository.gix.rev_walk([commit]).with_hidden(tips).all().ok()?;
        for found in walk.take(HISTORY) {
            commits.push(found.ok()?.id);
        }
    }
    Some(Local {
        is_cut: commits.len() == HISTORY,
        commits,
    })
}

/// Orders commits so that each comes after its first parent: what a commit shares with that is taken by then.
fn in_order(risk: &Risk<'_>, local: &Local) -> Result<Vec<Oid>, ScratchError> {
    let mut ordered: Vec<Oid> = Vec::new();
    for commit in &local.commits {
        let mut line = Vec::new();
        let mut next = Some(*commit);
        while let Some(id) = next.filter(|id| local.commits.contains(id) && !ordered.contains(id)) {
            line.push(id);
            next = risk.commit(id)?.and_then(|(_, parent)| parent);
        }
        ordered.extend(line.into_iter().rev());
    }
    Ok(ordered)
}

struct Risk<'a> {
    objects: &'a Objects,
    trees: &'a HashMap<Oid, &'a [u8]>,
    within: &'a Deadline,
    /// Whether files count, or only directories.
    blobs: bool,
    /// Whether files were left out.
    is_partial: bool,
    seen: HashSet<Oid>,
    found: Vec<Oid>,
}

impl Risk<'_> {
    fn take(&mut self, id: Oid) {
        if self.seen.insert(id) {
            self.found.push(id);
        }
    }

    /// Takes what a commit brings; `false`: it is too much.
    fn bring(&mut self, id: Oid, local: &Local, is_sparse: bool) -> Result<bool, ScratchError> {
        let Some((tree, parent)) = self.commit(id)? else {
            return Ok(true);
        };
        let parent = parent.filter(|parent| !local.is_cut || local.commits.contains(parent));
        let old = match parent {
            Some(parent) => self.commit(parent)?.map(|(tree, _)| tree),
            None => None,
        };
        self.take(id);
        // Without anything that stays, this would be every file there is.
        self.blobs = !is_sparse || old.is_some();
        self.is_partial |= !self.blobs;
        self.tree(old, tree, 0)
    }

    /// Returns the tree of a commit and its first parent; `None`: it is not there.
    fn commit(&self, id: Oid) -> Result<Option<(Oid, Option<Oid>)>, ScratchError> {
        let Some((Kind::Commit, bytes)) = self.objects.find(id)? else {
            return Ok(None);
        };
        let broken = |e: &dyn std::fmt::Display| crate::git::Error::Object(id, e.to_string());
        let mut commit = gix::objs::CommitRefIter::from_bytes(&bytes, id.kind());
        let tree = commit.tree_id().map_err(|e| broken(&e))?;
        Ok(Some((tree, commit.parent_ids().next())))
    }

    /// Takes what a directory has, and the one before it has not; `false`: it is too much.
    fn tree(&mut self, old: Option<Oid>, new: Oid, depth: usize) -> Result<bool, ScratchError> {
        if self.within.is_over() {
            return Err(ScratchError::Stopped);
        }
        if old == Some(new) || !self.seen.insert(new) {
            return Ok(true);
        }
        if depth > DEEPEST {
            return Ok(false);
        }
        self.found.push(new);
        let before = self.entries(old)?;
        let before: HashMap<&[u8], Oid> = before.iter().map(|(name, id, _)| (&name[..], *id)).collect();
        for (name, id, kind) in self.entries(Some(new))? {
            let was = before.get(&name[..]).copied();
            if was == Some(id) {
                continue;
            }
            match kind {
                Kind::Tree if !self.tree(was, id, depth + 1)? => return Ok(false),
                Kind::Blob if self.blobs => self.take(id),
                _ => {}
            }
        }
        Ok(self.found.len() <= MOST)
    }

    /// Reads a directory, submodules left out. One that is not there, or is none, has nothing.
    fn entries(&self, tree: Option<Oid>) -> Result<Vec<(Vec<u8>, Oid, Kind)>, ScratchError> {
        let Some(id) = tree else {
            return Ok(Vec::new());
        };
        let read = match self.trees.get(&id) {
            Some(_) => None,
            None => self.objects.find(id)?,
        };
        let bytes = match (&read, self.trees.get(&id)) {
            (Some((Kind::Tree, bytes)), _) => &bytes[..],
            (_, Some(bytes)) => bytes,
            _ => return Ok(Vec::new()),
        };
        let mut found = Vec::new();
        for entry in TreeRefIter::from_bytes(bytes, id.kind()) {
            let entry = entry.map_err(|e| crate::git::Error::Object(id, e.to_string()))?;
            let kind = match entry.mode.is_tree() {
                true => Kind::Tree,
                false => Kind::Blob,
            };
            if !entry.mode.is_commit() {
                found.push((entry.filename.to_vec(), entry.oid.to_owned(), kind));
            }
        }
        Ok(found)
    }
}
