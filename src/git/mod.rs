//! To be written.

pub mod command;
pub mod hooks;
