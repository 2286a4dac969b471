//! What creators have offered: to list, to look at, to apply, to take back, to drop.
//!
//! Every proposal lies in the directory of its run. What is written there is read strictly: a proposal that is not
//! understood is named and left alone.

mod apply;
mod error;
mod read;
mod shelf;
mod undo;

pub use crate::git::apply::{
    Conflict, Error as ApplyError, FileStat, Form, Preview, Recovered, Why as ConflictReason,
};
pub use apply::{Trial, diff, drop_it, try_out, without_secrets};
pub use error::Error;
pub use shelf::{Found, LATEST, Shelf, Unread};
pub(super) use shelf::{is_settled, lock_of};
pub use undo::{Undoing, try_undo};
