//! An answer whole or in pieces: both are `GenerateContentResponse`, and are gathered alike.

use super::error;
use super::response::{bare, json, line, malformed, tokens};
use crate::llm::answer::{Answer, Failure, Finish};
use crate::llm::provider::Stream;
use crate::llm::request::{Block, Part, ToolCall};
use crate::llm::sse;
use crate::model::Usage;
use serde_json::{Map, Value};

/// The pieces of an answer, put together.
#[derive(Debug, Default)]
pub struct Gathered {
    /// Whether anything of the contract came.
    seen: bool,
    text: String,
    turn: Vec<Part>,
    finish: Option<String>,
    blocked: Option<String>,
    /// Whether the end came, and the count of tokens with it or after it.
    is_whole: bool,
    usage: Map<String, Value>,
    served: Option<String>,
    id: Option<String>,
    notice: Option<String>,
}

/// The fields of which an answer has at least one.
const FIELDS: [&str; 5] = [
    "candidates",
    "promptFeedback",
    "usageMetadata",
    "modelVersion",
    "responseId",
];

impl Stream for Gathered {
    fn event(&mut self, event: &sse::Event) -> Result<bool, Failure> {
        match event.data.trim() {
            "" => Ok(false),
            // Google sends none; gateways that speak several contracts do.
            "[DONE]" => Ok(true),
            data => {
                self.take(&json(data.as_bytes())?)?;
                Ok(self.is_whole)
            }
        }
    }

    fn end(self: Box<Self>) -> Result<Answer, Failure> {
        self.answer()
    }
}

impl Gathered {
    /// Takes a piece, or the whole answer.
    pub fn take(&mut self, piece: &Value) -> Result<(), Failure> {
        if let Some(failure) = error::stated(piece) {
            return Err(failure);
        }
        let piece = piece
            .as_object()
            .ok_or_else(|| malformed("the answer is no object"))?;
        self.seen |= FIELDS.iter().any(|field| piece.contains_key(*field));
        if let Some(candidate) = candidate(piece)? {
            self.candidate(candidate)?;
        }
        let feedback = piece.get("promptFeedback");
        let reason = line(feedback.and_then(|feedback| feedback.get("blockReason")));
        self.blocked = reason.or(self.blocked.take());
        if let Some(usage) = piece.get("usageMetadata").and_then(Value::as_object) {
            self.usage.extend(usage.clone());
            self.is_whole = self.finish.is_some() || self.blocked.is_some();
        }
        let served = line(piece.get("modelVersion")).map(|name| bare(&name).to_owned());
        self.served = served.or(self.served.take());
        self.id = line(piece.get("responseId")).or(self.id.take());
        self.notice = notice(piece.get("modelStatus")).or(self.notice.take());
        Ok(())
    }

    fn candidate(&mut self, candidate: &Map<String, Value>) -> Result<(), Failure> {
        let parts = match candidate.get("content") {
            None | Some(Value::Null) => None,
            Some(Value::Object(content)) => content.get("parts"),
            Some(_) => return Err(malformed("the content of the answer is no object")),
        };
        match parts {
            None | Some(Value::Null) => {}
            Some(Value::Array(parts)) => {
                for part in parts {
                    self.part(part)?;
                }
            }
            Some(_) => return Err(malformed("the parts of the answer are no array")),
        }
        let finish = line(candidate.get("finishReason"));
        self.finish = finish.or(self.finish.take());
        Ok(())
    }

    fn part(&mut self, part: &Value) -> Result<(), Failure> {
        let fields = part
            .as_object()
            .ok_or_else(|| malformed("a part of the answer is no object"))?;
        if let Some(call) = fields.get("functionCall") {
            self.turn
                .push(Part::Call(tool_call(call, fields.get("thoughtSignature"))?));
            return Ok(());
        }
        let is_thought = fields.get("thought").and_then(Value::as_bool) == Some(true);
        match fields.get("text") {
            Some(Value::String(text)) if !is_thought => {
                self.text.push_str(text);
                self.say(text, part, fields.contains_key("thoughtSignature"));
            }
            Some(Value::String(_) | Value::Null) | None => self.turn.push(Part::Opaque(part.clone())),
            Some(_) => return Err(malformed("a text of the answer is no string")),
        }
        Ok(())
    }

    /// Keeps a text for the model's turn. One with a signature goes back as it came; others join.
    fn say(&mut self, text: &str, part: &Value, is_signed: bool) {
        if is_signed {
            self.turn.push(Part::Opaque(part.clone()));
        } else if let Some(Part::Text(block)) = self.turn.last_mut() {
            block.text.push_str(text);
        } else if !text.is_empty() {
            self.turn.push(Part::Text(Block::plain(text)));
        }
    }

    /// Returns what came.
    pub fn answer(self) -> Result<Answer, Failure> {
        if !self.seen {
            return Err(malformed("the answer holds nothing that an answer has"));
        }
        let calls: Vec<ToolCall> = self.turn.iter().filter_map(called).collect();
        Ok(Answer {
            finish: finish(self.finish, self.blocked, !calls.is_empty()),
            text: self.text,
            calls,
            turn: self.turn,
            served: self.served,
            usage: usage(&self.usage),
            id: self.id,
            notice: self.notice,
        })
    }
}

/// Returns the first candidate: no more than one is asked for.
fn candidate(piece: &Map<String, Value>) -> Result<Option<&Map<String, Value>>, Failure> {
    let all = match piece.get("candidates") {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Array(all)) => all,
        Some(_) => return Err(malformed("the candidates of the answer are no array")),
    };
    let is_first = |one: &&Value| {
        one.get("index")
            .and_then(Value::as_u64)
            .is_none_or(|index| index == 0)
    };
    match all.iter().find(is_first) {
        None => Ok(None),
        Some(Value::Object(first)) => Ok(Some(first)),
        Some(_) => Err(malformed("a candidate of the answer is no object")),
    }
}

fn tool_call(call: &Value, signature: Option<&Value>) -> Result<ToolCall, Failure> {
    let text = |key| call.get(key).and_then(Value::as_str);
    let name = text("name").filter(|name| !name.is_empty());
    let name = name.ok_or_else(|| malformed("a tool call of the answer has no name"))?;
    let args = match call.get("args") {
        None | Some(Value::Null) => Value::Object(Map::new()),
        Some(args @ Value::Object(_)) => args.clone(),
        Some(_) => return Err(malformed("the arguments of a tool call are no object")),
    };
    Ok(ToolCall {
        id: text("id").unwrap_or_default().to_owned(),
        name: name.to_owned(),
        args,
        signature: signature.and_then(Value::as_str).map(str::to_owned),
    })
}

fn called(part: &Part) -> Option<ToolCall> {
    match part {
        Part::Call(call) => Some(call.clone()),
        _ => None,
    }
}

/// Returns why the model stopped. The list is open: a word that is not known here is kept.
fn finish(reason: Option<String>, blocked: Option<String>, has_calls: bool) -> Finish {
    let Some(reason) = reason else {
        return blocked.map_or(Finish::Missing, Finish::Blocked);
    };
    match reason.as_str() {
        "STOP" if has_calls => Finish::Calls,
        "STOP" => Finish::Complete,
        "MAX_TOKENS" => Finish::Truncated,
        // Filters, of what is said or of who asks.
        "SAFETY"
        | "RECITATION"
        | "LANGUAGE"
        | "BLOCKLIST"
        | "PROHIBITED_CONTENT"
        | "SPII"
        | "ESCALATION"
        | "PUP_LIMITED_DISABLED"
        | "MODEL_ARMOR"
        | "IMAGE_SAFETY"
        | "IMAGE_PROHIBITED_CONTENT"
        | "IMAGE_RECITATION" => Finish::Blocked(reason),
        // The answer would go on in another call, which a gate does not make: it is no whole answer.
        "CONTINUATION" => Finish::Other(reason),
        // Calls and answers that went wrong while they were written.
        "MALFORMED_FUNCTION_CALL"
        | "UNEXPECTED_TOOL_CALL"
        | "TOO_MANY_TOOL_CALLS"
        | "MISSING_THOUGHT_SIGNATURE"
        | "MALFORMED_RESPONSE" => Finish::Other(reason),
        "OTHER" | "IMAGE_OTHER" | "NO_IMAGE" | "FINISH_REASON_UNSPECIFIED" => Finish::Other(reason),
        _ => Finish::Other(reason),
    }
}

/// Returns the tokens. What the provider counts as prompt holds what its cache held; thoughts and what the
/// total has beyond the named parts are output, which is the dearer reading.
fn usage(raw: &Map<String, Value>) -> Usage {
    let count = |key: &str| tokens(raw.get(key));
    let prompt = count("promptTokenCount");
    let cached = count("cachedContentTokenCount").min(prompt);
    let tools = count("toolUsePromptTokenCount");
    let thinking = count("thoughtsTokenCount");
    let said = count("candidatesTokenCount") + thinking;
    let total = count("totalTokenCount");
    Usage {
        input: prompt - cached + tools,
        cache_read: cached,
        output: said.max(total.saturating_sub(prompt + tools)),
        thinking,
        ..Usage::default()
    }
}

/// Returns what is said about the model's future, if that is worth a line.
fn notice(status: Option<&Value>) -> Option<String> {
    let status = status?;
    let stage = line(status.get("modelStage"));
    let ending = ["LEGACY", "DEPRECATED", "RETIRED"];
    let stage = stage.filter(|stage| ending.contains(&stage.as_str()));
    let retires = line(status.get("retirementTime"));
    let message = line(status.get("message"));
    let told = [
        stage.map(|stage| format!("the model is {}", stage.to_lowercase())),
        retires.map(|time| format!("it retires on {}", time.split('T').next().unwrap_or(&time))),
        message,
    ];
    let told: Vec<String> = told.into_iter().flatten().collect();
    (!told.is_empty()).then(|| told.join("; "))
}
