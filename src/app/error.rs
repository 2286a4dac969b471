//! Why a use-case could not be carried out.

use crate::git;

/// Why a use-case could not be carried out.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The repository does not give what is needed.
    #[error(transparent)]
    Git(#[from] git::Error),
}
