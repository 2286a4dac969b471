//! Answers that call for tools, and a model's turn as bytes, so that a conversation can be gone through again.

use super::{Client, Given, Question};
use crate::llm::answer::{Answer, Finish};
use crate::llm::price::same_model;
use crate::llm::request::{Block, Part, Request, ToolCall, ToolChoice};
use crate::llm::route::Target;
use crate::store::answer as kept;
use crate::sys::clock;
use serde_json::{Value, json};

impl Client<'_> {
    /// Takes an answer that calls for tools, and keeps it: the same results then lead to the same answer.
    pub(super) fn called(&self, target: Target, answer: Answer, request: &Request, cache_key: &str) -> Given {
        let is_its_own = answer
            .served
            .as_deref()
            .is_none_or(|served| same_model(&request.model, served));
        if let Some(store) = self.store.filter(|_| is_its_own) {
            let bytes = write(&answer.turn);
            let bounds = kept::Bounds::default();
            drop(kept::put(store, &key(cache_key), &bytes, &bounds, clock::now()));
        }
        Given {
            served: answer.served,
            ..self.given_calls(target, answer.turn, false)
        }
    }

    fn given_calls(&self, target: Target, turn: Vec<Part>, cached: bool) -> Given {
        let calls = turn.iter().filter_map(|part| match part {
            Part::Call(call) => Some(call.clone()),
            _ => None,
        });
        Given {
            model: self.book.table.models[target.model].name.clone(),
            endpoint: self.name_of_endpoint(target),
            served: None,
            finish: Finish::Calls,
            text: String::new(),
            reading: None,
            cached,
            asked_again: false,
            calls: calls.collect(),
            turn,
        }
    }

    /// Looks for calls of tools that an earlier call was answered with.
    pub(super) fn kept_calls(
        &self,
        question: &Question<'_>,
        target: Target,
        cache_key: &str,
    ) -> Option<Given> {
        if !may_call(question.request) {
            return None;
        }
        let bounds = kept::Bounds::default();
        let bytes = kept::get(self.store?, &key(cache_key), &bounds, clock::now()).ok()??;
        let given = self.given_calls(target, read(&bytes)?, true);
        Some(given).filter(|given| !given.calls.is_empty())
    }
}

/// Whether a model may call tools.
fn may_call(request: &Request) -> bool {
    !request.tools.is_empty() && request.tool_choice != ToolChoice::Never
}

/// Whether an answer is a call of tools that were offered, and whole as that.
pub fn is_called_for(answer: &Answer, request: &Request) -> bool {
    let is_whole = matches!(answer.finish, Finish::Calls | Finish::Complete);
    let has_calls = answer.turn.iter().any(|part| matches!(part, Part::Call(_)));
    may_call(request) && is_whole && has_calls
}

/// Returns the key under which the turn is kept that answers a request. Text answers have keys without an end.
fn key(cache_key: &str) -> String {
    format!("{cache_key}-turn")
}

/// Writes a turn.
fn write(turn: &[Part]) -> Vec<u8> {
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
fn read(bytes: &[u8]) -> Option<Vec<Part>> {
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
