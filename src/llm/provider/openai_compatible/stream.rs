//! Puts a completion together from a stream.

use super::super::{Headers, Stream, fields, openai_failure};
use super::decode::{self, Said};
use crate::llm::answer::{Answer, Failure};
use crate::llm::request::ToolCall;
use crate::llm::sse;
use serde_json::{Map, Value};

/// The most calls of tools in one answer; more are a server gone wrong.
const MOST_CALLS: usize = 256;

/// A completion that is coming.
pub(super) struct Completion {
    headers: Headers,
    /// The model's name, the id and the tokens; nothing before the first chunk.
    around: Option<Map<String, Value>>,
    text: String,
    refuses: bool,
    calls: Vec<Piece>,
    reason: Option<String>,
}

/// A call that is coming.
#[derive(Default)]
struct Piece {
    index: u64,
    id: String,
    name: String,
    args: String,
}

impl Completion {
    /// Starts with nothing.
    pub(super) fn new(headers: &Headers) -> Self {
        Self {
            headers: headers.clone(),
            around: None,
            text: String::new(),
            refuses: false,
            calls: Vec::new(),
            reason: None,
        }
    }

    /// Takes what stands around the choice.
    fn surround(&mut self, chunk: &Value) {
        let around = self.around.get_or_insert_default();
        for name in ["id", "model", "usage"] {
            if let Some(value) = chunk.get(name).filter(|value| !value.is_null()) {
                around.insert(name.to_owned(), value.clone());
            }
        }
    }

    /// Takes the first choice of a chunk. No call of ours asks for more.
    fn choice(&mut self, choice: &Value) -> Result<(), Failure> {
        if let Some(failure) = openai_failure::stated(&self.headers, choice) {
            return Err(failure);
        }
        if let Some(reason) = fields::text(choice, "/finish_reason") {
            self.reason = Some(reason.to_owned());
        }
        let Some(delta) = choice.get("delta") else {
            return Ok(());
        };
        self.text.push_str(&decode::content(delta));
        self.refuses |= fields::text(delta, "/refusal").is_some();
        for call in fields::list(delta, "/tool_calls") {
            self.call(call)?;
        }
        Ok(())
    }

    /// Takes a piece of a call and adds it to the call of the same index. An id of its own begins a new one:
    /// some servers give every call the index 0.
    fn call(&mut self, delta: &Value) -> Result<(), Failure> {
        let word = |pointer| fields::text(delta, pointer).unwrap_or_default();
        let index = delta.get("index").and_then(Value::as_u64);
        let id = word("/id");
        let at = self.calls.iter().rposition(|piece| {
            index.is_none_or(|index| piece.index == index) && (id.is_empty() || piece.id == id)
        });
        let at = match at {
            Some(at) => at,
            None if self.calls.len() < MOST_CALLS => {
                self.calls.push(Piece::default());
                self.calls.len() - 1
            }
            None => return Err(fields::malformed("the answer calls too many tools")),
        };
        let piece = &mut self.calls[at];
        piece.index = index.unwrap_or(piece.index);
        if piece.id.is_empty() {
            id.clone_into(&mut piece.id);
        }
        if piece.name.is_empty() {
            word("/function/name").clone_into(&mut piece.name);
        }
        piece.args.push_str(word("/function/arguments"));
        Ok(())
    }
}

impl Stream for Completion {
    fn event(&mut self, event: &sse::Event) -> Result<bool, Failure> {
        if event.data.trim() == "[DONE]" {
            return Ok(true);
        }
        if event.data.is_empty() {
            return Ok(false);
        }
        let chunk = fields::data(&event.data)?;
        if let Some(failure) = openai_failure::stated(&self.headers, &chunk) {
            return Err(failure);
        }
        if event.name == "error" {
            return Err(openai_failure::bare(&self.headers, &chunk));
        }
        if !chunk.get("choices").is_some_and(Value::is_array) {
            return Ok(false);
        }
        self.surround(&chunk);
        match fields::list(&chunk, "/choices").first() {
            Some(choice) => self.choice(choice).map(|()| false),
            None => Ok(false),
        }
    }

    fn end(self: Box<Self>) -> Result<Answer, Failure> {
        let Some(around) = self.around else {
            return Err(fields::malformed("the stream ended before a completion began"));
        };
        let calls = self.calls.into_iter().map(Piece::whole);
        let said = Said {
            text: self.text,
            refuses: self.refuses,
            calls: calls.collect(),
            reason: self.reason.as_deref(),
        };
        Ok(decode::whole(&Value::Object(around), said))
    }
}

impl Piece {
    /// Returns the call as it would have come in one piece.
    fn whole(self) -> ToolCall {
        ToolCall {
            id: self.id,
            name: self.name,
            args: fields::args(&self.args),
            signature: None,
        }
    }
}
