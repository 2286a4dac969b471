//! Whatever a server sends, a codec answers or fails, and what it says is fit to be shown.

use super::{ALL, Codec, Headers};
use crate::llm::answer::{Answer, Failure, FailureKind, Finish};
use crate::llm::request::Request;
use crate::llm::sse::Event;
use proptest::prelude::*;
use serde_json::{Map, Value};
use std::time::Duration;

/// Words that mean something to some codec, so that chance finds its way in.
const WORDS: [&str; 64] = [
    "id",
    "type",
    "model",
    "content",
    "text",
    "message",
    "error",
    "code",
    "status",
    "usage",
    "choices",
    "delta",
    "output",
    "item",
    "response",
    "index",
    "stop_reason",
    "stop_details",
    "finish_reason",
    "tool_calls",
    "function",
    "name",
    "arguments",
    "input",
    "details",
    "error_code",
    "metadata",
    "raw",
    "n_ctx",
    "input_tokens",
    "output_tokens",
    "prompt_tokens",
    "cached_tokens",
    "refusal",
    "phase",
    "content_block",
    "partial_json",
    "tool_use",
    "output_text",
    "message_start",
    "content_block_start",
    "content_block_delta",
    "message_delta",
    "message_stop",
    "text_delta",
    "input_json_delta",
    "completed",
    "failed",
    "incomplete",
    "response.created",
    "response.completed",
    "response.failed",
    "response.output_item.done",
    "response.output_text.delta",
    "stop",
    "end_turn",
    "rate_limit_error",
    "invalid_request_error",
    "candidates",
    "parts",
    "finishReason",
    "STOP",
    "usageMetadata",
    "promptTokenCount",
];

fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        9 => proptest::sample::select(&WORDS[..]).prop_map(str::to_owned),
        1 => any::<String>(),
    ]
}

fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        word().prop_map(Value::from),
        word().prop_map(|text| Value::from(format!("x {{\"error\":{{\"code\":\"{text}\"}}}}"))),
    ];
    leaf.prop_recursive(5, 48, 6, |inner| {
        let fields = proptest::collection::vec((word(), inner.clone()), 0..6);
        prop_oneof![
            1 => proptest::collection::vec(inner, 0..4).prop_map(Value::from),
            3 => fields.prop_map(|fields| Value::Object(fields.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        1 => any::<Vec<u8>>(),
        3 => json().prop_map(|value| value.to_string().into_bytes()),
        1 => (json(), any::<prop::sample::Index>()).prop_map(|(value, cut)| {
            let text = value.to_string().into_bytes();
            text[..cut.index(text.len() + 1)].to_vec()
        }),
    ]
}

fn headers() -> impl Strategy<Value = Headers> {
    let names = [
        "retry-after",
        "retry-after-ms",
        "x-should-retry",
        "date",
        "request-id",
        "x-request-id",
        "x-ratelimit-remaining-tokens",
        "x-ratelimit-reset-tokens",
        "x-ratelimit-reset",
        "anthropic-ratelimit-tokens-remaining",
        "anthropic-ratelimit-tokens-reset",
    ];
    let values = prop_oneof![
        any::<f64>().prop_map(|number| number.to_string()),
        Just("0".to_owned()),
        Just("Sat, 21 Nov 2026 14:00:00 GMT".to_owned()),
        Just("2026-11-21T14:00:00Z".to_owned()),
        "[0-9.]{0,6}(h|m|s|ms)[0-9.]{0,6}s?",
        any::<String>(),
    ];
    let one = (
        proptest::sample::select(names.to_vec()).prop_map(str::to_owned),
        values,
    );
    proptest::collection::vec(one, 0..5).prop_map(Headers)
}

/// A word of somebody else's is one line without control characters.
fn fit(text: &str) -> bool {
    !text.chars().any(char::is_control) && text.len() < 4000
}

fn holds_answer(answer: &Answer) {
    if let Finish::Refused(word) | Finish::Blocked(word) | Finish::Other(word) = &answer.finish {
        assert!(fit(word), "{word}");
    }
    for word in [&answer.served, &answer.id, &answer.notice].into_iter().flatten() {
        assert!(fit(word), "{word}");
    }
    // Adding up what a thousand answers used must not overflow.
    assert!(answer.usage.prompt() < u64::MAX / 1000 && answer.usage.output < u64::MAX / 1000);
}

fn holds_failure(failure: &Failure) {
    let words = [
        failure.code.as_ref(),
        failure.request_id.as_ref(),
        Some(&failure.message),
    ];
    for word in words.into_iter().flatten() {
        assert!(fit(word), "{word}");
    }
    // A time that far ahead can still be told.
    let wait = failure.kind.wait().unwrap_or_default();
    assert!(wait <= Duration::from_secs(32 * 24 * 3600), "{wait:?}");
}

fn holds(result: &Result<Answer, Failure>) {
    match result {
        Ok(answer) => holds_answer(answer),
        Err(failure) => holds_failure(failure),
    }
}

/// The answer of a stream, up to the first failure.
fn streamed(codec: &dyn Codec, headers: &Headers, events: &[Event]) -> Result<Answer, Failure> {
    let mut stream = codec.stream(headers);
    for event in events {
        if stream.event(event)? {
            break;
        }
    }
    stream.end()
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let data = prop_oneof![
        6 => json().prop_map(|value| value.to_string()),
        1 => any::<String>(),
        1 => Just("[DONE]".to_owned()),
    ];
    let event = (word(), data).prop_map(|(name, data)| Event { name, data });
    proptest::collection::vec(event, 0..8)
}

proptest! {
    #[test]
    fn a_body_is_answered_or_fails(headers in headers(), body in body()) {
        for codec in ALL {
            holds(&codec.answer(&headers, &body));
            for failure in [codec.counted(&body).err(), codec.listed(&body).err()].into_iter().flatten() {
                holds_failure(&failure);
            }
        }
    }

    #[test]
    fn an_error_is_classified(status in any::<u16>(), headers in headers(), body in body()) {
        for codec in ALL {
            let failure = codec.failure(status, &headers, &body);
            prop_assert!(!failure.message.is_empty(), "{}", codec.kind());
            holds_failure(&failure);
        }
    }

    #[test]
    fn a_stream_is_answered_or_fails(headers in headers(), events in events()) {
        for codec in ALL {
            holds(&streamed(*codec, &headers, &events));
        }
    }

    #[test]
    fn a_turn_that_came_can_go_back(body in body()) {
        for codec in ALL {
            let Ok(answer) = codec.answer(&Headers::default(), &body) else { continue };
            let mut request = Request::question("m", "s", "q", 9);
            let role = crate::llm::request::Role::Model;
            request.turns.push(crate::llm::request::Turn { role, parts: answer.turn });
            let call = codec.ask(codec.defaults().api_version, &request, true);
            prop_assert!(serde_json::from_slice::<Value>(&call.body).is_ok());
        }
    }
}

#[test]
fn what_no_codec_knows_is_a_failure_of_its_status() {
    for codec in ALL {
        let failure = codec.failure(500, &Headers::default(), b"\xff\xfe");
        assert_eq!(failure.kind, FailureKind::Server, "{}", codec.kind());
    }
}
