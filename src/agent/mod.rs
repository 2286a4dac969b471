//! Creators: agents that write code, in scratch worktrees only.
//!
//! A runtime knows how one agent program is started and what its output means; a session runs it in a jail,
//! with the gateway as the only address that it can reach, and within its limits. Whether it did what it
//! should is judged by what it left in the tree, never by its exit code or its words.

pub mod builtin;
pub mod cell;
pub mod gateway;
pub mod hands;
pub mod meter;
pub mod order;
pub mod program;
pub mod runtime;
pub mod session;

pub use order::{End, Limits, Order, Session, Wire};
