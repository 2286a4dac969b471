//! Git directories of our own, and the one way in which git works on them.
//!
//! They are written by hand: no template of the user's or the machine's, no hook, and no program to start.

use super::list::Entry;
use super::{Scratch, ScratchError, alternates, at, table};
use crate::git::command::Git;
use crate::sys::clock::Deadline;
use crate::sys::{dirs, file};
use gix::index::entry::Stat;
use gix::objs::Write;
use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

/// Nobody waits less than this for git, be the time up or not: it would never be seen to work.
const LEAST: Duration = Duration::from_millis(50);

/// The configuration of our git directory. Older versions of git know no way to give it for one call alone.
const CONFIG: &str = "\tbare = false
\thooksPath = /dev/null
\tfsmonitor = false
\tattributesFile = /dev/null
\texcludesFile = /dev/null
\tuntrackedCache = false
\tsplitIndex = false
\tautocrlf = false
\tsafecrlf = false
\tsymlinks = true
\tfileMode = true
\tignoreCase = false
\tprecomposeUnicode = false
\tprotectHFS = true
\tprotectNTFS = true
\tquotePath = false
\tlogAllRefUpdates = false
[diff]
\tignoreSubmodules = all
[status]
\tsubmoduleSummary = false
[submodule]
\trecurse = false
[protocol]
\tallow = never
[credential]
\thelper =
[checkout]
\tworkers = 0
[gc]
\tauto = 0
[maintenance]
\tauto = false
[commit]
\tgpgSign = false
";

/// The configuration of the agent's repository. It is the agent's to change.
const AGENT: &str = "\tbare = false
\tlogAllRefUpdates = true
\tautocrlf = false
[user]
\tname = agent
\temail = agent@localhost
[gc]
\tauto = 0
[maintenance]
\tauto = false
";

/// Content stands in files as it is recorded, whatever the attributes in the tree say: nothing is converted, and no
/// filter, driver or conversion has a name.
const ATTRIBUTES: &str =
    "* -text !eol -ident -filter !working-tree-encoding !diff !merge !export-subst !export-ignore\n";

/// Whose git directory it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    /// Our own, which no agent may write.
    Ours,
    /// That of the agent, which nobody else reads.
    Agents,
}

/// Writes an empty git directory.
pub(super) fn init(dir: &Path, whose: Whose, hash: gix::hash::Kind) -> Result<(), ScratchError> {
    for part in ["objects/info", "objects/pack", "refs/heads", "info"] {
        let path = dir.join(part);
        dirs::private_dir(&path).map_err(at(&path))?;
    }
    let (config, head) = match whose {
        Whose::Ours => (CONFIG, "ref: refs/heads/none\n"),
        Whose::Agents => (AGENT, "ref: refs/heads/scratch\n"),
    };
    let version = u8::from(hash != gix::hash::Kind::Sha1);
    let mut text = format!("[core]\n\trepositoryFormatVersion = {version}\n{config}");
    if hash != gix::hash::Kind::Sha1 {
        text += &format!("[extensions]\n\tobjectFormat = {hash}\n");
    }
    write(&dir.join("config"), text.as_bytes())?;
    write(&dir.join("HEAD"), head.as_bytes())?;
    write(&dir.join("info/attributes"), ATTRIBUTES.as_bytes())
}

/// Writes a file of a git directory.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), ScratchError> {
    if let Some(dir) = path.parent() {
        dirs::private_dir(dir).map_err(at(dir))?;
    }
    file::write_new(path, bytes).map_err(at(path))
}

/// Writes an index, in the place of one that is there.
pub(super) fn write_index(
    path: &Path,
    rows: &[(&Entry, Stat)],
    trees: &HashMap<&[u8], gix::ObjectId>,
    hash: gix::hash::Kind,
) -> Result<Vec<u8>, ScratchError> {
    let bytes = table::bytes(rows, trees, hash).map_err(at(path))?;
    dirs::remove(path).map_err(at(path))?;
    write(path, &bytes)?;
    Ok(bytes)
}

impl Scratch {
    /// Prepares `git` for our git directory: new objects go to the run's own, and nothing of the environment or of
    /// the tree decides what it does.
    ///
    /// A command that writes an object which the user's repository has already sets the time of that one, as git
    /// always does.
    #[must_use]
    pub fn git(&self, within: &Deadline) -> Git {
        Git::alone(&self.path)
            .env("GIT_DIR", self.git_dir())
            .env("GIT_OBJECT_DIRECTORY", self.odb())
            .env(
                "GIT_ALTERNATE_OBJECT_DIRECTORIES",
                alternates::variable(&self.git_dir().join("objects")),
            )
            .limit(within.left().max(LEAST))
    }

    /// Prepares `git` for our git directory with an index of its own and files to work on.
    pub(super) fn git_on(&self, index: &str, files: &Path, within: &Deadline) -> Git {
        self.git(within)
            .env("GIT_INDEX_FILE", self.git_dir().join(index))
            .env("GIT_WORK_TREE", files)
            .in_dir(files)
    }

    /// Writes an object of the run.
    pub(super) fn object(&self, kind: gix::objs::Kind, bytes: &[u8]) -> Result<gix::ObjectId, ScratchError> {
        let odb = self.odb();
        let store = gix::odb::loose::Store::at(&odb, self.hash()?);
        store
            .write_buf(kind, bytes)
            .map_err(|e| ScratchError::File(odb, std::io::Error::other(e.to_string())))
    }

    /// Writes a commit of the run. Its time is that of the run, so that the same work has the same id.
    pub(super) fn commit(
        &self,
        tree: gix::ObjectId,
        parent: Option<gix::ObjectId>,
        message: &str,
    ) -> Result<gix::ObjectId, ScratchError> {
        let who = format!("pantheon <pantheon@localhost> {} +0000", self.run.created / 1000);
        let parent = parent.map_or_else(String::new, |id| format!("parent {id}\n"));
        let text = format!("tree {tree}\n{parent}author {who}\ncommitter {who}\n\n{message}\n");
        self.object(gix::objs::Kind::Commit, text.as_bytes())
    }

    /// Makes a reference in our git directory.
    pub(super) fn reference(&self, name: &str, id: gix::ObjectId) -> Result<(), ScratchError> {
        let path = self.git_dir().join(name);
        dirs::remove(&path).map_err(at(&path))?;
        write(&path, format!("{id}\n").as_bytes())
    }

    /// Returns the kind of hash of the run's objects.
    pub(super) fn hash(&self) -> Result<gix::hash::Kind, ScratchError> {
        match &self.run.base {
            Some(base) => Ok(base.tree.kind()),
            None => self.hash_of_config(),
        }
    }

    fn hash_of_config(&self) -> Result<gix::hash::Kind, ScratchError> {
        let path = self.git_dir().join("config");
        let text = file::read(&path, 1 << 20).map_err(at(&path))?;
        match bstr::ByteSlice::contains_str(&text[..], "objectFormat = sha256") {
            true => Ok(gix::hash::Kind::Sha256),
            false => Ok(gix::hash::Kind::Sha1),
        }
    }
}
