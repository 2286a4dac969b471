//! The use-cases, and `wire`: the only room that turns settings into options.

pub mod debug;
mod error;
pub mod install;

pub use crate::git::Error as GitError;
pub use error::Error;
