//! The four contracts, from the side of the provider: what a good answer, a stream and an error look like.
//!
//! `tests/peers/models/check_fake.py` holds them against the providers' own SDKs.

mod anthropic;
mod compatible;
mod gemini;
mod openai;

use serde_json::{Value, json};

/// The model that answers.
pub const MODEL: &str = "model-1";

/// The tool that it calls.
pub const TOOL: &str = "read";

/// How an answer ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// All is said.
    Complete,
    /// The tokens were used up before a word was said.
    Cap,
    /// A filter, or the model itself, stopped it.
    Blocked,
    /// It calls the tool.
    Call,
}

/// Returns a whole answer that says `text`.
pub fn answer(kind: &str, text: &str) -> Vec<u8> {
    ended(kind, text, End::Complete)
}

/// Returns a stream that says `text` in two pieces, each event with the blank line at its end.
pub fn events(kind: &str, text: &str) -> Vec<Vec<u8>> {
    ended_events(kind, text, End::Complete)
}

/// Returns a whole answer that ends so.
pub fn ended(kind: &str, text: &str, end: End) -> Vec<u8> {
    let value = match kind {
        "gemini" => gemini::answer(text, end),
        "anthropic" => anthropic::answer(text, end),
        "openai" => openai::answer(text, end),
        "openai-compatible" => compatible::answer(text, end),
        kind => panic!("no contract `{kind}`"),
    };
    value.to_string().into_bytes()
}

/// Returns a stream that ends so.
pub fn ended_events(kind: &str, text: &str, end: End) -> Vec<Vec<u8>> {
    match kind {
        "gemini" => gemini::events(text, end),
        "anthropic" => anthropic::events(text, end),
        "openai" => openai::events(text, end),
        "openai-compatible" => compatible::events(text, end),
        kind => panic!("no contract `{kind}`"),
    }
}

/// Returns the event of an error in a stream that has begun: nobody has room.
pub fn late_error(kind: &str) -> Vec<u8> {
    let error = String::from_utf8(error(kind, 503, "The model is overloaded.", false)).unwrap();
    match kind {
        "anthropic" => {
            let error = error.replace("api_error", "overloaded_error");
            format!("event: error\ndata: {error}\n\n").into_bytes()
        }
        "openai" => openai::late_error(),
        "openai-compatible" => {
            let error = error.replace("\"code\":null", "\"code\":\"server_overloaded\"");
            format!("data: {error}\n\n").into_bytes()
        }
        _ => format!("data: {error}\n\n").into_bytes(),
    }
}

/// Returns the tokens of a prompt, as each contract tells them. The last one has no such question.
pub fn counted(kind: &str) -> Vec<u8> {
    let value = match kind {
        "gemini" => {
            json!({"totalTokens": 40, "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 40}]})
        }
        "anthropic" => json!({"input_tokens": 40}),
        "openai" => json!({"object": "response.input_tokens", "input_tokens": 40}),
        kind => panic!("no count in `{kind}`"),
    };
    value.to_string().into_bytes()
}

/// Returns the list of models.
pub fn models(kind: &str) -> Vec<u8> {
    let value = match kind {
        "gemini" => json!({"models": [{
            "name": format!("models/{MODEL}"), "version": "1", "displayName": "Model 1",
            "inputTokenLimit": 1_048_576, "outputTokenLimit": 65536,
            "supportedGenerationMethods": ["generateContent", "countTokens"],
        }]}),
        "anthropic" => json!({
            "data": [anthropic::model()], "has_more": false, "first_id": MODEL, "last_id": MODEL,
        }),
        _ => json!({
            "object": "list",
            "data": [{"id": MODEL, "object": "model", "created": 1_790_000_000, "owned_by": "somebody"}],
        }),
    };
    value.to_string().into_bytes()
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

fn halves(text: &str) -> (&str, &str) {
    text.split_at(text.len() / 2)
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
