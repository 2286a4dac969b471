//! Other tools that own the hook files of a repository.
//!
//! They overwrite hook files or lead git to a directory of their own, so pantheon is better called from
//! their configuration. A hook of `pre-commit` or `prek` in git's own directory is a hook like any other:
//! it is kept and run.

use crate::model::Stage;
use crate::sys::file;
use bstr::ByteSlice;
use std::path::Path;

/// A tool that owns hook files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manager {
    /// <https://typicode.github.io/husky>
    Husky,
    /// <https://lefthook.dev>
    Lefthook,
    /// <https://github.com/sds/overcommit>
    Overcommit,
}

const LEFTHOOK: [&str; 10] = [
    "lefthook.yml",
    ".lefthook.yml",
    ".config/lefthook.yml",
    "lefthook.yaml",
    ".lefthook.yaml",
    ".config/lefthook.yaml",
    "lefthook.toml",
    ".lefthook.toml",
    "lefthook.json",
    ".lefthook.json",
];

const OVERCOMMIT: &str = ".overcommit.yml";

/// A configuration of another tool is read up to this size.
const LIMIT: u64 = 1024 * 1024;

impl Manager {
    /// Returns the name of the tool.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Husky => "husky",
            Self::Lefthook => "lefthook",
            Self::Overcommit => "overcommit",
        }
    }

    /// Returns where pantheon is to be called from.
    #[must_use]
    pub fn place(self) -> &'static str {
        match self {
            Self::Husky => ".husky/",
            Self::Lefthook => "lefthook.yml",
            Self::Overcommit => OVERCOMMIT,
        }
    }

    /// Returns the lines to add there.
    #[must_use]
    pub fn lines(self) -> &'static str {
        match self {
            Self::Husky => include_str!("../../../hooks/husky.txt"),
            Self::Lefthook => include_str!("../../../hooks/lefthook.yml"),
            Self::Overcommit => include_str!("../../../hooks/overcommit.yml"),
        }
    }

    /// Finds the tool that owns the hook files of a work tree.
    pub(super) fn detect(root: &Path, hooks: &Path) -> Option<Self> {
        if hooks.components().any(|c| c.as_os_str() == ".husky") || has_husky(root) {
            return Some(Self::Husky);
        }
        if LEFTHOOK.iter().any(|name| root.join(name).is_file()) {
            return Some(Self::Lefthook);
        }
        root.join(OVERCOMMIT).is_file().then_some(Self::Overcommit)
    }

    /// Whether the configuration of the tool calls pantheon at a stage.
    pub(super) fn calls_pantheon(self, root: &Path, stage: Stage) -> bool {
        let call = format!("pantheon hook {}", stage.name());
        match self {
            Self::Husky => mentions(&root.join(".husky").join(stage.name()), &call),
            Self::Lefthook => LEFTHOOK.iter().any(|name| mentions(&root.join(name), &call)),
            Self::Overcommit => mentions(&root.join(OVERCOMMIT), &call),
        }
    }
}

fn has_husky(root: &Path) -> bool {
    root.join(".husky").is_dir() && mentions(&root.join("package.json"), "husky")
}

/// Whether a line of the file that is no comment has the text in it.
fn mentions(path: &Path, text: &str) -> bool {
    let bytes = file::read(path, LIMIT).unwrap_or_default();
    bytes
        .lines()
        .any(|line| !line.trim_start().starts_with(b"#") && line.contains_str(text))
}
