//! Change sets, by where they come from.

use super::ahead::Ahead;
use super::index::Index;
use super::tree::{Node, Walk};
use super::{Error, Repository};
use super::{copies, renames};
use crate::model::{ChangeSet, FileChange, LeftOut, Message, Objects, Oid, Side, Source};
use bstr::{BString, ByteSlice};
use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;

/// Blobs larger than this are not compared when renames are looked for.
const RENAME_LIMIT: u64 = 4 << 20;

/// Returns what a commit of the index would record: against `HEAD`, and during a merge only what
/// differs from every parent.
///
/// # Errors
/// When the index, `HEAD` or a tree cannot be read, or there is no index because the repository is bare.
pub fn staged(repo: &mut Repository) -> Result<ChangeSet, Error> {
    // Whoever names an index has one, be the repository bare or not.
    if crate::sys::env::path("GIT_INDEX_FILE").is_none() {
        repo.root()?;
    }
    let index = Index::open(repo)?;
    let (parents, head) = (merge_parents(repo)?, repo.head_tree()?);
    let mut change = against_index(repo, &index, Source::Staged, head, &parents)?;
    for path in index.unmerged() {
        let why = "it is in conflict, so no commit can record it".to_owned();
        change.left_out.push(LeftOut {
            what: path,
            why,
            inconclusive: true,
        });
    }
    Ok(change)
}

/// Returns the difference between a tree (`None`: nothing) and an index, without what equals one of
/// the trees in `others`.
pub(super) fn against_index(
    repo: &mut Repository,
    index: &Index,
    source: Source,
    base: Option<Oid>,
    others: &[Oid],
) -> Result<ChangeSet, Error> {
    let head = match index.tree_id() {
        Some(id) => id,
        None => super::worktree::write_tree(repo, index)?,
    };
    // What another parent of a merge has is not looked at, so it is not known yet what will be.
    let ahead = (source == Source::Staged && others.is_empty())
        .then(|| RefCell::new(Ahead::new(repo.gix.objects.store_ref().path().to_owned())));
    let mut walk = Walk::new(repo.own_reader(), Some(index));
    walk.ahead = ahead.as_ref();
    let files = merged(repo, &walk, base, &index.root(), others)?;
    repo.ahead
        .replace(ahead.and_then(|ahead| ahead.into_inner().reading()));
    repo.read.take();
    Ok(ChangeSet {
        source,
        base,
        head,
        files,
        message: None,
        left_out: Vec::new(),
    })
}

/// Returns what one commit changed: against its parent, or for a merge what differs from every
/// parent. The first commit is compared with the empty tree.
///
/// # Errors
/// When the commit, a parent or a tree cannot be read; `Shallow` when a parent was cut off.
pub fn commit(repo: &Repository, id: Oid) -> Result<ChangeSet, Error> {
    let found = repo.find_commit(id)?;
    let head = repo.tree_of(id)?;
    let mut parents = Vec::new();
    for parent in found.parent_ids() {
        let tree = repo.tree_of(parent.detach()).map_err(|e| match e {
            Error::Missing(_) => Error::Shallow(id),
            other => other,
        })?;
        parents.push(tree);
    }
    let walk = Walk::new(repo.own_reader(), None);
    let base = parents.first().copied();
    let files = merged(
        repo,
        &walk,
        base,
        &Node::Tree(head),
        parents.get(1..).unwrap_or_default(),
    )?;
    let message = Some(message_of(&found));
    Ok(ChangeSet {
        source: Source::Commit(id),
        base,
        head,
        files,
        message,
        left_out: Vec::new(),
    })
}

/// Returns the difference of two commits; `from: None` is before the first commit.
///
/// # Errors
/// When a commit or a tree cannot be read.
pub fn range(repo: &Repository, from: Option<Oid>, to: Oid) -> Result<ChangeSet, Error> {
    let base = from.map(|id| repo.tree_of(id)).transpose()?;
    let head = repo.tree_of(to)?;
    let walk = Walk::new(repo.own_reader(), None);
    let files = merged(repo, &walk, base, &Node::Tree(head), &[])?;
    Ok(ChangeSet {
        source: Source::Range { from, to },
        base,
        head,
        files,
        message: None,
        left_out: Vec::new(),
    })
}

/// Returns everything in a commit's tree, as if it were new.
///
/// # Errors
/// When the commit or a tree cannot be read.
pub fn whole_tree(repo: &Repository, id: Oid) -> Result<ChangeSet, Error> {
    let mut change = range(repo, None, id)?;
    change.source = Source::Tree(id);
    Ok(change)
}

/// Returns a change without files: a commit message alone. Its subject is the tree that is about to
/// be committed, if the index knows it.
///
/// # Errors
/// When the index cannot be read.
pub fn message(repo: &Repository, text: BString) -> Result<ChangeSet, Error> {
    let head = Index::recorded(repo)?.unwrap_or(repo.gix.object_hash().empty_tree());
    let merge = repo.git_dir().join("MERGE_HEAD").exists();
    let message = Some(Message {
        text,
        commit: None,
        merge,
    });
    Ok(ChangeSet {
        source: Source::Message,
        base: None,
        head,
        files: Vec::new(),
        message,
        left_out: Vec::new(),
    })
}

/// Marks added files that hold what another path of the change held before, or something similar, as
/// copies. All of their lines still count as added.
pub fn mark_copies(repo: &Repository, change: &mut ChangeSet) {
    let reader = repo.reader(RENAME_LIMIT);
    copies::mark(&mut change.files, &|id| reader.blob(id).ok());
}

/// Returns the message of a commit.
pub(super) fn message_of(commit: &gix::Commit<'_>) -> Message {
    Message {
        text: commit.message_raw_sloppy().to_owned(),
        commit: Some(commit.id),
        merge: commit.parent_ids().count() > 1,
    }
}

/// Compares with the first tree, and drops what equals one of the others.
fn merged(
    repo: &Repository,
    walk: &Walk<'_>,
    base: Option<Oid>,
    new: &Node,
    others: &[Oid],
) -> Result<Vec<FileChange>, Error> {
    let mut raw = walk.diff(base.map(Node::Tree), Some(new.clone()))?;
    let mut sides: Vec<HashMap<BString, Option<Side>>> = Vec::new();
    for other in others {
        let theirs = walk.diff(Some(Node::Tree(*other)), Some(new.clone()))?;
        let theirs: HashMap<_, _> = theirs.into_iter().map(|r| (r.path, r.old)).collect();
        raw.retain(|r| theirs.contains_key(&r.path));
        sides.push(theirs);
    }
    // What was added is likely loose, and what was deleted is likely not.
    let added = raw.iter().filter(|r| r.old.is_none());
    let added: Vec<Oid> = added.filter_map(|r| Some(r.new?.id)).collect();
    let reader = OnceCell::new();
    let open = || repo.readers(RENAME_LIMIT, added.iter().copied()).open();
    let mut files = renames::detect(raw, &|id| reader.get_or_init(open).blob(id).ok());
    for file in &mut files {
        file.other_parents = sides
            .iter()
            .map(|s| s.get(&file.path).copied().flatten())
            .collect();
    }
    Ok(files)
}

/// Returns the trees of the commits that are being merged into `HEAD`.
fn merge_parents(repo: &Repository) -> Result<Vec<Oid>, Error> {
    let path = repo.git_dir().join("MERGE_HEAD");
    let Ok(bytes) = crate::sys::file::read(&path, 1 << 20) else {
        return Ok(Vec::new());
    };
    let ids = bytes.lines().filter_map(|line| Oid::from_hex(line.trim()).ok());
    ids.map(|id| repo.tree_of(id)).collect()
}
