//! What Gemini is asked.

use crate::llm::request::{Block, Effort, Part, Request, Role, Tool, ToolCall, ToolChoice, ToolResult, Turn};
use serde_json::{Map, Value, json};

/// The filters that can be switched off. Code that is looked at for holes speaks of attacks, and a filter
/// that stops there leaves the change unread.
const FILTERS: [&str; 4] = [
    "HARM_CATEGORY_HARASSMENT",
    "HARM_CATEGORY_HATE_SPEECH",
    "HARM_CATEGORY_SEXUALLY_EXPLICIT",
    "HARM_CATEGORY_DANGEROUS_CONTENT",
];

/// Returns the path of a method of a model.
pub fn path(api_version: &str, model: &str, method: &str) -> String {
    let resource = resource(model);
    let (kind, name) = resource.split_once('/').unwrap_or(("models", &resource));
    format!("/{api_version}/{kind}/{}:{method}", escaped(name))
}

/// Returns the name of a model as a resource: `models/...`, unless it says itself what it is.
pub fn resource(model: &str) -> String {
    if model.starts_with("models/") || model.starts_with("tunedModels/") {
        model.to_owned()
    } else {
        format!("models/{model}")
    }
}

/// Returns a part of a path with everything escaped that would end it or lead it elsewhere (RFC 3986,
/// section 2.3).
pub fn escaped(part: &str) -> String {
    let mut out = String::with_capacity(part.len());
    for byte in part.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// Returns the body of `generateContent`.
pub fn body(request: &Request) -> Value {
    let mut body = content(request);
    body.insert("safetySettings".to_owned(), safety());
    let config = config(request);
    if !config.is_empty() {
        body.insert("generationConfig".to_owned(), Value::Object(config));
    }
    if let Some(tier) = &request.service_tier {
        body.insert("serviceTier".to_owned(), json!(tier));
    }
    Value::Object(body)
}

/// Returns the body of `countTokens`. Only turns may stand there by themselves; whatever else counts goes
/// into a whole request, which names its model again.
pub fn count(request: &Request) -> Value {
    let mut whole = content(request);
    if request.schema.is_some() {
        // The model reads the schema too.
        whole.insert("generationConfig".to_owned(), Value::Object(config(request)));
    }
    if whole.len() == 1 {
        return Value::Object(whole);
    }
    whole.insert("model".to_owned(), json!(resource(&request.model)));
    json!({ "generateContentRequest": whole })
}

/// Returns what a model reads: system, turns, tools, the kept prefix. A request with a kept prefix may not
/// have a system or tools of its own: they are in the prefix.
fn content(request: &Request) -> Map<String, Value> {
    let mut body = Map::new();
    body.insert("contents".to_owned(), contents(&request.turns));
    if let Some(name) = &request.cached_content {
        body.insert("cachedContent".to_owned(), json!(name));
        return body;
    }
    if let Some(system) = system(&request.system) {
        body.insert("systemInstruction".to_owned(), system);
    }
    if !request.tools.is_empty() {
        body.insert("tools".to_owned(), tools(&request.tools));
        if let Some(config) = tool_config(&request.tool_choice) {
            body.insert("toolConfig".to_owned(), config);
        }
    }
    body
}

/// Returns the turns.
pub fn contents(turns: &[Turn]) -> Value {
    turns.iter().map(turn).collect()
}

fn turn(turn: &Turn) -> Value {
    let role = match turn.role {
        Role::User => "user",
        Role::Model => "model",
    };
    let parts: Vec<Value> = turn.parts.iter().filter_map(part).collect();
    json!({ "role": role, "parts": parts })
}

fn part(part: &Part) -> Option<Value> {
    match part {
        Part::Text(block) => Some(json!({ "text": block.text })),
        Part::Call(call) => Some(tool_call(call)),
        Part::Result(result) => Some(tool_result(result)),
        Part::Opaque(value) => is_own(value).then(|| value.clone()),
    }
}

/// Whether a part came from Gemini, whose parts are told apart by the field that they have. Those of other
/// providers say their `type`, and stand in a conversation that began there.
fn is_own(value: &Value) -> bool {
    value
        .as_object()
        .is_some_and(|part| !part.is_empty() && !part.contains_key("type"))
}

fn tool_call(call: &ToolCall) -> Value {
    let mut inner = named(&call.id, &call.name);
    inner.insert("args".to_owned(), call.args.clone());
    let mut part = Map::new();
    part.insert("functionCall".to_owned(), Value::Object(inner));
    if let Some(signature) = &call.signature {
        part.insert("thoughtSignature".to_owned(), json!(signature));
    }
    Value::Object(part)
}

fn tool_result(result: &ToolResult) -> Value {
    let key = if result.is_error { "error" } else { "output" };
    let mut inner = named(&result.id, &result.name);
    inner.insert("response".to_owned(), json!({ key: result.content }));
    json!({ "functionResponse": inner })
}

/// Returns an id and a name. Older models give no ids.
fn named(id: &str, name: &str) -> Map<String, Value> {
    let mut map = Map::new();
    if !id.is_empty() {
        map.insert("id".to_owned(), json!(id));
    }
    map.insert("name".to_owned(), json!(name));
    map
}

/// Returns the system's blocks, if there are any.
pub fn system(blocks: &[Block]) -> Option<Value> {
    let said = blocks.iter().filter(|block| !block.text.is_empty());
    let parts: Vec<Value> = said.map(|block| json!({ "text": block.text })).collect();
    (!parts.is_empty()).then(|| json!({ "role": "user", "parts": parts }))
}

/// Returns the tools.
pub fn tools(tools: &[Tool]) -> Value {
    let declared: Vec<Value> = tools.iter().map(tool).collect();
    json!([{ "functionDeclarations": declared }])
}

fn tool(tool: &Tool) -> Value {
    json!({
        "name": tool.name,
        "description": tool.description,
        "parametersJsonSchema": tool.parameters,
    })
}

/// Returns whether a tool must be called; nothing where the model may choose, which is what it does unasked.
pub fn tool_config(choice: &ToolChoice) -> Option<Value> {
    let mode = match choice {
        ToolChoice::Auto => return None,
        ToolChoice::Never => "NONE",
        ToolChoice::Any => "ANY",
    };
    Some(json!({ "functionCallingConfig": { "mode": mode } }))
}

fn safety() -> Value {
    FILTERS
        .iter()
        .map(|category| json!({ "category": category, "threshold": "OFF" }))
        .collect()
}

fn config(request: &Request) -> Map<String, Value> {
    let mut config = Map::new();
    let mut put = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            config.insert(key.to_owned(), value);
        }
    };
    put("temperature", request.temperature.and_then(number));
    let limit = (request.max_output > 0).then(|| json!(request.max_output));
    put("maxOutputTokens", limit);
    put("seed", request.seed.map(seed));
    let mime = request.schema.as_ref().map(|_| json!("application/json"));
    put("responseMimeType", mime);
    let schema = request.schema.as_ref().map(|schema| schema.value.clone());
    put("responseJsonSchema", schema);
    put("thinkingConfig", thinking(request));
    config
}

/// Returns a number as a person would write it: `0.2`, where the nearest `f64` has more digits.
fn number(value: f32) -> Option<Value> {
    let value: f64 = value.to_string().parse().ok()?;
    serde_json::Number::from_f64(value).map(Value::Number)
}

/// Returns a seed in the 31 bits that an `int32` has above zero.
fn seed(seed: u64) -> Value {
    json!(seed & 0x7fff_ffff)
}

/// Returns how much to think: a budget or a level, never both, which is an error of its own.
///
/// A budget that is given is meant for the model, and newer ones take it too. Models before 3 refuse a level.
fn thinking(request: &Request) -> Option<Value> {
    if let Some(budget) = request.thinking_budget {
        return Some(json!({ "thinkingBudget": budget }));
    }
    let model = request.model.trim_start_matches("models/");
    if ["gemini-1", "gemini-2"].iter().any(|old| model.starts_with(old)) {
        return None;
    }
    let level = level(request.effort?, model);
    Some(json!({ "thinkingLevel": level }))
}

/// Returns the level. Of the newer models only the `flash-lite` ones take `MINIMAL`; all take `LOW`.
fn level(effort: Effort, model: &str) -> &'static str {
    match effort {
        Effort::Minimal if model.contains("flash-lite") => "MINIMAL",
        Effort::Minimal | Effort::Low => "LOW",
        Effort::Medium => "MEDIUM",
        Effort::High => "HIGH",
    }
}
