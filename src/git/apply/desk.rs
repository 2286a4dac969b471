//! A git directory of our own beside the user's: with a copy of the index, with objects that borrow from the
//! user's, and with as much of the configuration as says how files look.

use super::{Conflict, Error, FileStat, own};
use crate::git::Repository;
use crate::git::command::Git;
use crate::sys::{dirs, file};
use bstr::{BString, ByteSlice};
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;

/// What the name of such a directory begins with while nobody has asked to keep it.
const PREFIX: &str = ".desk-";
/// How long git may take for one answer: a snapshot may have to read every file.
const LIMIT: Duration = Duration::from_secs(600);
/// What counts of the user's configuration: how files look in the working tree, and which are ignored.
const TAKEN: &str = "^core\\.(autocrlf|eol|filemode|symlinks|ignorecase|precomposeunicode|protecthfs|protectntfs|\
                     trustctime|checkstat|excludesfile|attributesfile|checkroundtripencoding|longpaths)$";
/// What is set whatever the user's says: nothing else is written, and nothing is started.
const SET: [(&str, &str); 12] = [
    ("core.bare", "false"),
    ("core.fsmonitor", "false"),
    ("core.untrackedCache", "false"),
    ("core.splitIndex", "false"),
    ("core.sparseCheckout", "false"),
    ("core.safecrlf", "false"),
    ("core.hooksPath", "/dev/null"),
    ("gc.auto", "0"),
    ("maintenance.auto", "false"),
    // A file that somebody put beside others is not moved because those moved.
    ("merge.directoryRenames", "false"),
    ("merge.conflictStyle", "merge"),
    ("submodule.recurse", "false"),
];

/// The git directory of our own.
pub(super) struct Desk {
    /// The root of the user's working tree.
    pub(super) root: PathBuf,
    /// Where everything of ours is.
    pub(super) dir: PathBuf,
    /// Removes it, unless it is kept.
    guard: TempDir,
    config: Vec<(OsString, OsString)>,
    filters: BTreeSet<BString>,
}

/// The lines that are added and that go; `None`: the file is binary.
type Counts = (Option<u64>, Option<u64>);

/// A path that differs between two trees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) path: BString,
    pub(super) old: Option<Entry>,
    pub(super) new: Option<Entry>,
    pub(super) status: char,
}

/// What a tree has at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) mode: u32,
    pub(super) id: String,
}

impl Entry {
    pub(super) fn is_link(&self) -> bool {
        self.mode == 0o120_000
    }

    pub(super) fn is_submodule(&self) -> bool {
        self.mode == 0o160_000
    }

    pub(super) fn is_executable(&self) -> bool {
        self.mode == 0o100_755
    }
}

impl Desk {
    /// Lays one out in `room`, with objects from these directories and the user's.
    pub(super) fn open(repo: &Repository, borrow: &[PathBuf], room: &Path) -> Result<Self, Error> {
        let root = fs::canonicalize(repo.root()?).map_err(own(room))?;
        let git_dir = fs::canonicalize(repo.git_dir()).map_err(own(repo.git_dir()))?;
        let common = fs::canonicalize(repo.common_dir()).map_err(own(repo.common_dir()))?;
        dirs::private_dir(room).map_err(own(room))?;
        let room = fs::canonicalize(room).map_err(own(room))?;
        let made = tempfile::Builder::new().prefix(PREFIX).tempdir_in(&room);
        let guard = made.map_err(own(&room))?;
        let dir = guard.path().to_owned();
        let mut borrow = borrow.to_vec();
        borrow.push(common.join("objects"));
        lay_out(&dir, &common, &borrow, repo.gix.object_hash()).map_err(own(&dir))?;
        copy_index(&git_dir, &dir).map_err(own(&dir))?;
        let users = Git::apart(&root)
            .env("GIT_DIR", &git_dir)
            .env("GIT_WORK_TREE", &root);
        let (config, filters) = (taken(&users)?, filters(&users)?);
        Ok(Self {
            root,
            dir,
            guard,
            config,
            filters,
        })
    }

    /// Returns a git that works with the copy of the index and the user's working tree.
    pub(super) fn git(&self) -> Git {
        self.git_at(&self.root, "index")
    }

    /// Returns a git that works with another index and another directory for files.
    pub(super) fn git_at(&self, tree: &Path, index: &str) -> Git {
        let mut git = Git::apart(tree)
            .limit(LIMIT)
            .env("GIT_DIR", self.dir.join("git"))
            .env("GIT_WORK_TREE", tree)
            .env("GIT_INDEX_FILE", self.dir.join(index))
            .env("GIT_OBJECT_DIRECTORY", self.dir.join("objects"))
            .env(
                "GIT_CONFIG_GLOBAL",
                if cfg!(windows) { "NUL" } else { "/dev/null" },
            )
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_NO_LAZY_FETCH", "1")
            .unset("GIT_ATTR_SOURCE")
            .unset("GIT_EXTERNAL_DIFF")
            .env("GIT_CONFIG_COUNT", (self.config.len() + SET.len()).to_string());
        let set = SET.map(|(key, value)| (key.into(), value.into()));
        for (at, (key, value)) in self.config.iter().chain(&set).enumerate() {
            git = git.env(&format!("GIT_CONFIG_KEY_{at}"), key.clone());
            git = git.env(&format!("GIT_CONFIG_VALUE_{at}"), value.clone());
        }
        git
    }

    /// Returns the part of its name that no other has.
    pub(super) fn tag(&self) -> String {
        let name = self
            .dir
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        name.trim_start_matches(PREFIX).to_owned()
    }

    /// Keeps it under another name.
    pub(super) fn keep(self, dir: &Path) -> Result<(), Error> {
        let above = dir.parent().unwrap_or(dir);
        dirs::private_dir(above).map_err(own(above))?;
        for scrap in ["git", "was", "is"] {
            drop(fs::remove_dir_all(self.dir.join(scrap)));
        }
        for scrap in ["index", "index.was", "index.is"] {
            drop(fs::remove_file(self.dir.join(scrap)));
        }
        let from = self.guard.keep();
        fs::rename(&from, dir).map_err(own(dir))
    }

    /// Returns the paths that differ between two trees.
    pub(super) fn changes(&self, from: &str, to: &str) -> Result<Vec<Change>, Error> {
        let args = [
            "diff-tree",
            "-r",
            "-z",
            "--raw",
            "--no-renames",
            "--no-abbrev",
            from,
            to,
            "--",
        ];
        let said = self.git().run(&args)?;
        let mut parts = said.split_str("\0").filter(|part| !part.is_empty());
        let mut changes = Vec::new();
        while let Some(head) = parts.next() {
            let path = parts.next().ok_or(Error::Answer("diff-tree"))?;
            changes.push(change(head, path).ok_or(Error::Answer("diff-tree"))?);
        }
        Ok(changes)
    }

    /// Counts the lines that differ between two trees.
    pub(super) fn stats(&self, from: &str, to: &str) -> Result<Vec<FileStat>, Error> {
        let args = [
            "diff-tree",
            "-r",
            "-z",
            "--numstat",
            "--no-renames",
            "--no-ext-diff",
            "--no-textconv",
            from,
            to,
        ];
        let said = self.git().run(&args)?;
        let counted = said.split_str("\0").filter_map(counts);
        let mut counted: BTreeMap<BString, _> = counted.collect();
        let stat = |change: Change| {
            let (added, removed) = counted.remove(&change.path).unwrap_or_default();
            FileStat {
                path: change.path,
                status: change.status,
                added,
                removed,
            }
        };
        Ok(self.changes(from, to)?.into_iter().map(stat).collect())
    }

    /// Returns those of these paths that a program of the user's configuration would convert, as conflicts.
    pub(super) fn filtered(&self, paths: &[&BString]) -> Result<Vec<Conflict>, Error> {
        if self.filters.is_empty() || paths.is_empty() {
            return Ok(Vec::new());
        }
        let git = self.git().input(listed(paths.iter().copied()));
        let said = git.run(&["check-attr", "-z", "--stdin", "filter"])?;
        let parts: Vec<&[u8]> = said.split_str("\0").collect();
        let rows = parts
            .chunks_exact(3)
            .filter(|row| self.filters.contains(row[2].as_bstr()));
        Ok(rows
            .map(|row| Conflict::of(row[0].into(), super::Why::Filter(row[2].into())))
            .collect())
    }

    /// Writes these paths of a tree into a directory of ours, as git would check them out, without any program.
    pub(super) fn export(&self, tree: &str, name: &str, paths: &[&BString]) -> Result<PathBuf, Error> {
        let dir = self.dir.join(name);
        fs::create_dir(&dir).map_err(own(&dir))?;
        let git = self.git_at(&dir, &format!("index.{name}"));
        git.run(&["read-tree", tree])?;
        let git = git.input(listed(paths.iter().copied()));
        git.run(&["checkout-index", "-f", "-q", "-z", "--stdin"])?;
        Ok(dir)
    }

    /// Returns the bytes of a blob.
    pub(super) fn blob(&self, id: &str) -> Result<Vec<u8>, Error> {
        Ok(self.git().run(&["cat-file", "blob", id])?)
    }

    /// Returns the id that git would give these bytes at a path.
    pub(super) fn recorded(&self, path: &BString, bytes: &[u8]) -> Result<String, Error> {
        let Ok(name) = path.to_str() else {
            return Ok(String::new());
        };
        let git = self.git().input(bytes.to_vec());
        let said = git.run(&["hash-object", "--stdin", "--path", name])?;
        Ok(said.to_str_lossy().trim().to_owned())
    }
}

/// Returns paths as git reads them with `-z`.
pub(super) fn listed<'a>(paths: impl IntoIterator<Item = &'a BString>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for path in paths {
        bytes.extend_from_slice(path);
        bytes.push(0);
    }
    bytes
}

fn lay_out(dir: &Path, common: &Path, borrow: &[PathBuf], hash: gix::hash::Kind) -> io::Result<()> {
    for name in ["git/refs", "git/info", "git/objects", "objects/info"] {
        fs::create_dir_all(dir.join(name))?;
    }
    let config = match hash {
        gix::hash::Kind::Sha1 => "[core]\n\trepositoryformatversion = 0\n".to_owned(),
        other => format!("[core]\n\trepositoryformatversion = 1\n[extensions]\n\tobjectformat = {other}\n"),
    };
    file::write_atomic(&dir.join("git/config"), config.as_bytes(), 0o600)?;
    file::write_atomic(&dir.join("git/HEAD"), b"ref: refs/heads/none\n", 0o600)?;
    let lines = borrow.iter().filter(|dir| dir.is_dir());
    let lines = lines.map(|dir| [dir.as_os_str().as_encoded_bytes(), b"\n"].concat());
    let alternates = lines.collect::<Vec<_>>().concat();
    file::write_atomic(&dir.join("objects/info/alternates"), &alternates, 0o600)?;
    for name in ["info/exclude", "info/attributes"] {
        copy(&common.join(name), &dir.join("git").join(name))?;
    }
    Ok(())
}

/// Copies the index with its time, which tells git for which entries the times of files say nothing.
fn copy_index(git_dir: &Path, dir: &Path) -> io::Result<()> {
    copy(&git_dir.join("index"), &dir.join("index"))?;
    for entry in fs::read_dir(git_dir)?.flatten() {
        let name = entry.file_name();
        if name.as_encoded_bytes().starts_with(b"sharedindex.") {
            copy(&entry.path(), &dir.join("git").join(name))?;
        }
    }
    Ok(())
}

/// Copies a file with its time; one that is not there is no error.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    // The time first: if the file is replaced meanwhile, an older time only means more to compare.
    let modified = match fs::metadata(from) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
        meta => meta?.modified()?,
    };
    let bytes = file::read(from, u64::MAX - 1)?;
    file::write_atomic(to, &bytes, 0o600)?;
    File::options().write(true).open(to)?.set_modified(modified)
}

fn taken(users: &Git) -> Result<Vec<(OsString, OsString)>, Error> {
    let said = users
        .ask(&["config", "-z", "--get-regexp", TAKEN])?
        .unwrap_or_default();
    let pairs = said.split_str("\0").filter(|pair| !pair.is_empty());
    let pairs = pairs.filter_map(|pair| {
        let (key, value) = pair.split_once_str("\n").unwrap_or((pair, b"true"));
        Some((
            key.to_os_str().ok()?.to_owned(),
            value.to_os_str().ok()?.to_owned(),
        ))
    });
    Ok(pairs.collect())
}

/// Returns the names of the filters that run a program.
fn filters(users: &Git) -> Result<BTreeSet<BString>, Error> {
    let args = [
        "config",
        "-z",
        "--name-only",
        "--get-regexp",
        "^filter\\..*\\.(clean|smudge|process)$",
    ];
    let said = users.ask(&args)?.unwrap_or_default();
    let names = said.split_str("\0").filter_map(|key| {
        let key = key.strip_prefix(b"filter.")?;
        Some(key[..key.rfind_byte(b'.')?].into())
    });
    Ok(names.collect())
}

/// Reads `:100644 100755 <id> <id> M` and a path.
fn change(head: &[u8], path: &[u8]) -> Option<Change> {
    let head = head.strip_prefix(b":")?.to_str().ok()?;
    let words: Vec<&str> = head.split(' ').collect();
    let [old, new, old_id, new_id, status] = words[..] else {
        return None;
    };
    Some(Change {
        path: path.into(),
        old: entry(old, old_id)?,
        new: entry(new, new_id)?,
        status: status.chars().next()?,
    })
}

/// Reads a mode and an id; without a mode there is no entry.
fn entry(mode: &str, id: &str) -> Option<Option<Entry>> {
    let mode = u32::from_str_radix(mode, 8).ok()?;
    let id = id.to_owned();
    Some((mode != 0).then_some(Entry { mode, id }))
}

/// Reads `<added>\t<removed>\t<path>`, with `-` for binary files.
fn counts(row: &[u8]) -> Option<(BString, Counts)> {
    let mut parts = row.splitn_str(3, "\t");
    let mut count = || parts.next().and_then(|n| n.to_str().ok()).map(|n| n.parse().ok());
    let (added, removed) = (count()?, count()?);
    Some((parts.next()?.into(), (added, removed)))
}
