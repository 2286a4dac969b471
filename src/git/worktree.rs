//! The working tree as a change set: git itself writes it into an index and objects of our own, in a
//! temporary directory, so that filters and ignore rules are git's.

use super::command::Git;
use super::index::Index;
use super::tree::{Child, Node, Walk};
use super::{Error, Repository, changes};
use crate::model::{ChangeSet, EntryKind, Oid, Source};
use gix::objs::WriteTo;
use std::path::Path;

/// Returns what committing the whole working tree would record, untracked files included.
///
/// The objects that are not in the repository live in the temporary directory, which must outlive
/// the readers of the change.
///
/// # Errors
/// When the repository is bare, or git cannot read the working tree.
pub fn worktree(repo: &mut Repository, scratch: &Path) -> Result<ChangeSet, Error> {
    let root = repo.root()?.to_owned();
    let (index, objects) = (scratch.join("index"), scratch.join("objects"));
    prepare(repo, &index, &objects)?;
    let git = Git::new(&root)
        .env("GIT_INDEX_FILE", &index)
        .env("GIT_OBJECT_DIRECTORY", &objects);
    git.run(&["-c", "core.fsmonitor=false", "add", "--all", "--", "."])?;
    git.run(&["write-tree"])?;
    repo.gix.objects = open_objects(&objects, repo.gix.object_hash())?;
    repo.own.take();
    let index = Index::at(repo, &index)?;
    let head = repo.head_tree()?;
    changes::against_index(repo, &index, Source::Worktree, head, &[])
}

/// Lays out an object directory that borrows from the repository's, and a copy of its index.
fn prepare(repo: &Repository, index: &Path, objects: &Path) -> Result<(), Error> {
    let failed = |e: std::io::Error| Error::Git("add --all".into(), e.to_string());
    std::fs::create_dir_all(objects.join("info")).map_err(failed)?;
    let own = repo.common_dir().join("objects");
    let own = std::fs::canonicalize(own).map_err(failed)?;
    let line = own.as_os_str().as_encoded_bytes();
    let alternates = [line, b"\n"].concat();
    crate::sys::file::write_atomic(&objects.join("info/alternates"), &alternates, 0o644).map_err(failed)?;
    match std::fs::copy(repo.index_path(), index) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(failed(e)),
        _ => Ok(()),
    }
}

fn open_objects(dir: &Path, hash: gix::hash::Kind) -> Result<gix::OdbHandle, Error> {
    let options = gix::odb::store::init::Options::default();
    let store = gix::odb::Store::at_opts(dir.to_owned(), hash, &mut std::iter::empty(), options);
    let store = store.map_err(|e| Error::Broken(e.to_string()))?;
    let handle = std::sync::Arc::new(store).to_handle_arc();
    Ok(gix::odb::memory::Proxy::new(gix::odb::Cache::from(handle), hash))
}

/// Computes the tree that a commit of the index would record, and keeps it and the trees in it in
/// memory: nothing is written.
pub(super) fn write_tree(repo: &mut Repository, index: &Index) -> Result<Oid, Error> {
    let (id, made) = tree_of(repo, index)?;
    repo.trees = made;
    repo.own.take();
    Ok(id)
}

/// Computes the tree that a commit of the index would record, with the trees in it that the index does not know.
pub(super) fn tree_of(repo: &Repository, index: &Index) -> Result<(Oid, gix::odb::memory::Storage), Error> {
    let mut made = gix::odb::memory::Storage::default();
    let walk = Walk::new(repo.own_reader(), Some(index));
    let id = make_tree(&walk, index.root(), &mut made)?;
    Ok((id, made))
}

fn make_tree(walk: &Walk<'_>, node: Node, made: &mut gix::odb::memory::Storage) -> Result<Oid, Error> {
    if let Node::Tree(id) | Node::Index { id: Some(id), .. } = node {
        return Ok(id);
    }
    let hash = walk.reader.hash();
    let mut tree = gix::objs::Tree::empty();
    for (filename, child) in walk.children(Some(node))? {
        let (kind, oid) = match child {
            Child::Dir(dir) => (gix::objs::tree::EntryKind::Tree, make_tree(walk, dir, made)?),
            Child::Entry(side) => (entry_kind(side.kind), side.id),
        };
        if oid != hash.empty_tree() {
            tree.entries.push(gix::objs::tree::Entry {
                mode: kind.into(),
                filename,
                oid,
            });
        }
    }
    tree.entries.sort();
    let broken = |e: &dyn std::fmt::Display| Error::Broken(e.to_string());
    let mut bytes = Vec::new();
    tree.write_to(&mut bytes).map_err(|e| broken(&e))?;
    let id = gix::objs::compute_hash(hash, gix::objs::Kind::Tree, &bytes).map_err(|e| broken(&e))?;
    made.insert(id, (gix::objs::Kind::Tree, bytes));
    Ok(id)
}

fn entry_kind(kind: EntryKind) -> gix::objs::tree::EntryKind {
    use gix::objs::tree::EntryKind as Kind;
    match kind {
        EntryKind::File => Kind::Blob,
        EntryKind::Executable => Kind::BlobExecutable,
        EntryKind::Symlink => Kind::Link,
        EntryKind::Submodule => Kind::Commit,
    }
}
