//! The errors of each server, in its own form.

use super::*;
use serde_json::json;

fn headers(pairs: &[(&str, &str)]) -> Headers {
    let owned = pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Headers(owned.collect())
}

fn read(status: u16, body: &Value) -> Failure {
    of(status, &Headers::default(), body.to_string().as_bytes())
}

/// An error as OpenAI writes it.
fn error(of_type: &str, code: Value, message: &str) -> Value {
    json!({"error": {"message": message, "type": of_type, "param": null, "code": code}})
}

fn limited(ms: u64) -> FailureKind {
    FailureKind::RateLimited(Some(Duration::from_millis(ms)))
}

#[test]
fn each_error_of_openai_has_its_meaning() {
    const BAD: &str = "invalid_request_error";
    let table = [
        (400, BAD, "unsupported_parameter", FailureKind::BadRequest),
        (
            400,
            BAD,
            "context_length_exceeded",
            FailureKind::ContextTooLong(None),
        ),
        (400, BAD, "model_not_found", FailureKind::NotFound),
        (401, BAD, "invalid_api_key", FailureKind::Auth),
        (
            403,
            BAD,
            "unsupported_country_region_territory",
            FailureKind::Permission,
        ),
        (404, BAD, "model_not_found", FailureKind::NotFound),
        (413, BAD, "", FailureKind::TooLarge),
        (422, BAD, "", FailureKind::BadRequest),
        (
            429,
            "insufficient_quota",
            "insufficient_quota",
            FailureKind::Exhausted(None),
        ),
        (429, "insufficient_quota", "", FailureKind::Exhausted(None)),
        (
            429,
            "billing_error",
            "billing_hard_limit_reached",
            FailureKind::Exhausted(None),
        ),
        (
            429,
            "requests",
            "rate_limit_exceeded",
            FailureKind::RateLimited(None),
        ),
        (500, "server_error", "", FailureKind::Server),
        (503, "server_error", "slow_down", FailureKind::Overloaded(None)),
    ];
    for (status, of_type, code, kind) in table {
        let failure = read(status, &error(of_type, json!(code), "Oh."));
        assert_eq!(failure.kind, kind, "{status} {of_type} {code}");
        let named = if code.is_empty() { of_type } else { code };
        assert_eq!(failure.code.as_deref(), Some(named));
        assert_eq!((failure.status, failure.message.as_str()), (Some(status), "Oh."));
    }
}

#[test]
fn a_limit_of_a_day_does_not_pass_soon() {
    let message =
        "Rate limit reached for m on requests per day (RPD): Limit 200, Used 200. Please try again in 7m12s.";
    let body = error("requests", json!("rate_limit_exceeded"), message);
    let wait = Some(Duration::from_secs(432));
    assert_eq!(read(429, &body).kind, FailureKind::Exhausted(wait));
    let message = "Rate limit exceeded: free-models-per-day.";
    let body = json!({"error": {"message": message, "code": 429,
        "metadata": {"headers": {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1795269605000"}}}});
    let date = headers(&[("date", "Sat, 21 Nov 2026 14:00:00 GMT")]);
    let failure = of(429, &date, body.to_string().as_bytes());
    assert_eq!(failure.kind, FailureKind::Exhausted(Some(Duration::from_secs(5))));
}

#[test]
fn a_request_that_is_too_large_for_a_minute_is_not_repeated() {
    let message = "Request too large for m on tokens per min (TPM): Limit 30000, Requested 40000.";
    let body = error("tokens", json!("rate_limit_exceeded"), message);
    assert_eq!(read(429, &body).kind, FailureKind::TooLarge);
}

#[test]
fn headers_and_words_say_when_to_try_again() {
    let body = error(
        "requests",
        json!("rate_limit_exceeded"),
        "Please try again in 6.5s.",
    )
    .to_string();
    let kind = |pairs: &[(&str, &str)]| of(429, &headers(pairs), body.as_bytes()).kind;
    assert_eq!(kind(&[]), limited(6500));
    assert_eq!(kind(&[("retry-after", "2")]), limited(2000));
    assert_eq!(
        kind(&[("retry-after", "2"), ("retry-after-ms", "1500")]),
        limited(1500)
    );
    let dated = [
        ("retry-after", "Sat, 21 Nov 2026 14:00:04 GMT"),
        ("date", "Sat, 21 Nov 2026 14:00:00 GMT"),
    ];
    assert_eq!(kind(&dated), limited(4000));
    for (reset, ms) in [
        ("6m0s", 360_000),
        ("120ms", 120),
        ("1m30.5s", 90_500),
        ("17", 17_000),
    ] {
        let limits = [
            ("x-ratelimit-remaining-requests", "12"),
            ("x-ratelimit-reset-requests", "1h"),
            ("x-ratelimit-remaining-tokens", "0"),
            ("x-ratelimit-reset-tokens", reset),
        ];
        assert_eq!(kind(&limits), limited(ms), "{reset}");
    }
    assert_eq!(
        kind(&[("x-should-retry", "false")]),
        FailureKind::Exhausted(Some(Duration::from_millis(6500)))
    );
}

#[test]
fn the_id_is_that_of_the_provider_or_of_the_proxy() {
    let id = |pairs: &[(&str, &str)]| of(500, &headers(pairs), b"").request_id;
    assert_eq!(id(&[("x-request-id", "req_1")]).as_deref(), Some("req_1"));
    assert_eq!(id(&[("x-litellm-call-id", "c1")]).as_deref(), Some("c1"));
    assert_eq!(id(&[]), None);
}

#[test]
fn llama_cpp_tells_the_window() {
    let body = json!({"error": {"code": 400, "type": "exceed_context_size_error", "n_prompt_tokens": 6031,
        "n_ctx": 4096, "message": "the request exceeds the available context size, try increasing it"}});
    let failure = read(400, &body);
    assert_eq!(failure.kind, FailureKind::ContextTooLong(Some(4096)));
    assert_eq!(failure.code.as_deref(), Some("exceed_context_size_error"));
    let loading = json!({"error": {"code": 503, "message": "Loading model", "type": "unavailable_error"}});
    assert_eq!(read(503, &loading).kind, FailureKind::Overloaded(None));
}

#[test]
fn ollama_and_lm_studio_write_a_text() {
    let failure = read(404, &json!({"error": "model 'x' not found"}));
    assert_eq!(
        (failure.kind, failure.message.as_str()),
        (FailureKind::NotFound, "model 'x' not found")
    );
    let message = "The model is loaded with context length of only 4096 tokens, which is not enough.";
    assert_eq!(
        read(400, &json!({"error": message})).kind,
        FailureKind::ContextTooLong(Some(4096))
    );
    let weekly = json!({"error": "you have reached your weekly usage limit"});
    assert_eq!(read(429, &weekly).kind, FailureKind::Exhausted(None));
    let pull = error(
        "not_found_error",
        Value::Null,
        "model \"x\" not found, try pulling it first",
    );
    assert_eq!(read(404, &pull).kind, FailureKind::NotFound);
}

#[test]
fn vllm_writes_the_status_as_a_code_and_once_wrote_no_error_around_it() {
    let message = "This model's maximum context length is 16384 tokens. However, you requested 122946 tokens";
    let fields =
        json!({"object": "error", "message": message, "type": "BadRequestError", "param": null, "code": 400});
    let mut nested = fields.clone();
    nested.as_object_mut().unwrap().remove("object");
    for body in [fields, json!({"error": nested})] {
        let failure = read(400, &body);
        assert_eq!(failure.kind, FailureKind::ContextTooLong(Some(16_384)));
        assert_eq!(failure.code.as_deref(), Some("BadRequestError"));
    }
    let detail = json!({"detail": [{"loc": ["body"], "msg": "field required", "type": "missing"}]});
    let failure = read(422, &detail);
    assert_eq!(
        (failure.kind, failure.message.as_str()),
        (FailureKind::BadRequest, "field required")
    );
    assert_eq!(
        read(401, &json!({"detail": "Unauthorized"})).message,
        "Unauthorized"
    );
}

#[test]
fn litellm_writes_the_status_as_text_and_none_for_nothing() {
    let table = [
        (
            429,
            "throttling_error",
            "429",
            "litellm.RateLimitError: slow",
            FailureKind::RateLimited(None),
        ),
        (
            400,
            "None",
            "400",
            "litellm.BadRequestError: x",
            FailureKind::BadRequest,
        ),
        (
            400,
            "invalid_request_error",
            "400",
            "litellm.ContextWindowExceededError: prompt is too long: 9 tokens > 8 maximum",
            FailureKind::ContextTooLong(Some(8)),
        ),
        (
            400,
            "budget_exceeded",
            "400",
            "Budget has been exceeded!",
            FailureKind::Exhausted(None),
        ),
        (
            401,
            "auth_error",
            "401",
            "Authentication Error",
            FailureKind::Auth,
        ),
        (
            403,
            "key_model_access_denied",
            "403",
            "key not allowed",
            FailureKind::Permission,
        ),
    ];
    for (status, of_type, code, message, kind) in table {
        let failure = read(status, &error(of_type, json!(code), message));
        assert_eq!(failure.kind, kind, "{message}");
        let named = (of_type != "None").then_some(of_type);
        assert_eq!(failure.code.as_deref(), named);
    }
}

#[test]
fn an_error_behind_the_server_says_more_than_the_server() {
    let router = |code: u16, raw: &str| {
        json!({"error": {"message": "Provider returned error", "code": code,
            "metadata": {"raw": raw, "provider_name": "P"}}})
    };
    let raw = error(
        "invalid_request_error",
        json!("context_length_exceeded"),
        "Too long.",
    )
    .to_string();
    let failure = read(400, &router(400, &raw));
    assert_eq!(failure.kind, FailureKind::ContextTooLong(None));
    assert_eq!(failure.message, "Too long.");
    assert_eq!(failure.code.as_deref(), Some("context_length_exceeded"));
    let failure = read(429, &router(429, "m is temporarily rate-limited upstream"));
    assert_eq!(failure.kind, FailureKind::RateLimited(None));
    assert_eq!(failure.message, "m is temporarily rate-limited upstream");
    let within = format!("litellm.RateLimitError: OpenAIException - {}", {
        error(
            "insufficient_quota",
            json!("insufficient_quota"),
            "No quota left.",
        )
    });
    let failure = read(429, &error("throttling_error", json!("429"), &within));
    assert_eq!(failure.kind, FailureKind::Exhausted(None));
    assert_eq!(failure.message, "No quota left.");
    let credits = json!({"error": {"code": 402, "message": "This request requires more credits"}});
    assert_eq!(read(402, &credits).kind, FailureKind::Exhausted(None));
}

#[test]
fn after_status_200_the_code_is_the_status() {
    let stated = |body: Value| stated(&Headers::default(), &body);
    let failure = stated(json!({"error": {"code": "429", "message": "x"}})).unwrap();
    assert_eq!(
        (failure.kind, failure.status),
        (FailureKind::RateLimited(None), Some(429))
    );
    let failure = stated(json!({"error": {"type": "overloaded_error", "message": "x"}})).unwrap();
    assert_eq!(
        (failure.kind, failure.status),
        (FailureKind::Overloaded(None), Some(200))
    );
    assert_eq!(
        stated(json!({"error": "boom"})).unwrap().kind,
        FailureKind::Server
    );
    assert_eq!(stated(json!({"error": {}})).unwrap().kind, FailureKind::Server);
    for nothing in [json!({"error": null}), json!({}), json!([]), json!({"error": ""})] {
        assert_eq!(stated(nothing.clone()), None, "{nothing}");
    }
}

#[test]
fn each_word_has_its_meaning_where_there_is_no_status() {
    let table = [
        ("rate_limit_exceeded", FailureKind::RateLimited(None)),
        ("slow_down", FailureKind::Overloaded(None)),
        ("invalid_api_key", FailureKind::Auth),
        ("permission_error", FailureKind::Permission),
        ("model_not_found", FailureKind::NotFound),
        ("invalid_request_error", FailureKind::BadRequest),
        ("server_error", FailureKind::Server),
        ("new", FailureKind::Server),
    ];
    for (code, kind) in table {
        let failure = bare(&Headers::default(), &json!({"code": code, "message": "x"}));
        assert_eq!(failure.kind, kind, "{code}");
    }
}

#[test]
fn an_error_may_stand_in_an_array_and_may_be_no_json() {
    let body =
        json!([{"error": {"code": 429, "message": "Please retry in 2s.", "status": "RESOURCE_EXHAUSTED"}}]);
    assert_eq!(read(429, &body).kind, limited(2000));
    for body in ["", "<html>", "upstream connect error", "{", "[]", "null", "7"] {
        let failure = of(502, &Headers::default(), body.as_bytes());
        assert_eq!(
            (failure.kind, failure.code),
            (FailureKind::Server, None),
            "{body}"
        );
    }
    assert_eq!(
        of(502, &Headers::default(), b"upstream connect error").message,
        "upstream connect error"
    );
}

#[test]
fn a_message_is_one_short_line_without_a_key() {
    let message = format!(
        "Incorrect API key provided: sk-abc***xyz.\n\u{1b}[31m{}",
        "x".repeat(900)
    );
    let failure = read(
        401,
        &error("invalid_request_error", json!("invalid_api_key"), &message),
    );
    assert!(
        failure
            .message
            .starts_with("Incorrect API key provided: *** \\x1b[31mxxx")
    );
    assert!(!failure.message.contains("abc") && !failure.message.contains('\n'));
    assert!(failure.message.chars().count() < 320);
}
