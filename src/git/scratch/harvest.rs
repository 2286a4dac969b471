//! What came of a run, as a tree.
//!
//! Files are read and made objects here; git is only asked which new paths are ignored. So nothing in the tree can name
//! a program: no attribute, no configuration, no repository.

use super::known::{self, Known};
use super::source::Objects;
use super::walk::{Found, Walked, walk};
use super::weave::{Changes, weave};
use super::{Bounds, Harvest, Refused, Scratch, ScratchError, at};
use super::{agent, modules, own, seed, surface};
use crate::model::{EntryKind, Oid, visible_bytes};
use crate::sys::clock::Deadline;
use crate::sys::{dirs, file};
use bstr::{BStr, BString, ByteSlice};
use gix::index::entry::Stat;
use std::collections::{HashMap, HashSet};
use std::path::Path;

/// Tells git what is ignored where nothing was written out.
const INDEX: &str = "index.ignored";
/// Where it is written down what was not taken.
const REFUSED: &str = "refused.txt";
/// The message of the commit of a harvest.
const MESSAGE: &str = "What came of the run";

/// Keeps what is in the tree of a run as objects of the run. Nothing may work in it meanwhile.
///
/// The state of the run stays as it is: only its owner knows whether more is to come.
///
/// # Errors
/// When there are more entries than the bounds allow, the objects cannot be written, or the time is up. The files
/// stay as they are.
pub fn harvest(scratch: &mut Scratch, bounds: Bounds, within: &Deadline) -> Result<Harvest, ScratchError> {
    let base = scratch.base()?;
    let mut known = Known::read(&scratch.git_dir().join(agent::INDEX), base.tree.kind())?;
    let objects = scratch.source()?.open();
    let seeded: Vec<BString> = seed::copied(scratch)?;
    let modules = modules_of(&known);
    let skip: HashSet<BString> = seeded.iter().chain(&modules).cloned().collect();
    let mut walked = walk(&scratch.tree(), &skip, bounds.entries, within)?;
    clear_pipes(&walked);
    for found in &walked.found {
        known.look(found.path.as_bstr(), &objects)?;
    }
    let ignored = ignored(scratch, &known, &walked.found, within)?;
    let mut gather = Gather::new(
        scratch,
        &known,
        bounds,
        within,
        std::mem::take(&mut walked.refused),
    );
    gather.submodules(&modules)?;
    for found in &walked.found {
        if !ignored.contains(&found.path) {
            gather.found(found)?;
        }
    }
    gather.gone(&walked.found, &seeded);
    let left_out = ignored.len() + walked.skipped.saturating_sub(modules.len());
    let harvest = gather.finish(left_out, &objects)?;
    write_refused(scratch, &harvest.refused)?;
    scratch.run.harvest = Some((harvest.tree, harvest.commit));
    scratch.write()?;
    Ok(harvest)
}

/// Writes down what was not taken, one line each.
fn write_refused(scratch: &Scratch, refused: &[Refused]) -> Result<(), ScratchError> {
    let path = scratch.path().join(REFUSED);
    dirs::remove(&path).map_err(at(&path))?;
    if refused.is_empty() {
        return Ok(());
    }
    let line = |refused: &Refused| format!("{}: {}\n", visible_bytes(&refused.path), refused.why);
    let text: String = refused.iter().map(line).collect();
    own::write(&path, text.as_bytes())
}

/// Returns the places of submodules. What stands there belongs to another repository.
fn modules_of(known: &Known) -> Vec<BString> {
    let modules = known
        .all()
        .filter(|(_, entry)| entry.kind == EntryKind::Submodule);
    let mut paths: Vec<BString> = modules.map(|(path, _)| path.clone()).collect();
    paths.sort();
    paths
}

/// Takes away what would keep git waiting where it looks for ignored paths. It is in no tree in any case.
fn clear_pipes(walked: &Walked) {
    for pipe in &walked.pipes {
        drop(dirs::remove(pipe));
    }
}

/// Returns which new paths are ignored, by the rules in the tree and those of the user's repository.
fn ignored(
    scratch: &Scratch,
    known: &Known,
    found: &[Found],
    within: &Deadline,
) -> Result<HashSet<BString>, ScratchError> {
    let new = found
        .iter()
        .filter(|found| known.get(found.path.as_bstr()).is_none());
    let asked: Vec<u8> = new
        .flat_map(|found| [&found.path[..], b"\0"])
        .flatten()
        .copied()
        .collect();
    if asked.is_empty() {
        return Ok(HashSet::new());
    }
    let unseen = known.unseen_named(".gitignore");
    let rows: Vec<_> = unseen.iter().map(|entry| (entry, Stat::default())).collect();
    let index = scratch.git_dir().join(INDEX);
    own::write_index(&index, &rows, &HashMap::new(), scratch.hash()?)?;
    let git = scratch.git_on(INDEX, &scratch.tree(), within).input(asked);
    let said = git.ask(&["check-ignore", "-z", "--stdin"])?.unwrap_or_default();
    let paths = said.split(|byte| *byte == 0).filter(|path| !path.is_empty());
    Ok(paths.map(BString::from).collect())
}

/// Gathers what differs from the base.
struct Gather<'a> {
    scratch: &'a Scratch,
    known: &'a Known,
    bounds: Bounds,
    within: &'a Deadline,
    /// Paths that were not written out, and directories above them.
    unseen: (HashSet<&'a BStr>, HashSet<&'a BStr>),
    refused: Vec<Refused>,
    set: Vec<(BString, EntryKind, Oid)>,
    gone: Vec<BString>,
    files: usize,
    bytes: u64,
}

impl<'a> Gather<'a> {
    fn new(
        scratch: &'a Scratch,
        known: &'a Known,
        bounds: Bounds,
        within: &'a Deadline,
        refused: Vec<Refused>,
    ) -> Self {
        Self {
            scratch,
            known,
            bounds,
            within,
            unseen: known.unseen(),
            refused,
            set: Vec::new(),
            gone: Vec::new(),
            files: 0,
            bytes: 0,
        }
    }

    fn refuse(&mut self, path: &BString, why: impl Into<String>) {
        self.refused.push(Refused {
            path: path.clone(),
            why: why.into(),
        });
    }

    /// Takes one file or link, unless it is as it was.
    fn found(&mut self, found: &Found) -> Result<(), ScratchError> {
        if self.within.is_over() {
            return Err(ScratchError::Stopped);
        }
        let before = self.known.get(found.path.as_bstr()).copied();
        if before.is_some_and(|before| self.known.is_untouched(&before, &found.meta)) {
            return Ok(());
        }
        if before.is_none() && self.hides(found.path.as_bstr()) {
            self.refuse(
                &found.path,
                "is in the place of something that was not written out",
            );
            return Ok(());
        }
        let Some(bytes) = self.content(found) else {
            return Ok(());
        };
        let id = gix::objs::compute_hash(self.hash(), gix::objs::Kind::Blob, &bytes)
            .map_err(|e| ScratchError::File(self.scratch.odb(), std::io::Error::other(e.to_string())))?;
        let kind = kind(found);
        if before.is_some_and(|before| before.id == id && before.kind == kind) {
            return Ok(());
        }
        if let Some(why) = found.objection {
            self.refuse(&found.path, why);
            return Ok(());
        }
        let length = bytes.len() as u64;
        if self.bytes + length > self.bounds.bytes {
            let most = self.bounds.bytes;
            self.refuse(
                &found.path,
                format!("is beyond the {most} bytes that a run may change"),
            );
            return Ok(());
        }
        self.files += 1;
        self.bytes += length;
        self.scratch.object(gix::objs::Kind::Blob, &bytes)?;
        self.set.push((found.path.clone(), kind, id));
        Ok(())
    }

    /// Whether a new path would push out a part of the base that nobody saw.
    fn hides(&self, path: &BStr) -> bool {
        let (paths, dirs) = &self.unseen;
        dirs.contains(path)
            || path
                .find_iter(b"/")
                .any(|at| paths.contains(path[..at].as_bstr()))
    }

    fn hash(&self) -> gix::hash::Kind {
        self.scratch.hash().unwrap_or(gix::hash::Kind::Sha1)
    }

    /// Reads a file, or where a link leads. What cannot be read is refused.
    fn content(&mut self, found: &Found) -> Option<Vec<u8>> {
        if let Some(target) = &found.target {
            return Some(target.to_vec());
        }
        let most = self.bounds.file;
        if found.meta.len() > most {
            self.refuse(&found.path, format!("is larger than {most} bytes"));
            return None;
        }
        let read = file::read_plain(&self.scratch.tree().join(found.path.to_path_lossy()), most);
        match read {
            Ok(bytes) => Some(bytes),
            Err(_) => {
                self.refuse(&found.path, "cannot be read");
                None
            }
        }
    }

    /// Finds out which paths of the base are not there any more. What is below something refused is not gone.
    fn gone(&mut self, found: &[Found], seeded: &[BString]) {
        let there: HashSet<&BStr> = found.iter().map(|found| found.path.as_bstr()).collect();
        let kept: HashSet<&BStr> = self
            .refused
            .iter()
            .map(|refused| refused.path.as_bstr())
            .collect();
        let kept: HashSet<&BStr> = kept
            .into_iter()
            .chain(seeded.iter().map(|path| path.as_bstr()))
            .collect();
        let is_kept = |path: &BStr| {
            kept.contains(path) || path.find_iter(b"/").any(|at| kept.contains(path[..at].as_bstr()))
        };
        let entries = self.known.all();
        let gone = entries.filter(|(path, entry)| {
            let is_file = entry.is_out && entry.kind != EntryKind::Submodule;
            is_file && !there.contains(path.as_bstr()) && !is_kept(path.as_bstr())
        });
        let mut gone: Vec<BString> = gone.map(|(path, _)| path.clone()).collect();
        gone.sort();
        self.gone = gone;
    }

    /// Reports submodules in which something changed: it has no place in a tree of this repository.
    fn submodules(&mut self, modules: &[BString]) -> Result<(), ScratchError> {
        for module in modules {
            let at = self.scratch.tree().join(module.to_path_lossy());
            let is_dir = at.symlink_metadata().is_ok_and(|meta| meta.is_dir());
            let index = self.scratch.git_dir().join(modules::index_name(module.as_bstr()));
            let is_changed = match (is_dir, index.exists()) {
                // One that was not written out has no place yet.
                (false, _) => at.symlink_metadata().is_ok(),
                (true, false) => at.read_dir().is_ok_and(|mut entries| entries.next().is_some()),
                (true, true) => self.is_changed(&at, &index)?,
            };
            if is_changed {
                self.refuse(
                    module,
                    "is a submodule: its files are those of another repository",
                );
            }
        }
        Ok(())
    }

    fn is_changed(&self, at: &Path, index: &Path) -> Result<bool, ScratchError> {
        let known = Known::read(index, self.hash())?;
        let inner: HashSet<BString> = modules_of(&known).into_iter().collect();
        let walked = walk(at, &inner, self.bounds.entries, self.within)?;
        let is_same = |found: &Found| {
            let before = known.get(found.path.as_bstr());
            before.is_some_and(|before| self.is_same(at, &known, before, found))
        };
        let files = known
            .all()
            .filter(|(_, e)| e.is_out && e.kind != EntryKind::Submodule);
        Ok(!walked.refused.is_empty()
            || walked.found.len() != files.count()
            || !walked.found.iter().all(is_same))
    }

    fn is_same(&self, at: &Path, known: &Known, before: &known::Entry, found: &Found) -> bool {
        if known.is_untouched(before, &found.meta) {
            return true;
        }
        let bytes = match &found.target {
            Some(target) => Ok(target.to_vec()),
            None => file::read_plain(&at.join(found.path.to_path_lossy()), self.bounds.file),
        };
        let hash = |bytes: Vec<u8>| gix::objs::compute_hash(self.hash(), gix::objs::Kind::Blob, &bytes).ok();
        bytes.is_ok_and(|bytes| hash(bytes) == Some(before.id)) && kind(found) == before.kind
    }

    fn finish(mut self, left_out: usize, objects: &Objects) -> Result<Harvest, ScratchError> {
        let base = self.scratch.base()?;
        let tree = match self.set.is_empty() && self.gone.is_empty() {
            true => base.tree,
            false => self.tree(base.tree, objects)?,
        };
        let mut commit = None;
        if tree != base.tree {
            let id = self.scratch.commit(tree, Some(base.head), MESSAGE)?;
            let name = format!("refs/pantheon/harvest/{}", self.scratch.run.id);
            self.scratch.reference(&name, id)?;
            commit = Some(id);
        }
        let is_risky = |(path, kind, _): &&(BString, EntryKind, Oid)| {
            *kind == EntryKind::Symlink || surface::is_executable(path.as_bstr())
        };
        let mut executable_surface: Vec<BString> = self
            .set
            .iter()
            .filter(is_risky)
            .map(|(path, ..)| path.clone())
            .collect();
        executable_surface.sort();
        self.refused.sort_by(|a, b| a.path.cmp(&b.path));
        let mut changed: Vec<BString> = self.set.into_iter().map(|(path, ..)| path).collect();
        changed.extend(self.gone);
        changed.sort();
        Ok(Harvest {
            tree,
            base: base.tree,
            commit,
            changed,
            refused: self.refused,
            executable_surface,
            left_out,
            files: self.files,
            bytes: self.bytes,
        })
    }

    /// Puts the tree together from the base and what differs.
    fn tree(&self, base: Oid, objects: &Objects) -> Result<Oid, ScratchError> {
        let mut changes: Changes = self.gone.iter().map(|path| (path.clone(), None)).collect();
        let set = self.set.iter();
        changes.extend(set.map(|(path, kind, id)| (path.clone(), Some((*kind, *id)))));
        let write = |bytes: &[u8]| self.scratch.object(gix::objs::Kind::Tree, bytes);
        weave(objects, base, &changes, &write)
    }
}

fn kind(found: &Found) -> EntryKind {
    match found.target {
        Some(_) => EntryKind::Symlink,
        None if is_executable(found) => EntryKind::Executable,
        None => EntryKind::File,
    }
}

#[cfg(unix)]
fn is_executable(found: &Found) -> bool {
    std::os::unix::fs::PermissionsExt::mode(&found.meta.permissions()) & 0o100 != 0
}

#[cfg(not(unix))]
fn is_executable(_: &Found) -> bool {
    false
}
