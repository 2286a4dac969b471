//! What in a call makes the provider itself reach out: tools that it runs, and addresses that it fetches.

use crate::agent::order::Wire;
use serde_json::{Map, Value};

/// The tools of Anthropic that the agent itself runs, by the beginning of their type. What is not here, the provider
/// runs: `web_search`, `web_fetch`, `code_execution`, `mcp_toolset`, and what is to come.
const ANTHROPIC: [&str; 6] = [
    "custom",
    "bash_",
    "text_editor_",
    "computer_",
    "memory_",
    "tool_search_tool_",
];
/// Likewise those of OpenAI.
const OPENAI: [&str; 6] = [
    "function",
    "custom",
    "local_shell",
    "apply_patch",
    "tool_search",
    "namespace",
];
/// Likewise those of Gemini, by the name of their field.
const GEMINI: [&str; 2] = ["functionDeclarations", "function_declarations"];

/// What a model or a tool wrote, and schemas: nothing in there is fetched.
const WORDS: [&str; 8] = [
    "input",
    "args",
    "arguments",
    "response",
    "input_schema",
    "parameters",
    "parametersJsonSchema",
    "schema",
];
/// The most levels of a body that are looked into; `serde_json` reads no more than 128.
const DEEPEST: usize = 128;

/// Takes out the tools that the provider runs.
pub(super) fn tools(wire: Wire, fields: &mut Map<String, Value>, changed: &mut Vec<String>) {
    if let Some(Value::Array(tools)) = fields.get_mut("tools") {
        keep(wire, tools, changed);
        if tools.is_empty() {
            fields.remove("tools");
            // Without tools there is nothing to choose.
            for name in ["tool_choice", "toolConfig", "tool_config"] {
                fields.remove(name);
            }
        }
    }
    let chosen = fields.get("tool_choice").and_then(|choice| choice.get("type"));
    let is_known = |name: &str| {
        [
            "auto",
            "any",
            "none",
            "tool",
            "function",
            "custom",
            "allowed_tools",
        ]
        .contains(&name)
    };
    if let Some(name) = chosen.and_then(Value::as_str).filter(|name| !is_known(name)) {
        changed.push(name.to_owned());
        fields.remove("tool_choice");
    }
}

fn keep(wire: Wire, tools: &mut Vec<Value>, changed: &mut Vec<String>) {
    tools.retain_mut(|tool| match (wire, tool) {
        (Wire::Gemini, Value::Object(tool)) => {
            let others = tool.keys().filter(|name| !GEMINI.contains(&name.as_str()));
            changed.extend(others.cloned().collect::<Vec<_>>());
            tool.retain(|name, _| GEMINI.contains(&name.as_str()));
            !tool.is_empty()
        }
        (_, Value::Object(tool)) => {
            let is_own = runs_here(wire, tool);
            if let Some(Value::Array(inner)) = tool.get_mut("tools").filter(|_| is_own) {
                keep(wire, inner, changed);
            }
            if !is_own {
                let name = tool.get("type").and_then(Value::as_str).unwrap_or("a tool");
                changed.push(name.to_owned());
            }
            is_own
        }
        _ => false,
    });
}

fn runs_here(wire: Wire, tool: &Map<String, Value>) -> bool {
    let kind = tool.get("type").and_then(Value::as_str);
    match (wire, kind) {
        // With a type that is no text nobody knows what the provider takes it for.
        (Wire::Anthropic, None) => tool.get("type").is_none_or(Value::is_null),
        (Wire::Anthropic, Some(kind)) => ANTHROPIC.iter().any(|own| kind.starts_with(own)),
        (Wire::Responses, Some("shell")) => {
            let place = tool.get("environment").and_then(|place| place.get("type"));
            place.and_then(Value::as_str) == Some("local")
        }
        (Wire::Chat, Some(kind)) => ["function", "custom"].contains(&kind),
        (_, Some(kind)) => OPENAI.contains(&kind),
        (_, None) => false,
    }
}

/// Returns the name of a field that makes the provider fetch something.
pub(super) fn address(fields: &Map<String, Value>) -> Option<&'static str> {
    // What Responses calls its input is the conversation, not what a tool was given.
    fields.iter().find_map(|(name, value)| match name == "input" {
        true => within("", value, DEEPEST),
        false => within(name, value, DEEPEST),
    })
}

fn within(name: &str, value: &Value, levels: usize) -> Option<&'static str> {
    if levels == 0 || WORDS.contains(&name) {
        return None;
    }
    match value {
        Value::Array(items) => items.iter().find_map(|item| within(name, item, levels - 1)),
        Value::Object(fields) => {
            let own = fetched(fields);
            own.or_else(|| {
                fields
                    .iter()
                    .find_map(|(name, value)| within(name, value, levels - 1))
            })
        }
        _ => None,
    }
}

fn fetched(fields: &Map<String, Value>) -> Option<&'static str> {
    let text = |name: &str| fields.get(name).and_then(Value::as_str);
    if text("type") == Some("url") && fields.contains_key("url") {
        return Some("url");
    }
    for name in ["image_url", "file_url", "video_url", "audio_url"] {
        let plain = text(name);
        let inner = fields
            .get(name)
            .and_then(|inner| inner.get("url"))
            .and_then(Value::as_str);
        if plain.or(inner).is_some_and(|url| !is_data(url)) {
            return Some(name);
        }
    }
    let files = ["fileData", "file_data"];
    files
        .into_iter()
        .find(|name| fields.get(*name).is_some_and(Value::is_object))
}

/// Whether an address holds its content itself.
fn is_data(url: &str) -> bool {
    url.get(..5)
        .is_some_and(|begin| begin.eq_ignore_ascii_case("data:"))
}
