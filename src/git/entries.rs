//! The file of an index, as far as a comparison needs it: paths, modes, ids, and the trees that the cache
//! tree keeps. Nothing is copied out of the file; what is looked at is read when it is looked at.
//!
//! Left out: entries with shortened paths, split indexes and what may come. `None` means "ask gix".

use crate::model::Oid;
use bstr::{BStr, ByteSlice};
use gix::hash::{Kind, oid};
use gix::index::entry::Mode;
use gix::objs::tree::EntryMode;
use std::cmp::Ordering;
use std::io::Read;
use std::ops::Range;

/// The bytes before the first entry: a signature, a version and a count.
const HEADER: usize = 12;
/// Where the mode of an entry stands.
const MODE: usize = 24;
/// Where the id of an entry stands, behind ten numbers of four bytes.
const ID: usize = 40;
/// No entry of a known length is longer.
const LONGEST: usize = ID + 32 + 4 + LENGTH as usize + 8;
/// The flag of an entry that has more flags.
const EXTENDED: u16 = 0x4000;
/// The bits of the flags that tell the length of the path; with all of them set, it ends at a NUL.
const LENGTH: u16 = 0x0fff;
/// The bits of the flags that are not 0 while the path is in conflict.
const STAGE: u16 = 0x3000;
/// The further flag of an entry that is only intended to be added.
const INTENT: u16 = 0x2000;
/// The further flag of an entry that is not in the working tree.
const SKIPPED: u16 = 0x4000;
/// Directories deeper than this are not looked up in the cache tree.
const DEEPEST: usize = 2000;

/// The entries of an index in the order of their paths, and its cache tree.
#[derive(Debug)]
pub struct Entries {
    bytes: Vec<u8>,
    starts: Vec<u32>,
    hash: usize,
    dirs: Dirs,
}

/// A directory of the cache tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dir(u32);

impl Entries {
    /// Returns an index without entries.
    #[must_use]
    pub fn none(hash: Kind) -> Self {
        Self {
            bytes: Vec::new(),
            starts: Vec::new(),
            hash: hash.len_in_bytes(),
            dirs: Dirs::default(),
        }
    }

    /// Reads the bytes of an index file; `None` if it has something that is not read here.
    #[must_use]
    pub fn read(bytes: Vec<u8>, hash: Kind) -> Option<Self> {
        u32::try_from(bytes.len()).ok()?;
        let hash = hash.len_in_bytes();
        let end = bytes.len().checked_sub(hash).filter(|end| *end >= HEADER)?;
        if &bytes[..4] != b"DIRC" || !matches!(number(&bytes, 4)?, 2 | 3) {
            return None;
        }
        let (starts, at) = starts(&bytes[..end], hash)?;
        let dirs = extensions(&bytes[..end], at, hash)?;
        Some(Self {
            bytes,
            starts,
            hash,
            dirs,
        })
    }

    /// Returns the number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// Returns the path of an entry.
    #[must_use]
    pub fn path(&self, at: usize) -> &BStr {
        let flags = self.flags(at);
        let start = self.start(at) + path_at(self.hash, flags);
        let rest = &self.bytes[start..];
        let len = match flags & LENGTH {
            LENGTH => rest.find_byte(0).unwrap_or(rest.len()),
            len => usize::from(len),
        };
        rest[..len].as_bstr()
    }

    /// Returns the id of an entry.
    #[must_use]
    pub fn id(&self, at: usize) -> &oid {
        let start = self.start(at) + ID;
        oid::from_bytes_unchecked(&self.bytes[start..start + self.hash])
    }

    /// Returns the mode that an entry has in a tree.
    #[must_use]
    pub fn mode(&self, at: usize) -> Option<EntryMode> {
        let mode = number(&self.bytes, self.start(at) + MODE).unwrap_or_default();
        Mode::from_bits_truncate(mode).to_tree_entry_mode()
    }

    /// Whether an entry is in conflict.
    #[must_use]
    pub fn is_unmerged(&self, at: usize) -> bool {
        self.flags(at) & STAGE != 0
    }

    /// Whether an entry is only intended to be added.
    #[must_use]
    pub fn is_intended(&self, at: usize) -> bool {
        let more = self.start(at) + ID + self.hash + 2;
        self.flags(at) & EXTENDED != 0 && short(&self.bytes, more).is_some_and(|more| more & INTENT != 0)
    }

    /// Returns the root directory of the cache tree.
    #[must_use]
    pub fn root(&self) -> Option<Dir> {
        self.dirs.list.len().checked_sub(1).map(|last| Dir(last as u32))
    }

    /// Returns what the cache tree has under a name in a directory.
    #[must_use]
    pub fn dir(&self, parent: Dir, name: &[u8]) -> Option<Dir> {
        let parent = self.dirs.list.get(parent.0 as usize)?;
        let below = &self.dirs.below[parent.below.start as usize..parent.below.end as usize];
        let at = below.binary_search_by(|dir| order(self.dirs.name(&self.bytes, *dir), name));
        at.ok().map(|at| Dir(below[at]))
    }

    /// Returns the tree that the cache tree has for a directory, if it is still true.
    #[must_use]
    pub fn tree(&self, dir: Dir) -> Option<&oid> {
        let id = self.dirs.list.get(dir.0 as usize)?.id? as usize;
        Some(oid::from_bytes_unchecked(&self.bytes[id..id + self.hash]))
    }

    fn start(&self, at: usize) -> usize {
        self.starts[at] as usize
    }

    fn flags(&self, at: usize) -> u16 {
        short(&self.bytes, self.start(at) + ID + self.hash).unwrap_or_default()
    }
}

/// Returns the tree that the cache tree of an index file has for the root, if it is still true, without a
/// place for all the entries; `None` if the file has something that is not read here.
#[must_use]
pub fn root_tree(file: impl Read, hash: Kind) -> Option<Option<Oid>> {
    let hash = hash.len_in_bytes();
    let mut window = Window::new(file);
    let head = window.peek(HEADER)?;
    let count = number(head, 8)?;
    if &head[..4] != b"DIRC" || !matches!(number(head, 4)?, 2 | 3) {
        return None;
    }
    window.skip(HEADER)?;
    let mut left = count;
    while left > 0 {
        // Many at once, as long as any entry would fit; the last ones singly.
        let (mut at, seen) = (0, window.peek(ID + hash + 4)?);
        while left > 0 && (at == 0 || at + LONGEST <= seen.len()) {
            at += entry_len(&seen[at..], hash)?;
            left -= 1;
        }
        window.skip(at)?;
    }
    let rest = window.rest()?;
    let dirs = extensions(&rest[..rest.len().checked_sub(hash)?], 0, hash)?;
    let id = dirs.list.last().and_then(|root| root.id);
    Some(id.map(|at| oid::from_bytes_unchecked(&rest[at as usize..at as usize + hash]).to_owned()))
}

/// Returns the length of the entry at the start of these bytes; `None` if that takes more than its first bytes to tell.
fn entry_len(bytes: &[u8], hash: usize) -> Option<usize> {
    let flags = short(bytes, ID + hash)?;
    let is_odd = flags & EXTENDED != 0 && short(bytes, ID + hash + 2)? & !(INTENT | SKIPPED) != 0;
    if is_odd || flags & LENGTH == LENGTH {
        return None;
    }
    let len = path_at(hash, flags) + usize::from(flags & LENGTH);
    Some((len + 8) & !7)
}

/// The part of a file that is looked at.
struct Window<R> {
    file: R,
    bytes: Vec<u8>,
    seen: Range<usize>,
}

impl<R: Read> Window<R> {
    fn new(file: R) -> Self {
        Self {
            file,
            bytes: vec![0; 64 << 10],
            seen: 0..0,
        }
    }

    /// Returns the next bytes, at least so many.
    fn peek(&mut self, len: usize) -> Option<&[u8]> {
        if self.seen.len() < len {
            self.bytes.copy_within(self.seen.clone(), 0);
            self.seen = 0..self.seen.len();
        }
        while self.seen.len() < len {
            let more = self.file.read(self.bytes.get_mut(self.seen.end..)?).ok()?;
            self.seen.end += more;
            if more == 0 {
                return None;
            }
        }
        Some(&self.bytes[self.seen.clone()])
    }

    fn skip(&mut self, len: usize) -> Option<()> {
        self.peek(len)?;
        self.seen.start += len;
        Some(())
    }

    /// Returns everything that follows.
    fn rest(mut self) -> Option<Vec<u8>> {
        let mut rest = self.bytes[self.seen].to_vec();
        self.file.read_to_end(&mut rest).ok()?;
        u32::try_from(rest.len()).ok()?;
        Some(rest)
    }
}

/// Finds where the entries start and where the last of them ends.
fn starts(bytes: &[u8], hash: usize) -> Option<(Vec<u32>, usize)> {
    let count = number(bytes, 8)? as usize;
    let mut starts = Vec::with_capacity(count.min(bytes.len() / (ID + hash)));
    let mut at = HEADER;
    for _ in 0..count {
        starts.push(at as u32);
        let flags = short(bytes, at + ID + hash)?;
        if flags & EXTENDED != 0 && short(bytes, at + ID + hash + 2)? & !(INTENT | SKIPPED) != 0 {
            return None;
        }
        let path = at + path_at(hash, flags);
        let len = match flags & LENGTH {
            LENGTH => bytes.get(path..)?.find_byte(0)?,
            len => usize::from(len),
        };
        // One to eight NUL bytes make the length of an entry a multiple of eight.
        at += (path + len - at + 8) & !7;
        if at > bytes.len() {
            return None;
        }
    }
    Some((starts, at))
}

/// Returns where the path of an entry stands, behind its start.
fn path_at(hash: usize, flags: u16) -> usize {
    ID + hash + if flags & EXTENDED == 0 { 2 } else { 4 }
}

/// Reads the extensions: of those that must be understood, only the mark of a sparse index.
fn extensions(bytes: &[u8], mut at: usize, hash: usize) -> Option<Dirs> {
    let mut dirs = Dirs::default();
    while at < bytes.len() {
        let (name, size) = (bytes.get(at..at + 4)?, number(bytes, at + 4)? as usize);
        let data = at + 8..(at + 8).checked_add(size)?;
        at = data.end;
        bytes.get(data.clone())?;
        match name {
            // A cache tree that cannot be read says nothing, and is not needed.
            b"TREE" => dirs = Dirs::read(&bytes[..data.end], data.start, hash).unwrap_or_default(),
            b"sdir" if size == 0 => {}
            _ if name[0].is_ascii_lowercase() => return None,
            _ => {}
        }
    }
    Some(dirs)
}

/// The cache tree: a directory comes after those in it.
#[derive(Debug, Default)]
struct Dirs {
    list: Vec<Known>,
    /// The directories in each directory, in the order of their names.
    below: Vec<u32>,
}

/// What the cache tree knows of a directory.
#[derive(Debug)]
struct Known {
    name: Range<u32>,
    /// Where the id of its tree stands, if it is still true.
    id: Option<u32>,
    below: Range<u32>,
}

impl Dirs {
    fn read(bytes: &[u8], mut at: usize, hash: usize) -> Option<Self> {
        let mut dirs = Self::default();
        dirs.one(bytes, &mut at, hash, 0)?;
        (at == bytes.len()).then_some(dirs)
    }

    /// Reads a directory and those in it: its name, a count of entries or -1, a count of directories,
    /// and its tree if the first count is none below 0.
    fn one(&mut self, bytes: &[u8], at: &mut usize, hash: usize, depth: usize) -> Option<u32> {
        let name = field(bytes, at, 0)?;
        let entries = text(bytes, &field(bytes, at, b' ')?)?.parse::<i32>().ok()?;
        let count = text(bytes, &field(bytes, at, b'\n')?)?.parse::<u32>().ok()?;
        let id = (entries >= 0).then_some(*at as u32);
        *at += if id.is_some() { hash } else { 0 };
        if *at > bytes.len() || depth > DEEPEST {
            return None;
        }
        let mut below = Vec::new();
        for _ in 0..count {
            below.push(self.one(bytes, at, hash, depth + 1)?);
        }
        let compare = |a: &u32, b: &u32| order(self.name(bytes, *a), self.name(bytes, *b));
        // As git writes them, they are in order.
        let in_order = |below: &[u32]| below.is_sorted_by(|a, b| compare(a, b).is_lt());
        if !in_order(&below) {
            below.sort_unstable_by(compare);
            if !in_order(&below) {
                return None;
            }
        }
        let start = self.below.len() as u32;
        self.below.append(&mut below);
        let below = start..self.below.len() as u32;
        self.list.push(Known { name, id, below });
        Some(self.list.len() as u32 - 1)
    }

    fn name<'a>(&self, bytes: &'a [u8], dir: u32) -> &'a [u8] {
        text_of(bytes, &self.list[dir as usize].name)
    }
}

/// Orders names as git does in a cache tree: the shorter one first.
fn order(a: &[u8], b: &[u8]) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

/// Returns what stands before the next `end`, and steps behind that.
fn field(bytes: &[u8], at: &mut usize, end: u8) -> Option<Range<u32>> {
    let start = *at;
    let len = bytes.get(start..)?.find_byte(end)?;
    *at = start + len + 1;
    Some(start as u32..(start + len) as u32)
}

fn text_of<'a>(bytes: &'a [u8], range: &Range<u32>) -> &'a [u8] {
    &bytes[range.start as usize..range.end as usize]
}

fn text<'a>(bytes: &'a [u8], range: &Range<u32>) -> Option<&'a str> {
    text_of(bytes, range).to_str().ok()
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_be_bytes(bytes.try_into().ok()?))
}

fn short(bytes: &[u8], at: usize) -> Option<u16> {
    let bytes = bytes.get(at..at.checked_add(2)?)?;
    Some(u16::from_be_bytes(bytes.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SHA1: Kind = Kind::Sha1;

    fn entry(path: &str, mode: u32, flags: u16, more: Option<u16>) -> Vec<u8> {
        let mut bytes = vec![7; MODE];
        bytes.extend(mode.to_be_bytes());
        bytes.resize(ID, 7);
        bytes.extend([path.len() as u8; 20]);
        let len = (path.len() as u16).min(LENGTH);
        bytes.extend((flags | len | if more.is_some() { EXTENDED } else { 0 }).to_be_bytes());
        bytes.extend(more.into_iter().flat_map(u16::to_be_bytes));
        bytes.extend(path.as_bytes());
        let padding = 8 - bytes.len() % 8;
        bytes.resize(bytes.len() + padding, 0);
        bytes
    }

    fn index(version: u32, entries: &[Vec<u8>], extensions: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
        let count = entries.len() as u32;
        let mut bytes = [b"DIRC", &version.to_be_bytes()[..], &count.to_be_bytes()].concat();
        bytes.extend(entries.concat());
        for (name, data) in extensions {
            bytes.extend([&name[..], &(data.len() as u32).to_be_bytes(), data].concat());
        }
        bytes.extend([0; 20]);
        bytes
    }

    fn sample() -> Vec<u8> {
        let long = "l".repeat(5000);
        let entries = [
            entry("a", 0o100_644, 0, None),
            entry("b", 0o100_755, 0x1000, None),
            entry("c/d", 0o120_000, 0, Some(INTENT)),
            entry(&long, 0o160_000, 0, None),
            entry("z", 0o100_644, 0, None),
        ];
        let tree = [
            b"\0-1 2\nzz\x001 0\n".as_slice(),
            &[1; 20],
            b"c\x001 0\n",
            &[2; 20],
        ]
        .concat();
        index(3, &entries, &[(b"REUC", b"any"), (b"TREE", &tree)])
    }

    #[test]
    fn what_git_wrote_is_read() {
        let read = Entries::read(sample(), SHA1).unwrap();
        let paths: Vec<_> = (0..read.len()).map(|at| read.path(at).to_string()).collect();
        assert_eq!(paths, ["a", "b", "c/d", &"l".repeat(5000), "z"]);
        let modes: Vec<_> = (0..5).filter_map(|at| Some(read.mode(at)?.value())).collect();
        assert_eq!(modes, [0o100_644, 0o100_755, 0o120_000, 0o160_000, 0o100_644]);
        assert_eq!([0, 1, 2].map(|at| read.is_unmerged(at)), [false, true, false]);
        assert_eq!([0, 1, 2].map(|at| read.is_intended(at)), [false, false, true]);
        assert_eq!(read.id(2).as_bytes(), [3; 20]);
    }

    #[test]
    fn cache_tree_is_looked_up_by_name() {
        let read = Entries::read(sample(), SHA1).unwrap();
        let root = read.root().unwrap();
        assert_eq!(read.tree(root), None);
        let tree = |name: &str| read.tree(read.dir(root, name.as_bytes())?).map(oid::as_bytes);
        assert_eq!(tree("zz"), Some(&[1; 20][..]));
        assert_eq!(tree("c"), Some(&[2; 20][..]));
        assert_eq!(tree("d"), None);
    }

    #[test]
    fn broken_cache_tree_says_nothing() {
        for tree in [
            &b""[..],
            b"\0-1 1\n",
            b"\x001 0\n",
            b"\0-1 0\nmore",
            b"\0-1 2\na\0-1 0\na\0-1 0\n",
        ] {
            let read = Entries::read(index(2, &[], &[(b"TREE", tree)]), SHA1).unwrap();
            assert_eq!(read.root(), None, "{}", tree.as_bstr());
        }
    }

    #[test]
    fn other_forms_are_left_to_gix() {
        let one = [entry("a", 0o100_644, 0, None)];
        for bytes in [
            index(4, &one, &[]),
            index(2, &one, &[(b"link", b"")]),
            index(2, &one, &[(b"sdir", b"more")]),
            index(3, &[entry("a", 0o100_644, 0, Some(0x8000))], &[]),
            [index(2, &one, &[]), b"more".to_vec()].concat(),
            Vec::new(),
        ] {
            assert!(Entries::read(bytes, SHA1).is_none());
        }
        assert!(Entries::read(index(2, &one, &[(b"sdir", b"")]), SHA1).is_some());
    }

    /// Checks that both ways to the tree of the root come to the same end.
    fn same_root(bytes: &[u8]) -> Option<Option<Oid>> {
        let found = root_tree(bytes, SHA1)?;
        let read = Entries::read(bytes.to_vec(), SHA1)?;
        assert_eq!(
            found,
            read.root().and_then(|root| Some(read.tree(root)?.to_owned()))
        );
        Some(found)
    }

    #[test]
    fn tree_of_the_root_is_found_without_the_entries() {
        let entries: Vec<_> = (0..3000)
            .map(|n| entry(&format!("d/{n}"), 0o100_644, 0, None))
            .collect();
        let tree = [b"\x003000 1\n".as_slice(), &[9; 20], b"d\x003000 0\n", &[2; 20]].concat();
        let known = index(2, &entries, &[(b"TREE", &tree)]);
        assert_eq!(same_root(&known), Some(Some(Oid::from_bytes_or_panic(&[9; 20]))));
        assert_eq!(same_root(&index(3, &entries, &[])), Some(None));
        assert_eq!(root_tree(&known[..known.len() / 2], SHA1), None);
        assert_eq!(root_tree(&index(4, &entries, &[])[..], SHA1), None);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(rest: Vec<u8>, at in 0..5400_usize, byte: u8) {
            let mut damaged = sample();
            let end = damaged.len() - 1;
            damaged[at.min(end)] = byte;
            let headed = [b"DIRC\0\0\0\x02\0\0\0\x01".to_vec(), rest.clone()].concat();
            for bytes in [rest, headed, damaged] {
                same_root(&bytes);
                let Some(read) = Entries::read(bytes, SHA1) else { continue };
                for at in 0..read.len() {
                    let _ = (read.path(at), read.id(at), read.mode(at), read.is_intended(at));
                }
                let _ = read.root().and_then(|root| read.tree(read.dir(root, b"c")?).map(ToOwned::to_owned));
            }
        }
    }
}
