//! Where the parts of a run are, what is written down about it, and the lock of whoever works on it.

use super::{Base, ScratchError, at};
use crate::git::Repository;
use crate::model::Oid;
use crate::sys::clock::Deadline;
use crate::sys::owner::Owner;
use crate::sys::{dirs, file};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

/// The largest description of a run, in bytes.
const LARGEST: u64 = 1 << 20;
/// The longest name of a run.
const LONGEST: usize = 80;

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It is being laid out: there is nothing to keep.
    Preparing,
    /// Somebody works in it, or did: there may be work that no harvest has.
    Working,
    /// What came of it is kept.
    Harvested,
    /// What came of it is offered to the user.
    Proposed,
    /// Nobody wants it any more.
    Dropped,
}

impl State {
    /// All of them, in order.
    pub const ALL: [Self; 5] = [
        Self::Preparing,
        Self::Working,
        Self::Harvested,
        Self::Proposed,
        Self::Dropped,
    ];

    /// Returns the word for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Preparing => "preparing",
            Self::Working => "working",
            Self::Harvested => "harvested",
            Self::Proposed => "proposed",
            Self::Dropped => "dropped",
        }
    }
}

/// What is written down about a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Its name.
    pub id: String,
    /// How far it is.
    pub state: State,
    /// Who works on it, or did last.
    pub owner: Owner,
    /// When it was made, in milliseconds since 1970.
    pub created: i64,
    /// The git directory of the user that all working trees share.
    pub repository: PathBuf,
    /// What it started from; `None` while it is being laid out.
    pub base: Option<Base>,
    /// The tree and the commit that came of it.
    pub harvest: Option<(Oid, Option<Oid>)>,
}

/// A run with its files. Whoever has it works on it alone; when it is dropped the files stay.
#[derive(Debug)]
pub struct Scratch {
    pub(super) path: PathBuf,
    pub(super) run: Run,
    /// What a person should know, one lowercase line each.
    pub notes: Vec<String>,
    pub(super) lock: Option<File>,
}

/// Returns the directory that holds the runs of a repository. All working trees of one share it.
///
/// # Errors
/// When the repository is not there any more.
pub fn runs(state: &Path, repository: &Repository) -> Result<PathBuf, ScratchError> {
    let common = repository.common_dir();
    let common = std::fs::canonicalize(common).map_err(at(common))?;
    let digest = Sha256::digest(common.as_os_str().as_encoded_bytes());
    let id: String = digest[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(state.join(id).join("runs"))
}

/// Whether a directory may have this name on every system.
fn is_name(id: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    (1..=LONGEST).contains(&id.len())
        && id.bytes().all(is_plain)
        && !id.starts_with(['.', '-'])
        && !id.contains("..")
        && !id.ends_with('.')
        && !id.ends_with(".lock")
}

impl Scratch {
    /// Makes the directory of a run, and takes it.
    pub(super) fn new(runs: &Path, run: Run, within: &Deadline) -> Result<Self, ScratchError> {
        if !is_name(&run.id) {
            return Err(ScratchError::Name(run.id));
        }
        dirs::private_dir(runs).map_err(at(runs))?;
        let path = runs.join(&run.id);
        if path.symlink_metadata().is_ok() {
            return Err(ScratchError::Name(run.id));
        }
        dirs::private_dir(&path).map_err(at(&path))?;
        let mut scratch = Self {
            path,
            run,
            notes: Vec::new(),
            lock: None,
        };
        scratch.take(within)?;
        scratch.write()?;
        Ok(scratch)
    }

    /// Opens a run to look at it. It stays with whoever works on it.
    ///
    /// # Errors
    /// When there is none, or its description cannot be understood.
    pub fn open(path: &Path) -> Result<Self, ScratchError> {
        let described = path.join("run.toml");
        let bytes = file::read(&described, LARGEST).map_err(at(&described))?;
        let read = String::from_utf8(bytes).map_err(|e| e.to_string());
        let run = read
            .and_then(|text| Run::parse(&text))
            .map_err(|why| ScratchError::Broken(described, why))?;
        Ok(Self {
            path: path.to_owned(),
            run,
            notes: Vec::new(),
            lock: None,
        })
    }

    /// Opens a run, and takes it over from an owner that is gone.
    ///
    /// # Errors
    /// As [`Scratch::open`], and `Taken` when somebody works on it.
    pub fn adopt(path: &Path) -> Result<Self, ScratchError> {
        let mut scratch = Self::open(path)?;
        if !scratch.is_left() {
            return Err(ScratchError::Taken(scratch.run.id));
        }
        scratch.take(&Deadline::after(Duration::ZERO))?;
        // Whoever had the lock before may have written since.
        scratch.run = Self::open(path)?.run;
        if scratch.is_busy() {
            scratch.run.owner = Owner::here();
            scratch.write()?;
        }
        Ok(scratch)
    }

    /// Whether the process that worked on it last is gone, or done with it, as far as its own word tells.
    fn is_left(&self) -> bool {
        !self.is_busy() || self.run.owner == Owner::here() || self.run.owner.is_alive() != Some(true)
    }

    /// Whether there is work that no harvest has, or somebody is about to begin it.
    fn is_busy(&self) -> bool {
        matches!(self.run.state, State::Preparing | State::Working)
    }

    /// Whether somebody works on it.
    #[must_use]
    pub fn is_taken(&self) -> bool {
        let at_once = Deadline::after(Duration::ZERO);
        let is_held = || dirs::lock(&self.path.join("lock"), &at_once).is_err();
        self.lock.is_none() && (!self.is_left() || is_held())
    }

    fn take(&mut self, within: &Deadline) -> Result<(), ScratchError> {
        let path = self.path.join("lock");
        self.lock = match dirs::lock(&path, within) {
            Ok(lock) => Some(lock),
            Err(e) if e.kind() == std::io::ErrorKind::TimedOut => {
                return Err(ScratchError::Taken(self.run.id.clone()));
            }
            Err(e) => return Err(ScratchError::File(path, e)),
        };
        Ok(())
    }

    /// Writes down how far the run is.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn set_state(&mut self, state: State) -> Result<(), ScratchError> {
        self.run.state = state;
        self.write()
    }

    pub(super) fn write(&self) -> Result<(), ScratchError> {
        let (path, text) = (self.path.join("run.toml"), self.run.text());
        if !self.is_busy() {
            return file::write_atomic(&path, text.as_bytes(), 0o600).map_err(at(&path));
        }
        // Nobody works on it any more after the machine stopped: waiting for the disk, with all the files that were
        // just written, would be in vain.
        let new = self.path.join("run.toml.new");
        dirs::remove(&new).map_err(at(&new))?;
        file::write_new(&new, text.as_bytes()).map_err(at(&new))?;
        std::fs::rename(&new, &path).map_err(at(&path))
    }

    /// Returns what is written down about it.
    #[must_use]
    pub fn run(&self) -> &Run {
        &self.run
    }

    /// Returns what it started from.
    ///
    /// # Errors
    /// When it was never laid out to its end.
    pub fn base(&self) -> Result<Base, ScratchError> {
        let why = || ScratchError::Broken(self.path.join("run.toml"), "it has no base".to_owned());
        self.run.base.ok_or_else(why)
    }

    /// Returns the directory that holds everything of it.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the directory of the files: the only one that an agent may write, beside its home.
    #[must_use]
    pub fn tree(&self) -> PathBuf {
        self.path.join("tree")
    }

    /// Returns our own git directory. No agent may write it.
    #[must_use]
    pub fn git_dir(&self) -> PathBuf {
        self.path.join("git")
    }

    /// Returns the directory of the objects. An agent must be able to read it, and may not write it.
    #[must_use]
    pub fn odb(&self) -> PathBuf {
        self.path.join("odb")
    }

    /// Returns the home directory for an agent.
    #[must_use]
    pub fn home(&self) -> PathBuf {
        self.path.join("home")
    }

    /// Returns the directory for an agent's temporary files.
    #[must_use]
    pub fn tmp(&self) -> PathBuf {
        self.path.join("tmp")
    }
}

impl Run {
    fn text(&self) -> String {
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        let mut lines = vec![
            "version = 1".to_owned(),
            format!("id = {}", quoted(&self.id)),
            format!("state = {}", quoted(self.state.name())),
            format!("pid = {}", self.owner.pid),
            format!("started = {}", quoted(&self.owner.started)),
            format!("created = {}", self.created),
            format!("repository = {}", quoted(&self.repository.to_string_lossy())),
        ];
        if let Some(base) = &self.base {
            lines.push(format!("base-tree = \"{}\"", base.tree));
            lines.push(format!("base-head = \"{}\"", base.head));
            lines.extend(base.commit.map(|id| format!("base-commit = \"{id}\"")));
        }
        if let Some((tree, commit)) = &self.harvest {
            lines.push(format!("tree = \"{tree}\""));
            lines.extend(commit.map(|id| format!("commit = \"{id}\"")));
        }
        lines.join("\n") + "\n"
    }

    fn parse(text: &str) -> Result<Self, String> {
        let table: toml::Table = text.parse().map_err(|_| "it is no TOML".to_owned())?;
        let text = |key: &str| table.get(key).and_then(toml::Value::as_str);
        let must = |key: &str| text(key).ok_or_else(|| format!("it has no `{key}`"));
        let int = |key: &str| table.get(key).and_then(toml::Value::as_integer);
        let oid = |key: &str| text(key).and_then(|hex| Oid::from_str(hex).ok());
        if int("version") != Some(1) {
            return Err("it is of another version".to_owned());
        }
        let state = must("state")?;
        let state = State::ALL.into_iter().find(|known| known.name() == state);
        let head = oid("base-tree").zip(oid("base-head"));
        Ok(Self {
            id: must("id")?.to_owned(),
            state: state.ok_or("it has no known `state`")?,
            owner: Owner {
                pid: int("pid").and_then(|pid| pid.try_into().ok()).unwrap_or(0),
                started: must("started")?.to_owned(),
            },
            created: int("created").unwrap_or(0),
            repository: PathBuf::from(must("repository")?),
            base: head.map(|(tree, head)| Base {
                tree,
                commit: oid("base-commit"),
                head,
            }),
            harvest: oid("tree").map(|tree| (tree, oid("commit"))),
        })
    }
}
