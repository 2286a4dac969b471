//! Responses of OpenAI.

use super::{End, MODEL, TOOL, halves, named};
use serde_json::{Value, json};

pub fn answer(text: &str, end: End) -> Value {
    let (status, why, output) = match end {
        End::Complete => ("completed", Value::Null, json!([message(text)])),
        End::Call => ("completed", Value::Null, json!([call()])),
        End::Cap => ("incomplete", json!({"reason": "max_output_tokens"}), json!([])),
        End::Blocked => ("incomplete", json!({"reason": "content_filter"}), json!([])),
    };
    let mut value = response(status, &output);
    value["incomplete_details"] = why;
    value["usage"] = json!({
        "input_tokens": 40, "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens": 9, "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": 49,
    });
    value
}

pub fn events(text: &str, end: End) -> Vec<Vec<u8>> {
    let begun = response("in_progress", &json!([]));
    let mut events = vec![json!({"type": "response.created", "response": begun})];
    match end {
        End::Complete => events.extend(written(text)),
        End::Call => events.extend(called()),
        End::Cap | End::Blocked => {}
    }
    let whole = answer(text, end);
    let last = match end {
        End::Complete | End::Call => "response.completed",
        End::Cap | End::Blocked => "response.incomplete",
    };
    events.push(json!({"type": last, "response": whole}));
    numbered(events)
}

pub fn late_error() -> Vec<u8> {
    let error = json!({
        "type": "error", "sequence_number": 9, "code": "server_overloaded",
        "message": "The model is overloaded.", "param": null,
    });
    named(&error)
}

fn written(text: &str) -> Vec<Value> {
    let (head, tail) = halves(text);
    let part = |text| json!({"type": "output_text", "text": text, "annotations": []});
    let at = |name: &str| json!({"type": format!("response.{name}"), "item_id": "item-1", "output_index": 0, "content_index": 0});
    let with = |mut event: Value, key: &str, value: Value| {
        event[key] = value;
        event
    };
    let delta = |text| {
        with(
            with(at("output_text.delta"), "delta", json!(text)),
            "logprobs",
            json!([]),
        )
    };
    let begun = json!({"type": "message", "id": "item-1", "status": "in_progress", "role": "assistant", "content": []});
    vec![
        json!({"type": "response.output_item.added", "output_index": 0, "item": begun}),
        with(at("content_part.added"), "part", part("")),
        delta(head),
        delta(tail),
        with(
            with(at("output_text.done"), "text", json!(text)),
            "logprobs",
            json!([]),
        ),
        with(at("content_part.done"), "part", part(text)),
        json!({"type": "response.output_item.done", "output_index": 0, "item": message(text)}),
    ]
}

fn called() -> Vec<Value> {
    let mut begun = call();
    begun["arguments"] = json!("");
    begun["status"] = json!("in_progress");
    let at = |name: &str, key: &str| {
        let mut event = json!({
            "type": format!("response.function_call_arguments.{name}"), "item_id": "item-1", "output_index": 0,
        });
        event[key] = call()["arguments"].clone();
        event
    };
    vec![
        json!({"type": "response.output_item.added", "output_index": 0, "item": begun}),
        at("delta", "delta"),
        at("done", "arguments"),
        json!({"type": "response.output_item.done", "output_index": 0, "item": call()}),
    ]
}

/// Numbers events, and writes them.
fn numbered(events: Vec<Value>) -> Vec<Vec<u8>> {
    let number = |(n, mut event): (usize, Value)| {
        event["sequence_number"] = json!(n);
        named(&event)
    };
    events.into_iter().enumerate().map(number).collect()
}

fn message(text: &str) -> Value {
    json!({"type": "message", "id": "item-1", "status": "completed", "role": "assistant",
        "content": [{"type": "output_text", "text": text, "annotations": []}]})
}

fn call() -> Value {
    json!({"type": "function_call", "id": "item-1", "call_id": "call-1", "status": "completed",
        "name": TOOL, "arguments": "{\"path\":\"a.rs\"}"})
}

fn response(status: &str, output: &Value) -> Value {
    json!({
        "id": "call-1", "object": "response", "created_at": 1_790_000_000, "status": status, "model": MODEL,
        "error": null, "incomplete_details": null, "instructions": null, "metadata": {}, "output": output,
        "parallel_tool_calls": true, "temperature": null, "tool_choice": "auto", "tools": [], "top_p": null,
    })
}
