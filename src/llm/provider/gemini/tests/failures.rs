//! What an answer of another status means.

use super::*;
use crate::llm::answer::{Failure, FailureKind};
use serde_json::{Value, json};
use std::time::Duration;

fn failed(status: u16, body: &[u8]) -> Failure {
    Gemini.failure(status, &Headers::default(), body)
}

/// Reads a fixture, whose name begins with its status.
fn named(name: &str) -> Failure {
    let status = name[..3].parse().unwrap();
    failed(status, &fixture(&format!("failures/{name}.json")))
}

fn error(status: u16, message: &str) -> Failure {
    let body = json!({"error": {"code": status, "message": message}});
    failed(status, body.to_string().as_bytes())
}

fn detailed(status: u16, detail: &Value) -> FailureKind {
    let body = json!({"error": {"code": status, "message": "m", "details": [detail]}});
    failed(status, body.to_string().as_bytes()).kind
}

fn secs(n: u64) -> Option<Duration> {
    Some(Duration::from_secs(n))
}

#[test]
fn a_quota_of_a_minute_passes() {
    let failure = named("429-per-minute");
    assert_eq!(failure.kind, FailureKind::RateLimited(secs(60)));
    assert_eq!(failure.code.as_deref(), Some("RESOURCE_EXHAUSTED"));
    assert_eq!(failure.status, Some(429));
    assert_eq!(
        failure.message,
        "You exceeded your current quota, please check your plan and billing details (quota \
         `GenerateRequestsPerMinutePerProjectPerModel`)"
    );
}

#[test]
fn a_wait_that_is_told_counts_before_one_that_is_guessed() {
    let failure = named("429-per-minute-free-tier");
    let wait = Some(Duration::from_millis(34_070));
    assert_eq!(failure.kind, FailureKind::RateLimited(wait));
    assert_eq!(
        failure.message,
        "You exceeded your current quota. Please retry in 34.070512s (quota \
         `GenerateRequestsPerMinutePerProjectPerModel-FreeTier`); the key is of the free tier, whose content may \
         be used to improve products"
    );
}

#[test]
fn a_quota_of_a_day_is_used_up_whatever_wait_is_told() {
    let failure = named("429-per-day");
    assert_eq!(failure.kind, FailureKind::Exhausted(None));
    let both = json!({"error": {"message": "Quota exceeded.", "details": [
        {"@type": "a.QuotaFailure", "violations": [{"quotaId": "TokensPerMinute"}, {"quotaId": "TokensPerDay"}]},
    ]}});
    let failure = failed(429, both.to_string().as_bytes());
    assert_eq!(failure.kind, FailureKind::Exhausted(None));
    assert_eq!(failure.message, "Quota exceeded (quota `TokensPerDay`)");
    let limit = json!({"@type": "x/google.rpc.ErrorInfo", "metadata": {"quota_limit": "RequestsDaily"}});
    assert_eq!(detailed(429, &limit), FailureKind::Exhausted(None));
}

#[test]
fn a_long_wait_is_none_for_a_gate() {
    assert_eq!(named("429-long-wait").kind, FailureKind::Exhausted(secs(3600)));
    let wait = |delay: &str| detailed(503, &json!({"@type": "a.RetryInfo", "retryDelay": delay}));
    assert_eq!(wait("300s"), FailureKind::Overloaded(secs(300)));
    assert_eq!(
        wait("300.5s"),
        FailureKind::Exhausted(Some(Duration::from_millis(300_500)))
    );
}

#[test]
fn no_quota_at_all_is_used_up() {
    let none = "Quota exceeded for metric: x, limit: 0, model: y\nPlease retry in 3s.";
    for status in [429, 499, 503] {
        assert_eq!(error(status, none).kind, FailureKind::Exhausted(None));
    }
    assert_eq!(error(429, "limit: 0").kind, FailureKind::Exhausted(None));
    let some = "Quota exceeded, limit: 0.5, Please retry in 3s.";
    assert_eq!(error(429, some).kind, FailureKind::RateLimited(secs(3)));
}

#[test]
fn no_capacity_is_not_waited_for() {
    let failure = named("503-capacity");
    assert_eq!(failure.kind, FailureKind::Overloaded(None));
    assert_eq!(failure.code.as_deref(), Some("MODEL_CAPACITY_EXHAUSTED"));
}

#[test]
fn a_message_may_tell_the_wait() {
    let kind = |message: &str| error(429, message).kind;
    let wait = |millis| FailureKind::RateLimited(Some(Duration::from_millis(millis)));
    assert_eq!(kind("Quota. Please retry in 56.5s."), wait(56_500));
    assert_eq!(kind("please retry in 900ms"), wait(900));
    assert_eq!(kind("Please retry in 400s"), FailureKind::Exhausted(secs(400)));
    for message in [
        "Please retry in a while.",
        "Please retry in ",
        "Please retry in -1s",
    ] {
        assert_eq!(kind(message), FailureKind::RateLimited(None), "{message}");
    }
}

#[test]
fn a_header_may_tell_the_wait() {
    let kind = |status, pairs: &[(&str, &str)]| Gemini.failure(status, &headers(pairs), b"{}").kind;
    assert_eq!(
        kind(503, &[("retry-after", "7")]),
        FailureKind::Overloaded(secs(7))
    );
    assert_eq!(
        kind(429, &[("retry-after", "86400")]),
        FailureKind::Exhausted(secs(86_400))
    );
    let dates = [
        ("date", "Sat, 21 Nov 2026 14:00:00 GMT"),
        ("retry-after", "Sat, 21 Nov 2026 14:00:20 GMT"),
    ];
    assert_eq!(kind(429, &dates), FailureKind::RateLimited(secs(20)));
    assert_eq!(kind(429, &dates[1..]), FailureKind::RateLimited(None));
}

#[test]
fn an_error_comes_in_three_shapes() {
    let in_array = named("503-in-an-array");
    assert_eq!(in_array.kind, FailureKind::Overloaded(None));
    assert_eq!(
        in_array.message,
        "The model is overloaded. Please try again later."
    );
    let written = named("429-written-into-a-message");
    let wait = Some(Duration::from_millis(900));
    assert_eq!(written.kind, FailureKind::RateLimited(wait));
    assert_eq!(written.code.as_deref(), Some("RESOURCE_EXHAUSTED"));
}

#[test]
fn errors_of_gateways_are_read() {
    let told = |body: &[u8]| failed(500, body).message;
    assert_eq!(told(br#"{"error": "no such thing"}"#), "no such thing");
    assert_eq!(told(br#"{"detail": "no such thing"}"#), "no such thing");
    assert_eq!(
        told(br#"{"message": "no such thing", "code": "x"}"#),
        "no such thing"
    );
}

#[test]
fn a_key_that_is_wrong_is_not_a_wrong_request() {
    let failure = named("400-key");
    assert_eq!(failure.kind, FailureKind::Auth);
    assert_eq!(failure.code.as_deref(), Some("API_KEY_INVALID"));
    let kind = |status, message: &str| error(status, message).kind;
    assert_eq!(
        kind(400, "API key expired. Please renew the API key."),
        FailureKind::Auth
    );
    let none = "Method doesn't allow unregistered callers (callers without established identity).";
    assert_eq!(kind(403, none), FailureKind::Auth);
    assert_eq!(
        kind(403, "The caller does not have permission"),
        FailureKind::Permission
    );
    let place = "User location is not supported for the API use.";
    assert_eq!(kind(400, place), FailureKind::Permission);
}

#[test]
fn a_prompt_that_is_too_long_is_told_apart() {
    let long = |window| FailureKind::ContextTooLong(window);
    assert_eq!(named("400-too-long").kind, long(Some(1_048_576)));
    let kind = |message: &str| error(400, message).kind;
    assert_eq!(kind("It exceeds the maximum number of tokens."), long(None));
    let gateway = "litellm.ContextWindowExceededError: maximum context length is 8192 tokens";
    assert_eq!(kind(gateway), long(Some(8192)));
    let huge = "exceeds the maximum number of tokens allowed (99999999999999999999999).";
    assert_eq!(kind(huge), long(None));
    assert_eq!(kind("Invalid value at 'contents'"), FailureKind::BadRequest);
}

#[test]
fn a_model_that_is_not_found_may_be_of_the_other_version() {
    let failure = named("404-model");
    assert_eq!(failure.kind, FailureKind::NotFound);
    assert_eq!(
        failure.message,
        "models/gemini-flash-latest is not found for API version v1, or is not supported for generateContent; \
         aliases and previews need `api-version = \"v1beta\"`"
    );
    let beta = error(404, "models/x is not found for API version v1beta");
    assert_eq!(beta.message, "models/x is not found for API version v1beta");
    let page = failed(404, b"<title>nginx</title>");
    assert_eq!(
        page.message,
        "HTTP 404 with a page, not JSON: nginx; does `base-url` lead to the provider?"
    );
}

#[test]
fn each_status_has_a_meaning() {
    use FailureKind as K;
    let table = [
        (301, K::Redirect),
        (400, K::BadRequest),
        (401, K::Auth),
        (402, K::Exhausted(None)),
        (403, K::Permission),
        (404, K::NotFound),
        (405, K::NotFound),
        (408, K::Server),
        (409, K::Server),
        (410, K::NotFound),
        (413, K::TooLarge),
        (418, K::BadRequest),
        (422, K::BadRequest),
        (425, K::Server),
        (429, K::RateLimited(None)),
        (499, K::Server),
        (500, K::Server),
        (501, K::BadRequest),
        (502, K::Server),
        (503, K::Overloaded(None)),
        (504, K::Server),
        (529, K::Overloaded(None)),
        (204, K::Malformed),
        (0, K::Malformed),
    ];
    for (status, kind) in table {
        assert_eq!(failed(status, b"{}").kind, kind, "{status}");
        assert_eq!(failed(status, b"").kind, kind, "{status}");
    }
}

#[test]
fn what_a_stream_states_without_a_number_goes_by_its_word() {
    use FailureKind as K;
    let table = [
        ("INVALID_ARGUMENT", K::BadRequest),
        ("UNAUTHENTICATED", K::Auth),
        ("PERMISSION_DENIED", K::Permission),
        ("NOT_FOUND", K::NotFound),
        ("ABORTED", K::Server),
        ("RESOURCE_EXHAUSTED", K::RateLimited(None)),
        ("CANCELLED", K::Server),
        ("UNIMPLEMENTED", K::BadRequest),
        ("UNAVAILABLE", K::Overloaded(None)),
        ("DEADLINE_EXCEEDED", K::Server),
        ("INTERNAL", K::Server),
        ("A_WORD_OF_NEXT_YEAR", K::Server),
    ];
    for (word, kind) in table {
        let body = json!({"error": {"status": word, "message": "m"}}).to_string();
        let failure = Gemini.answer(&Headers::default(), body.as_bytes()).unwrap_err();
        assert_eq!(failure.kind, kind, "{word}");
    }
}

#[test]
fn bodies_that_are_no_json_say_what_they_can() {
    let told = |body: &[u8]| failed(502, body).message;
    assert_eq!(told(b""), "HTTP 502 with an empty body");
    assert_eq!(
        told(b"upstream\nreset\x1b[0m"),
        "HTTP 502: upstream reset\\x1b[0m"
    );
    let page = b"<!DOCTYPE html><HTML><head><TITLE lang=en> 502 Bad\nGateway </TITLE><body>nginx</body>";
    assert_eq!(told(page), "HTTP 502 with a page, not JSON: 502 Bad Gateway");
    let bare = b"<html><body><h1>Down</h1><p>for now</p></body></html>";
    assert_eq!(told(bare), "HTTP 502 with a page, not JSON: Down for now");
    assert_eq!(told(b"{}"), "HTTP 502: {}");
}

#[test]
fn no_key_is_in_a_message() {
    // Put together, so that no scanner takes it for a real one.
    let key = ["AI", "za", "Sy0123456789abcdefghijklmnopqrstuvw"].concat();
    let suspended = format!("Permission denied: Consumer 'api_key:{key}' has been suspended.");
    assert_eq!(
        error(403, &suspended).message,
        "Permission denied: Consumer 'api_key:***' has been suspended."
    );
    assert_eq!(error(400, &format!("key={key}&x")).message, "key=***&x");
    assert_eq!(failed(502, key.as_bytes()).message, "HTTP 502: ***");
    assert_eq!(
        error(400, "Consumer api_key:short.").message,
        "Consumer api_key:***"
    );
}

#[test]
fn a_hint_stands_after_however_long_a_message() {
    let failure = error(404, &"x".repeat(900));
    assert_eq!(failure.message.chars().count(), 300);
    assert!(failure.message.ends_with("`api-version = \"v1beta\"`"));
}

#[test]
fn a_call_has_an_id() {
    let body = json!({"error": {"message": "m", "details": [
        {"@type": "type.googleapis.com/google.rpc.RequestInfo", "requestId": "r-9"},
    ]}});
    let body = body.to_string();
    assert_eq!(failed(500, body.as_bytes()).request_id.as_deref(), Some("r-9"));
    let failure = Gemini.failure(500, &headers(&[("x-request-id", "h-1")]), b"");
    assert_eq!(failure.request_id.as_deref(), Some("h-1"));
}
