//! Everything of a repository that a hook must not touch.

use crate::support::Repo;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What a hook must not touch: each file with its bytes and mode, the index, the references.
#[derive(Debug, PartialEq, Eq)]
pub struct State {
    files: BTreeMap<PathBuf, File>,
    index: Option<String>,
    refs: String,
}

#[derive(Debug, PartialEq, Eq)]
enum File {
    Regular { mode: u32, bytes: Vec<u8> },
    Link(PathBuf),
}

impl State {
    /// Takes the state of the repository that git finds at the root.
    pub fn of(repo: &Repo) -> Self {
        let mut files = BTreeMap::new();
        collect(&repo.root, &mut files);
        Self {
            files,
            index: index(repo),
            refs: refs(repo),
        }
    }

    /// Insists that nothing moved since.
    #[track_caller]
    pub fn assert_still(&self, repo: &Repo) {
        let now = Self::of(repo);
        self.assert_same_files(repo);
        assert_eq!(now.index, self.index, "the index moved");
        assert_eq!(now.refs, self.refs, "a reference moved");
    }

    /// Insists that no file of the work tree moved since.
    #[track_caller]
    pub fn assert_same_files(&self, repo: &Repo) {
        let mut now = BTreeMap::new();
        collect(&repo.root, &mut now);
        let names = |files: &BTreeMap<PathBuf, File>| files.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&now), names(&self.files), "the files are others");
        for (path, file) in &now {
            assert_eq!(Some(file), self.files.get(path), "`{}` moved", path.display());
        }
    }
}

/// The entries with their flags, and what git says about each; a bare repository has none.
fn index(repo: &Repo) -> Option<String> {
    let ask = |args: &[&str]| repo.try_git(&[&["--no-optional-locks"], args].concat());
    let entries = ask(&["ls-files", "--stage", "-v", "-z", "--full-name"]);
    let status = ask(&["status", "--porcelain=v2", "-z", "--untracked-files=all"]);
    (status.code == 0).then(|| format!("{}{}", entries.stdout, status.stdout))
}

fn refs(repo: &Repo) -> String {
    let all = repo.try_git(&["for-each-ref", "--format=%(refname) %(objectname)"]);
    let head = repo.try_git(&["rev-parse", "--symbolic-full-name", "HEAD"]);
    format!("{}{}", all.stdout, head.stdout)
}

fn collect(dir: &Path, files: &mut BTreeMap<PathBuf, File>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let meta = path.symlink_metadata().unwrap();
        if meta.is_dir() {
            if path.file_name().is_some_and(|name| name != ".git") {
                collect(&path, files);
            }
        } else if meta.is_symlink() {
            let target = std::fs::read_link(&path).unwrap();
            files.insert(path, File::Link(target));
        } else {
            let bytes = std::fs::read(&path).unwrap();
            files.insert(
                path,
                File::Regular {
                    mode: mode(&meta),
                    bytes,
                },
            );
        }
    }
}

fn mode(meta: &std::fs::Metadata) -> u32 {
    use std::os::unix::fs::MetadataExt;
    meta.mode()
}
