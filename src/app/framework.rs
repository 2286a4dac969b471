//! What frameworks that run hooks say about a push: `pre-commit` and `prek` read git's lines themselves, and name
//! the push in variables.

use super::Error;
use crate::git::{self, RefUpdate, Repository};
use crate::sys::env;

/// What a framework says about a push.
pub struct Told {
    /// The reference that is sent; of several, a framework shows the first.
    pub update: RefUpdate,
    /// The remote.
    pub remote: String,
}

/// Returns what the framework that runs this hook says; `None`: no framework does.
///
/// # Errors
/// When it names what is not here.
pub fn push(repo: &Repository) -> Result<Option<Told>, Error> {
    let (Some(remote), Some(local)) = (
        env::text("PRE_COMMIT_REMOTE_NAME"),
        env::text("PRE_COMMIT_LOCAL_BRANCH"),
    ) else {
        return Ok(None);
    };
    // Where everything on the branch is new, no ends are named.
    let to = env::text("PRE_COMMIT_TO_REF").unwrap_or_else(|| local.clone());
    let from = env::text("PRE_COMMIT_FROM_REF");
    let name = env::text("PRE_COMMIT_REMOTE_BRANCH").unwrap_or_else(|| local.clone());
    Ok(Some(Told {
        update: RefUpdate {
            new: Some(git::resolve(repo, &to)?),
            old: from.map(|from| git::resolve(repo, &from)).transpose()?,
            local: local.into(),
            remote: name.into(),
        },
        remote,
    }))
}
