//! Says what an error means.

#[cfg(test)]
mod tests;

use super::super::{Headers, fields, hints};
use crate::llm::answer::{Failure, FailureKind, one_line};
use serde_json::Value;
use std::time::Duration;

/// Codes of money and accounts: waiting does not help, whatever the status.
const EXHAUSTED: [&str; 7] = [
    "contract_spend_limit_reached",
    "enforced_spend_limit_reached",
    "linked_organization_billing_unavailable",
    "linked_organization_spend_limit_reached",
    "organization_on_hold",
    "user_profile_billing_not_authorized",
    "user_profile_not_billable",
];

/// Classifies an answer of another status than 200.
pub(super) fn of(status: u16, headers: &Headers, body: &[u8]) -> Failure {
    let value = serde_json::from_slice(body).unwrap_or_default();
    match fields::text(&value, "/error/message") {
        Some(message) => failure(status, headers, &value, message),
        None => failure(status, headers, &value, &fields::plain(status, body)),
    }
}

/// Returns the failure that a body of status 200 or an event states.
pub(super) fn stated(headers: &Headers, value: &Value) -> Option<Failure> {
    let is_error = fields::text(value, "/type") == Some("error") || value.pointer("/error/message").is_some();
    if !is_error {
        return None;
    }
    let message =
        fields::text(value, "/error/message").unwrap_or("the provider states an error without words");
    Some(failure(200, headers, value, message))
}

/// Puts a failure together.
fn failure(status: u16, headers: &Headers, value: &Value, message: &str) -> Failure {
    let of_type = fields::text(value, "/error/type").unwrap_or_default();
    let code = fields::text(value, "/error/details/error_code").unwrap_or_default();
    let kind = kind(status, headers, of_type, code, message);
    let named = [code, of_type].into_iter().find(|word| !word.is_empty());
    let id = headers.get("request-id").map(one_line);
    Failure {
        status: Some(status),
        code: named.map(one_line),
        request_id: id.or_else(|| fields::word(value, "/request_id")),
        ..Failure::new(hints::obey(kind, headers), &fields::shown(message))
    }
}

/// Classifies by the stable code, then by the type, then by the status.
fn kind(status: u16, headers: &Headers, of_type: &str, code: &str, message: &str) -> FailureKind {
    let wait = wait(headers);
    match code {
        _ if EXHAUSTED.contains(&code) => return FailureKind::Exhausted(None),
        "ramp_limit_exceeded" => return FailureKind::RateLimited(wait),
        "request_body_too_large_after_decoding" => return FailureKind::TooLarge,
        "request_body_timeout" => return FailureKind::Server,
        _ => {}
    }
    match of_type {
        "invalid_request_error" => bad_request(status, message),
        "authentication_error" => FailureKind::Auth,
        "billing_error" => FailureKind::Exhausted(None),
        "permission_error" => FailureKind::Permission,
        "not_found_error" => FailureKind::NotFound,
        "request_too_large" => FailureKind::TooLarge,
        "rate_limit_error" if hints::says_exhausted(message) => FailureKind::Exhausted(wait),
        "rate_limit_error" => FailureKind::RateLimited(wait),
        "overloaded_error" => FailureKind::Overloaded(wait),
        "conflict_error" | "timeout_error" => FailureKind::Server,
        // An event after status 200 has no other status; what it does not name is the provider's fault.
        _ if status < 400 => FailureKind::Server,
        _ => hints::by_status(status, wait),
    }
}

/// A request that is wrong, or longer than the window, or over a limit that the customer set.
fn bad_request(status: u16, message: &str) -> FailureKind {
    if let Some(window) = hints::window_in(message) {
        return FailureKind::ContextTooLong(window);
    }
    if hints::says_exhausted(message) {
        return FailureKind::Exhausted(None);
    }
    match status {
        401 | 403 | 404 | 410 | 413 => hints::by_status(status, None),
        _ => FailureKind::BadRequest,
    }
}

/// Returns how long to wait: what the answer says, else until the last of the used-up limits is renewed.
fn wait(headers: &Headers) -> Option<Duration> {
    let said = hints::wait(headers);
    if said.is_some() {
        return said;
    }
    let limits = ["requests", "tokens", "input-tokens", "output-tokens"];
    let waits = limits.iter().filter_map(|name| {
        let header = |what: &str| headers.get(&format!("anthropic-ratelimit-{name}-{what}"));
        let used_up = header("remaining")? == "0";
        hints::until(headers, header("reset").filter(|_| used_up)?)
    });
    waits.max()
}
