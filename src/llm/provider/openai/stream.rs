//! Takes a response from a stream: its last event holds it whole; what came before serves only when that
//! event does not come.

use super::super::{Headers, Stream, fields, openai_failure};
use super::decode;
use crate::llm::answer::{Answer, Failure, Finish};
use crate::llm::sse;
use serde_json::{Value, json};

/// A response that is coming.
pub(super) struct Response {
    headers: Headers,
    /// The response of the first event, without its output.
    begun: Option<Value>,
    /// Items that are whole.
    items: Vec<Value>,
    /// Text of items that are not.
    text: String,
    /// The response of the last event.
    done: Option<Value>,
}

impl Response {
    /// Starts with nothing.
    pub(super) fn new(headers: &Headers) -> Self {
        Self {
            headers: headers.clone(),
            begun: None,
            items: Vec::new(),
            text: String::new(),
            done: None,
        }
    }

    /// Takes the last event. Some servers leave the output out of it.
    fn finish(&mut self, data: &Value) -> Result<bool, Failure> {
        let Some(response) = data.get("response").filter(|response| response.is_object()) else {
            return Err(fields::malformed("the last event holds no response"));
        };
        let mut response = response.clone();
        if fields::list(&response, "/output").is_empty() {
            response["output"] = Value::Array(std::mem::take(&mut self.items));
        }
        self.done = Some(response);
        Ok(true)
    }

    /// Reads what came before the stream broke off.
    fn broken_off(mut self) -> Result<Answer, Failure> {
        let Some(mut response) = self.begun else {
            return Err(fields::malformed("the stream ended before a response began"));
        };
        if !self.text.is_empty() {
            let content = json!([{"type": "output_text", "text": self.text}]);
            self.items.push(json!({"type": "message", "content": content}));
        }
        response["output"] = Value::Array(self.items);
        let mut answer = decode::read(&response);
        answer.finish = Finish::Missing;
        Ok(answer)
    }
}

impl Stream for Response {
    fn event(&mut self, event: &sse::Event) -> Result<bool, Failure> {
        if event.data.is_empty() || event.data == "[DONE]" {
            return Ok(event.data == "[DONE]");
        }
        let data = fields::data(&event.data)?;
        match fields::text(&data, "/type").unwrap_or(&event.name) {
            "error" => {
                let error = data.get("error").filter(|error| error.is_object());
                Err(openai_failure::bare(&self.headers, error.unwrap_or(&data)))
            }
            "response.completed" | "response.incomplete" | "response.failed" => self.finish(&data),
            kind => {
                if let Some(failure) = openai_failure::stated(&self.headers, &data) {
                    return Err(failure);
                }
                self.take(kind, &data);
                Ok(false)
            }
        }
    }

    fn end(self: Box<Self>) -> Result<Answer, Failure> {
        match &self.done {
            Some(response) => decode::answer(&self.headers, response),
            None => self.broken_off(),
        }
    }
}

impl Response {
    /// Takes an event that is not the last.
    fn take(&mut self, kind: &str, data: &Value) {
        match kind {
            "response.created" => self.begun = data.get("response").filter(|r| r.is_object()).cloned(),
            "response.output_text.delta" => {
                self.text
                    .push_str(fields::text(data, "/delta").unwrap_or_default());
            }
            "response.output_item.done" => {
                let item = data.get("item").cloned().unwrap_or_default();
                if fields::text(&item, "/type") == Some("message") {
                    self.text.clear();
                }
                self.items.push(item);
            }
            _ => {}
        }
    }
}
