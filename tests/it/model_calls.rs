//! What the codecs send, held against the files in `fixtures/llm/`.

#[path = "../../examples/encode/cases.rs"]
mod cases;

use crate::{generated, source};
use pantheon::llm::provider::{self, Call};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The contracts whose calls are kept. `tests/peers/models/check_bodies.py` holds the same calls against
/// the types of the providers' own SDKs.
const KEPT: [&str; 4] = ["gemini", "anthropic", "openai", "openai-compatible"];

#[test]
fn calls_are_as_kept() {
    for kind in KEPT {
        let mut files = BTreeSet::new();
        for (case, call, made) in cases::calls(provider::find(kind).unwrap()) {
            if !says_more(case, call) {
                continue;
            }
            let path = format!("fixtures/llm/{kind}/calls/{case}.{call}.json");
            holds(&path, &written(&made));
            files.insert(path);
        }
        let dir = format!("fixtures/llm/{kind}/calls");
        let there: BTreeSet<String> = source::below(&dir, "json").into_iter().collect();
        assert_eq!(there, files, "each file is of a case");
    }
}

/// Whether a call is kept. A stream differs from its call by a path or a field, and a count has few shapes.
fn says_more(case: &str, call: &str) -> bool {
    match call {
        "stream" => case == "question",
        "count" => ["question", "no-system", "tools", "schema", "cached-content"].contains(&case),
        _ => true,
    }
}

fn written(call: &Call) -> Value {
    let body: Value = match call.body.as_slice() {
        [] => Value::Null,
        body => serde_json::from_slice(body).unwrap(),
    };
    let headers: Vec<Value> = call.headers.iter().map(|(k, v)| json!([k, v])).collect();
    json!({"method": call.method, "path": call.path, "headers": headers, "body": body})
}

/// Insists that a file holds a value, in whatever order its keys stand.
fn holds(path: &str, made: &Value) {
    let kept = source::root().join(path);
    let kept = std::fs::read(kept).ok();
    let kept: Option<Value> = kept.and_then(|text| serde_json::from_slice(&text).ok());
    if kept.as_ref() != Some(made) {
        let text = serde_json::to_string_pretty(made).unwrap();
        generated::holds(path, &(text + "\n"));
    }
}
