//! Requests that between them use everything that a request can say.

use pantheon::llm::provider::gemini::{self, CachedContent};
use pantheon::llm::provider::{Call, Codec};
use pantheon::llm::request::{
    Block, CacheFor, Effort, Part, Request, Role, Schema, Tool, ToolCall, ToolChoice, ToolResult, Turn,
};
use serde_json::{Value, json};
use std::time::Duration;

/// Returns each call that a codec makes: the case, what is called, the call.
pub fn calls(codec: &dyn Codec) -> Vec<(&'static str, &'static str, Call)> {
    let version = codec.defaults().api_version;
    let mut made = vec![("none", "models", codec.models(version))];
    for (case, request) in requests(codec.kind()) {
        made.push((case, "ask", codec.ask(version, &request, false)));
        made.push((case, "stream", codec.ask(version, &request, true)));
        if let Some(call) = codec.count(version, &request) {
            made.push((case, "count", call));
        }
    }
    if codec.kind() == "gemini" {
        made.push((
            "kept-prefix",
            "create-cached",
            gemini::create_cached(version, &kept_prefix()),
        ));
        let delete = gemini::delete_cached(version, "cachedContents/abc123");
        made.extend(delete.map(|call| ("kept-prefix", "delete-cached", call)));
    }
    made
}

fn kept_prefix() -> CachedContent {
    CachedContent {
        model: model("gemini").into(),
        system: vec![Block::plain("You review changes.")],
        turns: vec![Turn::user("The file as it was.")],
        tools: tools(),
        tool_choice: ToolChoice::Any,
        ttl: Duration::from_secs(300),
        display_name: "review".into(),
    }
}

/// Returns the requests for one kind of provider.
pub fn requests(kind: &str) -> Vec<(&'static str, Request)> {
    let plain = Request::question(model(kind), "You review changes.", DIFF, 2048);
    let with = |change: fn(&mut Request)| {
        let mut request = plain.clone();
        change(&mut request);
        request
    };
    let mut all = vec![
        ("question", plain.clone()),
        ("no-system", with(|r| r.system.clear())),
        ("schema", with(|r| r.schema = Some(schema()))),
        ("effort-minimal", with(|r| r.effort = Some(Effort::Minimal))),
        ("effort-low", with(|r| r.effort = Some(Effort::Low))),
        ("effort-medium", with(|r| r.effort = Some(Effort::Medium))),
        ("effort-high", with(|r| r.effort = Some(Effort::High))),
        ("thinking-budget", with(|r| r.thinking_budget = Some(1024))),
        ("thinking-off", with(|r| r.thinking_budget = Some(0))),
        ("temperature", with(|r| r.temperature = Some(0.2))),
        ("seed", with(|r| r.seed = Some(7))),
        ("cache-key", with(|r| r.cache_key = Some("pantheon-1f2e".into()))),
        ("service-tier", with(|r| r.service_tier = Some("flex".into()))),
        ("cached-blocks", with(cached_blocks)),
        ("conversation", with(conversation)),
        ("tools", with(|r| r.tools = tools())),
        (
            "tools-forced",
            with(|r| (r.tools, r.tool_choice) = (tools(), ToolChoice::Any)),
        ),
        (
            "tools-never",
            with(|r| (r.tools, r.tool_choice) = (tools(), ToolChoice::Never)),
        ),
        ("tool-turns", tool_turns(kind, &plain)),
        ("everything", everything(kind, &plain)),
    ];
    if kind == "gemini" {
        all.push((
            "cached-content",
            with(|r| r.cached_content = Some("cachedContents/abc123".into())),
        ));
    }
    if kind == "anthropic" {
        let older = |r: &mut Request| (r.model, r.thinking_budget) = ("claude-opus-4-6".into(), Some(1024));
        all.push(("older-model", with(older)));
    }
    all
}

const DIFF: &str = "diff --git a/src/a.rs b/src/a.rs\n@@ -1 +1 @@\n-let a = 1;\n+let ä = \"\u{1b}[31m\";\n";

fn model(kind: &str) -> &'static str {
    match kind {
        "gemini" => "gemini-3.8-flash",
        "anthropic" => "claude-sonnet-5-5",
        "openai" => "gpt-6.1-terra",
        _ => "qwen2.5-coder",
    }
}

fn schema() -> Schema {
    let finding = json!({
        "type": "object", "additionalProperties": false, "required": ["path", "line", "severity", "message"],
        "properties": {
            "path": {"type": "string"},
            "line": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
            "severity": {"type": "string", "enum": ["low", "medium", "high"]},
            "message": {"type": "string", "description": "One sentence."},
        },
    });
    Schema {
        name: "findings".into(),
        value: json!({
            "type": "object", "additionalProperties": false, "required": ["findings"],
            "properties": {"findings": {"type": "array", "items": finding}},
        }),
    }
}

fn tools() -> Vec<Tool> {
    let tool = |name: &str, description: &str, argument: &str| Tool {
        name: name.into(),
        description: description.into(),
        parameters: json!({
            "type": "object", "additionalProperties": false, "required": [argument],
            "properties": {argument: {"type": "string"}},
        }),
    };
    vec![
        tool("read_file", "Reads a file of the change.", "path"),
        tool("find", "Finds where a word occurs.", "word"),
    ]
}

fn cached_blocks(request: &mut Request) {
    let block = |text: &str, cache| Block {
        text: text.into(),
        cache,
    };
    request.system = vec![
        block("You review changes.", Some(CacheFor::Long)),
        block("These are the rules.", Some(CacheFor::Short)),
        block("Be short.", None),
    ];
    request.turns[0]
        .parts
        .insert(0, Part::Text(block("The file as it was.", Some(CacheFor::Short))));
}

fn conversation(request: &mut Request) {
    request.turns.push(Turn {
        role: Role::Model,
        parts: vec![Part::Text(Block::plain("{\"findings\": [}"))],
    });
    request.turns.push(Turn::user("That is no JSON. Answer again."));
}

/// Two calls in one turn, one of which failed, and something that must go back unchanged.
fn tool_turns(kind: &str, plain: &Request) -> Request {
    let call = |id: &str, name: &str, args: Value, signature: Option<&str>| {
        Part::Call(ToolCall {
            id: id.into(),
            name: name.into(),
            args,
            signature: signature.map(str::to_owned),
        })
    };
    let result = |id: &str, name: &str, content: &str, is_error| {
        Part::Result(ToolResult {
            id: id.into(),
            name: name.into(),
            content: content.into(),
            is_error,
        })
    };
    let mut said: Vec<Part> = opaque(kind).map(Part::Opaque).into_iter().collect();
    said.push(Part::Text(Block::plain("I look at the file.")));
    said.push(call(
        "call_1",
        "read_file",
        json!({"path": "src/a.rs"}),
        Some("c2lnbmF0dXJl"),
    ));
    said.push(call("call_2", "find", json!({"word": "ä"}), None));
    let mut request = plain.clone();
    request.tools = tools();
    request.turns.push(Turn {
        role: Role::Model,
        parts: said,
    });
    request.turns.push(Turn {
        role: Role::User,
        parts: vec![
            result("call_1", "read_file", "let a = 1;\n", false),
            result("call_2", "find", "no such word", true),
        ],
    });
    request
}

/// Returns a part of the provider's own, as it came in an answer.
fn opaque(kind: &str) -> Option<Value> {
    match kind {
        "gemini" => {
            Some(json!({"text": "The name is odd.", "thought": true, "thoughtSignature": "dGhvdWdodA=="}))
        }
        "anthropic" => {
            Some(json!({"type": "thinking", "thinking": "The name is odd.", "signature": "dGhvdWdodA=="}))
        }
        "openai" => Some(
            json!({"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "dGhvdWdodA=="}),
        ),
        _ => None,
    }
}

fn everything(kind: &str, plain: &Request) -> Request {
    let mut request = tool_turns(kind, plain);
    request.schema = Some(schema());
    request.effort = Some(Effort::Low);
    request.temperature = Some(0.0);
    request.seed = Some(u64::MAX);
    request.cache_key = Some("pantheon-1f2e".into());
    request.service_tier = Some("flex".into());
    request
}
