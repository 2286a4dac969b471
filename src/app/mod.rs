//! The use-cases, and `wire`: the only room that turns settings into options.

pub mod background;
pub mod baseline;
pub mod ci;
pub mod commands;
pub mod cost;
pub mod debug;
pub mod doctor;
mod error;
pub mod eval;
mod framework;
pub mod hook;
pub mod install;
mod judge;
pub mod lines;
mod load;
pub mod models;
pub mod review;
pub mod settings;
pub mod state;
pub mod validate;
pub mod validators;
mod wire;
pub mod worker;

pub use crate::git::Error as GitError;
pub use crate::store::Error as StateError;
pub use error::Error;
