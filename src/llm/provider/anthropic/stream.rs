//! Puts a message together from a stream.

use super::super::{Headers, Stream, fields};
use super::{decode, failure};
use crate::llm::answer::{Answer, Failure};
use crate::llm::sse;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// A message that is coming.
pub(super) struct Messages {
    headers: Headers,
    /// What `message_start` held, and later fields over it.
    message: Option<Map<String, Value>>,
    blocks: BTreeMap<u64, Piece>,
}

/// A block of content that is coming.
#[derive(Default)]
struct Piece {
    /// What `content_block_start` held.
    start: Map<String, Value>,
    text: String,
    thinking: String,
    signature: String,
    /// The arguments of a tool, which come as JSON cut anywhere.
    json: String,
}

impl Messages {
    /// Starts with nothing.
    pub(super) fn new(headers: &Headers) -> Self {
        Self {
            headers: headers.clone(),
            message: None,
            blocks: BTreeMap::new(),
        }
    }

    /// Takes a delta of a block.
    fn delta(&mut self, event: &Value) -> Result<(), Failure> {
        let Some(piece) = self.blocks.get_mut(&index(event)) else {
            return Err(fields::malformed("a delta came for a block that was not begun"));
        };
        let delta = |pointer| fields::text(event, pointer).unwrap_or_default();
        match delta("/delta/type") {
            "text_delta" => piece.text.push_str(delta("/delta/text")),
            "input_json_delta" => piece.json.push_str(delta("/delta/partial_json")),
            "thinking_delta" => piece.thinking.push_str(delta("/delta/thinking")),
            "signature_delta" => piece.signature.push_str(delta("/delta/signature")),
            _ => {}
        }
        Ok(())
    }

    /// Takes the reason for stopping and the tokens so far, which replace what was told before.
    fn change(&mut self, event: &Value) {
        let message = self.message.get_or_insert_default();
        for name in ["stop_reason", "stop_details"] {
            if let Some(value) = event.pointer(&format!("/delta/{name}")) {
                message.insert(name.to_owned(), value.clone());
            }
        }
        let Some(newer) = event.get("usage").and_then(Value::as_object) else {
            return;
        };
        let usage = message.entry("usage").or_insert_with(|| json!({}));
        for (name, value) in newer.iter().filter(|(_, value)| !value.is_null()) {
            if usage.is_object() {
                usage[name] = value.clone();
            }
        }
    }
}

impl Stream for Messages {
    fn event(&mut self, event: &sse::Event) -> Result<bool, Failure> {
        if event.data.is_empty() || event.name == "ping" {
            return Ok(false);
        }
        let data = fields::data(&event.data)?;
        if let Some(failure) = failure::stated(&self.headers, &data) {
            return Err(failure);
        }
        match fields::text(&data, "/type").unwrap_or(&event.name) {
            "message_start" => self.message = Some(object(&data, "message")),
            "content_block_start" => {
                let start = object(&data, "content_block");
                self.blocks.insert(
                    index(&data),
                    Piece {
                        start,
                        ..Piece::default()
                    },
                );
            }
            "content_block_delta" => self.delta(&data)?,
            "message_delta" => self.change(&data),
            "message_stop" => return Ok(true),
            _ => {}
        }
        Ok(false)
    }

    fn end(self: Box<Self>) -> Result<Answer, Failure> {
        let Some(mut message) = self.message else {
            return Err(fields::malformed("the stream ended before a message began"));
        };
        let blocks = self.blocks.into_values().map(Piece::whole);
        message.insert("content".to_owned(), blocks.collect());
        decode::answer(&Value::Object(message))
    }
}

impl Piece {
    /// Returns the block as it would have come in one piece.
    fn whole(self) -> Value {
        let mut block = self.start;
        for (name, rest) in [
            ("text", self.text),
            ("thinking", self.thinking),
            ("signature", self.signature),
        ] {
            if !rest.is_empty() {
                let begun = block.get(name).and_then(Value::as_str).unwrap_or_default();
                let whole = format!("{begun}{rest}");
                block.insert(name.to_owned(), Value::String(whole));
            }
        }
        if !self.json.is_empty() {
            block.insert("input".to_owned(), fields::args(&self.json));
        }
        Value::Object(block)
    }
}

/// Returns which block an event is about.
fn index(event: &Value) -> u64 {
    event.get("index").and_then(Value::as_u64).unwrap_or_default()
}

/// Returns an object of an event, empty if it is none.
fn object(event: &Value, name: &str) -> Map<String, Value> {
    let found = event.get(name).and_then(Value::as_object);
    found.cloned().unwrap_or_default()
}
