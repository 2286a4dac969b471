//! Messages of Anthropic.

use super::{End, MODEL, TOOL, halves, named};
use serde_json::{Value, json};

pub fn answer(text: &str, end: End) -> Value {
    let content = match end {
        End::Complete => json!([{"type": "text", "text": text}]),
        End::Call => {
            json!([{"type": "tool_use", "id": "call-1", "name": TOOL, "input": {"path": "a.rs"}}])
        }
        End::Cap | End::Blocked => json!([]),
    };
    message(&content, &json!(reason(end)), 9)
}

pub fn events(text: &str, end: End) -> Vec<Vec<u8>> {
    let start = json!({"type": "message_start", "message": message(&json!([]), &Value::Null, 1)});
    let over = json!({
        "type": "message_delta", "delta": {"stop_reason": reason(end), "stop_sequence": null},
        "usage": {"output_tokens": 9},
    });
    let mut events = vec![start];
    events.extend(block(text, end));
    // One that says nothing, somewhere within.
    events.insert(events.len().min(2), json!({"type": "ping"}));
    events.extend([over, json!({"type": "message_stop"})]);
    events.iter().map(named).collect()
}

/// The events of the one block, if there is one.
fn block(text: &str, end: End) -> Vec<Value> {
    let (head, tail) = halves(text);
    let (block, deltas) = match end {
        End::Complete => (
            json!({"type": "text", "text": ""}),
            [head, tail].map(|text| json!({"type": "text_delta", "text": text})),
        ),
        End::Call => (
            json!({"type": "tool_use", "id": "call-1", "name": TOOL, "input": {}}),
            ["{\"path\":", "\"a.rs\"}"].map(|part| json!({"type": "input_json_delta", "partial_json": part})),
        ),
        End::Cap | End::Blocked => return Vec::new(),
    };
    let mut events = vec![json!({"type": "content_block_start", "index": 0, "content_block": block})];
    let delta = |delta| json!({"type": "content_block_delta", "index": 0, "delta": delta});
    events.extend(deltas.map(delta));
    events.push(json!({"type": "content_block_stop", "index": 0}));
    events
}

pub fn model() -> Value {
    json!({"type": "model", "id": MODEL, "display_name": "Model 1", "created_at": "2026-01-01T00:00:00Z"})
}

fn reason(end: End) -> &'static str {
    match end {
        End::Complete => "end_turn",
        End::Cap => "max_tokens",
        End::Blocked => "refusal",
        End::Call => "tool_use",
    }
}

fn message(content: &Value, stop: &Value, output: u64) -> Value {
    json!({
        "id": "call-1", "type": "message", "role": "assistant", "model": MODEL,
        "content": content, "stop_reason": stop, "stop_sequence": null,
        "usage": {"input_tokens": 40, "output_tokens": output,
            "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0},
    })
}
