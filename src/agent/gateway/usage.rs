//! Reads the count of tokens out of an answer that passes by, whole or as a stream of events.

use super::rules::codec;
use crate::agent::meter::Came;
use crate::agent::order::Wire;
use crate::llm::answer::{Answer, Finish};
use crate::llm::provider::{Codec, Headers, Stream};
use crate::llm::sse::{Event, Reader};
use serde_json::Value;

/// Reads one answer.
pub(super) struct Counting {
    codec: Option<&'static dyn Codec>,
    headers: Headers,
    form: Form,
}

enum Form {
    Whole(Vec<u8>),
    Events(Reader, Box<dyn Stream + Send>),
    /// It is not understood, so nobody knows what it came to.
    Lost,
}

impl Counting {
    /// Starts, by the headers of the answer.
    pub fn new(wire: Wire, headers: Headers, longest: usize) -> Self {
        let codec = codec(wire);
        let is_stream = headers
            .get("content-type")
            .is_some_and(|kind| kind.starts_with("text/event-stream"));
        let form = match codec {
            Some(codec) if is_stream => Form::Events(Reader::new(longest), codec.stream(&headers)),
            Some(_) => Form::Whole(Vec::new()),
            None => Form::Lost,
        };
        Self { codec, headers, form }
    }

    /// Takes the next piece.
    pub fn push(&mut self, piece: &[u8]) {
        match &mut self.form {
            Form::Whole(bytes) => bytes.extend_from_slice(piece),
            Form::Lost => {}
            Form::Events(reader, stream) => {
                let mut events = Vec::new();
                let read = reader.push(piece, &mut events);
                let taken = events.iter().try_for_each(|event| stream.event(event).map(drop));
                if read.is_err() || taken.is_err() {
                    self.form = Form::Lost;
                }
            }
        }
    }

    /// Returns what came of the call. One that was cut off is not known, unless the count had passed by then: some
    /// agents hang up as soon as they have read the last event.
    pub fn end(self, is_whole: bool) -> Came {
        let answer = match (self.form, self.codec) {
            (Form::Events(_, stream), _) => stream.end().ok(),
            (Form::Whole(bytes), Some(codec)) => whole(codec, &self.headers, &bytes),
            _ => None,
        };
        let is_counted = |answer: &Answer| is_whole || answer.usage.output > 0;
        match answer.filter(|answer| answer.finish != Finish::Missing && is_counted(answer)) {
            Some(answer) => Came::Answer(answer.served, answer.usage),
            None => Came::Unknown,
        }
    }
}

fn whole(codec: &'static dyn Codec, headers: &Headers, bytes: &[u8]) -> Option<Answer> {
    if bytes.trim_ascii_start().first() != Some(&b'[') {
        return codec.answer(headers, bytes).ok();
    }
    // Gemini streams a list where events are not asked for.
    let pieces: Vec<Value> = serde_json::from_slice(bytes).ok()?;
    let mut stream = codec.stream(headers);
    for piece in pieces {
        let event = Event {
            name: String::new(),
            data: piece.to_string(),
        };
        stream.event(&event).ok()?;
    }
    stream.end().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: &str = "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"m\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"m-1\",\"content\":[],\"usage\":{\"input_tokens\":7,\"output_tokens\":1}}}\n\n";
    const END: &str = "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":9}}\n\n";

    fn counted(events: &[&str], is_whole: bool) -> Option<(u64, u64)> {
        let headers = Headers(vec![("content-type".to_owned(), "text/event-stream".to_owned())]);
        let mut counting = Counting::new(Wire::Anthropic, headers, 1 << 20);
        for event in events {
            counting.push(event.as_bytes());
        }
        match counting.end(is_whole) {
            Came::Answer(_, usage) => Some((usage.prompt(), usage.output)),
            _ => None,
        }
    }

    #[test]
    fn an_agent_that_hangs_up_after_the_last_event_is_counted() {
        assert_eq!(counted(&[START, END], false), Some((7, 9)));
        assert_eq!(counted(&[START, END], true), Some((7, 9)));
        assert_eq!(counted(&[START], false), None);
        assert_eq!(counted(&[START], true), None);
    }
}
