//! Checks that ask a model: what it is shown, what it may claim, and what is believed of that.
//!
//! A validator reads one tree and writes nothing: this room has no door to the file system, to processes or
//! to git, only [`Objects`](crate::model::Objects). Whatever a model says is a claim; it becomes a finding
//! only where it can be found in the change, and what cannot be found is dropped and counted.

pub mod claim;
mod definition;
pub mod facts;
pub mod focus;
pub mod ground;
pub mod language;
pub mod review;
pub mod shipped;
pub mod sift;
pub mod snapshot;
pub mod spec;
mod tree;
pub mod view;

#[cfg(test)]
mod testing;
