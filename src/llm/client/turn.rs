//! A model's turn as bytes, so that a conversation with tools can be gone through again.

use crate::llm::request::{Block, Part, ToolCall};
use serde_json::{Value, json};

/// Returns the key under which the turn is kept that answers a request. Text answers have keys without an end.
pub fn key(cache_key: &str) -> String {
    format!("{cache_key}-turn")
}

/// Writes a turn.
pub fn write(turn: &[Part]) -> Vec<u8> {
    let parts: Value = turn.iter().filter_map(part).collect();
    parts.to_string().into_bytes()
}

fn part(part: &Part) -> Option<Value> {
    match part {
        Part::Text(block) => Some(json!({ "text": block.text })),
        Part::Opaque(value) => Some(json!({ "opaque": value })),
        Part::Call(call) => Some(json!({ "call": {
            "id": call.id,
            "name": call.name,
            "args": call.args,
            "signature": call.signature,
        } })),
        // Only ours are results.
        Part::Result(_) => None,
    }
}

/// Reads a turn; `None`: it is none.
pub fn read(bytes: &[u8]) -> Option<Vec<Part>> {
    let parts: Value = serde_json::from_slice(bytes).ok()?;
    parts.as_array()?.iter().map(parsed).collect()
}

fn parsed(value: &Value) -> Option<Part> {
    if let Some(text) = value.get("text") {
        return Some(Part::Text(Block::plain(text.as_str()?)));
    }
    if let Some(opaque) = value.get("opaque") {
        return Some(Part::Opaque(opaque.clone()));
    }
    let call = value.get("call")?;
    let text = |key: &str| call.get(key)?.as_str().map(str::to_owned);
    Some(Part::Call(ToolCall {
        id: text("id")?,
        name: text("name")?,
        args: call.get("args")?.clone(),
        signature: text("signature"),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_turn_comes_back_as_it_was() {
        let call = |signature: Option<&str>| {
            Part::Call(ToolCall {
                id: "1".to_owned(),
                name: "read".to_owned(),
                args: json!({"path": "a", "b": [1, "x"]}),
                signature: signature.map(str::to_owned),
            })
        };
        let opaque = Part::Opaque(json!({"type": "thinking", "z": 1, "a": "\u{e4}"}));
        let turn = vec![
            Part::Text(Block::plain("so")),
            opaque,
            call(None),
            call(Some("s")),
        ];
        assert_eq!(read(&write(&turn)), Some(turn));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read(bytes: Vec<u8>, text in "[\\[\\]{}\",:a-z]{0,40}") {
            drop(read(&bytes));
            drop(read(text.as_bytes()));
        }
    }
}
