//! Opening a repository, and what can go wrong with one.

use super::ahead::{Files, Reading};
use super::objects::Reader;
use crate::model::Oid;
use gix::sec::trust::Mapping;
use std::cell::{Cell, OnceCell};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// No object larger than this is read, in bytes: the memory of a check stays bounded.
pub const LARGEST: u64 = 32 << 20;

/// A repository, opened for reading.
pub struct Repository {
    /// The repository as gix sees it.
    pub(super) gix: gix::Repository,
    /// Whether references are kept in a form that only `git` itself reads.
    pub(super) foreign_refs: bool,
    /// Trees that only this process knows: what an index would record that git has not written yet.
    pub(super) trees: gix::odb::memory::Storage,
    /// What reads already what a change has, until that is asked for.
    pub(super) ahead: Cell<Option<Reading>>,
    /// What that has read.
    pub(super) read: OnceCell<Arc<Files>>,
    /// The reader that is kept; one that does not know `trees` goes.
    pub(super) own: OnceCell<Reader>,
}

/// Why a repository does not give what was asked for.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// There is no repository here.
    #[error("`{dir}` is not inside a git repository")]
    NotFound {
        /// The directory that was asked.
        dir: String,
    },
    /// There is one, and it cannot be opened.
    #[error("the git repository cannot be opened: {0}")]
    Broken(String),
    /// It has no working tree, and the question needs one.
    #[error("the repository `{0}` is bare: it has no index and no working tree")]
    Bare(String),
    /// There is no commit yet.
    #[error("the repository has no commit yet")]
    NoCommits,
    /// A revision does not exist.
    #[error("`{0}` names no commit in this repository")]
    UnknownRevision(String),
    /// A history that was cut off, or was never complete.
    #[error("commit {0} has parents that are not in this shallow clone")]
    Shallow(Oid),
    /// An object that cannot be read.
    #[error("object {0} cannot be read: {1}")]
    Object(Oid, String),
    /// An object that is not here.
    #[error("object {0} is missing from this repository")]
    Missing(Oid),
    /// The index cannot be read.
    #[error("the index `{path}` cannot be read: {problem}")]
    Index {
        /// The file.
        path: String,
        /// What is wrong with it.
        problem: String,
    },
    /// `git` itself could not answer.
    #[error("`git {0}` failed: {1}")]
    Git(String, String),
    /// A line that git did not write.
    #[error("line {0} on standard input is not `<ref> <object> <ref> <object>`")]
    PushLine(usize),
    /// There is nothing to compare a branch with.
    #[error("no upstream and no default branch to compare `{0}` with")]
    NoBase(String),
}

impl From<super::command::Error> for Error {
    fn from(error: super::command::Error) -> Self {
        use super::command::Error as Command;
        match error {
            Command::Run(args, e) => Self::Git(args, e.to_string()),
            Command::Failed(args, said) => Self::Git(args, said),
        }
    }
}

impl Repository {
    /// Opens the repository that git means in `dir`: the one that `GIT_DIR` names, or the one around
    /// the directory. Only the repository's own configuration is read.
    ///
    /// # Errors
    /// When there is none, or it cannot be opened.
    pub fn open(dir: &Path) -> Result<Self, Error> {
        let options = options();
        let trust = Mapping {
            full: options.clone(),
            reduced: options,
        };
        let found =
            gix::ThreadSafeRepository::discover_with_environment_overrides_opts(dir, upwards(), trust);
        Ok(Self::of(
            found
                .map_err(|e| open_error(dir, &e.to_string()))?
                .to_thread_local(),
        ))
    }

    /// Opens the repository of exactly this git directory, whatever the environment names.
    ///
    /// # Errors
    /// When there is none, or it cannot be opened.
    pub fn at(git_dir: &Path) -> Result<Self, Error> {
        let permissions = gix::open::Permissions::isolated();
        let options = gix::open::Options::default()
            .permissions(permissions)
            .open_path_as_is(true);
        let found = gix::open_opts(git_dir, options);
        Ok(Self::of(found.map_err(|e| open_error(git_dir, &e.to_string()))?))
    }

    fn of(gix: gix::Repository) -> Self {
        let format = gix
            .config_snapshot()
            .string("extensions.refStorage")
            .map(|v| v.to_string());
        let foreign_refs = format.is_some_and(|f| !f.eq_ignore_ascii_case("files"));
        Self {
            gix,
            foreign_refs,
            trees: gix::odb::memory::Storage::default(),
            ahead: Cell::new(None),
            read: OnceCell::new(),
            own: OnceCell::new(),
        }
    }

    /// Returns the root of the working tree.
    ///
    /// # Errors
    /// When the repository is bare.
    pub fn root(&self) -> Result<&Path, Error> {
        self.gix
            .workdir()
            .ok_or_else(|| Error::Bare(self.gix.git_dir().display().to_string()))
    }

    /// Returns the git directory of this working tree.
    #[must_use]
    pub fn git_dir(&self) -> &Path {
        self.gix.git_dir()
    }

    /// Returns the git directory that all working trees share.
    #[must_use]
    pub fn common_dir(&self) -> &Path {
        self.gix.common_dir()
    }

    /// Returns the index file that git means: `GIT_INDEX_FILE`, or the one in the git directory.
    #[must_use]
    pub fn index_path(&self) -> PathBuf {
        crate::sys::env::path("GIT_INDEX_FILE").unwrap_or_else(|| self.gix.git_dir().join("index"))
    }

    /// Returns the tree of a commit.
    ///
    /// # Errors
    /// When the commit cannot be read.
    pub fn tree_of(&self, commit: Oid) -> Result<Oid, Error> {
        let found = self.find_commit(commit)?;
        found
            .tree_id()
            .map(gix::Id::detach)
            .map_err(|e| Error::Object(commit, e.to_string()))
    }

    /// Returns the tree of `HEAD`; `None` before the first commit.
    ///
    /// # Errors
    /// When `HEAD` or its commit cannot be read.
    pub fn head_tree(&self) -> Result<Option<Oid>, Error> {
        super::commits::head(self)?
            .map(|commit| self.tree_of(commit))
            .transpose()
    }

    /// Returns the name of the branch that `HEAD` stands on; `None`: on none.
    #[must_use]
    pub fn branch(&self) -> Option<String> {
        let name = self.gix.head_name().ok().flatten()?;
        Some(name.as_bstr().to_string())
    }

    pub(super) fn find_commit(&self, id: Oid) -> Result<gix::Commit<'_>, Error> {
        match self.gix.try_find_object(id) {
            Ok(Some(object)) => object
                .try_into_commit()
                .map_err(|_| Error::Object(id, "it is not a commit".into())),
            Ok(None) => Err(Error::Missing(id)),
            Err(e) => Err(Error::Object(id, e.to_string())),
        }
    }
}

/// Discovery that, as git does, ignores ceilings which do not hold the directory.
fn upwards() -> gix::discover::upwards::Options<'static> {
    gix::discover::upwards::Options {
        match_ceiling_dir_or_error: false,
        ..Default::default()
    }
}

/// Reads the repository's configuration and nothing of the user's or the machine's.
fn options() -> gix::open::Options {
    use gix::open::permissions::{Attributes, Config, Environment};
    let config = Config {
        git_binary: false,
        system: false,
        git: false,
        user: false,
        env: true,
        includes: true,
    };
    let permissions = gix::open::Permissions {
        env: Environment::all(),
        config,
        attributes: Attributes::isolated(),
    };
    gix::open::Options::default()
        .permissions(permissions)
        .config_overrides([format!("gitoxide.objects.allocLimit={LARGEST}")])
}

fn open_error(dir: &Path, problem: &str) -> Error {
    let absent = [
        "not a git repository",
        "no git repository",
        "could not find",
        "doesn't appear to be",
    ];
    let lower = problem.to_ascii_lowercase();
    if absent.iter().any(|word| lower.contains(word)) {
        return Error::NotFound {
            dir: here(dir).display().to_string(),
        };
    }
    Error::Broken(problem.to_owned())
}

/// Returns the full path of a directory, without asking for it to exist.
fn here(dir: &Path) -> PathBuf {
    let current = std::env::current_dir().unwrap_or_default();
    current.join(dir).components().collect()
}
