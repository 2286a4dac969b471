//! Runs a rule on a change that is made in memory.

use crate::check::{
    ChangeView, Draft, FileView, Objects, Options, Place, ReadError, Relation, Rule, Run, Sink,
};
use crate::model::{
    ChangeSet, Choice, EntryKind, FileChange, Hunk, Message, Oid, Side, Source, Stage, Status,
};
use bstr::{BStr, BString, ByteSlice};
use sha2::{Digest, Sha256};
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

/// A repository in memory with two trees: before and after.
pub struct Memory {
    blobs: BTreeMap<Oid, Vec<u8>>,
    trees: [BTreeMap<BString, Side>; 2],
    relation: Relation,
    limit: u64,
    /// How often a diff was asked for, and how long they took.
    pub diffs: Cell<(u32, Duration)>,
}

/// A change in the making.
pub struct Case {
    memory: Memory,
    files: Vec<FileChange>,
    options: Options,
}

/// Returns an id that stands for these bytes.
pub fn id(bytes: &[u8]) -> Oid {
    Oid::from_bytes_or_panic(&Sha256::digest(bytes)[..20])
}

/// Makes a change without files.
pub fn case() -> Case {
    let memory = Memory {
        blobs: BTreeMap::new(),
        trees: [BTreeMap::new(), BTreeMap::new()],
        relation: Relation::Unknown,
        limit: 1 << 30,
        diffs: Cell::default(),
    };
    Case {
        memory,
        files: Vec::new(),
        options: Options::default(),
    }
}

/// Insists that a rule finds nothing in new files of that name.
#[track_caller]
pub fn lets_be<const N: usize>(rule: &Rule, path: &str, texts: [&str; N]) {
    for text in texts {
        assert_eq!(added(rule, path, text), [""; 0], "{text:?}");
    }
}

/// Runs a rule on one new file.
pub fn added(rule: &Rule, path: &str, new: impl AsRef<[u8]>) -> Vec<String> {
    case().file(path, None::<&str>, Some(new)).run(rule)
}

/// Runs a rule on one modified file.
pub fn modified(rule: &Rule, path: &str, old: impl AsRef<[u8]>, new: impl AsRef<[u8]>) -> Vec<String> {
    case().file(path, Some(old), Some(new)).run(rule)
}

/// Runs a rule on one deleted file.
pub fn deleted(rule: &Rule, path: &str, old: impl AsRef<[u8]>) -> Vec<String> {
    case().file(path, Some(old), None::<&str>).run(rule)
}

/// Runs a rule on one file and does what it says to write instead; what is fixed is not found again.
pub fn fixed(rule: &Rule, path: &str, old: Option<&str>, new: &str) -> String {
    let mut text = new.to_owned();
    let drafts = case().file(path, old, Some(new)).drafts(rule);
    for draft in drafts.iter().rev() {
        for (range, with) in draft.fix.iter().flat_map(|edits| edits.all.iter().rev()) {
            text.replace_range(range.clone(), with);
        }
    }
    let left = case().file(path, old, Some(text.as_str())).drafts(rule);
    assert!(left.iter().all(|draft| draft.fix.is_none()), "{left:?}");
    text
}

/// Runs a rule on a commit message.
pub fn message(rule: &Rule, text: &str) -> Vec<String> {
    case().say(
        rule,
        &Message {
            text: text.into(),
            commit: None,
            merge: false,
        },
    )
}

impl Case {
    /// Adds a changed file.
    pub fn file(self, path: &str, old: Option<impl AsRef<[u8]>>, new: Option<impl AsRef<[u8]>>) -> Self {
        let kind = EntryKind::File;
        self.entry(path, old.map(|b| (kind, b)), new.map(|b| (kind, b)))
    }

    /// Adds a changed entry of any kind. The bytes of a submodule stand for its commit.
    pub fn entry(
        mut self,
        path: &str,
        old: Option<(EntryKind, impl AsRef<[u8]>)>,
        new: Option<(EntryKind, impl AsRef<[u8]>)>,
    ) -> Self {
        let old = old.map(|(kind, bytes)| self.put(0, path, kind, bytes.as_ref()));
        let new = new.map(|(kind, bytes)| self.put(1, path, kind, bytes.as_ref()));
        let status = match (old, new) {
            (None, _) => Status::Added,
            (_, None) => Status::Deleted,
            (Some(a), Some(b)) if a.kind.is_file() != b.kind.is_file() => Status::TypeChanged,
            (Some(a), Some(b)) if a.id == b.id => Status::ModeChanged,
            _ => Status::Modified,
        };
        let (path, old_path) = (path.into(), None);
        let other_parents = Vec::new();
        self.files.push(FileChange {
            path,
            old_path,
            status,
            old,
            new,
            other_parents,
        });
        self
    }

    /// Makes the last file a rename from this path.
    pub fn renamed_from(mut self, old: &str) -> Self {
        if let Some(file) = self.files.last_mut() {
            file.status = Status::Renamed;
            file.old_path = Some(old.into());
        }
        self
    }

    /// Gives the last file another parent with this content.
    pub fn other_parent(mut self, bytes: impl AsRef<[u8]>) -> Self {
        let side = self.blob(EntryKind::File, bytes.as_ref());
        if let Some(file) = self.files.last_mut() {
            file.other_parents.push(Some(side));
        }
        self
    }

    /// Adds a file that the change does not touch.
    pub fn unchanged(mut self, path: &str, kind: EntryKind, bytes: impl AsRef<[u8]>) -> Self {
        self.put(0, path, kind, bytes.as_ref());
        self.put(1, path, kind, bytes.as_ref());
        self
    }

    /// Sets how submodule commits stand to each other.
    pub fn relation(mut self, relation: Relation) -> Self {
        self.memory.relation = relation;
        self
    }

    /// Sets the size above which no object is read.
    pub fn limit(mut self, limit: u64) -> Self {
        self.memory.limit = limit;
        self
    }

    /// Sets an option of the rule.
    pub fn option(mut self, name: &str, value: Choice) -> Self {
        self.options.set.insert(name.to_owned(), value);
        self
    }

    /// Returns the changed files and the objects behind them.
    pub fn parts(&self) -> (&[FileChange], &Memory) {
        (&self.files, &self.memory)
    }

    /// Runs a rule on every file, or on the change.
    pub fn run(&self, rule: &Rule) -> Vec<String> {
        show(&self.drafts(rule))
    }

    /// Runs a rule and returns what it reports, after a look at the ranges.
    pub fn drafts(&self, rule: &Rule) -> Vec<Draft> {
        let mut drafts = Vec::new();
        let mut sink = Sink::new(&rule.info, &self.options, &mut drafts);
        match rule.run {
            Run::File(check) => {
                for file in &self.files {
                    check(&FileView::new(file, &self.memory), &mut sink);
                }
            }
            Run::Change(check) => self.check_change(check, &mut sink),
            Run::Message(_) => panic!("`{}` reads messages", rule.info.id),
        }
        self.look_at(&drafts);
        drafts
    }

    /// Runs a rule on a message.
    pub fn say(&self, rule: &Rule, message: &Message) -> Vec<String> {
        let mut drafts = Vec::new();
        let Run::Message(check) = rule.run else {
            panic!("`{}` reads no messages", rule.info.id)
        };
        check(message, &mut Sink::new(&rule.info, &self.options, &mut drafts));
        for draft in &drafts {
            let Place::Message(range) = &draft.place else {
                panic!("not in the message: {draft:?}")
            };
            assert!(
                range.start <= range.end && range.end <= message.text.len(),
                "{draft:?}"
            );
        }
        show(&drafts)
    }

    fn check_change(&self, check: fn(&ChangeView<'_>, &mut Sink<'_>), sink: &mut Sink<'_>) {
        let change = ChangeSet {
            source: Source::Staged,
            base: Some(id(b"base")),
            head: id(b"head"),
            files: self.files.clone(),
            message: None,
            left_out: Vec::new(),
        };
        check(
            &ChangeView {
                change: &change,
                stage: Stage::PreCommit,
                objects: &self.memory,
            },
            sink,
        );
    }

    /// What stands on bytes must stand on an added line; messages are one printable line.
    fn look_at(&self, drafts: &[Draft]) {
        for draft in drafts {
            assert!(!draft.message.chars().any(char::is_control), "{draft:?}");
            let Place::Bytes(path, range) = &draft.place else {
                continue;
            };
            let file = self.files.iter().find(|f| f.path == *path).unwrap();
            let view = FileView::new(file, &self.memory);
            assert!(
                range.start <= range.end && range.end <= view.bytes().len(),
                "{draft:?}"
            );
            assert!(view.is_added_in(range), "not on an added line: {draft:?}");
        }
    }

    fn put(&mut self, tree: usize, path: &str, kind: EntryKind, bytes: &[u8]) -> Side {
        let side = self.blob(kind, bytes);
        self.memory.trees[tree].insert(path.into(), side);
        side
    }

    fn blob(&mut self, kind: EntryKind, bytes: &[u8]) -> Side {
        let id = id(bytes);
        self.memory.blobs.insert(id, bytes.to_vec());
        Side { kind, id }
    }
}

impl Memory {
    fn tree(&self, tree: Oid) -> &BTreeMap<BString, Side> {
        &self.trees[usize::from(tree == id(b"head"))]
    }
}

impl Objects for Memory {
    fn blob(&self, id: Oid) -> Result<Vec<u8>, ReadError> {
        let bytes = self.blobs.get(&id).ok_or(ReadError::Missing(id))?;
        let (size, limit) = (bytes.len() as u64, self.limit);
        if size > limit {
            return Err(ReadError::TooLarge { id, size, limit });
        }
        Ok(bytes.clone())
    }

    fn size(&self, id: Oid) -> Result<u64, ReadError> {
        self.blobs
            .get(&id)
            .map(|b| b.len() as u64)
            .ok_or(ReadError::Missing(id))
    }

    fn hunks(&self, old: &[u8], new: &[u8]) -> Vec<Hunk> {
        let start = Instant::now();
        let hunks = hunks(old, new);
        let (count, time) = self.diffs.get();
        self.diffs.set((count + 1, time + start.elapsed()));
        hunks
    }

    fn entry(&self, tree: Oid, path: &BStr) -> Result<Option<Side>, ReadError> {
        Ok(self.tree(tree).get(path).copied())
    }

    fn names(&self, tree: Oid, dir: &BStr) -> Result<Vec<(BString, bool)>, ReadError> {
        let prefix = if dir.is_empty() {
            BString::default()
        } else {
            [dir.as_bytes(), b"/"].concat().into()
        };
        let below = self
            .tree(tree)
            .keys()
            .filter_map(|path| path.strip_prefix(prefix.as_slice()));
        let names: BTreeSet<_> = below
            .map(|rest| match rest.find_byte(b'/') {
                Some(at) => (BString::from(&rest[..at]), true),
                None => (BString::from(rest), false),
            })
            .collect();
        Ok(names.into_iter().collect())
    }

    fn submodule(&self, _: &BStr, _: Oid, _: Oid) -> Relation {
        self.relation
    }
}

/// Returns one hunk from the first to the last difference.
fn hunks(old: &[u8], new: &[u8]) -> Vec<Hunk> {
    let split = |text: &[u8]| {
        text.lines_with_terminator()
            .map(BString::from)
            .collect::<Vec<_>>()
    };
    let (old, new) = (split(old), split(new));
    let start = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let rest = old.len().min(new.len()) - start;
    let end = old
        .iter()
        .rev()
        .zip(new.iter().rev())
        .take(rest)
        .take_while(|(a, b)| a == b)
        .count();
    if start + end == old.len() && old.len() == new.len() {
        return Vec::new();
    }
    let range = |len: usize| start as u32..(len - end) as u32;
    vec![Hunk {
        old: range(old.len()),
        new: range(new.len()),
    }]
}

/// Shows each draft as `severity place: message`; the place is a range of bytes or a path.
fn show(drafts: &[Draft]) -> Vec<String> {
    let place = |place: &Place| match place {
        Place::Bytes(_, range) | Place::Message(range) => format!("{}..{}", range.start, range.end),
        Place::Path(path) => path.to_string(),
        Place::Change => "change".to_owned(),
    };
    drafts
        .iter()
        .map(|d| format!("{} {}: {}", d.severity.name(), place(&d.place), d.message))
        .collect()
}
