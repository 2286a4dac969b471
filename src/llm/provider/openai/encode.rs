//! Writes the body of a call.

use super::super::schema::is_strict;
use super::super::{fields, openai_words};
use crate::llm::request::{Part, Request, Role, Tool, Turn};
use serde_json::{Map, Value, json};

/// Thoughts of Anthropic's models.
const FOREIGN: [&str; 2] = ["redacted_thinking", "thinking"];

/// Writes the body of a question.
pub(super) fn ask(request: &Request, stream: bool) -> Value {
    let mut body = shared(request);
    let mut add = |name: &str, value: Value| body.insert(name.to_owned(), value);
    add("max_output_tokens", json!(request.max_output));
    add("store", json!(false));
    if let Some(temperature) = request.temperature {
        add("temperature", fields::decimal(temperature));
    }
    if let Some(key) = &request.cache_key {
        add("prompt_cache_key", json!(key));
    }
    if let Some(tier) = openai_words::tier(request) {
        add("service_tier", json!(tier));
    }
    if stream {
        add("stream", json!(true));
    }
    Value::Object(body)
}

/// Writes the body of the question how many tokens a request has.
pub(super) fn count(request: &Request) -> Value {
    Value::Object(shared(request))
}

/// Writes what both questions take.
fn shared(request: &Request) -> Map<String, Value> {
    let mut body = Map::new();
    let mut add = |name: &str, value: Value| body.insert(name.to_owned(), value);
    add("model", json!(request.model));
    let system = openai_words::system(&request.system);
    if !system.is_empty() {
        add("instructions", json!(system));
    }
    add("input", request.turns.iter().flat_map(items).collect());
    if !request.tools.is_empty() {
        add("tools", request.tools.iter().map(tool).collect());
        add("tool_choice", json!(openai_words::choice(&request.tool_choice)));
    }
    if let Some(effort) = request.effort {
        let word = openai_words::effort(effort, least(&request.model));
        add("reasoning", json!({"effort": word}));
    }
    if let Some(schema) = &request.schema {
        let strict = is_strict(&schema.value);
        let format =
            json!({"type": "json_schema", "name": schema.name, "strict": strict, "schema": schema.value});
        add("text", json!({"format": format}));
    }
    body
}

/// The least effort that a model takes. Most of the larger ones refuse `none`; every one that thinks
/// takes `low`.
fn least(model: &str) -> &'static str {
    if model == "gpt-5" || model.starts_with("gpt-5-") {
        return "minimal";
    }
    let small = ["-luna", "-terra"].iter().any(|name| model.contains(name));
    let five = ["gpt-5.1", "gpt-5.2", "gpt-5.4", "gpt-5.5"]
        .iter()
        .any(|name| model.starts_with(name));
    let special = ["-pro", "-codex"].iter().any(|name| model.contains(name));
    if (small || five) && !special {
        "none"
    } else {
        "low"
    }
}

/// Writes a tool.
fn tool(tool: &Tool) -> Value {
    json!({
        "type": "function",
        "name": tool.name,
        "description": tool.description,
        "parameters": tool.parameters,
        "strict": is_strict(&tool.parameters),
    })
}

/// Writes a turn: one item for what we say, and one for each thing that the model said.
fn items(turn: &Turn) -> Vec<Value> {
    let mut items = Vec::new();
    let mut said = Vec::new();
    for part in &turn.parts {
        match part {
            Part::Text(block) if block.text.is_empty() => {}
            Part::Text(block) if turn.role == Role::User => {
                said.push(json!({"type": "input_text", "text": block.text}));
            }
            Part::Text(block) => {
                items.push(json!({"type": "message", "role": "assistant", "content": block.text}));
            }
            Part::Call(call) => items.push(json!({
                "type": "function_call",
                "call_id": fields::call_id(&call.id, &call.name),
                "name": call.name,
                "arguments": fields::args_text(&call.args),
            })),
            Part::Result(result) => items.push(json!({
                "type": "function_call_output",
                "call_id": fields::call_id(&result.id, &result.name),
                "output": openai_words::result(result),
            })),
            Part::Opaque(value) if fields::is_own(value, &FOREIGN) && !is_kept_there(value) => {
                items.push(value.clone());
            }
            Part::Opaque(_) => {}
        }
    }
    if !said.is_empty() {
        items.push(json!({"type": "message", "role": "user", "content": said}));
    }
    items
}

/// Whether an item holds thoughts that came without their content: it names what the server would have kept, had
/// it been asked to, and is refused.
fn is_kept_there(value: &Value) -> bool {
    let has_content = value.get("encrypted_content").is_some_and(Value::is_string);
    fields::text(value, "/type") == Some("reasoning") && !has_content
}
