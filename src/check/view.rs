//! What a rule sees of a change. Everything is read when first asked for, and once.

use super::{Lines, Marks, Traits};
use crate::model::{
    Blob, ChangeSet, EntryKind, FileChange, Hunk, Objects, Oid, ReadError, RuleInfo, Side, Stage,
};
use bstr::{BStr, ByteSlice};
use std::borrow::Cow;
use std::cell::{Cell, OnceCell, RefCell};
use std::ops::Range;

/// What the new content of a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    /// There is none: a deletion, a submodule, or content that could not be read.
    None,
    /// Text, of whatever encoding, without a NUL byte in the first 8,000 bytes.
    Text,
    /// A pointer of Git LFS.
    LfsPointer,
    /// Anything else.
    Binary,
}

/// One changed file.
pub struct FileView<'a> {
    /// What happened to the file.
    pub file: &'a FileChange,
    objects: &'a dyn Objects,
    new: OnceCell<Option<Blob>>,
    old: OnceCell<Option<Blob>>,
    content: OnceCell<Content>,
    traits: OnceCell<Traits>,
    marks: Cell<Marks>,
    lines: OnceCell<Lines>,
    hunks: OnceCell<Vec<Hunk>>,
    problems: RefCell<Vec<(bool, ReadError)>>,
    passed_over: RefCell<Vec<(Cow<'static, str>, String)>>,
    late: Option<&'a dyn Fn() -> bool>,
    stopped: Cell<bool>,
}

impl<'a> FileView<'a> {
    /// Makes the view of one file.
    #[must_use]
    pub fn new(file: &'a FileChange, objects: &'a dyn Objects) -> Self {
        Self {
            file,
            objects,
            new: OnceCell::new(),
            old: OnceCell::new(),
            content: OnceCell::new(),
            traits: OnceCell::new(),
            marks: Cell::new(Marks::ALL),
            lines: OnceCell::new(),
            hunks: OnceCell::new(),
            problems: RefCell::default(),
            passed_over: RefCell::default(),
            late: None,
            stopped: Cell::new(false),
        }
    }

    /// Makes the time end when `late` says so.
    #[must_use]
    pub fn until(mut self, late: &'a dyn Fn() -> bool) -> Self {
        self.late = Some(late);
        self
    }

    /// Whether the time is up: whoever asks must stop then, and the file counts as not looked at.
    #[must_use]
    pub fn is_late(&self) -> bool {
        let late = self.stopped.get() || self.late.is_some_and(|late| late());
        self.stopped.set(late);
        late
    }

    /// Whether somebody was told that the time is up.
    #[must_use]
    pub fn was_stopped(&self) -> bool {
        self.stopped.get()
    }

    /// Returns the path after the change.
    #[must_use]
    pub fn path(&self) -> &BStr {
        self.file.path.as_bstr()
    }

    /// Returns the last part of the path.
    #[must_use]
    pub fn name(&self) -> &BStr {
        let path = self.path();
        path.rfind_byte(b'/').map_or(path, |at| path[at + 1..].as_bstr())
    }

    /// Returns what follows the last dot of the name, in lowercase; empty if there is no dot.
    #[must_use]
    pub fn extension(&self) -> String {
        let name = self.name();
        let ext = name.rfind_byte(b'.').map_or(&b""[..], |at| &name[at + 1..]);
        ext.to_str_lossy().to_ascii_lowercase()
    }

    /// Returns the new content: of a file its bytes, of a symlink its target. Empty when there is
    /// none: after a deletion, for a submodule, or when it could not be read (see `problems`).
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.new
            .get_or_init(|| {
                let side = self.file.new.filter(|s| s.kind != EntryKind::Submodule)?;
                self.read(side.id, true)
            })
            .as_deref()
            .unwrap_or_default()
    }

    /// Returns how many bytes of the new content have been read, without reading any.
    #[must_use]
    pub fn read_so_far(&self) -> usize {
        self.new
            .get()
            .and_then(Option::as_ref)
            .map_or(0, |blob| blob.len())
    }

    /// Returns the old content: of a file its bytes, of a symlink its target. Empty when there is none.
    #[must_use]
    pub fn old_bytes(&self) -> &[u8] {
        self.old
            .get_or_init(|| {
                let side = self.file.old.filter(|s| s.kind != EntryKind::Submodule)?;
                self.read(side.id, false)
            })
            .as_deref()
            .unwrap_or_default()
    }

    /// Whether the new content is that of the old entry or of another parent: nothing was written.
    #[must_use]
    pub fn is_same_content(&self) -> bool {
        let id = |s: Option<Side>| s.map(|s| s.id);
        let new = id(self.file.new);
        id(self.file.old) == new || self.file.other_parents.iter().any(|s| id(*s) == new)
    }

    /// Whether another parent of a merge has the very same entry, or lacks it too: the change of it
    /// is that parent's.
    #[must_use]
    pub fn is_from_another_parent(&self) -> bool {
        self.file.other_parents.contains(&self.file.new)
    }

    /// Returns what one pass over the new content tells; nothing of a binary file.
    #[must_use]
    pub fn traits(&self) -> Traits {
        *self
            .traits
            .get_or_init(|| Traits::of(self.text().unwrap_or_default()))
    }

    /// Returns the words that may stand in the new content; all as long as nobody searched for them.
    #[must_use]
    pub fn marks(&self) -> Marks {
        self.marks.get()
    }

    /// Notes which words stand in the new content, for those who look after the search.
    pub fn note_marks(&self, marks: Marks) {
        self.marks.set(marks);
    }

    /// Returns the size of the new content in bytes, read or not; 0 if there is none.
    #[must_use]
    pub fn size(&self) -> u64 {
        match (self.bytes().len() as u64, self.file.new) {
            (0, Some(side)) if side.kind != EntryKind::Submodule => self.objects.size(side.id).unwrap_or(0),
            (len, _) => len,
        }
    }

    /// Says what the new content is.
    #[must_use]
    pub fn content(&self) -> Content {
        *self.content.get_or_init(|| self.find_content())
    }

    fn find_content(&self) -> Content {
        let bytes = self.bytes();
        if self.new.get().is_none_or(Option::is_none) {
            return Content::None;
        }
        if memchr::memchr(0, &bytes[..bytes.len().min(8000)]).is_some() {
            return Content::Binary;
        }
        if bytes.len() < 1024 && bytes.starts_with(b"version https://git-lfs.github.com/spec/v1\n") {
            return Content::LfsPointer;
        }
        Content::Text
    }

    /// Returns the new content if it is the text of a file (not a symlink's target).
    #[must_use]
    pub fn text(&self) -> Option<&[u8]> {
        let is_file = self.file.new.is_some_and(|s| s.kind.is_file());
        (is_file && self.content() == Content::Text).then(|| self.bytes())
    }

    /// Returns the line starts of the new content.
    #[must_use]
    pub fn lines(&self) -> &Lines {
        self.lines.get_or_init(|| Lines::new(self.bytes()))
    }

    /// Returns the runs of changed lines: against the first parent, and for a merge only where the
    /// lines are new against every parent.
    #[must_use]
    pub fn hunks(&self) -> &[Hunk] {
        self.hunks.get_or_init(|| self.compute_hunks())
    }

    /// Whether the line, counted from 0, is added by the change.
    #[must_use]
    pub fn is_added(&self, line: u32) -> bool {
        if self.adds_everything() {
            return true;
        }
        let hunks = self.hunks();
        let at = hunks.partition_point(|h| h.new.end <= line);
        hunks.get(at).is_some_and(|h| h.new.contains(&line))
    }

    /// Whether the line that holds the byte at `offset` is added by the change.
    #[must_use]
    pub fn is_added_at(&self, offset: usize) -> bool {
        self.adds_everything() || self.is_added(self.lines().line_of(offset))
    }

    /// Whether any line of these bytes is added by the change.
    #[must_use]
    pub fn is_added_in(&self, range: &Range<usize>) -> bool {
        if self.adds_everything() {
            return true;
        }
        let lines = self.lines();
        let (first, last) = (
            lines.line_of(range.start),
            lines.line_of(range.end.max(range.start + 1) - 1),
        );
        let hunks = self.hunks();
        let at = hunks.partition_point(|h| h.new.end <= first);
        let rest = hunks[at..].iter().take_while(|h| h.new.start <= last);
        rest.into_iter().any(|h| !h.new.is_empty())
    }

    /// Whether every line of the new content is new, known without a diff.
    #[must_use]
    pub fn adds_everything(&self) -> bool {
        let blob = |s: &Option<Side>| s.is_some_and(|s| s.kind != EntryKind::Submodule);
        !blob(&self.file.old) && !self.file.other_parents.iter().any(blob)
    }

    /// Whether it is known which lines are added, so that to ask costs nothing.
    #[must_use]
    pub fn knows_added(&self) -> bool {
        self.hunks.get().is_some() || self.adds_everything()
    }

    /// Returns the added lines with their numbers from 0 and their bytes, each with its `\n`.
    pub fn added_lines(&self) -> impl Iterator<Item = (u32, Range<usize>)> + '_ {
        self.hunks()
            .iter()
            .flat_map(|h| h.new.clone())
            .map(|line| (line, self.lines().range(line)))
    }

    /// Whether the path says that this is a test, a fixture or an example.
    #[must_use]
    pub fn is_test(&self) -> bool {
        is_test(self.path())
    }

    /// Whether the file says of itself that a program wrote it, in its first 2,000 bytes, or is a
    /// lock file, minified or vendored.
    #[must_use]
    pub fn is_generated(&self) -> bool {
        let head = &self.bytes()[..self.bytes().len().min(2000)];
        self.has_generated_name() || head.contains_str("@generated") || head.contains_str("DO NOT EDIT")
    }

    /// Whether the path is that of a lock file, or of a minified or vendored one.
    #[must_use]
    pub fn has_generated_name(&self) -> bool {
        let name = self.name().to_str_lossy().to_ascii_lowercase();
        let lock = name.ends_with(".lock")
            || name.ends_with(".min.js")
            || name.ends_with(".min.css")
            || name.ends_with(".snap")
            || name.ends_with(".map")
            || [
                "package-lock.json",
                "npm-shrinkwrap.json",
                "pnpm-lock.yaml",
                "go.sum",
                "yarn.lock",
            ]
            .contains(&&*name);
        let path = self.path();
        let vendored = ["vendor/", "node_modules/", "third_party/"]
            .iter()
            .any(|d| path.starts_with(d.as_bytes()) || path.contains_str(format!("/{d}")));
        lock || vendored
    }

    /// Returns the objects, for rules that look beyond this file.
    #[must_use]
    pub fn objects(&self) -> &dyn Objects {
        self.objects
    }

    /// Notes that a rule did not look at this file, and why: what was not looked at is not sound.
    pub fn pass_over(&self, check: &RuleInfo, why: String) {
        self.passed_over.borrow_mut().push((check.id.clone(), why));
    }

    /// Takes what rules did not look at so far: the rule's id and the reason.
    #[must_use]
    pub fn take_passed_over(&self) -> Vec<(Cow<'static, str>, String)> {
        self.passed_over.take()
    }

    /// Takes what could not be read so far: `true` stands for the new content.
    #[must_use]
    pub fn take_problems(&self) -> Vec<(bool, ReadError)> {
        self.problems.take()
    }

    fn read(&self, id: Oid, new: bool) -> Option<Blob> {
        match self.objects.lend(id) {
            Ok(blob) => Some(blob),
            Err(error) => {
                self.problems.borrow_mut().push((new, error));
                None
            }
        }
    }

    fn compute_hunks(&self) -> Vec<Hunk> {
        let mut hunks = self.hunks_against(self.file.old);
        for other in &self.file.other_parents {
            hunks = intersect(&hunks, &self.hunks_against(*other));
        }
        hunks
    }

    fn hunks_against(&self, old: Option<Side>) -> Vec<Hunk> {
        let side = old.filter(|s| s.kind != EntryKind::Submodule);
        if side.is_some() && side.map(|s| s.id) == self.file.new.map(|s| s.id) {
            return Vec::new();
        }
        if old == self.file.old {
            return self.objects.hunks(self.old_bytes(), self.bytes());
        }
        let old = side.and_then(|s| self.read(s.id, false)).unwrap_or_default();
        let hunks = self.objects.hunks(&old, self.bytes());
        self.objects.take_back(old);
        hunks
    }
}

impl Drop for FileView<'_> {
    fn drop(&mut self) {
        for blob in [self.new.take(), self.old.take()] {
            if let Some(Some(blob)) = blob {
                self.objects.take_back(blob);
            }
        }
    }
}

/// Whether a path says that it is that of a test, a fixture or an example.
#[must_use]
pub fn is_test(path: &BStr) -> bool {
    const DIRS: [&str; 16] = [
        "test",
        "tests",
        "testing",
        "spec",
        "specs",
        "__tests__",
        "testdata",
        "test-data",
        "fixtures",
        "fixture",
        "examples",
        "example",
        "mocks",
        "__mocks__",
        "e2e",
        "samples",
    ];
    let path = path.to_str_lossy().to_ascii_lowercase();
    let name = path.rsplit('/').next().unwrap_or_default();
    let stem = name.split('.').next().unwrap_or_default();
    path.split('/').rev().skip(1).any(|dir| DIRS.contains(&dir))
        || name.contains(".test.")
        || name.contains(".spec.")
        || stem.starts_with("test_")
        || stem.ends_with("_test")
        || stem.ends_with("_spec")
}

/// Keeps the parts of `a` whose added lines stand in `b` too.
fn intersect(a: &[Hunk], b: &[Hunk]) -> Vec<Hunk> {
    let mut out = Vec::new();
    for x in a {
        for y in b
            .iter()
            .filter(|y| y.new.start < x.new.end && x.new.start < y.new.end)
        {
            let new = x.new.start.max(y.new.start)..x.new.end.min(y.new.end);
            out.push(Hunk {
                old: x.old.clone(),
                new,
            });
        }
    }
    out
}

/// The change as a whole.
pub struct ChangeView<'a> {
    /// The change.
    pub change: &'a ChangeSet,
    /// The stage that asks.
    pub stage: Stage,
    /// Reads objects.
    pub objects: &'a dyn Objects,
}
