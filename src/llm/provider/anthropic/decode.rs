//! Reads a message.

use super::super::fields;
use crate::llm::answer::{Answer, Failure, Finish, one_line};
use crate::llm::request::{Block, Part, ToolCall};
use crate::model::Usage;
use serde_json::Value;

/// Reads a message, whole or put together from a stream.
pub(super) fn answer(message: &Value) -> Result<Answer, Failure> {
    if !message.get("content").is_some_and(Value::is_array) {
        return Err(fields::malformed("the answer is no message: it has no `content`"));
    }
    let turn: Vec<Part> = fields::list(message, "/content").iter().map(part).collect();
    Ok(Answer {
        finish: finish(message),
        text: text(&turn),
        calls: calls(&turn),
        turn,
        served: fields::word(message, "/model"),
        usage: usage(message),
        id: fields::word(message, "/id"),
        notice: None,
    })
}

/// Reads a block. What is neither text nor a call goes back as it came.
fn part(block: &Value) -> Part {
    let text = block.get("text").and_then(Value::as_str);
    match (fields::text(block, "/type"), text) {
        (Some("text"), Some(text)) => Part::Text(Block::plain(text)),
        (Some("tool_use"), _) => Part::Call(call(block)),
        _ => Part::Opaque(block.clone()),
    }
}

/// Reads a call of a tool.
fn call(block: &Value) -> ToolCall {
    let word = |pointer| fields::text(block, pointer).unwrap_or_default().to_owned();
    ToolCall {
        id: word("/id"),
        name: word("/name"),
        args: block.get("input").cloned().unwrap_or_default(),
        signature: None,
    }
}

/// Joins the text of a turn.
fn text(turn: &[Part]) -> String {
    let texts = turn.iter().filter_map(|part| match part {
        Part::Text(block) => Some(block.text.as_str()),
        _ => None,
    });
    texts.collect()
}

/// Collects the calls of a turn.
fn calls(turn: &[Part]) -> Vec<ToolCall> {
    let calls = turn.iter().filter_map(|part| match part {
        Part::Call(call) => Some(call.clone()),
        _ => None,
    });
    calls.collect()
}

/// Reads why the model stopped. `stop_sequence` is not whole: no call of ours asks for one.
fn finish(message: &Value) -> Finish {
    let Some(reason) = fields::text(message, "/stop_reason") else {
        return Finish::Missing;
    };
    match reason {
        "end_turn" => Finish::Complete,
        "tool_use" => Finish::Calls,
        "max_tokens" | "model_context_window_exceeded" => Finish::Truncated,
        "refusal" => Finish::Refused(category(message)),
        other => Finish::Other(one_line(other)),
    }
}

/// Reads what a refusal was about; a refusal need not say.
fn category(message: &Value) -> String {
    fields::word(message, "/stop_details/category").unwrap_or_else(|| "refusal".to_owned())
}

/// Reads the tokens. The three counts of input do not overlap. Writes to the cache whose time is not told
/// are short ones, the provider's default.
fn usage(message: &Value) -> Usage {
    let tokens = |pointer| fields::tokens(message, pointer);
    let long = tokens("/usage/cache_creation/ephemeral_1h_input_tokens");
    let short = tokens("/usage/cache_creation/ephemeral_5m_input_tokens");
    let written = tokens("/usage/cache_creation_input_tokens");
    Usage {
        input: tokens("/usage/input_tokens"),
        cache_read: tokens("/usage/cache_read_input_tokens"),
        cache_write: short.max(written.saturating_sub(long)),
        cache_write_long: long,
        output: tokens("/usage/output_tokens"),
        thinking: tokens("/usage/output_tokens_details/thinking_tokens"),
    }
}
