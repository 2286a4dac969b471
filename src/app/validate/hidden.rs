//! What no model is shown: secrets, and whole repositories.

use crate::app::state;
use crate::app::wire::Wired;
use crate::check::FileView;
use crate::config::Settings;
use crate::git::Repository;
use crate::model::{ChangeSet, EntryKind, FileChange, Hunk, Objects, Oid, ReadError, Relation, Side, Status};
use crate::rules::pattern::{self, Set};
use crate::sys::{dirs, file};
use bstr::{BStr, BString};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::ops::Range;

/// A file of this name at the root of a repository keeps it at home.
pub const MARKER: &str = ".pantheon-no-llm";

/// Says why nothing of a change may leave the machine, and whether that is the owner's own wish rather than
/// the change's.
pub fn at_home(change: &ChangeSet, repo: &Repository, settings: &Settings) -> Option<(String, bool)> {
    if !settings.review.allowed {
        return Some(("`review.models` is off".to_owned(), true));
    }
    let has = |tree: Oid| repo.entry(tree, BStr::new(MARKER)).ok().flatten().is_some();
    if change.base.is_some_and(has) {
        return Some((format!("`{MARKER}` keeps the repository at home"), true));
    }
    // A change that adds it is not sent anywhere; nor does it get a better verdict for that.
    has(change.head).then(|| (format!("the change adds `{MARKER}`"), change.base.is_none()))
}

/// Finds secrets in texts, whatever the policy makes of them.
pub struct Secrets {
    patterns: Option<Set>,
}

impl Secrets {
    /// Takes all secret rules that are shipped, and those of the repository.
    pub fn new(own: &[pattern::Source]) -> Self {
        let is_secret = |id: &str| id.starts_with("secrets/");
        let patterns = Set::new(&is_secret, own).or_else(|_| Set::new(&is_secret, &[]));
        Self {
            patterns: patterns.ok(),
        }
    }

    /// Returns a text with this in the place of each secret; `None`: there is none.
    pub fn without(&self, text: &str, mark: &str) -> Option<String> {
        let mut found = self.find(BStr::new("text"), text.as_bytes());
        found.retain(|range| text.get(range.clone()).is_some());
        found.sort_by_key(|range| (range.start, range.end));
        let (mut out, mut at) = (String::new(), 0);
        for range in found {
            if range.start >= at {
                out.push_str(&text[at..range.start]);
                out.push_str(mark);
            }
            at = at.max(range.end);
        }
        (at > 0).then(|| out + &text[at..])
    }

    /// Takes all secret rules that are shipped, and every rule of the repository: a rule of another name may
    /// say of a part of what it finds that it is secret.
    pub fn with_own(own: &[pattern::Source]) -> Self {
        let is_asked = |id: &str| id.starts_with("secrets/") || own.iter().any(|source| source.id == id);
        Self {
            patterns: Set::new(&is_asked, own).ok(),
        }
    }

    /// Returns the bytes of the secrets in a content, as if all of it were new.
    pub fn find(&self, path: &BStr, bytes: &[u8]) -> Vec<Range<usize>> {
        let Some(patterns) = &self.patterns else {
            // Nothing is known about what is secret: nothing is shown.
            return std::iter::once(0..bytes.len()).collect();
        };
        let side = Side {
            kind: EntryKind::File,
            id: Oid::null(gix::hash::Kind::Sha1),
        };
        let file = FileChange {
            path: path.to_owned(),
            old_path: None,
            status: Status::Added,
            old: None,
            new: Some(side),
            other_parents: Vec::new(),
        };
        let one = One(bytes);
        let view = FileView::new(&file, &one);
        let mut drafts = Vec::new();
        patterns.scan_file(&view, &mut drafts);
        drafts.into_iter().filter_map(|draft| draft.secret).collect()
    }
}

/// Whether validators may look at a path at all, by the policy.
pub fn is_visible(wired: &Wired, path: &BStr) -> bool {
    !wired.is_excluded(path) && wired.counts(path, "validators/all")
}

/// The objects of a repository without what the policy keeps from validators: no tool and no search finds it.
pub struct Visible<'a> {
    /// All of them.
    pub inner: &'a dyn Objects,
    /// The policy.
    pub wired: &'a Wired,
}

impl Objects for Visible<'_> {
    fn blob(&self, id: Oid) -> Result<Vec<u8>, ReadError> {
        self.inner.blob(id)
    }

    fn size(&self, id: Oid) -> Result<u64, ReadError> {
        self.inner.size(id)
    }

    fn hunks(&self, old: &[u8], new: &[u8]) -> Vec<Hunk> {
        self.inner.hunks(old, new)
    }

    fn entry(&self, tree: Oid, path: &BStr) -> Result<Option<Side>, ReadError> {
        match is_visible(self.wired, path) {
            true => self.inner.entry(tree, path),
            false => Ok(None),
        }
    }

    fn names(&self, tree: Oid, dir: &BStr) -> Result<Vec<(BString, bool)>, ReadError> {
        let mut names = self.inner.names(tree, dir)?;
        names.retain(|(name, is_dir)| {
            let mut path = dir.to_owned();
            if !path.is_empty() {
                path.push(b'/');
            }
            path.extend_from_slice(name);
            *is_dir || is_visible(self.wired, path.as_ref())
        });
        Ok(names)
    }

    fn submodule(&self, path: &BStr, old: Oid, new: Oid) -> Relation {
        self.inner.submodule(path, old, new)
    }
}

/// One content, and nothing else.
struct One<'a>(&'a [u8]);

impl Objects for One<'_> {
    fn blob(&self, _: Oid) -> Result<Vec<u8>, ReadError> {
        Ok(self.0.to_vec())
    }

    fn size(&self, _: Oid) -> Result<u64, ReadError> {
        Ok(self.0.len() as u64)
    }

    fn hunks(&self, _: &[u8], _: &[u8]) -> Vec<Hunk> {
        Vec::new()
    }

    fn entry(&self, _: Oid, _: &BStr) -> Result<Option<Side>, ReadError> {
        Ok(None)
    }

    fn names(&self, _: Oid, _: &BStr) -> Result<Vec<(BString, bool)>, ReadError> {
        Ok(Vec::new())
    }

    fn submodule(&self, _: &BStr, _: Oid, _: Oid) -> Relation {
        Relation::Unknown
    }
}

/// The file in the state directory that holds the mark of fences.
const FILE: &str = "mark";

/// Returns the mark of this installation, which nobody who wrote a change can know. It stays the same, so that
/// the same content asks the same question; without a state it is made anew.
pub fn mark() -> String {
    let path = state::dir().ok().map(|dir| dir.join(FILE));
    let kept = path.as_ref().and_then(|path| file::read(path, 64).ok());
    let kept = kept.and_then(|bytes| String::from_utf8(bytes).ok());
    if let Some(mark) = kept.filter(|mark| is_mark(mark)) {
        return mark;
    }
    let mark = format!("{:016x}{:016x}", random(), random());
    if let Some(path) = path
        && let Some(dir) = path.parent()
        && dirs::private_dir(dir).is_ok()
    {
        // Where it cannot be kept it is made anew each time, which costs kept answers and nothing else.
        drop(file::write_atomic(&path, mark.as_bytes(), 0o600));
    }
    mark
}

fn is_mark(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The standard library seeds its hashers from the operating system.
fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}
