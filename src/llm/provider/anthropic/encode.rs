//! Writes the body of a call.

use super::super::fields;
use super::super::schema::is_strict;
use crate::llm::request::{Block, CacheFor, Effort, Part, Request, Role, Tool, ToolChoice, ToolResult, Turn};
use serde_json::{Map, Value, json};

/// The last version that takes sampling parameters.
const SAMPLING: &str = "2023-06-01";

/// The smallest budget for thoughts.
const LEAST_BUDGET: u32 = 1024;

/// The most places that may be marked for the cache; more are an error.
const MOST_MARKS: usize = 4;

/// Thoughts and messages of OpenAI's models.
const FOREIGN: [&str; 2] = ["message", "reasoning"];

/// Writes the body of a question.
pub(super) fn ask(api_version: &str, request: &Request, stream: bool) -> Value {
    let mut body = shared(request);
    body.insert("max_tokens".to_owned(), json!(request.max_output));
    let thinks = body.contains_key("thinking");
    if let Some(temperature) = request.temperature
        && api_version == SAMPLING
        && !thinks
    {
        body.insert("temperature".to_owned(), fields::decimal(temperature));
    }
    if let Some(tier) = tier(request) {
        body.insert("service_tier".to_owned(), json!(tier));
    }
    if stream {
        body.insert("stream".to_owned(), json!(true));
    }
    Value::Object(body)
}

/// Writes the body of the question how many tokens a request has.
pub(super) fn count(request: &Request) -> Value {
    Value::Object(shared(request))
}

/// Writes what both questions take.
fn shared(request: &Request) -> Map<String, Value> {
    let mut marks = MOST_MARKS;
    let mut body = Map::new();
    body.insert("model".to_owned(), json!(request.model));
    let system = blocks(&request.system, &mut marks);
    if !system.is_empty() {
        body.insert("system".to_owned(), Value::Array(system));
    }
    let turns = request.turns.iter().map(|turn| message(turn, &mut marks));
    let turns = turns.filter(|turn| turn["content"] != json!([]));
    body.insert("messages".to_owned(), turns.collect());
    if !request.tools.is_empty() {
        body.insert("tools".to_owned(), request.tools.iter().map(tool).collect());
        body.insert("tool_choice".to_owned(), choice(&request.tool_choice));
    }
    if let Some(thinking) = thinking(request) {
        body.insert("thinking".to_owned(), thinking);
    }
    let output = output(request);
    if !output.is_empty() {
        body.insert("output_config".to_owned(), Value::Object(output));
    }
    body
}

/// Writes the effort and the schema.
fn output(request: &Request) -> Map<String, Value> {
    let mut output = Map::new();
    if let Some(effort) = request.effort {
        output.insert("effort".to_owned(), json!(effort_word(effort)));
    }
    if let Some(schema) = &request.schema {
        let format = json!({"type": "json_schema", "schema": schema.value});
        output.insert("format".to_owned(), format);
    }
    output
}

/// The contract has no word below `low`.
fn effort_word(effort: Effort) -> &'static str {
    match effort {
        Effort::Minimal | Effort::Low => "low",
        Effort::Medium => "medium",
        Effort::High => "high",
    }
}

/// Writes how the model shall think: only when the request gives a budget, since what a model takes
/// without one differs. A budget that the contract does not take is left out.
fn thinking(request: &Request) -> Option<Value> {
    let budget = request.thinking_budget?;
    if budget == 0 {
        return can_stop(&request.model).then(|| json!({"type": "disabled"}));
    }
    if !takes_budget(&request.model) {
        return Some(json!({"type": "adaptive"}));
    }
    let budget = budget.min(request.max_output.saturating_sub(1));
    (budget >= LEAST_BUDGET).then(|| json!({"type": "enabled", "budget_tokens": budget}))
}

/// Whether a model can be told not to think. To some that is an error.
fn can_stop(model: &str) -> bool {
    const ALWAYS: [&str; 4] = [
        "claude-opus-5-5",
        "claude-sonnet-5-5",
        "claude-fable",
        "claude-mythos",
    ];
    !ALWAYS.iter().any(|name| model.contains(name))
}

/// Whether a model takes a number for its thoughts. Since generation 4.7 they refuse it, and choose by
/// themselves.
fn takes_budget(model: &str) -> bool {
    const OLD: [&str; 4] = ["claude-3-7", "claude-opus-4", "claude-sonnet-4", "claude-haiku-4"];
    const NEW: [&str; 2] = ["claude-opus-4-7", "claude-opus-4-8"];
    let is = |names: &[&str]| names.iter().any(|name| model.contains(name));
    is(&OLD) && !is(&NEW)
}

/// The contract knows two tiers.
fn tier(request: &Request) -> Option<&'static str> {
    match request.service_tier.as_deref()? {
        "standard" | "standard_only" => Some("standard_only"),
        "priority" | "auto" => Some("auto"),
        _ => None,
    }
}

/// Whether the model may call a tool. It is never forced: the newest models refuse that.
fn choice(choice: &ToolChoice) -> Value {
    match choice {
        ToolChoice::Auto | ToolChoice::Any => json!({"type": "auto"}),
        ToolChoice::Never => json!({"type": "none"}),
    }
}

/// Writes a tool.
fn tool(tool: &Tool) -> Value {
    let mut written = json!({
        "name": tool.name,
        "description": tool.description,
        "input_schema": tool.parameters,
    });
    if is_strict(&tool.parameters) {
        written["strict"] = json!(true);
    }
    written
}

/// Writes a turn.
fn message(turn: &Turn, marks: &mut usize) -> Value {
    let role = match turn.role {
        Role::User => "user",
        Role::Model => "assistant",
    };
    let parts = turn.parts.iter().filter_map(|written| part(written, marks));
    json!({"role": role, "content": parts.collect::<Vec<_>>()})
}

/// Writes a part of a turn.
fn part(part: &Part, marks: &mut usize) -> Option<Value> {
    match part {
        Part::Text(block) => text(block, marks),
        Part::Call(call) => {
            let id = fields::call_id(&call.id, &call.name);
            // What the model wrote that is no object is refused; what became of it stands in the result.
            let input = Some(&call.args).filter(|args| args.is_object());
            let input = input.cloned().unwrap_or_else(|| json!({}));
            Some(json!({"type": "tool_use", "id": id, "name": call.name, "input": input}))
        }
        Part::Result(result) => Some(result_block(result)),
        Part::Opaque(value) => fields::is_own(value, &FOREIGN).then(|| value.clone()),
    }
}

/// Writes the result of a tool.
fn result_block(result: &ToolResult) -> Value {
    let id = fields::call_id(&result.id, &result.name);
    let mut block = json!({"type": "tool_result", "tool_use_id": id, "content": result.content});
    if result.is_error {
        block["is_error"] = json!(true);
    }
    block
}

/// Writes blocks of text.
fn blocks(blocks: &[Block], marks: &mut usize) -> Vec<Value> {
    blocks.iter().filter_map(|block| text(block, marks)).collect()
}

/// Writes a block of text. The contract refuses an empty one.
fn text(block: &Block, marks: &mut usize) -> Option<Value> {
    if block.text.is_empty() {
        return None;
    }
    let mut written = json!({"type": "text", "text": block.text});
    if let Some(cache) = block.cache
        && *marks > 0
    {
        *marks -= 1;
        written["cache_control"] = match cache {
            CacheFor::Short => json!({"type": "ephemeral"}),
            CacheFor::Long => json!({"type": "ephemeral", "ttl": "1h"}),
        };
    }
    Some(written)
}
