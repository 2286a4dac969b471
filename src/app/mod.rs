//! The use-cases.

pub mod install;
