//! No bytes make the reading panic.

use super::*;
use crate::llm::sse::Event;
use proptest::prelude::*;
use serde_json::{Value, json};

/// Words of the contract, so that chance comes further than the first brace.
const KEYS: [&str; 22] = [
    "candidates",
    "content",
    "parts",
    "text",
    "thought",
    "thoughtSignature",
    "functionCall",
    "name",
    "args",
    "index",
    "finishReason",
    "promptFeedback",
    "blockReason",
    "usageMetadata",
    "promptTokenCount",
    "modelStatus",
    "error",
    "message",
    "details",
    "violations",
    "retryDelay",
    "models",
];

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(|n| json!(n)),
        "(\\PC|\n|\u{1b}|limit: 0|lease retry in |ms|s|\\{\"error\":|\\}){0,8}".prop_map(Value::from),
        Just(json!("STOP")),
        Just(json!("google.rpc.RetryInfo")),
        Just(json!("99999999999999999999s")),
    ];
    leaf.prop_recursive(6, 40, 5, |inner| {
        let key = proptest::sample::select(KEYS.to_vec());
        let pair = (key, inner.clone()).prop_map(|(key, value)| (key.to_owned(), value));
        prop_oneof![
            proptest::collection::vec(inner, 0..4).prop_map(Value::from),
            proptest::collection::vec(pair, 0..5)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

fn read_all(status: u16, body: &[u8], wait: &str) {
    let headers = headers(&[("retry-after", wait), ("date", wait)]);
    let _ = Gemini.answer(&headers, body);
    let _ = Gemini.counted(body);
    let _ = Gemini.listed(body);
    let _ = crate::llm::provider::gemini::created(body);
    let failure = Gemini.failure(status, &headers, body);
    assert!(!failure.message.contains(['\n', '\u{1b}']));
    let data = String::from_utf8_lossy(body).into_owned();
    let name = String::new();
    let mut stream = Gemini.stream(&headers);
    let _ = stream.event(&Event { name, data });
    if let Ok(answer) = stream.end() {
        let _ = answer.usage.prompt() + answer.usage.output;
    }
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(
        status in 0_u16..700, body in proptest::collection::vec(any::<u8>(), 0..200), wait in "\\PC{0,20}",
    ) {
        read_all(status, &body, &wait);
    }

    #[test]
    fn no_values_make_it_panic(status in 0_u16..700, body in value(), wait in "[0-9.e+-]{0,20}") {
        read_all(status, body.to_string().as_bytes(), &wait);
    }

    #[test]
    fn no_mutation_of_an_answer_makes_it_panic(
        name in proptest::sample::select(vec!["whole", "calls", "thoughts", "retiring"]),
        at in 0_usize..1200, len in 0_usize..30, put in proptest::collection::vec(any::<u8>(), 0..8),
    ) {
        let mut body = fixture(&format!("answers/{name}.json"));
        let from = at.min(body.len());
        let to = (from + len).min(body.len());
        body.splice(from..to, put);
        read_all(503, &body, "");
    }
}
