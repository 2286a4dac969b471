//! Reads a response.

use super::super::{Headers, fields, openai_failure};
use crate::llm::answer::{Answer, Failure, Finish, one_line};
use crate::llm::request::{Block, Part, ToolCall};
use crate::model::Usage;
use serde_json::Value;

/// Codes of a failed response that mean a filter, not a fault.
const FILTERS: [&str; 3] = [
    "bio_policy",
    "image_content_policy_violation",
    "misalignment_policy_violation",
];

/// Reads a whole response.
pub(super) fn answer(headers: &Headers, response: &Value) -> Result<Answer, Failure> {
    let is_response = response.get("output").is_some_and(Value::is_array) || response.get("status").is_some();
    if !is_filter(response)
        && let Some(failure) = openai_failure::stated(headers, response)
    {
        return Err(failure);
    }
    if !is_response {
        return Err(fields::malformed("the answer is no response: it has no `output`"));
    }
    Ok(read(response))
}

/// Whether a filter of the provider made a response fail.
fn is_filter(response: &Value) -> bool {
    let code = fields::text(response, "/error/code").unwrap_or_default();
    let message = fields::text(response, "/error/message").unwrap_or_default();
    FILTERS.contains(&code) || (code == "invalid_prompt" && message.contains("usage policy"))
}

/// Reads what is there of a response.
pub(super) fn read(response: &Value) -> Answer {
    let items = fields::list(response, "/output");
    let turn: Vec<Part> = items.iter().flat_map(parts).collect();
    let calls: Vec<ToolCall> = turn.iter().filter_map(call).collect();
    Answer {
        finish: finish(response, !calls.is_empty()),
        text: items.iter().map(text).collect(),
        calls,
        turn,
        served: fields::word(response, "/model"),
        usage: usage(response),
        id: fields::word(response, "/id"),
        notice: None,
    }
}

/// Reads an item as it must go back. A message that says which phase it is of goes back with that, and
/// thoughts as they came, encrypted.
fn parts(item: &Value) -> Vec<Part> {
    match fields::text(item, "/type") {
        Some("message") if fields::text(item, "/phase").is_none() => {
            vec![Part::Text(Block::plain(&said(item)))]
        }
        Some("function_call") => vec![Part::Call(function_call(item))],
        _ => vec![Part::Opaque(item.clone())],
    }
}

/// Reads a call of a tool.
fn function_call(item: &Value) -> ToolCall {
    let word = |pointer| fields::text(item, pointer).unwrap_or_default();
    ToolCall {
        id: word("/call_id").to_owned(),
        name: word("/name").to_owned(),
        args: fields::args(word("/arguments")),
        signature: None,
    }
}

/// Returns the call that a part is.
fn call(part: &Part) -> Option<ToolCall> {
    match part {
        Part::Call(call) => Some(call.clone()),
        _ => None,
    }
}

/// Returns the text of an item that is part of the answer: comments on the way are not.
fn text(item: &Value) -> String {
    let is_message = fields::text(item, "/type") == Some("message");
    if !is_message || fields::text(item, "/phase") == Some("commentary") {
        return String::new();
    }
    said(item)
}

/// Joins what a message says.
fn said(item: &Value) -> String {
    let content = fields::list(item, "/content").iter();
    let texts = content.filter(|part| fields::text(part, "/type") == Some("output_text"));
    texts.filter_map(|part| fields::text(part, "/text")).collect()
}

/// Reads why the model stopped.
fn finish(response: &Value, has_calls: bool) -> Finish {
    let Some(status) = fields::text(response, "/status") else {
        return Finish::Missing;
    };
    match status {
        "completed" if refuses(response) => Finish::Refused("refusal".to_owned()),
        "completed" if has_calls => Finish::Calls,
        "completed" => Finish::Complete,
        "incomplete" => incomplete(response),
        "failed" if is_filter(response) => Finish::Blocked(word(response, "/error/code", status)),
        other => Finish::Other(one_line(other)),
    }
}

/// Reads why a response is not whole.
fn incomplete(response: &Value) -> Finish {
    let reason = word(response, "/incomplete_details/reason", "incomplete");
    match reason.as_str() {
        "max_output_tokens" => Finish::Truncated,
        "content_filter" => Finish::Blocked(reason),
        _ => Finish::Other(reason),
    }
}

/// Returns the word at a pointer, or another.
fn word(response: &Value, pointer: &str, otherwise: &str) -> String {
    fields::word(response, pointer).unwrap_or_else(|| otherwise.to_owned())
}

/// Whether the model declined in words.
fn refuses(response: &Value) -> bool {
    let items = fields::list(response, "/output").iter();
    let mut parts = items.flat_map(|item| fields::list(item, "/content"));
    parts.any(|part| fields::text(part, "/type") == Some("refusal"))
}

/// Reads the tokens. The count of input holds what was read from the cache and written to it.
fn usage(response: &Value) -> Usage {
    let tokens = |name: &str| fields::tokens(response, &format!("/usage/{name}"));
    let read = tokens("input_tokens_details/cached_tokens");
    let long = tokens("input_tokens_details/cache_write_tokens_details/ttl_12h_tokens");
    let written = tokens("input_tokens_details/cache_write_tokens").max(long);
    Usage {
        input: tokens("input_tokens").saturating_sub(read + written),
        cache_read: read,
        cache_write: written - long,
        cache_write_long: long,
        output: tokens("output_tokens"),
        thinking: tokens("output_tokens_details/reasoning_tokens"),
    }
}
