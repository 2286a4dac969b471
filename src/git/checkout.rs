//! A tree as files in a temporary directory, for programs that read files. Written from objects: no filter
//! runs, so what Git LFS keeps elsewhere stays a pointer, and line ends stay as they are recorded.
//!
//! A tree may be hostile. Nothing is written through a link: links come last. One that leads out of the tree
//! is written as a plain file that holds its target, as git does on systems without links.

use super::objects::Reader;
use super::tree::{Child, Node, Walk};
use super::{Error, Repository};
use crate::model::{EntryKind, Objects, Oid, ReadError, Side, visible_bytes};
use bstr::{BStr, BString, ByteSlice};
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use tempfile::TempDir;

/// What the names of temporary directories begin with.
const PREFIX: &str = "pantheon-checkout-";
/// A directory of this age is nobody's any more: no gate may take longer than an hour.
const FORGOTTEN: Duration = Duration::from_secs(2 * 60 * 60);
/// Directories deeper than this are not written.
const DEEPEST: usize = 100;
/// The longest target of a link, in bytes.
const LONGEST_LINK: usize = 4096;

/// How much is written at most.
#[derive(Debug, Clone, Copy)]
pub struct CheckoutBounds {
    /// The most files.
    pub files: usize,
    /// The most bytes.
    pub bytes: u64,
}

impl Default for CheckoutBounds {
    fn default() -> Self {
        Self {
            files: 200_000,
            bytes: 4 << 30,
        }
    }
}

/// A tree as files. They are gone when this is dropped.
#[derive(Debug)]
pub struct Checkout {
    dir: TempDir,
    /// Files that are not there because they are too large to read.
    pub too_large: Vec<BString>,
    /// Links that lead out of the tree, which are plain files here.
    pub outward: Vec<BString>,
}

/// Why a tree cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum CheckoutError {
    /// It cannot be read.
    #[error(transparent)]
    Git(#[from] Error),
    /// A file cannot be read.
    #[error("`{0}` cannot be read: {1}")]
    Read(String, #[source] ReadError),
    /// A file cannot be written.
    #[error("`{0}` cannot be written: {1}")]
    Write(String, #[source] io::Error),
    /// A name that no file may have.
    #[error("`{0}` cannot be the name of a file here")]
    Name(String),
    /// There is too much of it.
    #[error("the tree is too large to be written out: {0}")]
    TooMuch(String),
    /// The time was up, or the user asked to end.
    #[error("the time was up before the tree was written out")]
    Stopped,
}

impl Checkout {
    /// Returns the directory that holds the tree.
    #[must_use]
    pub fn root(&self) -> &Path {
        self.dir.path()
    }
}

/// Writes a tree out, until `stop` says so.
///
/// # Errors
/// When it cannot be read or written, is too large, or was stopped.
pub fn checkout(
    reader: &Reader,
    tree: Oid,
    bounds: CheckoutBounds,
    stop: &dyn Fn() -> bool,
) -> Result<Checkout, CheckoutError> {
    let made = tempfile::Builder::new().prefix(PREFIX).tempdir();
    let dir = made.map_err(|e| CheckoutError::Write("the temporary directory".to_owned(), e))?;
    let mut writer = Writer {
        reader,
        bounds,
        stop,
        files: 0,
        bytes: 0,
        links: Vec::new(),
        too_large: Vec::new(),
        outward: Vec::new(),
    };
    let root = dir.path().to_owned();
    writer.dir(tree, &root, BStr::new(""), 0)?;
    for link in std::mem::take(&mut writer.links) {
        make_link(&link).map_err(|e| CheckoutError::Write(visible_bytes(&link.name), e))?;
    }
    Ok(Checkout {
        dir,
        too_large: writer.too_large,
        outward: writer.outward,
    })
}

/// Removes what processes left behind that were killed.
pub fn sweep() {
    let Ok(entries) = fs::read_dir(std::env::temp_dir()) else {
        return;
    };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let is_ours = name.as_encoded_bytes().starts_with(PREFIX.as_bytes());
        if is_ours
            && entry
                .metadata()
                .is_ok_and(|meta| meta.is_dir() && is_forgotten(&meta))
        {
            // What belongs to somebody else cannot be removed, and need not be.
            drop(fs::remove_dir_all(entry.path()));
        }
    }
}

fn is_forgotten(meta: &fs::Metadata) -> bool {
    let age = meta
        .modified()
        .ok()
        .and_then(|then| SystemTime::now().duration_since(then).ok());
    age.is_some_and(|age| age > FORGOTTEN)
}

impl Repository {
    /// Makes a maker of readers for [`checkout`].
    #[must_use]
    pub fn checkout_readers(&self) -> super::Readers {
        self.readers(super::LARGEST, std::iter::empty())
    }
}

/// A link to be made.
struct Link {
    at: PathBuf,
    name: BString,
    target: BString,
}

struct Writer<'a> {
    reader: &'a Reader,
    bounds: CheckoutBounds,
    stop: &'a dyn Fn() -> bool,
    files: usize,
    bytes: u64,
    links: Vec<Link>,
    too_large: Vec<BString>,
    outward: Vec<BString>,
}

impl Writer<'_> {
    fn dir(&mut self, id: Oid, at: &Path, path: &BStr, depth: usize) -> Result<(), CheckoutError> {
        if depth > DEEPEST {
            return Err(CheckoutError::TooMuch(format!(
                "directories are more than {DEEPEST} deep"
            )));
        }
        let walk = Walk::new(self.reader, None);
        for (name, child) in walk.children(Some(Node::Tree(id)))? {
            if (self.stop)() {
                return Err(CheckoutError::Stopped);
            }
            let path = join(path, name.as_bstr());
            let at =
                at.join(file_name(name.as_bstr()).ok_or_else(|| CheckoutError::Name(visible_bytes(&path)))?);
            self.count(1, 0)?;
            match child {
                Child::Dir(Node::Tree(id)) => {
                    make_dir(&at, &path)?;
                    self.dir(id, &at, path.as_bstr(), depth + 1)?;
                }
                Child::Dir(Node::Index { .. }) => {}
                Child::Entry(side) => self.entry(side, at, path, depth)?,
            }
        }
        Ok(())
    }

    fn entry(&mut self, side: Side, at: PathBuf, path: BString, depth: usize) -> Result<(), CheckoutError> {
        if side.kind == EntryKind::Submodule {
            return make_dir(&at, &path);
        }
        let bytes = match self.reader.blob(side.id) {
            Ok(bytes) => bytes,
            Err(ReadError::TooLarge { .. }) => {
                self.too_large.push(path);
                return Ok(());
            }
            Err(error) => return Err(CheckoutError::Read(visible_bytes(&path), error)),
        };
        self.count(0, bytes.len() as u64)?;
        if side.kind == EntryKind::Symlink {
            if cfg!(unix) && stays_inside(&bytes, depth) {
                self.links.push(Link {
                    at,
                    name: path,
                    target: bytes.into(),
                });
                return Ok(());
            }
            self.outward.push(path.clone());
        }
        let mode = if side.kind == EntryKind::Executable {
            0o755
        } else {
            0o644
        };
        write(&at, &bytes, mode).map_err(|e| CheckoutError::Write(visible_bytes(&path), e))
    }

    fn count(&mut self, files: usize, bytes: u64) -> Result<(), CheckoutError> {
        self.files += files;
        self.bytes = self.bytes.saturating_add(bytes);
        if self.files > self.bounds.files {
            return Err(CheckoutError::TooMuch(format!(
                "more than {} files",
                self.bounds.files
            )));
        }
        if self.bytes > self.bounds.bytes {
            return Err(CheckoutError::TooMuch(format!(
                "more than {} bytes",
                self.bounds.bytes
            )));
        }
        Ok(())
    }
}

fn make_dir(at: &Path, path: &BString) -> Result<(), CheckoutError> {
    fs::create_dir(at).map_err(|e| CheckoutError::Write(visible_bytes(path), e))
}

/// Writes a new file. What is there already, be it a link, is an error.
fn write(at: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    #[cfg(not(unix))]
    let _ = mode;
    options.open(at)?.write_all(bytes)
}

#[cfg(unix)]
fn make_link(link: &Link) -> io::Result<()> {
    let target = link.target.to_os_str().map_err(io::Error::other)?;
    std::os::unix::fs::symlink(target, &link.at)
}

#[cfg(not(unix))]
fn make_link(link: &Link) -> io::Result<()> {
    write(&link.at, &link.target, 0o644)
}

/// Returns a name as the system has it; `None`: it would lead somewhere else, or into git's own.
fn file_name(name: &BStr) -> Option<&Path> {
    let is_wrong = matches!(name.as_bytes(), b"" | b"." | b"..")
        || name.contains(&b'/')
        || name.contains(&0)
        || name.eq_ignore_ascii_case(b".git")
        || (cfg!(windows) && name.iter().any(|byte| b"\\:*?\"<>|".contains(byte)));
    match is_wrong {
        true => None,
        false => name.to_path().ok(),
    }
}

/// Whether a link in a directory of this depth stays in the tree. Behind the first name no step leads up:
/// it would start wherever that name leads.
pub(super) fn stays_inside(target: &[u8], depth: usize) -> bool {
    if target.is_empty() || target.len() > LONGEST_LINK || target.starts_with(b"/") || target.contains(&0) {
        return false;
    }
    let (mut up, mut down) = (0, false);
    for part in target
        .split_str("/")
        .filter(|part| !part.is_empty() && *part != b".")
    {
        match (part, down) {
            (b"..", true) => return false,
            (b"..", false) => up += 1,
            _ => down = true,
        }
    }
    up <= depth
}

fn join(dir: &BStr, name: &BStr) -> BString {
    match dir.is_empty() {
        true => name.to_owned(),
        false => bstr::join("/", [dir.as_bytes(), name.as_bytes()]).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_that_lead_out_are_known() {
        for (target, depth) in [
            ("a", 0),
            ("a/b", 0),
            ("../a", 1),
            ("./a//b", 0),
            ("../../x", 2),
            (".", 0),
        ] {
            assert!(stays_inside(target.as_bytes(), depth), "{target}");
        }
        for (target, depth) in [
            ("", 0),
            ("/etc/passwd", 3),
            ("../a", 0),
            ("../../a", 1),
            ("a/../b", 5),
            ("a/../../../b", 1),
            ("./../a", 0),
            ("a\0b", 0),
        ] {
            assert!(!stays_inside(target.as_bytes(), depth), "{target:?}");
        }
    }

    #[test]
    fn names_that_lead_elsewhere_are_refused() {
        for name in ["", ".", "..", "a/b", ".git", ".GIT", "a\0"] {
            assert_eq!(file_name(BStr::new(name)), None, "{name:?}");
        }
        assert_eq!(file_name(BStr::new(".gitignore")), Some(Path::new(".gitignore")));
    }
}
