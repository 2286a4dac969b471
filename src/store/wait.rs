//! How long, and how, a process waits for others.

use super::Error;
use crate::sys::clock::{self, Deadline};
use std::time::Duration;

/// The longest that anything waits for another process, however late the deadline is.
pub const LONGEST: Duration = Duration::from_secs(5);

/// The longest sleep between two tries.
const LONGEST_NAP: Duration = Duration::from_millis(40);

/// Does something again while the state is locked.
///
/// SQLite's own waiting sleeps for a tenth of a second in the end, so that who waits long loses to whoever
/// comes. These naps stay shorter and are of uneven length: everybody has a chance, and nobody keeps step
/// with another.
pub fn patient<T>(within: &Deadline, work: impl Fn() -> Result<T, Error>) -> Result<T, Error> {
    let limit = Deadline::after(within.left().min(LONGEST));
    let step = Duration::from_millis(2);
    let mut longest = step;
    loop {
        match work() {
            Err(Error::Locked(_)) if !limit.is_over() => std::thread::sleep(nap(longest).min(limit.left())),
            done => return done,
        }
        longest = (longest + step).min(LONGEST_NAP);
    }
}

/// A part of the longest, by what the clock and the process happen to be.
fn nap(longest: Duration) -> Duration {
    let odd = clock::now()
        .unsigned_abs()
        .wrapping_mul(u64::from(std::process::id()) | 1);
    let part = (odd.wrapping_mul(2_654_435_761) >> 32) & 0xff;
    longest.mul_f64((part + 16) as f64 / 272.0)
}
