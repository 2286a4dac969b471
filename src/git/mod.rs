//! From a repository to a change set, read through gix: the index, trees, blobs and references.
//!
//! Nothing here writes to the repository; [`checkout`] writes to a temporary directory of its own. What [`apply`]
//! writes to the working tree, a person asked for.

mod ahead;
pub mod apply;
mod changes;
mod checkout;
pub mod command;
mod commits;
mod copies;
mod diff;
mod entries;
pub mod hooks;
mod index;
mod loose;
mod objects;
mod push;
pub mod remote;
mod renames;
mod repository;
pub mod scratch;
mod tree;
mod worktree;

pub use changes::{commit, mark_copies, message, range, staged, whole_tree};
pub use checkout::{Checkout, CheckoutBounds, CheckoutError, checkout, sweep};
pub use command::version;
pub use commits::{Chosen, branch_range, comment_mark, head_commit, remote_head, resolve, resolve_range};
pub use diff::hunks;
pub use objects::{Reader, Readers};
pub use push::{Push, RefUpdate, new_commits, parse_updates, plan, remote_tips};
pub use repository::{Error, LARGEST, Repository};
pub use worktree::worktree;
