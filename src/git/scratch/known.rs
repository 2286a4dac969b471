//! What a run has written out: the index of its base, with the times of the files at that moment.

use super::{ScratchError, at};
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

/// All paths of the base.
pub(super) struct Known {
    entries: HashMap<BString, Entry>,
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
        for entry in file.entries() {
            let known = Entry {
                kind: kind(entry.mode),
                id: entry.id,
                is_out: !entry.flags.contains(Flags::SKIP_WORKTREE),
                stat: entry.stat,
            };
            entries.insert(entry.path(&file).to_owned(), known);
        }
        let written = written(path).map_err(at(path))?;
        Ok(Self { entries, written })
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
        let dirs = paths
            .iter()
            .flat_map(|path| above(path).into_iter().map(|at| path[..at].as_bstr()))
            .collect();
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
