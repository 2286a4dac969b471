//! What a run has written out: the index of its base, with the times of the files at that moment.

use super::source::Objects;
use super::{ScratchError, at, list, weave};
use crate::model::{EntryKind, Oid};
use bstr::{BStr, BString, ByteSlice};
use gix::index::entry::{Flags, Mode, Stat};
use std::collections::{HashMap, HashSet};
use std::fs::Metadata;
use std::path::Path;

/// A path of the base.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub kind: EntryKind,
    pub id: Oid,
    /// Whether it was written out.
    pub is_out: bool,
    stat: Stat,
}

/// All paths of the base, as far as anybody looked.
pub(super) struct Known {
    entries: HashMap<BString, Entry>,
    /// The directories of which nothing was written out, with their trees.
    dirs: HashMap<BString, Oid>,
    written: (u32, u32),
}

impl Known {
    /// Reads an index that we wrote.
    pub fn read(path: &Path, hash: gix::hash::Kind) -> Result<Self, ScratchError> {
        let options = gix::index::decode::Options::default();
        let file = gix::index::File::at(path, hash, true, options)
            .map_err(|e| std::io::Error::other(e.to_string()))
            .map_err(at(path))?;
        let mut entries = HashMap::with_capacity(file.entries().len());
        let mut dirs = HashMap::new();
        for entry in file.entries() {
            if entry.mode == Mode::DIR {
                let path = entry.path(&file);
                let path = path.strip_suffix(b"/").unwrap_or(path);
                dirs.insert(path.into(), entry.id);
                continue;
            }
            let known = Entry {
                kind: kind(entry.mode),
                id: entry.id,
                is_out: !entry.flags.contains(Flags::SKIP_WORKTREE),
                stat: entry.stat,
            };
            entries.insert(entry.path(&file).to_owned(), known);
        }
        let written = written(path).map_err(at(path))?;
        Ok(Self {
            entries,
            dirs,
            written,
        })
    }

    /// Looks into the directories above a path, of which nothing was written out.
    pub fn look(&mut self, path: &BStr, objects: &Objects) -> Result<(), ScratchError> {
        for slash in path.find_iter(b"/") {
            let dir = path[..slash].as_bstr();
            if let Some(id) = self.dirs.remove(dir) {
                self.open(dir, id, objects)?;
            }
        }
        Ok(())
    }

    fn open(&mut self, dir: &BStr, id: Oid, objects: &Objects) -> Result<(), ScratchError> {
        for (name, kind, id) in weave::children(objects, id)? {
            let path = BString::from([dir.as_bytes(), b"/", &name].concat());
            match kind {
                None => drop(self.dirs.insert(path, id)),
                Some(kind) => drop(self.entries.insert(
                    path,
                    Entry {
                        kind,
                        id,
                        is_out: false,
                        stat: Stat::default(),
                    },
                )),
            }
        }
        Ok(())
    }

    /// Returns the files with this name that were not written out, in order.
    pub fn unseen_named(&self, name: &str) -> Vec<list::Entry> {
        let unseen = self.entries.iter().filter(|(_, entry)| !entry.is_out);
        let named = unseen.filter(|(path, _)| path.rsplit_str("/").next() == Some(name.as_bytes()));
        let mut found: Vec<list::Entry> = named
            .map(|(path, entry)| list::Entry {
                kind: Some(entry.kind),
                id: entry.id,
                path: path.clone(),
                is_out: false,
            })
            .collect();
        found.sort_by(|a, b| a.path.cmp(&b.path));
        found
    }

    /// Returns what the base has in a place.
    pub fn get(&self, path: &BStr) -> Option<&Entry> {
        self.entries.get(path.as_bytes().as_bstr())
    }

    /// Returns all paths.
    pub fn all(&self) -> impl Iterator<Item = (&BString, &Entry)> {
        self.entries.iter()
    }

    /// Returns the paths that were not written out, and the directories above them.
    pub fn unseen(&self) -> (HashSet<&BStr>, HashSet<&BStr>) {
        let unseen = self.entries.iter().filter(|(_, entry)| !entry.is_out);
        let paths: HashSet<&BStr> = unseen.map(|(path, _)| path.as_bstr()).collect();
        let above = |path: &&'_ BStr| -> Vec<usize> { path.find_iter(b"/").collect() };
        let whole = self.dirs.keys().map(|dir| dir.as_bstr());
        let dirs = paths.iter().copied().chain(whole.clone());
        let dirs = dirs.flat_map(|path| above(&path).into_iter().map(|at| path[..at].as_bstr()));
        let dirs = dirs.chain(whole).collect();
        (paths, dirs)
    }

    /// Whether a file is surely what was written out: all that the system says about it is the same, and it is
    /// older than the index. An agent can set the time of a change of content, but not that of the file.
    #[cfg(unix)]
    pub fn is_untouched(&self, entry: &Entry, meta: &Metadata) -> bool {
        use std::os::unix::fs::MetadataExt;
        let (stat, mtime) = (&entry.stat, (meta.mtime() as u32, meta.mtime_nsec() as u32));
        let is_exec = meta.mode() & 0o100 != 0;
        entry.is_out
            && meta.is_file()
            && (entry.kind == EntryKind::Executable) == is_exec
            && stat.size == meta.len() as u32
            && stat.ino == meta.ino() as u32
            && (stat.mtime.secs, stat.mtime.nsecs) == mtime
            && (stat.ctime.secs, stat.ctime.nsecs) == (meta.ctime() as u32, meta.ctime_nsec() as u32)
            && mtime < self.written
    }

    /// Here the system says too little.
    #[cfg(not(unix))]
    pub fn is_untouched(&self, _: &Entry, _: &Metadata) -> bool {
        false
    }
}

fn kind(mode: Mode) -> EntryKind {
    match mode {
        Mode::FILE_EXECUTABLE => EntryKind::Executable,
        Mode::SYMLINK => EntryKind::Symlink,
        Mode::COMMIT => EntryKind::Submodule,
        _ => EntryKind::File,
    }
}

/// Returns when a file was written, in the units of an index.
fn written(path: &Path) -> std::io::Result<(u32, u32)> {
    let time = path.metadata()?.modified()?;
    let since = time.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Ok((since.as_secs() as u32, since.subsec_nanos()))
}
