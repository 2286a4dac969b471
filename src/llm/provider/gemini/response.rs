//! What Gemini answers, whole.

use super::error;
use super::gathered::Gathered;
use crate::llm::answer::{Answer, Failure, FailureKind, one_line};
use serde_json::Value;

/// Decodes a whole answer. A stream that was asked for without `alt=sse` is an array of its pieces.
pub fn answer(body: &[u8]) -> Result<Answer, Failure> {
    let mut gathered = Gathered::default();
    match json(body)? {
        Value::Array(pieces) => {
            for piece in &pieces {
                gathered.take(piece)?;
            }
        }
        whole => gathered.take(&whole)?,
    }
    gathered.answer()
}

/// Decodes the count of tokens.
pub fn counted(body: &[u8]) -> Result<u64, Failure> {
    let value = object(body)?;
    let total = value.get("totalTokens").and_then(whole_number);
    total.ok_or_else(|| malformed("the answer counts no tokens"))
}

/// Decodes the names of the models that answer questions.
pub fn listed(body: &[u8]) -> Result<Vec<String>, Failure> {
    let value = object(body)?;
    let models = value.get("models").and_then(Value::as_array);
    let models = models.ok_or_else(|| malformed("the answer lists no models"))?;
    let answering = models.iter().filter(|model| answers(model));
    let names = answering.filter_map(|model| line(model.get("name")));
    Ok(names.map(|name| bare(&name).to_owned()).collect())
}

/// Whether a model answers questions. One that does not say what it does is not left out.
fn answers(model: &Value) -> bool {
    let methods = model.get("supportedGenerationMethods").and_then(Value::as_array);
    methods.is_none_or(|all| all.iter().any(|method| method == "generateContent"))
}

/// The most tokens that are believed of one number, so that no sum of them overflows.
const MOST_TOKENS: u64 = 1 << 40;

/// Returns a count of tokens; 0 if there is none.
pub fn tokens(value: Option<&Value>) -> u64 {
    value.and_then(whole_number).unwrap_or(0)
}

/// Returns a number. In JSON, Protocol Buffers write those of 64 bits as strings.
fn whole_number(value: &Value) -> Option<u64> {
    let number = match value {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    };
    number.map(|number| number.min(MOST_TOKENS))
}

/// Returns a text that is not empty, on one line and made visible.
pub fn line(value: Option<&Value>) -> Option<String> {
    let text = one_line(value?.as_str()?);
    (!text.is_empty()).then_some(text)
}

/// Returns a model's name without what says that it is one.
pub fn bare(name: &str) -> &str {
    name.strip_prefix("models/").unwrap_or(name)
}

/// Decodes an object, or the failure that stands in its place.
pub fn object(body: &[u8]) -> Result<Value, Failure> {
    let value = json(body)?;
    match error::stated(&value) {
        Some(failure) => Err(failure),
        None if value.is_object() => Ok(value),
        None => Err(malformed("the answer is no object")),
    }
}

/// Decodes JSON.
pub fn json(body: &[u8]) -> Result<Value, Failure> {
    serde_json::from_slice(body).map_err(|error| {
        let message = if body.trim_ascii().is_empty() {
            "the answer is empty".to_owned()
        } else {
            format!("the answer is not JSON: {error}")
        };
        malformed(&message)
    })
}

/// Returns the failure of a body that is not of the contract.
pub fn malformed(message: &str) -> Failure {
    Failure::new(FailureKind::Malformed, message)
}
