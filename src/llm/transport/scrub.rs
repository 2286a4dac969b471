//! Takes the key out of what an endpoint sends back: some repeat it, and a message may end in the middle of
//! it.
//!
//! Bytes are cleaned before a codec reads them. What it made of them is cleaned again: the key may have come
//! in two events, or written with escapes.

use super::Carried;
use crate::llm::answer::{Answer, Failure};
use crate::llm::provider::Headers;
use crate::llm::request::Part;
use crate::sys::secret::Secret;
use serde_json::Value;

/// Cleans headers.
pub(super) fn headers(key: Option<&Secret>, headers: &mut Headers) {
    let Some(key) = key else { return };
    for (_, value) in &mut headers.0 {
        key.scrub(value);
    }
}

/// Cleans an answer and its reading.
pub(super) fn carried(key: Option<&Secret>, carried: &mut Carried) {
    answer(key, &mut carried.answer);
    if let (Some(key), Some(Ok(reading))) = (key, &mut carried.reading) {
        value(key, &mut reading.value);
    }
}

/// Cleans an answer.
pub(super) fn answer(key: Option<&Secret>, answer: &mut Answer) {
    let Some(key) = key else { return };
    key.scrub(&mut answer.text);
    let words = [&mut answer.served, &mut answer.id, &mut answer.notice];
    for word in words.into_iter().flatten() {
        key.scrub(word);
    }
    for call in &mut answer.calls {
        value(key, &mut call.args);
    }
    for part in &mut answer.turn {
        match part {
            Part::Text(block) => key.scrub(&mut block.text),
            Part::Call(call) => value(key, &mut call.args),
            Part::Result(result) => key.scrub(&mut result.content),
            Part::Opaque(opaque) => value(key, opaque),
        }
    }
}

/// Cleans a failure.
pub(super) fn failure(key: Option<&Secret>, mut failure: Failure) -> Failure {
    if let Some(key) = key {
        key.scrub(&mut failure.message);
        for word in [&mut failure.code, &mut failure.request_id].into_iter().flatten() {
            key.scrub(word);
        }
    }
    failure
}

/// Cleans the texts within a value. How deep that is was bounded when it was parsed.
fn value(key: &Secret, within: &mut Value) {
    match within {
        Value::String(text) => key.scrub(text),
        Value::Array(items) => items.iter_mut().for_each(|item| value(key, item)),
        Value::Object(fields) => fields.values_mut().for_each(|field| value(key, field)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::llm::answer::{FailureKind, Finish};
    use crate::llm::request::{Block, ToolCall};
    use crate::model::Usage;
    use serde_json::json;

    #[test]
    fn a_key_is_taken_out_of_every_place() {
        let key = Secret::new("sk-0123456789").unwrap();
        let said = || key.expose().to_owned();
        let call = ToolCall {
            id: String::new(),
            name: String::new(),
            args: json!({"a": [said()]}),
            signature: None,
        };
        let mut all = Answer {
            finish: Finish::Complete,
            text: said(),
            calls: vec![call.clone()],
            turn: vec![
                Part::Text(Block::plain(&said())),
                Part::Call(call),
                Part::Opaque(json!(said())),
            ],
            served: Some(said()),
            usage: Usage::default(),
            id: Some(said()),
            notice: Some(said()),
        };
        answer(Some(&key), &mut all);
        let shown = format!("{all:?}");
        assert!(!shown.contains(key.expose()), "{shown}");
        assert_eq!(shown.matches("***").count(), 8);
        let mut failed = Failure::new(FailureKind::Auth, &said());
        failed.code = Some(said());
        failed.request_id = Some(said());
        let shown = format!("{:?}", failure(Some(&key), failed));
        assert_eq!(shown.matches("***").count(), 3, "{shown}");
    }
}
