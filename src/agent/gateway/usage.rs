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

    /// Returns what came of the call. One that was cut off is not known.
    pub fn end(self, is_whole: bool) -> Came {
        let answer = match (self.form, self.codec) {
            (Form::Events(_, stream), _) => stream.end().ok(),
            (Form::Whole(bytes), Some(codec)) => whole(codec, &self.headers, &bytes),
            _ => None,
        };
        match answer.filter(|answer| is_whole && answer.finish != Finish::Missing) {
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
