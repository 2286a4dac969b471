//! The only door to the operating system: files, processes, the environment, the terminal, the clock.

pub mod clock;
pub mod dirs;
pub mod env;
pub mod file;
pub mod held;
pub mod http;
pub mod job;
pub mod log;
pub mod memory;
pub mod owner;
pub mod process;
pub mod secret;
pub mod signal;
pub mod terminal;
