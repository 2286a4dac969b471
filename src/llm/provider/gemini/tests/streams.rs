//! Streams, as they come and as they break.

use super::*;
use crate::llm::answer::{Answer, Failure, FailureKind, Finish};
use crate::llm::request::{Block, Part};
use crate::llm::sse::Reader;
use serde_json::json;

/// Reads a stream; also says after which event nothing more was needed.
fn read(bytes: &[u8]) -> (Option<usize>, Result<Answer, Failure>) {
    let mut events = Vec::new();
    Reader::new(1 << 20).push(bytes, &mut events).unwrap();
    let mut stream = Gemini.stream(&Headers::default());
    for (place, event) in events.iter().enumerate() {
        match stream.event(event) {
            Ok(false) => {}
            Ok(true) => return (Some(place), stream.end()),
            Err(failure) => return (None, Err(failure)),
        }
    }
    (None, stream.end())
}

fn stream(name: &str) -> (Option<usize>, Result<Answer, Failure>) {
    read(&fixture(&format!("streams/{name}.sse")))
}

#[test]
fn a_stream_is_put_together() {
    let (ended, answer) = stream("whole");
    let answer = answer.unwrap();
    assert_eq!(ended, Some(3));
    assert_eq!(answer.finish, Finish::Complete);
    assert_eq!(answer.text, "{\"findings\": []}");
    let thought = json!({"text": "Weighing.", "thought": true});
    let signed = json!({"text": "", "thoughtSignature": "ZW5k"});
    let said = Part::Text(Block::plain(&answer.text));
    assert_eq!(answer.turn, [Part::Opaque(thought), said, Part::Opaque(signed)]);
    assert_eq!((answer.usage.input, answer.usage.output), (400, 34));
    assert_eq!(answer.served.as_deref(), Some("gemini-3.8-flash"));
    assert_eq!(answer.id.as_deref(), Some("r-4"));
}

#[test]
fn a_stream_that_was_cut_is_not_whole() {
    let (ended, answer) = stream("cut");
    let answer = answer.unwrap();
    assert_eq!((ended, answer.finish), (None, Finish::Missing));
    assert_eq!(answer.text, "{\"findings\"");
}

#[test]
fn an_error_in_the_middle_is_a_failure() {
    let failure = stream("error-in-the-middle").1.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Overloaded(None));
    assert_eq!(failure.code.as_deref(), Some("UNAVAILABLE"));
}

#[test]
fn what_it_cost_is_waited_for() {
    let (ended, answer) = stream("usage-after-the-end");
    assert_eq!(ended, Some(1));
    assert_eq!(answer.unwrap().usage.output, 34);
}

#[test]
fn a_blocked_prompt_ends_a_stream() {
    let (ended, answer) = stream("prompt-blocked");
    assert_eq!(ended, Some(0));
    assert_eq!(answer.unwrap().finish, Finish::Blocked("SAFETY".into()));
}

#[test]
fn a_gateways_end_is_one() {
    let (ended, answer) = read(b"data: {\"candidates\": []}\n\ndata: [DONE]\n\ndata: x\n\n");
    assert_eq!((ended, answer.unwrap().finish), (Some(1), Finish::Missing));
}

#[test]
fn nothing_is_no_answer() {
    let failure = read(b"").1.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Malformed);
    assert_eq!(failure.message, "the answer holds nothing that an answer has");
    assert_eq!(read(b"data:  \n\n").1.unwrap_err(), failure);
}

#[test]
fn an_event_that_was_cut_is_malformed() {
    let failure = read(b"data: {\"candidates\": [{\n\n").1.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Malformed);
}
