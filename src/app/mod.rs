//! The use-cases, and `wire`: the only room that turns settings into options.

pub mod audit;
pub mod background;
pub mod baseline;
pub mod ci;
pub mod commands;
pub mod cost;
pub mod create;
pub mod debug;
pub mod doctor;
mod error;
pub mod eval;
pub mod excerpts;
mod framework;
pub mod hook;
pub mod install;
pub mod jail;
mod judge;
pub mod lines;
mod load;
pub mod models;
pub mod post;
pub mod proposals;
pub mod reports;
pub mod review;
pub mod runs;
pub mod settings;
pub mod state;
pub mod validate;
pub mod validators;
mod wire;
pub mod worker;

pub use crate::git::Error as GitError;
pub use crate::git::scratch::ScratchError as RunError;
pub use crate::store::Error as StateError;
pub use error::Error;
