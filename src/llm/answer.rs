//! What a model answered, and what a call failed with, in words that fit every provider.

use super::request::{Part, ToolCall};
use crate::model::Usage;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// An answer as it came, not yet looked into.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// Why the model stopped. Only [`Finish::Complete`] may ever count as a whole answer.
    pub finish: Finish,
    /// The text, thoughts left out.
    pub text: String,
    /// The tools that it calls.
    pub calls: Vec<ToolCall>,
    /// The model's turn as it must be sent back if the conversation goes on.
    pub turn: Vec<Part>,
    /// The model that answered, by its own word.
    pub served: Option<String>,
    /// The tokens, by the provider's count; empty if it did not say.
    pub usage: Usage,
    /// The provider's id of the call.
    pub id: Option<String>,
    /// What the provider says about the model's future (Gemini: `modelStatus`), in one line.
    pub notice: Option<String>,
}

/// Why a model stopped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Finish {
    /// It had said everything.
    Complete,
    /// It waits for the results of tools.
    Calls,
    /// It ran into a limit on tokens: the output limit, or the window.
    Truncated,
    /// It declined. The category is the provider's word, such as `cyber`.
    Refused(String),
    /// A filter of the provider stopped it, for the reason in the provider's word.
    Blocked(String),
    /// It stopped for a reason that is none of these: the provider's word, also one not known here.
    Other(String),
    /// The stream or the body ended without saying why.
    Missing,
}

/// Why a call gave no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[error("{message}")]
pub struct Failure {
    /// What it means for the next attempt.
    pub kind: FailureKind,
    /// The HTTP status, if one came.
    pub status: Option<u16>,
    /// The provider's stable code, such as `insufficient_quota`.
    pub code: Option<String>,
    /// One line for a person: visible characters only, no key, at most 300 characters.
    pub message: String,
    /// The provider's id of the call.
    pub request_id: Option<String>,
}

/// What a failure means for the next attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum FailureKind {
    /// The request itself is wrong: it will fail again anywhere (400, 422).
    BadRequest,
    /// The prompt is longer than the model's window; the window in tokens, if told.
    ContextTooLong(Option<u64>),
    /// The request's bytes are too many (413).
    TooLarge,
    /// The key is missing or wrong (401).
    Auth,
    /// The key may not do this (403).
    Permission,
    /// The model, or this version of the interface, does not exist (404, 410).
    NotFound,
    /// Money or a quota of a day or more is used up: waiting within a gate does not help. Until when, if told.
    Exhausted(Option<Duration>),
    /// Too many requests or tokens for now; how long to wait, if told (429).
    RateLimited(Option<Duration>),
    /// The model has no capacity (503, 529); how long to wait, if told.
    Overloaded(Option<Duration>),
    /// The provider's own fault (408, 409, 425, 500, 502, 504).
    Server,
    /// No connection: refused, unreachable, no such host, proxy.
    Connect,
    /// The certificate or the handshake is wrong.
    Tls,
    /// The connection broke after it stood.
    Broken,
    /// A time limit came first.
    TimedOut(Wait),
    /// More bytes came than are taken.
    TooMuch,
    /// The body is not what the contract says: wrong content type, invalid JSON, invalid UTF-8, truncated event.
    Malformed,
    /// A redirect, which is never followed: the key would go along.
    Redirect,
    /// The breaker of this endpoint is open; until when.
    BreakerOpen(Duration),
    /// The limit on requests or tokens that the configuration sets leaves no room before the deadline.
    Limited,
    /// The budget does not allow it.
    Budget,
    /// The user, or the gate, called it off.
    Cancelled,
    /// The configuration does not allow the call, such as a host that was not trusted or a key that is missing.
    Refused,
}

/// What was waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Wait {
    /// The connection.
    Connect,
    /// The first byte of the answer.
    FirstByte,
    /// The next byte.
    Idle,
    /// All of it: the call's own limit, or the gate's deadline.
    Total,
}

impl FailureKind {
    /// Whether the same call to the same endpoint may succeed a moment later.
    #[must_use]
    pub fn may_retry(&self) -> bool {
        matches!(
            self,
            Self::RateLimited(_)
                | Self::Overloaded(_)
                | Self::Server
                | Self::Connect
                | Self::Broken
                | Self::Malformed
                | Self::TimedOut(Wait::Connect | Wait::FirstByte | Wait::Idle)
        )
    }

    /// Whether the endpoint itself is unwell, so that its breaker counts it.
    #[must_use]
    pub fn counts_against_endpoint(&self) -> bool {
        matches!(
            self,
            Self::Exhausted(_)
                | Self::Overloaded(_)
                | Self::Server
                | Self::Connect
                | Self::Tls
                | Self::Broken
                | Self::Malformed
                | Self::TooMuch
                | Self::TimedOut(_)
        )
    }

    /// Returns how long the provider asks to wait.
    #[must_use]
    pub fn wait(&self) -> Option<Duration> {
        match self {
            Self::Exhausted(wait) | Self::RateLimited(wait) | Self::Overloaded(wait) => *wait,
            Self::BreakerOpen(wait) => Some(*wait),
            _ => None,
        }
    }

    /// Returns the stable name, for reports and tables.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::BadRequest => "bad-request",
            Self::ContextTooLong(_) => "context-too-long",
            Self::TooLarge => "too-large",
            Self::Auth => "auth",
            Self::Permission => "permission",
            Self::NotFound => "not-found",
            Self::Exhausted(_) => "exhausted",
            Self::RateLimited(_) => "rate-limited",
            Self::Overloaded(_) => "overloaded",
            Self::Server => "server",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Broken => "broken",
            Self::TimedOut(Wait::Connect) => "timed-out-connect",
            Self::TimedOut(Wait::FirstByte) => "timed-out-first-byte",
            Self::TimedOut(Wait::Idle) => "timed-out-idle",
            Self::TimedOut(Wait::Total) => "timed-out",
            Self::TooMuch => "too-much",
            Self::Malformed => "malformed",
            Self::Redirect => "redirect",
            Self::BreakerOpen(_) => "breaker-open",
            Self::Limited => "limited",
            Self::Budget => "budget",
            Self::Cancelled => "cancelled",
            Self::Refused => "refused",
        }
    }
}

impl Finish {
    /// Returns the stable name, for reports and tables.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Calls => "calls",
            Self::Truncated => "truncated",
            Self::Refused(_) => "refused",
            Self::Blocked(_) => "blocked",
            Self::Other(_) => "other",
            Self::Missing => "no-finish-reason",
        }
    }
}

impl Failure {
    /// A failure that stands for itself. The message is made visible and cut.
    #[must_use]
    pub fn new(kind: FailureKind, message: &str) -> Self {
        Self {
            kind,
            status: None,
            code: None,
            message: one_line(message),
            request_id: None,
        }
    }
}

/// The most characters of a message that somebody else wrote.
const LONGEST: usize = 300;

/// Returns a text of somebody else's as one short line of visible characters.
#[must_use]
pub fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let line: String = words.join(" ").chars().take(LONGEST).collect();
    crate::model::visible(&line).into_owned()
}
