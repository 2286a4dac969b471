//! Whether a forge asks to wait, and how long.

use crate::sys::http::Response;
use std::time::Duration;

/// What GitHub asks for where its headers say nothing.
const SECONDARY: Duration = Duration::from_secs(60);

/// The pause after the first failure; it doubles.
const FIRST: Duration = Duration::from_millis(500);

/// What an answer says about limits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limit {
    /// How long to wait, in seconds.
    pub after: Option<u64>,
    /// The requests that are left.
    pub left: Option<u64>,
    /// When there are more again, in seconds since 1970.
    pub reset: Option<i64>,
}

impl Limit {
    /// Reads the headers.
    pub fn of(response: &Response) -> Self {
        let number = |names: [&str; 2]| {
            names
                .into_iter()
                .find_map(|name| response.header(name)?.trim().parse().ok())
        };
        Self {
            after: number(["retry-after", "retry-after"]),
            left: number(["x-ratelimit-remaining", "ratelimit-remaining"]),
            reset: number(["x-ratelimit-reset", "ratelimit-reset"]).and_then(|at| i64::try_from(at).ok()),
        }
    }

    /// Returns how long to wait before the same request, if the answer is that there were too many. `now` is in
    /// milliseconds since 1970.
    pub fn pause(&self, status: u16, message: &str, now: i64) -> Option<Duration> {
        let told = self.after.map(Duration::from_secs);
        let is_secondary = message.to_ascii_lowercase().contains("rate limit");
        match status {
            429 => Some(told.or(self.until(now)).unwrap_or(Duration::from_secs(1))),
            403 if told.is_some() => told,
            403 if self.left == Some(0) => Some(self.until(now).unwrap_or(SECONDARY)),
            403 if is_secondary => Some(SECONDARY),
            _ => None,
        }
    }

    fn until(&self, now: i64) -> Option<Duration> {
        let millis = self.reset?.saturating_mul(1_000).saturating_sub(now).max(0);
        // A moment more: clocks differ.
        Some(Duration::from_millis(
            u64::try_from(millis).ok()?.saturating_add(500),
        ))
    }
}

/// Returns the pause after so many failures.
pub fn backoff(made: u32) -> Duration {
    FIRST.saturating_mul(2_u32.saturating_pow(made.saturating_sub(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_is_kept() {
        let secs = |n| Some(Duration::from_secs(n));
        let limit = |after, left, reset| Limit { after, left, reset };
        let now = 1_000_000;
        assert_eq!(limit(Some(7), None, None).pause(429, "", now), secs(7));
        assert_eq!(limit(Some(7), None, None).pause(403, "", now), secs(7));
        assert_eq!(limit(None, None, None).pause(429, "", now), secs(1));
        let reset = limit(None, Some(0), Some(1_002)).pause(403, "", now);
        assert_eq!(reset, Some(Duration::from_millis(2_500)));
        assert_eq!(
            limit(None, Some(0), Some(1)).pause(403, "", now),
            Some(Duration::from_millis(500))
        );
        let message = "You have exceeded a secondary rate limit";
        assert_eq!(limit(None, Some(9), None).pause(403, message, now), secs(60));
    }

    #[test]
    fn a_refusal_is_no_limit() {
        let none = Limit::default();
        assert_eq!(none.pause(403, "Resource not accessible by integration", 0), None);
        assert_eq!(none.pause(500, "rate limit", 0), None);
        let full = Limit {
            left: Some(40),
            ..none
        };
        assert_eq!(full.pause(403, "", 0), None);
        assert_eq!([backoff(1), backoff(3)], [FIRST, FIRST * 4]);
    }
}
