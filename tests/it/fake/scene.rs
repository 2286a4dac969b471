//! A provider that does what the name of the model says: one server for all four contracts.
//!
//! `cargo run --example fake` serves it; `tests/it/scenes.rs` asks it with our own client.

use super::contract::{self, End};
use super::{Asked, Conn, EVENTS, JSON, Then};
use serde_json::{Value, json};

/// What the model says.
pub const SAID: &str = r#"{"verdict":"pass","findings":[]}"#;

/// Answers as the model's name says; any other name is a model that answers well.
pub fn play(asked: &Asked, conn: &mut Conn) -> Then {
    let Some(kind) = kind(asked) else {
        return conn.json(
            404,
            br#"{"error":{"message":"no such place","type":"not_found_error"}}"#,
        );
    };
    if asked.line.starts_with("GET ") {
        return conn.json(200, &contract::models(kind));
    }
    if asked.line.contains("countTokens") || asked.line.contains("_tokens ") {
        return conn.json(200, &contract::counted(kind));
    }
    let body: Value = serde_json::from_slice(&asked.body).unwrap_or_default();
    let streams = asked.line.contains(":streamGenerateContent") || body["stream"] == json!(true);
    let model = model(asked, &body);
    if let Some((status, body)) = declined(kind, &model) {
        let hint = if model == "busy" { "retry-after: 2\r\n" } else { "" };
        let headers = format!("{JSON}{hint}request-id: req-1\r\nx-request-id: req-1\r\n");
        return conn.answer(status, &headers, &body);
    }
    let end = match model.as_str() {
        "cap" => End::Cap,
        "safety" => End::Blocked,
        "tool" => End::Call,
        _ => End::Complete,
    };
    if !streams {
        return conn.json(200, &contract::ended(kind, SAID, end));
    }
    stream(conn, &model, kind, contract::ended_events(kind, SAID, end))
}

/// Sends events, or some of them.
fn stream(conn: &mut Conn, model: &str, kind: &str, mut events: Vec<Vec<u8>>) -> Then {
    if ["mid", "cut", "end"].contains(&model) {
        // The first that says something.
        let says = |event: &Vec<u8>| String::from_utf8_lossy(event).contains("verdict");
        events.truncate(events.iter().position(says).unwrap() + 1);
    }
    if model == "mid" {
        events.push(contract::late_error(kind));
    }
    conn.chunked(EVENTS);
    for event in &events {
        if !conn.chunk(event) {
            return Then::Close;
        }
    }
    if model == "cut" {
        return Then::Close;
    }
    conn.chunk(b"");
    Then::Keep
}

/// Returns the contract of a request.
fn kind(asked: &Asked) -> Option<&'static str> {
    let path = asked.line.split(' ').nth(1)?.split('?').next()?;
    let lists = path == "/v1/models" || path == "/v1beta/models";
    match path {
        _ if path.contains(":generateContent") || path.contains(":streamGenerateContent") => Some("gemini"),
        _ if path.contains(":countTokens") => Some("gemini"),
        _ if path.starts_with("/v1/messages") => Some("anthropic"),
        _ if path.starts_with("/v1/responses") => Some("openai"),
        "/v1/chat/completions" => Some("openai-compatible"),
        _ if lists && !asked.header("x-goog-api-key").is_empty() => Some("gemini"),
        _ if lists && !asked.header("anthropic-version").is_empty() => Some("anthropic"),
        _ if lists => Some("openai"),
        _ => None,
    }
}

fn model(asked: &Asked, body: &Value) -> String {
    let within_path = asked
        .line
        .split("/models/")
        .nth(1)
        .and_then(|rest| rest.split(':').next());
    let model = body["model"].as_str().or(within_path);
    model.unwrap_or_default().to_owned()
}

/// Returns the status and the body of a refusal to answer.
fn declined(kind: &str, model: &str) -> Option<(u16, Vec<u8>)> {
    let plain = |status, message| Some((status, contract::error(kind, status, message, false)));
    match (model, kind) {
        ("busy", _) => Some((429, contract::error(kind, 429, "Too many requests.", true))),
        ("full", "anthropic") => plain(529, "Overloaded"),
        ("full", _) => plain(503, "The model is overloaded. Please try again later."),
        ("fault", _) => plain(500, "An internal error has occurred."),
        ("key", "gemini") => {
            let reason = json!({"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID",
                "domain": "googleapis.com"});
            with(kind, 400, "API key not valid.", "details", &json!([reason]))
        }
        ("key", _) => plain(401, "The key is not valid."),
        ("gone", _) => plain(404, "There is no such model."),
        ("day", "gemini") => {
            let violation = json!({"quotaId": "GenerateRequestsPerDayPerProjectPerModel", "quotaValue": "2"});
            let details =
                json!([{"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": [violation]}]);
            with(kind, 429, "You exceeded your current quota.", "details", &details)
        }
        ("day", "anthropic") => {
            let details = json!({"error_code": "contract_spend_limit_reached"});
            with(
                kind,
                429,
                "The limit of the contract is reached.",
                "details",
                &details,
            )
        }
        ("day", _) => {
            let code = json!("insufficient_quota");
            with(kind, 429, "You exceeded your current quota.", "code", &code)
        }
        ("long", "gemini") => {
            let message =
                "The input token count (1200000) exceeds the maximum number of tokens allowed (8192).";
            plain(400, message)
        }
        ("long", "anthropic") => plain(400, "prompt is too long: 9000 tokens > 8192 maximum"),
        ("long", _) => {
            let message = "This model's maximum context length is 8192 tokens.";
            with(kind, 400, message, "code", &json!("context_length_exceeded"))
        }
        _ => None,
    }
}

/// Returns an error with one field set.
fn with(kind: &str, status: u16, message: &str, key: &str, value: &Value) -> Option<(u16, Vec<u8>)> {
    let error = contract::error(kind, status, message, false);
    let mut error: Value = serde_json::from_slice(&error).unwrap();
    error["error"][key] = value.clone();
    Some((status, error.to_string().into_bytes()))
}
