//! What is in a tree that an agent left behind, without following a link and without believing anything.

use super::names::{is_git, is_setting, leads_out};
use super::{Refused, ScratchError};
use crate::sys::clock::Deadline;
use bstr::{BStr, BString, ByteSlice, ByteVec};
use std::collections::HashSet;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};

/// The longest path, in bytes: beyond, the system opens nothing.
const LONGEST: usize = 3000;

/// A file or link of the tree.
#[derive(Debug)]
pub(super) struct Found {
    /// Its path, from the root of the tree.
    pub path: BString,
    /// What the system says about it.
    pub meta: Metadata,
    /// Where it leads, if it is a link.
    pub target: Option<BString>,
    /// Why it is not taken, unless the base has it just so.
    pub objection: Option<&'static str>,
}

/// What is in a tree.
#[derive(Debug, Default)]
pub(super) struct Walked {
    /// What can be taken.
    pub found: Vec<Found>,
    /// What cannot.
    pub refused: Vec<Refused>,
    /// How many of `skip` are there.
    pub skipped: usize,
    /// Things that would keep a reader waiting for ever.
    pub pipes: Vec<PathBuf>,
    seen: usize,
}

/// Looks at everything in a directory but `skip`, and but what stands at its root in the place of `.git`.
pub(super) fn walk(
    root: &Path,
    skip: &HashSet<BString>,
    most: usize,
    within: &Deadline,
) -> Result<Walked, ScratchError> {
    let mut walked = Walked::default();
    let mut dirs = vec![(BString::default(), None)];
    while let Some((dir, above)) = dirs.pop() {
        let entries = match entries(&root.join(dir.to_path_lossy())) {
            Ok(entries) => entries,
            Err(_) if !dir.is_empty() => {
                walked.refuse(dir, "is a directory that cannot be read");
                continue;
            }
            Err(e) => return Err(ScratchError::File(root.to_owned(), e)),
        };
        let is_repository = !dir.is_empty() && is_bare(&entries);
        let above = above.or(is_repository.then_some("is in a git repository of its own"));
        walked.seen += entries.len();
        if walked.seen > most {
            return Err(ScratchError::TooMuch(format!("more than {most} entries")));
        }
        if within.is_over() {
            return Err(ScratchError::Stopped);
        }
        for (name, meta) in entries {
            let is_root = dir.is_empty();
            let path = match is_root {
                true => name.clone(),
                false => bstr::join("/", [&dir, &name]).into(),
            };
            if is_root && name == ".git" {
                continue;
            }
            if skip.contains(&path) {
                walked.skipped += 1;
                continue;
            }
            if let Some(dir) = walked.entry(root, path, name.as_bstr(), meta, above) {
                dirs.push((dir, above));
            }
        }
    }
    Ok(walked)
}

/// Reads a directory. Names that are no bytes of a path are told as such.
fn entries(dir: &Path) -> io::Result<Vec<(BString, Metadata)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let name = Vec::from_os_string(entry.file_name()).unwrap_or_else(|_| b"?".to_vec());
        found.push((name.into(), entry.metadata()?));
    }
    Ok(found)
}

/// Whether git would take a directory for a repository without a working tree, and believe its configuration.
fn is_bare(entries: &[(BString, Metadata)]) -> bool {
    let has = |name: &str, is_dir: bool| {
        let named = entries
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name.as_bytes()));
        named.is_some_and(|(_, meta)| meta.is_dir() == is_dir)
    };
    has("HEAD", false) && has("objects", true) && has("refs", true)
}

impl Walked {
    fn refuse(&mut self, path: BString, why: &str) {
        self.refused.push(Refused {
            path,
            why: why.to_owned(),
        });
    }

    /// Takes or refuses one entry. Returns a directory, which is to be looked into.
    fn entry(
        &mut self,
        root: &Path,
        path: BString,
        name: &BStr,
        meta: Metadata,
        above: Option<&'static str>,
    ) -> Option<BString> {
        let at = root.join(path.to_path_lossy());
        if let Some(why) = never(name, &path) {
            self.refuse(path, why);
            return None;
        }
        if meta.is_dir() {
            return Some(path);
        }
        if !meta.is_file() && !meta.is_symlink() {
            self.pipes.push(at);
            self.refuse(path, "is no file: a pipe, a socket or a device");
            return None;
        }
        let target = meta.is_symlink().then(|| target(&at)).flatten();
        let own = match meta.is_symlink() {
            true => link_objection(target.as_ref(), name, path.find_iter(b"/").count()),
            false => mode_objection(&meta),
        };
        self.found.push(Found {
            path,
            meta,
            target,
            objection: above.or(own),
        });
        None
    }
}

/// Says what no tree has.
fn never(name: &BStr, path: &BString) -> Option<&'static str> {
    if is_git(name) {
        return Some("has a name that belongs to git");
    }
    (path.len() > LONGEST).then_some("has a path that is too long")
}

fn link_objection(target: Option<&BString>, name: &BStr, depth: usize) -> Option<&'static str> {
    let Some(target) = target else {
        return Some("is a link that cannot be read");
    };
    if is_setting(name) {
        return Some("is a link in the place of a setting of git");
    }
    leads_out(target.as_bstr(), depth).then_some("is a link that leads out of the tree, or into `.git`")
}

#[cfg(unix)]
fn mode_objection(meta: &Metadata) -> Option<&'static str> {
    use std::os::unix::fs::MetadataExt;
    if meta.mode() & 0o6000 != 0 {
        return Some("runs with the rights of its owner: it has the setuid or setgid bit");
    }
    (meta.mode() & 0o400 == 0).then_some("cannot be read")
}

#[cfg(not(unix))]
fn mode_objection(_: &Metadata) -> Option<&'static str> {
    None
}

fn target(path: &Path) -> Option<BString> {
    let target = fs::read_link(path).ok()?;
    Vec::from_os_string(target.into_os_string())
        .ok()
        .map(BString::from)
}
