//! A prefix that Gemini keeps, for many questions about the same material. Storage is paid by token and hour.

use super::{Call, post, request, response};
use crate::llm::answer::Failure;
use crate::llm::request::{Block, Tool, ToolChoice, Turn};
use serde_json::{Map, Value, json};
use std::time::Duration;

/// A prefix to be kept.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CachedContent {
    /// The model that is to read it. No other can.
    pub model: String,
    /// What the model is told to be.
    pub system: Vec<Block>,
    /// The first turns.
    pub turns: Vec<Turn>,
    /// What the model may call.
    pub tools: Vec<Tool>,
    /// Whether it must, or must not.
    pub tool_choice: ToolChoice,
    /// How long it is kept, in whole seconds.
    pub ttl: Duration,
    /// A name for people; empty: none.
    pub display_name: String,
}

/// A prefix that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cached {
    /// What a request says in [`cached_content`](crate::llm::request::Request::cached_content).
    pub name: String,
    /// When it goes, as the provider writes it (RFC 3339).
    pub expires: Option<String>,
    /// The tokens in it.
    pub tokens: u64,
}

/// Encodes the call that keeps a prefix.
#[must_use]
pub fn create_cached(api_version: &str, content: &CachedContent) -> Call {
    let mut body = Map::new();
    let mut put = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            body.insert(key.to_owned(), value);
        }
    };
    put("model", Some(json!(request::resource(&content.model))));
    put("systemInstruction", request::system(&content.system));
    let turns = (!content.turns.is_empty()).then(|| request::contents(&content.turns));
    put("contents", turns);
    if !content.tools.is_empty() {
        put("tools", Some(request::tools(&content.tools)));
        put("toolConfig", request::tool_config(&content.tool_choice));
    }
    put("ttl", Some(json!(format!("{}s", content.ttl.as_secs()))));
    let display = Some(&content.display_name).filter(|name| !name.is_empty());
    put("displayName", display.map(|name| json!(name)));
    post(format!("/{api_version}/cachedContents"), &Value::Object(body))
}

/// Decodes the answer to [`create_cached`].
///
/// # Errors
/// `Malformed` when there is no name.
pub fn created(body: &[u8]) -> Result<Cached, Failure> {
    let value = response::object(body)?;
    let name = value.get("name").and_then(Value::as_str);
    let name = name.filter(|name| id(name).is_some());
    let name = name.ok_or_else(|| response::malformed("the answer names no cached content"))?;
    let usage = value.get("usageMetadata");
    Ok(Cached {
        name: name.to_owned(),
        expires: response::line(value.get("expireTime")),
        tokens: response::tokens(usage.and_then(|usage| usage.get("totalTokenCount"))),
    })
}

/// Encodes the call that gives a kept prefix up: `cachedContents/...`. `None`: that is no such name.
#[must_use]
pub fn delete_cached(api_version: &str, name: &str) -> Option<Call> {
    Some(Call {
        method: "DELETE",
        path: format!("/{api_version}/cachedContents/{}", id(name)?),
        headers: Vec::new(),
        body: Vec::new(),
    })
}

/// Returns the id in a name. It becomes part of a path, so it may hold nothing that leads elsewhere.
fn id(name: &str) -> Option<&str> {
    let id = name.strip_prefix("cachedContents/")?;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    (!id.is_empty() && id.chars().all(is_plain)).then_some(id)
}
