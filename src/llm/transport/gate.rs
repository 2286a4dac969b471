//! What stands before an endpoint: limits on requests and tokens, and its breaker.

use crate::llm::answer::{Answer, Failure};
use std::time::Duration;

/// Limits and breakers that all processes of this machine share.
pub trait Gates {
    /// Asks for leave to send a call of about so many tokens. After [`Permit::Go`] comes one
    /// [`Gates::after`], unless the caller drops the call.
    fn before(&self, endpoint: &str, tokens: u64, now: i64) -> Permit;

    /// Tells what became of the call.
    fn after(&self, endpoint: &str, outcome: Result<&Answer, &Failure>, now: i64);
}

/// Whether a call may be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Permit {
    /// It may.
    Go,
    /// The limits have room after this time, if nobody else is quicker.
    Wait(Duration),
    /// The breaker is open for this time.
    Open(Duration),
    /// The budget has no room for it, for this reason.
    Full(String),
}

/// No limit and no breaker.
#[derive(Debug, Clone, Copy, Default)]
pub struct Open;

impl Gates for Open {
    fn before(&self, _: &str, _: u64, _: i64) -> Permit {
        Permit::Go
    }

    fn after(&self, _: &str, _: Result<&Answer, &Failure>, _: i64) {}
}
