//! The files of a tree, written out as they are recorded, by several threads.
//!
//! Directories come first, then files, and links at the very end: so nothing is ever written through a link.

use super::list::Entry;
use super::source::{Objects, Source};
use super::{ScratchError, at, threads};
use crate::model::EntryKind;
use crate::sys::clock::Deadline;
use crate::sys::file;
use bstr::{BStr, ByteSlice};
use gix::index::entry::Stat;
use gix::index::entry::stat::Time;
use gix::objs::Kind;
use std::collections::HashSet;
use std::fs::Metadata;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How many files a thread takes at a time.
const BATCH: usize = 32;

/// Writes out what is to be written out, and returns what the system says about each entry. What has the name of
/// another one, as far as the file system can tell, is marked as left out.
pub(super) fn write(
    source: &Source,
    entries: &mut [Entry],
    dir: &Path,
    within: &Deadline,
) -> Result<Vec<Stat>, ScratchError> {
    make_dirs(entries, dir)?;
    let is_file = |entry: &&Entry| matches!(entry.kind, Some(EntryKind::File | EntryKind::Executable));
    let all = entries.iter().enumerate().filter(|(_, entry)| entry.is_out);
    let files: Vec<(usize, &Entry)> = all.filter(|(_, entry)| is_file(entry)).collect();
    let mut written = in_threads(source, &files, dir, within)?;
    let objects = source.open();
    for (at, entry) in entries.iter().enumerate() {
        if entry.is_out && entry.kind == Some(EntryKind::Symlink) {
            written.push((at, link(&objects, entry, dir)?));
        }
    }
    let mut stats = vec![Stat::default(); entries.len()];
    for (at, stat) in written {
        entries[at].is_out = stat.is_some();
        stats[at] = stat.unwrap_or_default();
    }
    Ok(stats)
}

/// Makes the directories of all that is written out.
fn make_dirs(entries: &[Entry], root: &Path) -> Result<(), ScratchError> {
    let mut made: HashSet<&BStr> = HashSet::new();
    for entry in entries.iter().filter(|entry| entry.is_out) {
        let path = entry.path.as_bstr();
        let is_module = entry.kind == Some(EntryKind::Submodule);
        let end = if is_module {
            Some(path.len())
        } else {
            path.rfind_byte(b'/')
        };
        let Some(end) = end.filter(|end| !made.contains(path[..*end].as_bstr())) else {
            continue;
        };
        for end in path[..end].find_iter(b"/").chain([end]) {
            if made.insert(path[..end].as_bstr()) {
                make_dir(&root.join(path[..end].to_path_lossy()))?;
            }
        }
    }
    Ok(())
}

/// Makes a directory. No link is there yet: what has this name is a directory of this tree.
fn make_dir(path: &Path) -> Result<(), ScratchError> {
    match std::fs::create_dir(path) {
        Err(e) if e.kind() == ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
        made => made.map_err(at(path)),
    }
}

type Written = Vec<(usize, Option<Stat>)>;

fn in_threads(
    source: &Source,
    files: &[(usize, &Entry)],
    dir: &Path,
    within: &Deadline,
) -> Result<Written, ScratchError> {
    let next = AtomicUsize::new(0);
    let work = || -> Result<Written, ScratchError> {
        let (objects, mut written) = (source.open(), Vec::new());
        loop {
            let start = next.fetch_add(BATCH, Ordering::Relaxed);
            if start >= files.len() {
                return Ok(written);
            }
            if within.is_over() {
                return Err(ScratchError::Stopped);
            }
            for (at, entry) in &files[start..files.len().min(start + BATCH)] {
                written.push((*at, one(&objects, entry, dir)?));
            }
        }
    };
    let count = threads().min(files.len().div_ceil(BATCH));
    std::thread::scope(|scope| {
        let started: Vec<_> = (0..count).map(|_| scope.spawn(work)).collect();
        let mut all = Vec::new();
        for thread in started {
            all.extend(thread.join().unwrap_or(Err(ScratchError::Stopped))?);
        }
        Ok(all)
    })
}

/// Writes a file; `None`: something else has its name.
fn one(objects: &Objects, entry: &Entry, dir: &Path) -> Result<Option<Stat>, ScratchError> {
    let bytes = objects.get(entry.id, Kind::Blob)?;
    let mode = match entry.kind {
        Some(EntryKind::Executable) => 0o777,
        _ => 0o666,
    };
    let path = dir.join(entry.path.to_path_lossy());
    match file::write_usual(&path, &bytes, mode) {
        Ok(meta) => Ok(Some(stat(&meta))),
        Err(e) if e.kind() == ErrorKind::AlreadyExists => Ok(None),
        Err(e) => Err(ScratchError::File(path, e)),
    }
}

#[cfg(unix)]
fn link(objects: &Objects, entry: &Entry, dir: &Path) -> Result<Option<Stat>, ScratchError> {
    let target = objects.get(entry.id, Kind::Blob)?;
    let path = dir.join(entry.path.to_path_lossy());
    match std::os::unix::fs::symlink(target.to_path_lossy(), &path) {
        Err(e) if e.kind() == ErrorKind::AlreadyExists => return Ok(None),
        made => made.map_err(at(&path))?,
    }
    let meta = path.symlink_metadata().map_err(at(&path))?;
    Ok(Some(stat(&meta)))
}

/// Links need a right here that not everybody has.
#[cfg(not(unix))]
fn link(_: &Objects, _: &Entry, _: &Path) -> Result<Option<Stat>, ScratchError> {
    Ok(None)
}

/// What an index keeps of what the system says.
#[cfg(unix)]
fn stat(meta: &Metadata) -> Stat {
    use std::os::unix::fs::MetadataExt;
    let time = |secs: i64, nsecs: i64| Time {
        secs: secs as u32,
        nsecs: nsecs as u32,
    };
    Stat {
        mtime: time(meta.mtime(), meta.mtime_nsec()),
        ctime: time(meta.ctime(), meta.ctime_nsec()),
        dev: meta.dev() as u32,
        ino: meta.ino() as u32,
        uid: meta.uid(),
        gid: meta.gid(),
        size: meta.len() as u32,
    }
}

#[cfg(not(unix))]
fn stat(meta: &Metadata) -> Stat {
    let time = |time: std::io::Result<std::time::SystemTime>| Time::try_from(time.ok()?).ok();
    Stat {
        mtime: time(meta.modified()).unwrap_or_default(),
        ctime: time(meta.created()).unwrap_or_default(),
        size: meta.len() as u32,
        ..Stat::default()
    }
}
