//! The file of an index, with the trees that it stands for.
//!
//! The form is that of git's `index-format`: version 2, or 3 where something is left out; a directory that is left
//! out as a whole is one entry, and says so in the extension `sdir`.

use super::list::Entry;
use crate::model::{EntryKind, Oid};
use bstr::{BString, ByteSlice};
use gix::index::entry::Stat;
use std::collections::HashMap;

/// The flag of an entry that has more flags.
const EXTENDED: u16 = 0x4000;
/// The further flag of an entry that is not in the working tree.
const SKIPPED: u16 = 0x4000;
/// The longest path that is told as such.
const LENGTH: usize = 0x0fff;

/// Returns the bytes of an index of these entries, which are in order. `trees` has the ids of directories, by their
/// paths with a slash at the end; without them, the index does not know which trees it stands for.
pub(super) fn bytes(
    rows: &[(&Entry, Stat)],
    trees: &HashMap<&[u8], Oid>,
    hash: gix::hash::Kind,
) -> std::io::Result<Vec<u8>> {
    let is_partial = rows.iter().any(|(entry, _)| !entry.is_out);
    let version = if is_partial { 3_u32 } else { 2 };
    let mut bytes = Vec::with_capacity(rows.len() * 120 + 4096);
    bytes.extend(b"DIRC");
    bytes.extend(version.to_be_bytes());
    bytes.extend((rows.len() as u32).to_be_bytes());
    for (entry, stat) in rows {
        push(&mut bytes, entry, stat);
    }
    let mut cache = Vec::new();
    if trees.contains_key(&b""[..]) {
        dir(&mut cache, rows, 0, b"", trees);
        bytes.extend(b"TREE");
        bytes.extend((cache.len() as u32).to_be_bytes());
        bytes.extend(cache);
    }
    if rows.iter().any(|(entry, _)| entry.kind.is_none()) {
        bytes.extend(b"sdir\0\0\0\0");
    }
    let mut hasher = gix::hash::hasher(hash);
    hasher.update(&bytes);
    let sum = hasher
        .try_finalize()
        .map_err(|e| std::io::Error::other(e.to_string()))?;
    bytes.extend(sum.as_bytes());
    Ok(bytes)
}

fn push(bytes: &mut Vec<u8>, entry: &Entry, stat: &Stat) {
    let start = bytes.len();
    let mode = match entry.kind {
        Some(EntryKind::File) => 0o100_644,
        Some(EntryKind::Executable) => 0o100_755,
        Some(EntryKind::Symlink) => 0o120_000,
        Some(EntryKind::Submodule) => 0o160_000,
        None => 0o040_000_u32,
    };
    let (ctime, mtime) = (&stat.ctime, &stat.mtime);
    for number in [
        ctime.secs,
        ctime.nsecs,
        mtime.secs,
        mtime.nsecs,
        stat.dev,
        stat.ino,
        mode,
        stat.uid,
        stat.gid,
        stat.size,
    ] {
        bytes.extend(number.to_be_bytes());
    }
    bytes.extend(entry.id.as_bytes());
    let length = entry.path.len().min(LENGTH) as u16;
    if entry.is_out {
        bytes.extend(length.to_be_bytes());
    } else {
        bytes.extend((length | EXTENDED).to_be_bytes());
        bytes.extend(SKIPPED.to_be_bytes());
    }
    bytes.extend_from_slice(&entry.path);
    // One to eight NUL bytes make the length a multiple of eight.
    let length = bytes.len() - start;
    bytes.resize(start + ((length + 8) & !7), 0);
}

/// Writes what the cache tree says of a directory, and of those in it.
fn dir(out: &mut Vec<u8>, rows: &[(&Entry, Stat)], prefix: usize, name: &[u8], trees: &HashMap<&[u8], Oid>) {
    let below = below(rows, prefix);
    out.extend_from_slice(name);
    let id = rows.first().map_or(&b""[..], |(entry, _)| &entry.path[..prefix]);
    let (count, id) = match trees.get(id) {
        Some(id) => (rows.len() as i64, Some(id)),
        None => (-1, None),
    };
    out.extend(format!("\0{count} {}\n", below.len()).as_bytes());
    out.extend(id.iter().flat_map(|id| id.as_bytes()));
    for (start, end, len) in below {
        let (first, _) = rows[start];
        let name = &first.path[prefix..prefix + len];
        // A directory that is left out is one entry.
        if first.path.len() == prefix + len + 1 {
            out.extend_from_slice(name);
            out.extend(b"\x001 0\n");
            out.extend(first.id.as_bytes());
        } else {
            dir(out, &rows[start..end], prefix + len + 1, name, trees);
        }
    }
}

/// Returns the directories in a directory: where their entries start and end, and how long their names are.
fn below(rows: &[(&Entry, Stat)], prefix: usize) -> Vec<(usize, usize, usize)> {
    let mut found: Vec<(usize, usize, usize)> = Vec::new();
    let mut last: Option<&BString> = None;
    for (at, (entry, _)) in rows.iter().enumerate() {
        let rest = &entry.path[prefix..];
        let Some(len) = rest.find_byte(b'/') else {
            continue;
        };
        let same = last.is_some_and(|last| last[prefix..].starts_with(&rest[..=len]));
        match found.last_mut().filter(|_| same) {
            Some(dir) => dir.1 = at + 1,
            None => found.push((at, at + 1, len)),
        }
        last = Some(&entry.path);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::scratch::known::Known;
    use bstr::ByteSlice;

    const SHA1: gix::hash::Kind = gix::hash::Kind::Sha1;

    fn entry(path: &str, kind: Option<EntryKind>, is_out: bool) -> Entry {
        Entry {
            kind,
            id: Oid::from_bytes_or_panic(&[path.len() as u8; 20]),
            path: path.into(),
            is_out,
        }
    }

    #[test]
    fn an_index_knows_its_trees_and_what_is_left_out() {
        let long = "l".repeat(300);
        let entries = [
            entry("a", Some(EntryKind::Executable), true),
            entry("b-x/", None, false),
            entry("b/c/d", Some(EntryKind::Symlink), true),
            entry("b/c/e", Some(EntryKind::File), false),
            entry("b/f/", None, false),
            entry(&long, Some(EntryKind::Submodule), true),
        ];
        let rows: Vec<_> = entries.iter().map(|entry| (entry, Stat::default())).collect();
        let trees = [&b""[..], b"b/", b"b/c/"].map(|path| (path, Oid::null(SHA1)));
        let bytes = bytes(&rows, &trees.into_iter().collect(), SHA1).unwrap();
        let null = [0; 20];
        let cache = [
            &b"\x006 2\n"[..],
            &null,
            b"b-x\x001 0\n",
            &[4; 20],
            b"b\x003 2\n",
            &null,
            b"c\x002 0\n",
            &null,
            b"f\x001 0\n",
            &[4; 20],
        ]
        .concat();
        assert!(bytes.contains_str(cache));
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("index");
        crate::sys::file::write_new(&path, &bytes).unwrap();
        let read = gix::index::File::at(&path, SHA1, false, gix::index::decode::Options::default()).unwrap();
        assert!(read.is_sparse());
        let paths: Vec<String> = read
            .entries()
            .iter()
            .map(|entry| entry.path(&read).to_string())
            .collect();
        assert_eq!(paths, ["a", "b-x/", "b/c/d", "b/c/e", "b/f/", &long]);
        let known = Known::read(&path, SHA1).unwrap();
        let found = |path: &str| known.get(path.into()).map(|entry| (entry.kind, entry.is_out));
        assert_eq!(found("a"), Some((EntryKind::Executable, true)));
        assert_eq!(found("b/c/e"), Some((EntryKind::File, false)));
        assert_eq!(found("b/f"), None);
        let (paths, dirs) = known.unseen();
        assert_eq!(paths, [b"b/c/e".as_bstr()].into());
        assert_eq!(
            dirs,
            ["b", "b/c", "b/f", "b-x"]
                .map(|dir| dir.as_bytes().as_bstr())
                .into()
        );
    }
}
