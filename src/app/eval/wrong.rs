//! What is wrong with a case, an answer or a prompt: the file, what, and what to do.

use std::path::{Path, PathBuf};

/// What is wrong with a file of an evaluation.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}`: {what}", .path.display())]
pub struct Wrong {
    /// The file or directory.
    pub path: PathBuf,
    /// What is wrong, in one lowercase line that names the key.
    pub what: String,
    /// What to do about it.
    pub hint: String,
}

impl Wrong {
    /// Something wrong with a file.
    pub fn new(path: &Path, what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            what: what.into(),
            hint: hint.into(),
        }
    }
}
