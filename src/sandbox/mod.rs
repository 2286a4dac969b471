//! Takes rights away from a process, deny by default; one folder for each operating system that can.
//!
//! What was achieved is told, never assumed: see [`Level`]. [`prove`] tries what must not work and says what
//! the system answered.

#[cfg(target_os = "linux")]
pub mod battery;
pub mod jail;
mod level;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(not(target_os = "linux"))]
mod other;
mod proof;

pub use level::{Layers, Level, Probe};
#[cfg(target_os = "linux")]
pub use linux::{lock_down, probe, wrapped};
#[cfg(not(target_os = "linux"))]
pub use other::{lock_down, probe, wrapped};
pub use proof::{Attempt, prove, prove_without_end};

/// What a process keeps. Everything that a profile does not name is taken away.
#[derive(Debug, Clone, Copy)]
pub enum Profile<'a> {
    /// Speaks over the descriptors that it has, and thinks: no file, no program, no new connection, no other
    /// process, no other descriptor.
    Worker {
        /// The numbers of the descriptors.
        descriptors: &'a [i32],
    },
}
