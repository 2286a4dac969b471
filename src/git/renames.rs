//! Which added path was which deleted path: first equal content, then equal names with similar
//! content, then similar content, as git's rename detection goes about it.
//!
//! Left out: guesses from renamed directories, and copies from files that did not change.

use super::tree::Raw;
use crate::model::{EntryKind, FileChange, Oid, Side, Status};
use bstr::{BStr, BString, ByteSlice};
use std::collections::HashMap;

/// A score, whether the names are equal, the target and the source.
type Candidate = (u64, bool, usize, usize);

/// The full score of git's scale.
const FULL: u64 = 60_000;
/// A pair of this score or more is a rename: half of the content is the same.
pub(super) const ENOUGH: u64 = FULL / 2;
/// A pair with equal file names needs more, since it is taken before others are looked at.
const ENOUGH_BY_NAME: u64 = FULL / 4 * 3;
/// Beyond this many sources or destinations, on average, similar content is not looked for.
pub(super) const LIMIT: usize = 400;
/// Candidates that are kept for each destination.
const CANDIDATES: usize = 4;

/// Turns differing paths into file changes, with renames and copies found. `read` gives the content
/// of a blob, or nothing if it cannot be read.
pub fn detect(raw: Vec<Raw>, read: &dyn Fn(Oid) -> Option<Vec<u8>>) -> Vec<FileChange> {
    let mut pairs = Pairs::new(&raw);
    if !pairs.sources.is_empty() && !pairs.targets.is_empty() {
        pairs.match_equal(&raw);
        pairs.match_similar(&raw, read);
    }
    pairs.into_changes(raw)
}

struct Pairs {
    /// Deleted paths, as indices.
    sources: Vec<usize>,
    /// Added paths, as indices.
    targets: Vec<usize>,
    /// The source of each matched target.
    from: HashMap<usize, usize>,
    /// How many targets each source has.
    used: HashMap<usize, usize>,
}

impl Pairs {
    fn new(raw: &[Raw]) -> Self {
        let pick = |test: fn(&Raw) -> bool| (0..raw.len()).filter(|i| test(&raw[*i])).collect();
        Self {
            sources: pick(|r| r.new.is_none()),
            targets: pick(|r| r.old.is_none()),
            from: HashMap::new(),
            used: HashMap::new(),
        }
    }

    fn record(&mut self, target: usize, source: usize) {
        self.from.insert(target, source);
        *self.used.entry(source).or_default() += 1;
    }

    fn match_equal(&mut self, raw: &[Raw]) {
        let mut by_id: HashMap<Oid, Vec<usize>> = HashMap::new();
        for source in &self.sources {
            by_id.entry(before(&raw[*source]).id).or_default().push(*source);
        }
        for target in self.targets.clone() {
            let side = after(&raw[target]);
            let same_kind = |s: &&usize| class(before(&raw[**s]).kind) == class(side.kind);
            let is_fresh = |s: &&usize| !self.used.contains_key(*s);
            let rank = |s: &usize| usize::from(file_name(&raw[*s].path) == file_name(&raw[target].path));
            let mut best: Option<(usize, usize)> = None;
            let sources = by_id.get(&side.id).into_iter().flatten();
            for source in sources.filter(same_kind).filter(is_fresh) {
                if best.is_none_or(|(_, score)| rank(source) > score) {
                    best = Some((*source, rank(source)));
                }
            }
            if let Some((source, _)) = best {
                self.record(target, source);
            }
        }
    }

    fn match_similar(&mut self, raw: &[Raw], read: &dyn Fn(Oid) -> Option<Vec<u8>>) {
        let is_file = |side: Side| side.kind.is_file();
        let sources = self.sources.iter().copied();
        let sources: Vec<usize> = sources
            .filter(|s| !self.used.contains_key(s) && is_file(before(&raw[*s])))
            .collect();
        let targets: Vec<usize> = self
            .targets
            .iter()
            .copied()
            .filter(|t| !self.from.contains_key(t) && is_file(after(&raw[*t])))
            .collect();
        if sources.is_empty() || targets.is_empty() || sources.len() * targets.len() > LIMIT * LIMIT {
            return;
        }
        let spans = |list: &[usize], side: fn(&Raw) -> Side| -> HashMap<usize, Spans> {
            let read = |i: &usize| read(side(&raw[*i]).id).map(|bytes| (*i, Spans::new(&bytes)));
            list.iter().filter_map(read).collect()
        };
        let (old, new) = (spans(&sources, before), spans(&targets, after));
        self.match_names(raw, &old, &new);
        self.match_rest(raw, &old, &new);
    }

    /// Pairs files whose name is unique among what is left on both sides.
    fn match_names(&mut self, raw: &[Raw], old: &HashMap<usize, Spans>, new: &HashMap<usize, Spans>) {
        let sources = unique_names(raw, old.keys().copied());
        let targets = unique_names(raw, new.keys().copied());
        for (name, source) in sources {
            let Some(target) = targets.get(name) else { continue };
            if old[&source].similarity(&new[target], ENOUGH_BY_NAME) >= ENOUGH_BY_NAME {
                self.record(*target, source);
            }
        }
    }

    fn match_rest(&mut self, raw: &[Raw], old: &HashMap<usize, Spans>, new: &HashMap<usize, Spans>) {
        let mut found = Vec::new();
        for target in self
            .targets
            .iter()
            .filter(|t| new.contains_key(t) && !self.from.contains_key(t))
        {
            let mut best: Vec<Candidate> = Vec::new();
            for source in self
                .sources
                .iter()
                .filter(|s| old.contains_key(s) && !self.used.contains_key(s))
            {
                let score = old[source].similarity(&new[target], ENOUGH);
                let same_name = file_name(&raw[*source].path) == file_name(&raw[*target].path);
                keep(&mut best, (score, same_name, *target, *source));
            }
            found.extend(best);
        }
        found.sort_by_key(|c| std::cmp::Reverse((c.0, c.1)));
        for (score, _, target, source) in found {
            if score >= ENOUGH && !self.from.contains_key(&target) && !self.used.contains_key(&source) {
                self.record(target, source);
            }
        }
    }

    fn into_changes(mut self, raw: Vec<Raw>) -> Vec<FileChange> {
        let sources: HashMap<usize, (BString, Side)> = self
            .used
            .keys()
            .map(|s| (*s, (raw[*s].path.clone(), before(&raw[*s]))))
            .collect();
        let mut out = Vec::with_capacity(raw.len());
        for (i, item) in raw.into_iter().enumerate() {
            if sources.contains_key(&i) {
                continue;
            }
            match self.from.get(&i).and_then(|s| Some((*s, sources.get(s)?))) {
                None => out.push(plain(item)),
                Some((source, (path, side))) => {
                    let left = self.used.entry(source).or_default();
                    *left = left.saturating_sub(1);
                    let status = if *left == 0 {
                        Status::Renamed
                    } else {
                        Status::Copied
                    };
                    let mut change = plain(item);
                    change.status = status;
                    change.old_path = Some(path.clone());
                    change.old = Some(*side);
                    out.push(change);
                }
            }
        }
        out
    }
}

/// Keeps a candidate if it is better than the worst one kept, in whose place it goes: the order among
/// equals decides which pair is made, and this is git's.
pub(super) fn keep(best: &mut Vec<Candidate>, new: Candidate) {
    let rank = |c: &Candidate| (c.0, c.1);
    if best.len() < CANDIDATES {
        best.push(new);
        return;
    }
    let mut worst = 0;
    for i in 1..best.len() {
        if rank(&best[i]) < rank(&best[worst]) {
            worst = i;
        }
    }
    if rank(&new) > rank(&best[worst]) {
        best[worst] = new;
    }
}

fn plain(raw: Raw) -> FileChange {
    let status = match (raw.old, raw.new) {
        (None, _) => Status::Added,
        (_, None) => Status::Deleted,
        (Some(a), Some(b)) if class(a.kind) != class(b.kind) => Status::TypeChanged,
        (Some(a), Some(b)) if a.id == b.id => Status::ModeChanged,
        _ => Status::Modified,
    };
    FileChange {
        path: raw.path,
        old_path: None,
        status,
        old: raw.old,
        new: raw.new,
        other_parents: Vec::new(),
    }
}

/// Groups the kinds of entries between which a change is one of content, not of type.
pub(super) fn class(kind: EntryKind) -> u8 {
    match kind {
        EntryKind::File | EntryKind::Executable => 0,
        EntryKind::Symlink => 1,
        EntryKind::Submodule => 2,
    }
}

/// The side before of a deleted path, which has one.
fn before(raw: &Raw) -> Side {
    raw.old.or(raw.new).unwrap_or(Side {
        kind: EntryKind::File,
        id: Oid::null(gix::hash::Kind::Sha1),
    })
}

/// The side after of an added path, which has one.
fn after(raw: &Raw) -> Side {
    raw.new.or(raw.old).unwrap_or(Side {
        kind: EntryKind::File,
        id: Oid::null(gix::hash::Kind::Sha1),
    })
}

pub(super) fn file_name(path: &BString) -> &BStr {
    path.rfind_byte(b'/')
        .map_or(path.as_bstr(), |at| path[at + 1..].as_bstr())
}

fn unique_names(raw: &[Raw], list: impl Iterator<Item = usize>) -> HashMap<&BStr, usize> {
    let mut names: HashMap<&BStr, Option<usize>> = HashMap::new();
    for i in list {
        names
            .entry(file_name(&raw[i].path))
            .and_modify(|n| *n = None)
            .or_insert(Some(i));
    }
    names
        .into_iter()
        .filter_map(|(name, i)| Some((name, i?)))
        .collect()
}

/// The content of a file as a bag of lines, or of pieces of 64 bytes where lines are longer: for each
/// hash the number of bytes, ordered by hash.
pub(super) struct Spans {
    size: u64,
    counts: Vec<(u32, u32)>,
}

impl Spans {
    pub(super) fn new(bytes: &[u8]) -> Self {
        let is_text = memchr::memchr(0, &bytes[..bytes.len().min(8000)]).is_none();
        let mut pieces = Vec::new();
        let (mut low, mut high, mut len) = (0u32, 0u32, 0u32);
        for (at, byte) in bytes.iter().enumerate() {
            if is_text && *byte == b'\r' && bytes.get(at + 1) == Some(&b'\n') {
                continue;
            }
            let before = low;
            low = ((low << 7) ^ (high >> 25)).wrapping_add(u32::from(*byte));
            high = (high << 7) ^ (before >> 25);
            len += 1;
            if len == 64 || *byte == b'\n' {
                pieces.push((piece_hash(low, high), len));
                (low, high, len) = (0, 0, 0);
            }
        }
        if len > 0 {
            pieces.push((piece_hash(low, high), len));
        }
        Self {
            size: bytes.len() as u64,
            counts: sum(pieces),
        }
    }

    /// Returns how much of the larger content is in both, on git's scale; 0 if the sizes alone say
    /// that `wanted` cannot be reached.
    pub(super) fn similarity(&self, new: &Self, wanted: u64) -> u64 {
        let (small, large) = (self.size.min(new.size), self.size.max(new.size));
        if large == 0 || large * (FULL - wanted) < (large - small) * FULL {
            return 0;
        }
        let (mut common, mut at) = (0u64, 0);
        for (hash, count) in &self.counts {
            while new.counts.get(at).is_some_and(|c| c.0 < *hash) {
                at += 1;
            }
            if let Some((_, there)) = new.counts.get(at).filter(|c| c.0 == *hash) {
                common += u64::from(*count.min(there));
            }
        }
        common * FULL / large
    }
}

/// Folds a piece into the range that git uses, so that scores agree.
fn piece_hash(low: u32, high: u32) -> u32 {
    low.wrapping_add(high.wrapping_mul(0x61)) % 107_927
}

fn sum(mut pieces: Vec<(u32, u32)>) -> Vec<(u32, u32)> {
    pieces.sort_unstable();
    let mut out: Vec<(u32, u32)> = Vec::with_capacity(pieces.len());
    for (hash, len) in pieces {
        match out.last_mut().filter(|last| last.0 == hash) {
            Some(last) => last.1 += len,
            None => out.push((hash, len)),
        }
    }
    out
}
