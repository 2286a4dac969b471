//! Tries, and the pauses between them, before a deadline.

use super::gate::{Gates, Permit};
use super::{Attempt, Endpoint, Within, retry};
use crate::llm::answer::{Failure, FailureKind, Wait};
use crate::sys::clock;
use std::time::{Duration, Instant};

/// The shortest wait for the limits, so that a gate that says "now" again and again is not asked without a
/// pause.
const SHORTEST: Duration = Duration::from_millis(1);

/// A try that goes on.
struct Try {
    started_ms: i64,
    begun: Instant,
    waited: Duration,
}

/// Tries until there is an answer, which comes with the name of its outcome, or no sense in it. Each try that
/// the gates let through is told to `settle`.
pub(super) async fn run<T>(
    endpoint: &Endpoint,
    within: &Within,
    gates: &dyn Gates,
    settle: impl Fn(Result<&T, &Failure>, i64),
    attempt: impl AsyncFn() -> Result<(&'static str, T), Failure>,
) -> (Result<T, Failure>, Vec<Attempt>) {
    let mut log: Vec<Attempt> = Vec::new();
    let mut earlier = None;
    let mut pause = Duration::ZERO;
    loop {
        let mut this = Try::begin(pause);
        if let Err(failure) = enter(endpoint, within, gates, &mut this).await {
            log.push(this.end(endpoint, failure.kind.name()));
            return (Err(original(earlier, failure)), log);
        }
        let result = bounded(within, attempt()).await;
        settle(result.as_ref().map(|(_, value)| value), clock::now());
        let failure = match result {
            Ok((outcome, value)) => {
                log.push(this.end(endpoint, outcome));
                return (Ok(value), log);
            }
            Err(failure) => failure,
        };
        log.push(this.end(endpoint, failure.kind.name()));
        let Some(next) = retry::pause(
            &failure.kind,
            log.len(),
            within.attempts,
            left(within),
            retry::chance(),
        ) else {
            return (Err(failure), log);
        };
        if let Err(cancelled) = rest(within, next).await {
            return (Err(cancelled), log);
        }
        pause = next;
        earlier = Some(failure);
    }
}

impl Try {
    fn begin(waited: Duration) -> Self {
        Self {
            started_ms: clock::now(),
            begun: Instant::now(),
            waited,
        }
    }

    fn end(self, endpoint: &Endpoint, outcome: &str) -> Attempt {
        Attempt {
            endpoint: endpoint.name.clone(),
            started_ms: self.started_ms,
            elapsed: self.begun.elapsed(),
            outcome: outcome.to_owned(),
            waited: self.waited,
        }
    }
}

/// What went wrong first says more than that there was no room to try again.
fn original(earlier: Option<Failure>, failure: Failure) -> Failure {
    match earlier {
        Some(earlier) if failure.kind != FailureKind::Cancelled => earlier,
        _ => failure,
    }
}

/// Waits until the gates let a call through, or says why they will not in time.
async fn enter(
    endpoint: &Endpoint,
    within: &Within,
    gates: &dyn Gates,
    this: &mut Try,
) -> Result<(), Failure> {
    loop {
        if within.cancel.is_cancelled() {
            return Err(cancelled());
        }
        if left(within).is_zero() {
            return Err(out_of_time());
        }
        let wait = match gates.before(&endpoint.name, within.tokens, clock::now()) {
            Permit::Go => return Ok(()),
            Permit::Open(wait) => return Err(breaker_open(wait)),
            Permit::Full(why) => return Err(Failure::new(FailureKind::Budget, &why)),
            Permit::Wait(wait) => wait.max(SHORTEST),
        };
        if wait >= left(within) {
            let message = "the limit on requests or tokens leaves no room before the deadline";
            return Err(Failure::new(FailureKind::Limited, message));
        }
        rest(within, wait).await?;
        *this = Try::begin(this.waited + wait);
    }
}

/// Lets a call run until the deadline comes or somebody calls it off: then it is dropped, which ends it.
async fn bounded<T>(within: &Within, call: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    tokio::select! {
        biased;
        () = within.cancel.cancelled() => Err(cancelled()),
        result = tokio::time::timeout_at(within.deadline.into(), call) => {
            result.unwrap_or_else(|_| Err(out_of_time()))
        }
    }
}

async fn rest(within: &Within, pause: Duration) -> Result<(), Failure> {
    tokio::select! {
        biased;
        () = within.cancel.cancelled() => Err(cancelled()),
        () = tokio::time::sleep(pause) => Ok(()),
    }
}

fn left(within: &Within) -> Duration {
    within.deadline.saturating_duration_since(Instant::now())
}

fn cancelled() -> Failure {
    Failure::new(FailureKind::Cancelled, "the call was called off")
}

fn out_of_time() -> Failure {
    Failure::new(
        FailureKind::TimedOut(Wait::Total),
        "the deadline came before the answer",
    )
}

fn breaker_open(wait: Duration) -> Failure {
    let message = format!(
        "the endpoint failed too often; it is left alone for {} s",
        wait.as_secs().max(1)
    );
    Failure::new(FailureKind::BreakerOpen(wait), &message)
}
