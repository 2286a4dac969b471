//! Writes the body of a call.

use super::super::schema::is_strict;
use super::super::{fields, openai_words};
use crate::llm::request::{Part, Request, Role, Tool, ToolCall, ToolResult, Turn};
use serde_json::{Map, Value, json};

/// Writes the body of a question. The cache key is OpenAI's alone and is left out, as is a budget for
/// thoughts, which no such server takes.
pub(super) fn ask(request: &Request, stream: bool) -> Value {
    let mut body = Map::new();
    let mut add = |name: &str, value: Value| body.insert(name.to_owned(), value);
    add("model", json!(request.model));
    add("messages", messages(request));
    // Ollama and LM Studio bound an answer by this name alone; the others take it as well as the newer one,
    // and OpenAI's own models, which refuse it, are asked by another contract.
    add("max_tokens", json!(request.max_output));
    if !request.tools.is_empty() {
        add("tools", request.tools.iter().map(tool).collect());
        add("tool_choice", json!(openai_words::choice(&request.tool_choice)));
    }
    if let Some(schema) = &request.schema {
        let strict = is_strict(&schema.value);
        let inner = json!({"name": schema.name, "strict": strict, "schema": schema.value});
        add(
            "response_format",
            json!({"type": "json_schema", "json_schema": inner}),
        );
    }
    if let Some(effort) = request.effort {
        add("reasoning_effort", json!(openai_words::effort(effort, "none")));
    }
    if let Some(temperature) = request.temperature {
        add("temperature", fields::decimal(temperature));
    }
    if let Some(seed) = request.seed {
        // The servers read it as a signed number, and refuse one that does not fit.
        add("seed", json!(seed & i64::MAX.unsigned_abs()));
    }
    if let Some(tier) = openai_words::tier(request) {
        add("service_tier", json!(tier));
    }
    if stream {
        add("stream", json!(true));
        add("stream_options", json!({"include_usage": true}));
    }
    Value::Object(body)
}

/// Writes the conversation. Contents are texts, not lists: the templates of many models take nothing else.
fn messages(request: &Request) -> Value {
    let system = openai_words::system(&request.system);
    let mut messages = Vec::new();
    if !system.is_empty() {
        messages.push(json!({"role": "system", "content": system}));
    }
    for turn in &request.turns {
        match turn.role {
            Role::User => messages.extend(ours(turn)),
            Role::Model => messages.extend(models(turn)),
        }
    }
    Value::Array(messages)
}

/// Writes a turn of ours: the results first, since they must follow the calls.
fn ours(turn: &Turn) -> Vec<Value> {
    let results = turn.parts.iter().filter_map(|part| match part {
        Part::Result(result) => Some(tool_message(result)),
        _ => None,
    });
    let mut messages: Vec<Value> = results.collect();
    let text = text(turn, "\n\n");
    if !text.is_empty() {
        messages.push(json!({"role": "user", "content": text}));
    }
    messages
}

/// Writes the result of a tool.
fn tool_message(result: &ToolResult) -> Value {
    json!({
        "role": "tool",
        "tool_call_id": fields::call_id(&result.id, &result.name),
        "content": openai_words::result(result),
    })
}

/// Writes a turn of the model, without what only another contract can take back.
fn models(turn: &Turn) -> Option<Value> {
    let text = text(turn, "");
    let calls = turn.parts.iter().filter_map(|part| match part {
        Part::Call(call) => Some(tool_call(call)),
        _ => None,
    });
    let calls: Vec<Value> = calls.collect();
    if calls.is_empty() {
        return (!text.is_empty()).then(|| json!({"role": "assistant", "content": text}));
    }
    let content = if text.is_empty() { Value::Null } else { json!(text) };
    Some(json!({"role": "assistant", "content": content, "tool_calls": calls}))
}

/// Writes a call of a tool.
fn tool_call(call: &ToolCall) -> Value {
    json!({
        "id": fields::call_id(&call.id, &call.name),
        "type": "function",
        "function": {"name": call.name, "arguments": fields::args_text(&call.args)},
    })
}

/// Joins the text of a turn.
fn text(turn: &Turn, between: &str) -> String {
    let texts = turn.parts.iter().filter_map(|part| match part {
        Part::Text(block) if !block.text.is_empty() => Some(block.text.as_str()),
        _ => None,
    });
    texts.collect::<Vec<_>>().join(between)
}

/// Writes a tool.
fn tool(tool: &Tool) -> Value {
    let mut function = json!({
        "name": tool.name,
        "description": tool.description,
        "parameters": tool.parameters,
    });
    if is_strict(&tool.parameters) {
        function["strict"] = json!(true);
    }
    json!({"type": "function", "function": function})
}
