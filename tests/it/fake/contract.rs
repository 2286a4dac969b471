//! The four contracts, from the side of the provider: what a good answer, a stream and an error look like.

use serde_json::{Value, json};

/// The model that answers.
pub const MODEL: &str = "model-1";

/// Returns a whole answer that says `text`.
pub fn answer(kind: &str, text: &str) -> Vec<u8> {
    let value = match kind {
        "gemini" => gemini(text, Some("STOP")),
        "anthropic" => message(json!([{"type": "text", "text": text}]), json!("end_turn")),
        "openai" => response(text),
        "openai-compatible" => json!({
            "id": "call-1", "object": "chat.completion", "model": MODEL,
            "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}],
            "usage": {"prompt_tokens": 40, "completion_tokens": 9, "total_tokens": 49},
        }),
        kind => panic!("no contract `{kind}`"),
    };
    value.to_string().into_bytes()
}

/// Returns a stream that says `text` in two pieces, each event with the blank line at its end.
pub fn events(kind: &str, text: &str) -> Vec<Vec<u8>> {
    let half = text.len() / 2;
    let (head, tail) = text.split_at(half);
    match kind {
        "gemini" => vec![data(&gemini(head, None)), data(&gemini(tail, Some("STOP")))],
        "anthropic" => anthropic_events(head, tail),
        "openai" => openai_events(head, tail, text),
        "openai-compatible" => compatible_events(head, tail),
        kind => panic!("no contract `{kind}`"),
    }
}

/// Returns an error of that status. With a hint it says to come back after two seconds, in the body where
/// the contract has a place for it; all of them also understand the header.
pub fn error(kind: &str, status: u16, message: &str, hint: bool) -> Vec<u8> {
    let value = match kind {
        "gemini" => {
            let details = json!([{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "2s"}]);
            json!({"error": {
                "code": status, "message": message, "status": google_word(status),
                "details": if hint { details } else { json!([]) },
            }})
        }
        "anthropic" => json!({
            "type": "error", "request_id": "req_1",
            "error": {"type": anthropic_word(status), "message": message},
        }),
        _ => json!({"error": {"message": message, "type": openai_word(status), "param": null, "code": null}}),
    };
    value.to_string().into_bytes()
}

fn gemini(text: &str, finish: Option<&str>) -> Value {
    let mut candidate = json!({"content": {"role": "model", "parts": [{"text": text}]}, "index": 0});
    if let Some(finish) = finish {
        candidate["finishReason"] = json!(finish);
    }
    json!({
        "candidates": [candidate], "modelVersion": MODEL, "responseId": "call-1",
        "usageMetadata": {"promptTokenCount": 40, "candidatesTokenCount": 9, "totalTokenCount": 49},
    })
}

fn message(content: Value, stop: Value) -> Value {
    json!({
        "id": "call-1", "type": "message", "role": "assistant", "model": MODEL,
        "content": content, "stop_reason": stop, "stop_sequence": null,
        "usage": {"input_tokens": 40, "output_tokens": 9},
    })
}

fn anthropic_events(head: &str, tail: &str) -> Vec<Vec<u8>> {
    let delta = |text| json!({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}});
    let block = json!({"type": "text", "text": ""});
    [
        json!({"type": "message_start", "message": message(json!([]), Value::Null)}),
        json!({"type": "content_block_start", "index": 0, "content_block": block}),
        delta(head),
        delta(tail),
        json!({"type": "content_block_stop", "index": 0}),
        json!({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 9}}),
        json!({"type": "message_stop"}),
    ]
    .iter()
    .map(named)
    .collect()
}

fn response(text: &str) -> Value {
    json!({
        "id": "call-1", "object": "response", "status": "completed", "model": MODEL, "error": null,
        "output": [{"type": "message", "id": "m", "status": "completed", "role": "assistant",
            "content": [{"type": "output_text", "text": text, "annotations": []}]}],
        "usage": {"input_tokens": 40, "output_tokens": 9, "total_tokens": 49},
    })
}

fn openai_events(head: &str, tail: &str, text: &str) -> Vec<Vec<u8>> {
    let delta = |text| json!({"type": "response.output_text.delta", "item_id": "m", "output_index": 0, "content_index": 0, "delta": text});
    let begun =
        json!({"id": "call-1", "object": "response", "status": "in_progress", "model": MODEL, "output": []});
    [
        json!({"type": "response.created", "response": begun}),
        delta(head),
        delta(tail),
        json!({"type": "response.completed", "response": response(text)}),
    ]
    .iter()
    .map(named)
    .collect()
}

fn compatible_events(head: &str, tail: &str) -> Vec<Vec<u8>> {
    let chunk = |delta: Value, finish: Value| {
        data(&json!({
            "id": "call-1", "object": "chat.completion.chunk", "model": MODEL,
            "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
        }))
    };
    let usage = json!({
        "id": "call-1", "object": "chat.completion.chunk", "model": MODEL, "choices": [],
        "usage": {"prompt_tokens": 40, "completion_tokens": 9, "total_tokens": 49},
    });
    vec![
        chunk(json!({"role": "assistant", "content": head}), Value::Null),
        chunk(json!({"content": tail}), Value::Null),
        chunk(json!({}), json!("stop")),
        data(&usage),
        b"data: [DONE]\n\n".to_vec(),
    ]
}

fn data(value: &Value) -> Vec<u8> {
    format!("data: {value}\r\n\r\n").into_bytes()
}

fn named(value: &Value) -> Vec<u8> {
    let name = value["type"].as_str().unwrap();
    format!("event: {name}\ndata: {value}\n\n").into_bytes()
}

fn google_word(status: u16) -> &'static str {
    match status {
        400 | 413 => "INVALID_ARGUMENT",
        401 => "UNAUTHENTICATED",
        403 => "PERMISSION_DENIED",
        404 => "NOT_FOUND",
        408 => "DEADLINE_EXCEEDED",
        429 => "RESOURCE_EXHAUSTED",
        503 | 529 => "UNAVAILABLE",
        _ => "INTERNAL",
    }
}

fn anthropic_word(status: u16) -> &'static str {
    match status {
        400 => "invalid_request_error",
        401 => "authentication_error",
        403 => "permission_error",
        404 => "not_found_error",
        408 => "timeout_error",
        413 => "request_too_large",
        429 => "rate_limit_error",
        529 => "overloaded_error",
        _ => "api_error",
    }
}

fn openai_word(status: u16) -> &'static str {
    match status {
        429 => "rate_limit_error",
        500.. => "server_error",
        _ => "invalid_request_error",
    }
}
