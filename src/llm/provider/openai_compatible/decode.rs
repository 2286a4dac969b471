//! Reads a completion.

use super::super::{Headers, fields, openai_failure};
use crate::llm::answer::{Answer, Failure, Finish, one_line};
use crate::llm::request::{Block, Part, ToolCall};
use crate::model::Usage;
use serde_json::Value;

/// Reads a whole completion.
pub(super) fn answer(headers: &Headers, completion: &Value) -> Result<Answer, Failure> {
    if let Some(failure) = openai_failure::stated(headers, completion) {
        return Err(failure);
    }
    let Some(choice) = fields::list(completion, "/choices").first() else {
        return Err(fields::malformed(
            "the answer is no completion: it has no `choices`",
        ));
    };
    if let Some(failure) = openai_failure::stated(headers, choice) {
        return Err(failure);
    }
    let Some(message) = choice.get("message").filter(|message| message.is_object()) else {
        return Err(fields::malformed(
            "the answer is no completion: it has no `message`",
        ));
    };
    let calls = fields::list(message, "/tool_calls").iter().map(call);
    let said = Said {
        text: content(message),
        refuses: fields::text(message, "/refusal").is_some(),
        calls: calls.collect(),
        reason: fields::text(choice, "/finish_reason"),
    };
    Ok(whole(completion, said))
}

/// What a completion says, in one piece or put together.
pub(super) struct Said<'a> {
    pub(super) text: String,
    pub(super) refuses: bool,
    pub(super) calls: Vec<ToolCall>,
    pub(super) reason: Option<&'a str>,
}

/// Makes an answer of what was said, and of the object that holds the model's name and the tokens.
pub(super) fn whole(around: &Value, said: Said<'_>) -> Answer {
    let text = (!said.text.is_empty()).then(|| Part::Text(Block::plain(&said.text)));
    let calls = said.calls.iter().cloned().map(Part::Call);
    Answer {
        finish: finish(&said),
        turn: text.into_iter().chain(calls).collect(),
        text: said.text,
        calls: said.calls,
        served: fields::word(around, "/model"),
        usage: usage(around),
        id: fields::word(around, "/id"),
        notice: None,
    }
}

/// Returns the text of a message or a delta: a text, or a list of parts. Thoughts, which some servers give
/// under `reasoning_content` or `reasoning`, are no part of it.
pub(super) fn content(message: &Value) -> String {
    if let Some(text) = fields::text(message, "/content") {
        return text.to_owned();
    }
    let parts = fields::list(message, "/content").iter();
    parts.filter_map(|part| fields::text(part, "/text")).collect()
}

/// Reads a call of a tool. Some servers write the arguments as an object instead of as text.
fn call(call: &Value) -> ToolCall {
    let word = |pointer| fields::text(call, pointer).unwrap_or_default();
    let args = match call.pointer("/function/arguments") {
        Some(args) if args.is_object() => args.clone(),
        _ => fields::args(word("/function/arguments")),
    };
    ToolCall {
        id: word("/id").to_owned(),
        name: word("/function/name").to_owned(),
        args,
        signature: None,
    }
}

/// Reads why the model stopped. Some servers say `stop` when it calls a tool.
fn finish(said: &Said<'_>) -> Finish {
    let Some(reason) = said.reason else {
        return Finish::Missing;
    };
    match reason {
        "stop" if said.refuses => Finish::Refused("refusal".to_owned()),
        "stop" if !said.calls.is_empty() => Finish::Calls,
        "stop" => Finish::Complete,
        "tool_calls" | "function_call" => Finish::Calls,
        "length" => Finish::Truncated,
        "content_filter" => Finish::Blocked(reason.to_owned()),
        other => Finish::Other(one_line(other)),
    }
}

/// Reads the tokens. The count of the prompt holds what was read from the cache and written to it.
fn usage(around: &Value) -> Usage {
    let tokens = |name: &str| fields::tokens(around, &format!("/usage/{name}"));
    let read = tokens("prompt_tokens_details/cached_tokens");
    let written = tokens("prompt_tokens_details/cache_write_tokens");
    Usage {
        input: tokens("prompt_tokens").saturating_sub(read + written),
        cache_read: read,
        cache_write: written,
        cache_write_long: 0,
        output: tokens("completion_tokens"),
        thinking: tokens("completion_tokens_details/reasoning_tokens"),
    }
}
