//! The errors of the contract, case by case.

use super::*;
use crate::llm::provider::Codec;
use crate::llm::provider::anthropic::Anthropic;
use serde_json::json;

fn headers(pairs: &[(&str, &str)]) -> Headers {
    let owned = pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Headers(owned.collect())
}

fn read(status: u16, pairs: &[(&str, &str)], of_type: &str, code: &str, message: &str) -> Failure {
    let mut error = json!({"type": of_type, "message": message});
    if !code.is_empty() {
        error["details"] = json!({"error_code": code});
    }
    let body = json!({"type": "error", "error": error, "request_id": "req_body"});
    Anthropic.failure(status, &headers(pairs), body.to_string().as_bytes())
}

#[test]
fn each_type_of_error_has_its_meaning() {
    let table = [
        (400, "invalid_request_error", FailureKind::BadRequest),
        (401, "authentication_error", FailureKind::Auth),
        (402, "billing_error", FailureKind::Exhausted(None)),
        (403, "permission_error", FailureKind::Permission),
        (404, "not_found_error", FailureKind::NotFound),
        (409, "conflict_error", FailureKind::Server),
        (413, "request_too_large", FailureKind::TooLarge),
        (429, "rate_limit_error", FailureKind::RateLimited(None)),
        (500, "api_error", FailureKind::Server),
        (503, "api_error", FailureKind::Overloaded(None)),
        (504, "timeout_error", FailureKind::Server),
        (529, "overloaded_error", FailureKind::Overloaded(None)),
        (418, "new_error", FailureKind::BadRequest),
        (521, "new_error", FailureKind::Server),
    ];
    for (status, of_type, kind) in table {
        let failure = read(status, &[], of_type, "", "Oh.");
        assert_eq!(failure.kind, kind, "{status} {of_type}");
        assert_eq!(failure.code.as_deref(), Some(of_type));
        assert_eq!(failure.status, Some(status));
        assert_eq!(failure.request_id.as_deref(), Some("req_body"));
    }
}

#[test]
fn the_stable_code_counts_more_than_the_status() {
    let table = [
        (429, "contract_spend_limit_reached", FailureKind::Exhausted(None)),
        (429, "enforced_spend_limit_reached", FailureKind::Exhausted(None)),
        (
            402,
            "linked_organization_spend_limit_reached",
            FailureKind::Exhausted(None),
        ),
        (
            402,
            "linked_organization_billing_unavailable",
            FailureKind::Exhausted(None),
        ),
        (400, "organization_on_hold", FailureKind::Exhausted(None)),
        (403, "user_profile_not_billable", FailureKind::Exhausted(None)),
        (
            429,
            "ramp_limit_exceeded",
            FailureKind::RateLimited(Some(Duration::from_secs(9))),
        ),
        (
            413,
            "request_body_too_large_after_decoding",
            FailureKind::TooLarge,
        ),
        (400, "request_body_timeout", FailureKind::Server),
        (400, "tool_name_conflict", FailureKind::BadRequest),
    ];
    for (status, code, kind) in table {
        let of_type = if status == 429 {
            "rate_limit_error"
        } else {
            "invalid_request_error"
        };
        let failure = read(status, &[("retry-after", "9")], of_type, code, "Oh.");
        assert_eq!(failure.kind, kind, "{code}");
        assert_eq!(failure.code.as_deref(), Some(code));
    }
}

#[test]
fn a_limit_that_the_customer_set_is_a_bad_request_only_by_its_name() {
    for message in [
        "You have reached your specified API usage limits. You will regain access on 2026-12-01.",
        "OpenAIException - {\"error\":{\"message\":\"No.\",\"code\":\"insufficient_quota\"}}",
        "Your credit balance is too low to access the API.",
    ] {
        let failure = read(400, &[], "invalid_request_error", "", message);
        assert_eq!(failure.kind, FailureKind::Exhausted(None), "{message}");
    }
    let message = "prompt is too long: 208310 tokens > 200000 maximum";
    let failure = read(400, &[], "invalid_request_error", "", message);
    assert_eq!(failure.kind, FailureKind::ContextTooLong(Some(200_000)));
}

#[test]
fn headers_say_when_to_try_again() {
    let kind = |pairs: &[(&str, &str)]| read(429, pairs, "rate_limit_error", "", "Slow down.").kind;
    let limited = |ms| FailureKind::RateLimited(Some(Duration::from_millis(ms)));
    assert_eq!(kind(&[("retry-after", "3")]), limited(3000));
    assert_eq!(
        kind(&[("retry-after", "3"), ("retry-after-ms", "2500")]),
        limited(2500)
    );
    let resets = [
        ("date", "Sat, 21 Nov 2026 14:00:00 GMT"),
        ("anthropic-ratelimit-requests-remaining", "4"),
        ("anthropic-ratelimit-requests-reset", "2026-11-21T14:09:00Z"),
        ("anthropic-ratelimit-input-tokens-remaining", "0"),
        ("anthropic-ratelimit-input-tokens-reset", "2026-11-21T14:00:20Z"),
    ];
    assert_eq!(kind(&resets), limited(20_000));
    assert_eq!(kind(&[("x-should-retry", "false")]), FailureKind::Exhausted(None));
    let failure = read(
        529,
        &[("request-id", "req_head")],
        "overloaded_error",
        "",
        "Overloaded",
    );
    assert_eq!(failure.request_id.as_deref(), Some("req_head"));
}

#[test]
fn a_body_that_is_no_error_leaves_the_status() {
    for body in ["", "<html>502</html>", "{}", "[1]", "\u{0}"] {
        let failure = Anthropic.failure(502, &Headers::default(), body.as_bytes());
        assert_eq!(failure.kind, FailureKind::Server);
        assert_eq!(failure.code, None);
    }
}
