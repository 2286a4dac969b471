//! How long each check took: measured and told only while diagnostics are on.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// How many checks are named.
const MOST: usize = 10;

/// The time that checks took, over all files.
#[derive(Default)]
pub struct Times(BTreeMap<String, Duration>);

impl Times {
    /// Does the work of one check, and measures it if anybody asks.
    pub fn of(&mut self, check: &str, work: impl FnOnce()) {
        if !tracing::enabled!(tracing::Level::DEBUG) {
            return work();
        }
        let start = Instant::now();
        work();
        *self.0.entry(check.to_owned()).or_default() += start.elapsed();
    }

    /// Adds the times of other files.
    pub fn add(&mut self, other: Self) {
        for (check, time) in other.0 {
            *self.0.entry(check).or_default() += time;
        }
    }

    /// Names the slowest checks, the slowest first.
    pub fn tell(&self) {
        let mut rows: Vec<_> = self.0.iter().collect();
        rows.sort_by_key(|(_, time)| std::cmp::Reverse(**time));
        for (check, time) in rows.into_iter().take(MOST) {
            let micros = time.as_micros();
            tracing::debug!(%check, micros, "check");
        }
    }
}
