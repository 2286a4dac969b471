//! Whether to try again, and when.

use crate::llm::answer::FailureKind;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::Duration;

/// The pause after the first try; it doubles.
const FIRST: Duration = Duration::from_millis(500);

/// The longest pause that nobody asked for.
const LONGEST: Duration = Duration::from_secs(8);

/// Returns the pause before the next try: what the provider asks for and a little more, or else one that
/// grows with the tries `made`, 25 % up or down. `chance` is from 0 to 1.
///
/// `None`: it would fail again, the tries are used up, or the pause does not end before the time that is
/// `left`: whoever calls has better uses for it.
pub(super) fn pause(
    kind: &FailureKind,
    made: usize,
    attempts: u32,
    left: Duration,
    chance: f64,
) -> Option<Duration> {
    if !kind.may_retry() || made >= attempts as usize {
        return None;
    }
    let pause = match kind.wait() {
        // All that were told the same moment must not come at the same moment.
        Some(told) => told.saturating_add(spread(told).mul_f64(chance)),
        None => backoff(made).mul_f64(0.75 + chance / 2.0),
    };
    (pause < left).then_some(pause)
}

/// Returns the pause after so many tries, without chance.
fn backoff(made: usize) -> Duration {
    let doubled = 2_u32.saturating_pow(u32::try_from(made.saturating_sub(1)).unwrap_or(u32::MAX));
    FIRST.saturating_mul(doubled).min(LONGEST)
}

fn spread(told: Duration) -> Duration {
    (told / 10).clamp(Duration::from_millis(50), Duration::from_secs(1))
}

/// Returns a number from 0 to 1.
pub(super) fn chance() -> f64 {
    // Each state of the standard hasher has keys of its own, which is chance enough to spread pauses.
    let bits = RandomState::new().build_hasher().finish();
    f64::from((bits >> 32) as u32) / f64::from(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::llm::answer::Wait;

    const HOUR: Duration = Duration::from_secs(3600);

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn the_pause_doubles_up_to_eight_seconds() {
        let pauses: Vec<u128> = [1, 2, 3, 4, 5, 6, 40, usize::MAX]
            .map(|n| backoff(n).as_millis())
            .to_vec();
        assert_eq!(pauses, [500, 1000, 2000, 4000, 8000, 8000, 8000, 8000]);
    }

    #[test]
    fn chance_moves_a_pause_by_a_quarter() {
        let at = |chance| pause(&FailureKind::Server, 1, 9, HOUR, chance).unwrap();
        assert_eq!((at(0.0), at(0.5), at(1.0)), (ms(375), ms(500), ms(625)));
    }

    #[test]
    fn what_the_provider_asks_for_is_kept_and_never_undercut() {
        let at = |told, chance| pause(&FailureKind::RateLimited(Some(told)), 3, 9, HOUR, chance).unwrap();
        assert_eq!((at(ms(2000), 0.0), at(ms(2000), 1.0)), (ms(2000), ms(2200)));
        assert_eq!((at(ms(0), 0.0), at(ms(0), 1.0)), (ms(0), ms(50)));
        assert_eq!(at(ms(60_000), 1.0), ms(61_000));
        let overloaded = FailureKind::Overloaded(Some(ms(2000)));
        assert_eq!(pause(&overloaded, 1, 9, HOUR, 0.0), Some(ms(2000)));
    }

    #[test]
    fn a_pause_must_end_before_the_deadline() {
        let told = FailureKind::RateLimited(Some(ms(2000)));
        assert_eq!(pause(&told, 1, 9, ms(2000), 0.0), None);
        assert_eq!(pause(&told, 1, 9, ms(2001), 0.0), Some(ms(2000)));
        assert_eq!(pause(&FailureKind::Server, 1, 9, ms(375), 0.0), None);
        let forever = FailureKind::RateLimited(Some(Duration::MAX));
        assert_eq!(pause(&forever, 1, 9, HOUR, 1.0), None);
    }

    #[test]
    fn only_what_may_pass_is_tried_again_and_only_so_often() {
        let tried = |kind| pause(&kind, 1, 2, HOUR, 0.5).is_some();
        assert!(tried(FailureKind::TimedOut(Wait::FirstByte)));
        assert!(!tried(FailureKind::TimedOut(Wait::Total)));
        assert!(!tried(FailureKind::Auth));
        assert!(!tried(FailureKind::Exhausted(Some(ms(10)))));
        assert_eq!(pause(&FailureKind::Server, 2, 2, HOUR, 0.5), None);
        assert_eq!(pause(&FailureKind::Server, 1, 0, HOUR, 0.5), None);
    }

    #[test]
    fn chance_is_a_part_of_one_and_differs() {
        let drawn: Vec<f64> = (0..64).map(|_| chance()).collect();
        assert!(drawn.iter().all(|c| (0.0..=1.0).contains(c)), "{drawn:?}");
        assert!(drawn.iter().any(|c| *c < 0.5) && drawn.iter().any(|c| *c > 0.5));
    }
}
