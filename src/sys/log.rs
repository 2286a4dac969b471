//! Diagnostics: what the program did and how long it took, on standard error, for whoever asks.
//!
//! Off unless started: then every event of the program costs one look at a number. Events hold counts,
//! ids, times and names of the policy, and never a line of what is judged.

use super::env;
use tracing::level_filters::LevelFilter;

/// The variable that starts diagnostics, for hooks, which git calls without options.
pub const VARIABLE: &str = "PANTHEON_LOG";

/// Starts diagnostics if they are wanted, or the environment says so.
pub fn start(wanted: bool) {
    if !wanted && !env::is_set(VARIABLE) {
        return;
    }
    let subscriber = tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_max_level(LevelFilter::DEBUG)
        .with_target(false)
        .with_ansi(false)
        .without_time();
    // A second start has nothing to add.
    drop(subscriber.try_init());
}
