//! Forgejo and Gitea Actions: they speak as GitHub Actions do, and say so.

use super::vars::Vars;

pub use super::github::decide;

/// Whether this is the system.
pub fn is_here(vars: &Vars) -> bool {
    vars.has("FORGEJO_ACTIONS") || vars.has("GITEA_ACTIONS")
}
