//! Commands in jails, for the rooms above.

pub use crate::sandbox::jail::{WORD, serve};
