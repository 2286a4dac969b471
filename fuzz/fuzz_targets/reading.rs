//! A model's answer of any text: a reading of the schema's shape, in texts that can be shown, or an error
//! that can. Nothing that is not JSON is read without saying what was mended.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pantheon::llm::answer::Finish;
use pantheon::llm::reading::{self, Expected, Limits};
use pantheon::model::is_hidden;
use serde_json::{Value, json};

fuzz_target!(|text: &str| {
    let finding = json!({
        "type": "object",
        "required": ["file", "line", "severity", "message", "quote"],
        "properties": {
            "file": {"type": "string"},
            "line": {"type": "integer"},
            "severity": {"type": "string", "enum": ["high", "low"]},
            "message": {"type": "string"},
            "quote": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        },
    });
    let schema = json!({
        "type": "object",
        "required": ["findings"],
        "properties": {"findings": {"type": "array", "items": finding}, "summary": {"type": "string"}},
    });
    let expected = Expected {
        schema: &schema,
        verbatim: &["file", "quote"],
        synonyms: &[("error", "high")],
        limits: Limits::default(),
    };
    match reading::read(text, &Finish::Complete, &expected) {
        Err(error) => assert!(!error.to_string().contains(char::is_control), "{error}"),
        Ok(reading) => {
            assert!(reading.value["findings"].is_array() || reading.is_partial);
            let is_json = serde_json::from_str::<Value>(text).is_ok();
            assert!(is_json || !reading.repairs.is_empty());
            shown(&reading.value);
        }
    }
});

/// Every text can be shown.
fn shown(value: &Value) {
    match value {
        Value::String(text) => {
            assert!(
                !text.contains(|c| is_hidden(c) && c != '\n' && c != '\t'),
                "{text:?}"
            );
        }
        Value::Array(items) => items.iter().for_each(shown),
        Value::Object(members) => members.values().for_each(shown),
        _ => {}
    }
}
