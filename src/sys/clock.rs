//! The clock.

use super::signal::Interrupt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Returns today's date in the local time zone as `YYYY-MM-DD`.
///
/// `SOURCE_DATE_EPOCH` (seconds since 1970, UTC) takes the place of the clock, as in reproducible
/// builds.
#[must_use]
pub fn today() -> String {
    let fixed = super::env::text("SOURCE_DATE_EPOCH").and_then(|s| s.parse::<i64>().ok());
    let now = fixed.and_then(|s| jiff::Timestamp::from_second(s).ok());
    let zone = if now.is_some() {
        jiff::tz::TimeZone::UTC
    } else {
        jiff::tz::TimeZone::system()
    };
    now.unwrap_or_else(jiff::Timestamp::now)
        .to_zoned(zone)
        .date()
        .to_string()
}

/// Returns the moment in milliseconds since 1970. Nothing takes the place of this clock: what waits for it
/// would wait for ever.
#[must_use]
pub fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

/// A moment by which something must be done.
#[derive(Debug, Clone, Copy)]
pub struct Deadline {
    start: Instant,
    limit: Duration,
    stop: Option<&'static AtomicBool>,
}

impl Deadline {
    /// Starts a deadline that ends after `limit`.
    #[must_use]
    pub fn after(limit: Duration) -> Self {
        Self {
            start: Instant::now(),
            limit,
            stop: None,
        }
    }

    /// Ends the time too when the user asks the program to end.
    #[must_use]
    pub fn or_interrupted(self, interrupt: &Interrupt) -> Self {
        let stop = Some(interrupt.flag());
        Self { stop, ..self }
    }

    /// Whether the time is up.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.is_stopped() || self.start.elapsed() >= self.limit
    }

    fn is_stopped(&self) -> bool {
        self.stop.is_some_and(|stop| stop.load(Ordering::Relaxed))
    }

    /// Returns the time since the start.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    /// Returns the time that is left.
    #[must_use]
    pub fn left(&self) -> Duration {
        if self.is_stopped() {
            return Duration::ZERO;
        }
        self.limit.saturating_sub(self.start.elapsed())
    }
}
