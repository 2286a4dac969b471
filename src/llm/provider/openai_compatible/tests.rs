//! What the contract says, case by case, and what the servers make of it.

use super::super::{Codec, Headers};
use super::OpenAiCompatible;
use crate::llm::answer::{Answer, Failure, FailureKind, Finish};
use crate::llm::request::{Block, Effort, Part, Request, Role, ToolCall, ToolResult, Turn};
use crate::llm::sse::Event;
use crate::model::Usage;
use serde_json::{Value, json};

fn body(request: &Request, stream: bool) -> Value {
    serde_json::from_slice(&OpenAiCompatible.ask("", request, stream).body).unwrap()
}

fn question() -> Request {
    Request::question("qwen2.5-coder", "Review.", "Is this right?", 4096)
}

fn answer(completion: &Value) -> Result<Answer, Failure> {
    OpenAiCompatible.answer(&Headers::default(), completion.to_string().as_bytes())
}

/// A completion that stops for that reason.
fn completion(message: &Value, reason: &Value) -> Value {
    json!({
        "id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "qwen2.5-coder:1.5b",
        "choices": [{"index": 0, "message": message, "finish_reason": reason, "logprobs": null}],
        "usage": {"prompt_tokens": 30, "completion_tokens": 9, "total_tokens": 39},
    })
}

fn said(text: &str) -> Value {
    json!({"role": "assistant", "content": text, "refusal": null})
}

fn call(id: &str, name: &str, args: Value) -> ToolCall {
    ToolCall {
        id: id.into(),
        name: name.into(),
        args,
        signature: None,
    }
}

#[test]
fn where_and_how_to_ask() {
    assert_eq!(OpenAiCompatible.defaults().base_url, "");
    let call = OpenAiCompatible.ask("", &question(), false);
    assert_eq!((call.method, call.path.as_str()), ("POST", "/chat/completions"));
    assert_eq!(OpenAiCompatible.models("").path, "/models");
    assert_eq!(OpenAiCompatible.count("", &question()), None);
    let streamed = body(&question(), true);
    assert_eq!(streamed["stream"], json!(true));
    assert_eq!(streamed["stream_options"], json!({"include_usage": true}));
}

#[test]
fn an_answer_is_bounded_by_the_name_that_all_servers_know() {
    let body = body(&question(), false);
    assert_eq!(body["max_tokens"], json!(4096));
    assert_eq!(body.get("max_completion_tokens"), None);
}

#[test]
fn what_the_servers_do_not_know_is_left_out() {
    let mut request = question();
    request.cache_key = Some("k".into());
    request.thinking_budget = Some(2000);
    request.cached_content = Some("c".into());
    request.seed = Some(u64::MAX);
    request.effort = Some(Effort::Minimal);
    let body = body(&request, false);
    let names: Vec<&String> = body.as_object().unwrap().keys().collect();
    assert_eq!(
        names,
        ["model", "messages", "max_tokens", "reasoning_effort", "seed"]
    );
    assert_eq!(body["reasoning_effort"], "none");
    assert_eq!(body["seed"], json!(i64::MAX));
}

#[test]
fn results_follow_their_calls_and_thoughts_stay_here() {
    let mut request = question();
    request.turns.push(Turn {
        role: Role::Model,
        parts: vec![
            Part::Opaque(json!({"type": "thinking"})),
            Part::Call(call("", "find", json!({}))),
        ],
    });
    let result = ToolResult {
        id: String::new(),
        name: "find".into(),
        content: "Nothing.".into(),
        is_error: true,
    };
    request.turns.push(Turn {
        role: Role::User,
        parts: vec![Part::Text(Block::plain("Go on.")), Part::Result(result)],
    });
    request.turns.push(Turn {
        role: Role::Model,
        parts: vec![Part::Opaque(json!({"type": "reasoning"}))],
    });
    let function = json!({"name": "find", "arguments": "{}"});
    let expected = json!([
        {"role": "system", "content": "Review."},
        {"role": "user", "content": "Is this right?"},
        {"role": "assistant", "content": null,
            "tool_calls": [{"id": "find", "type": "function", "function": function}]},
        {"role": "tool", "tool_call_id": "find", "content": "error: Nothing."},
        {"role": "user", "content": "Go on."},
    ]);
    assert_eq!(body(&request, false)["messages"], expected);
}

#[test]
fn each_reason_to_stop_has_its_meaning() {
    let table = [
        (json!("stop"), Finish::Complete),
        (json!("length"), Finish::Truncated),
        (json!("tool_calls"), Finish::Calls),
        (json!("function_call"), Finish::Calls),
        (json!("content_filter"), Finish::Blocked("content_filter".into())),
        (json!("tired"), Finish::Other("tired".into())),
        (json!(""), Finish::Missing),
        (json!(null), Finish::Missing),
    ];
    for (reason, finish) in table {
        let answer = answer(&completion(&said("Yes."), &reason)).unwrap();
        assert_eq!(answer.finish, finish, "{reason}");
        assert_eq!(answer.text, "Yes.");
        assert_eq!(answer.turn, [Part::Text(Block::plain("Yes."))]);
    }
}

#[test]
fn a_refusal_is_no_answer() {
    let refused = json!({"role": "assistant", "content": null, "refusal": "I cannot."});
    let answer = answer(&completion(&refused, &json!("stop"))).unwrap();
    assert_eq!(answer.finish, Finish::Refused("refusal".into()));
    assert_eq!(answer.text, "");
}

#[test]
fn thoughts_are_no_part_of_the_text() {
    let thinks =
        json!({"role": "assistant", "content": "Yes.", "reasoning_content": "Hm.", "reasoning": "Hm."});
    let answer = answer(&completion(&thinks, &json!("stop"))).unwrap();
    assert_eq!(answer.text, "Yes.");
    assert_eq!(answer.turn, [Part::Text(Block::plain("Yes."))]);
}

#[test]
fn text_may_come_in_parts() {
    let parts = json!({"content": [{"type": "text", "text": "Ye"}, {"type": "image"}, {"type": "text", "text": "s."}]});
    assert_eq!(answer(&completion(&parts, &json!("stop"))).unwrap().text, "Yes.");
}

#[test]
fn calls_are_read_in_every_form() {
    let function = |arguments: Value| json!({"name": "find", "arguments": arguments});
    let message = json!({"role": "assistant", "content": null, "tool_calls": [
        {"id": "call_1", "type": "function", "function": function(json!("{\"word\":\"a\"}"))},
        {"id": "call_2", "type": "function", "function": function(json!({"word": "b"}))},
        {"function": function(json!("{\"word\":"))},
        {"id": "call_4", "function": {"name": "list"}},
    ]});
    // Ollama says `stop`.
    let answer = answer(&completion(&message, &json!("stop"))).unwrap();
    assert_eq!(answer.finish, Finish::Calls);
    let expected = [
        call("call_1", "find", json!({"word": "a"})),
        call("call_2", "find", json!({"word": "b"})),
        call("", "find", json!("{\"word\":")),
        call("call_4", "list", json!({})),
    ];
    assert_eq!(answer.calls, expected);
}

#[test]
fn the_tokens_of_the_cache_are_told_apart() {
    let mut whole = completion(&said("Yes."), &json!("stop"));
    whole["usage"] = json!({
        "prompt_tokens": 100, "completion_tokens": 60,
        "prompt_tokens_details": {"cached_tokens": 30, "cache_write_tokens": 20},
        "completion_tokens_details": {"reasoning_tokens": 40},
    });
    let expected = Usage {
        input: 50,
        cache_read: 30,
        cache_write: 20,
        cache_write_long: 0,
        output: 60,
        thinking: 40,
    };
    assert_eq!(answer(&whole).unwrap().usage, expected);
    whole["usage"] = json!({"prompt_tokens": 100, "completion_tokens": 60, "prompt_tokens_details": null});
    let plain = answer(&whole).unwrap().usage;
    assert_eq!((plain.input, plain.output, plain.thinking), (100, 60, 0));
}

#[test]
fn a_body_that_is_no_completion_is_malformed() {
    let bodies = [
        "",
        "{}",
        "[]",
        "null",
        "<html>",
        r#"{"choices":[]}"#,
        r#"{"choices":[{}]}"#,
    ];
    for body in bodies {
        let failed = OpenAiCompatible.answer(&Headers::default(), body.as_bytes());
        assert_eq!(failed.map_err(|f| f.kind), Err(FailureKind::Malformed), "{body}");
    }
}

#[test]
fn an_error_in_a_body_of_status_200_is_one() {
    let whole = json!({"error": {"message": "Provider returned error", "code": 502}, "user_id": "u"});
    let failure = answer(&whole).unwrap_err();
    assert_eq!((failure.kind, failure.status), (FailureKind::Server, Some(502)));
    let mut inside = completion(&said(""), &json!("error"));
    inside["choices"][0]["error"] = json!({"message": "No capacity", "code": 503});
    assert_eq!(answer(&inside).unwrap_err().kind, FailureKind::Overloaded(None));
}

/// Sends the data of events; returns whether the last of them was the end, and the answer.
fn streamed(events: &[&str]) -> Result<(bool, Answer), Failure> {
    let mut stream = OpenAiCompatible.stream(&Headers::default());
    let mut done = false;
    for data in events {
        let event = Event {
            name: String::new(),
            data: (*data).to_owned(),
        };
        done = stream.event(&event)?;
    }
    Ok((done, stream.end()?))
}

fn chunk(delta: &Value, reason: &Value) -> String {
    let choice = json!({"index": 0, "delta": delta, "finish_reason": reason});
    json!({"id": "chatcmpl-1", "object": "chat.completion.chunk", "model": "qwen2.5-coder:1.5b",
        "choices": [choice], "usage": null})
    .to_string()
}

fn usage() -> String {
    json!({"id": "chatcmpl-1", "model": "qwen2.5-coder:1.5b", "choices": [],
        "usage": {"prompt_tokens": 30, "completion_tokens": 9}})
    .to_string()
}

#[test]
fn a_stream_is_the_completion_in_pieces() {
    let events = [
        chunk(&json!({"role": "assistant", "content": null}), &Value::Null),
        chunk(&json!({"reasoning_content": "Hm."}), &Value::Null),
        chunk(&json!({"content": "Ye"}), &Value::Null),
        chunk(&json!({"content": "s."}), &Value::Null),
        chunk(&json!({}), &json!("stop")),
        usage(),
        "[DONE]".to_owned(),
    ];
    let events: Vec<&str> = events.iter().map(String::as_str).collect();
    let (done, answer) = streamed(&events).unwrap();
    assert!(done);
    assert_eq!((answer.finish, answer.text.as_str()), (Finish::Complete, "Yes."));
    assert_eq!((answer.usage.input, answer.usage.output), (30, 9));
    assert_eq!(answer.served.as_deref(), Some("qwen2.5-coder:1.5b"));
    assert_eq!(answer.id.as_deref(), Some("chatcmpl-1"));
}

#[test]
fn pieces_of_calls_are_joined_by_index() {
    let piece = |calls: Value| chunk(&json!({"tool_calls": calls}), &Value::Null);
    let events = [
        piece(
            json!([{"index": 0, "id": "a", "type": "function", "function": {"name": "find", "arguments": ""}}]),
        ),
        piece(
            json!([{"index": 1, "id": "b", "type": "function", "function": {"name": "list", "arguments": ""}}]),
        ),
        piece(json!([{"index": 0, "function": {"arguments": "{\"word\""}}])),
        piece(
            json!([{"index": 1, "function": {"arguments": "{}"}}, {"index": 0, "function": {"arguments": ":1}"}}]),
        ),
        chunk(&json!({}), &json!("tool_calls")),
    ];
    let events: Vec<&str> = events.iter().map(String::as_str).collect();
    let (_, answer) = streamed(&events).unwrap();
    let expected = [
        call("a", "find", json!({"word": 1})),
        call("b", "list", json!({})),
    ];
    assert_eq!(
        (answer.finish, answer.calls.as_slice()),
        (Finish::Calls, &expected[..])
    );
}

#[test]
fn calls_that_all_have_the_index_0_are_told_apart_by_id() {
    let piece = |id: &str, args: &str| {
        let function = json!({"name": "find", "arguments": args});
        chunk(
            &json!({"tool_calls": [{"index": 0, "id": id, "function": function}]}),
            &Value::Null,
        )
    };
    let bare = json!({"tool_calls": [{"function": {"arguments": "1}"}}]});
    let events = [
        piece("a", "{}"),
        piece("b", "{\"x\":"),
        chunk(&bare, &json!("stop")),
    ];
    let events: Vec<&str> = events.iter().map(String::as_str).collect();
    let (_, answer) = streamed(&events).unwrap();
    assert_eq!(
        answer.calls,
        [call("a", "find", json!({})), call("b", "find", json!({"x": 1}))]
    );
    assert_eq!(answer.finish, Finish::Calls);
}

#[test]
fn there_is_a_most_of_calls() {
    let calls: Vec<Value> = (0..257)
        .map(|index| json!({"index": index, "function": {"name": "f"}}))
        .collect();
    let many = chunk(&json!({"tool_calls": calls}), &Value::Null);
    assert_eq!(
        streamed(&[&many]).map_err(|f| f.kind),
        Err(FailureKind::Malformed)
    );
}

#[test]
fn a_stream_that_breaks_off_says_no_reason() {
    let begun = chunk(&json!({"content": "Ye"}), &Value::Null);
    let (done, answer) = streamed(&[&begun]).unwrap();
    assert!(!done);
    assert_eq!((answer.finish, answer.text.as_str()), (Finish::Missing, "Ye"));
    for nothing in [&[][..], &["[DONE]"], &["{}"]] {
        let failed = streamed(nothing).map_err(|f| f.kind);
        assert_eq!(failed, Err(FailureKind::Malformed), "{nothing:?}");
    }
    let cut = streamed(&["{\"choices\":"]);
    assert_eq!(cut.map_err(|f| f.kind), Err(FailureKind::Malformed));
}

#[test]
fn an_error_in_a_stream_is_one() {
    let begun = chunk(&json!({"content": "Ye"}), &Value::Null);
    let error = json!({"error": {"message": "Provider returned error", "code": 429},
        "choices": [{"delta": {}, "finish_reason": "error"}]});
    let failure = streamed(&[&begun, &error.to_string()]).unwrap_err();
    assert_eq!(failure.kind, FailureKind::RateLimited(None));
    let event = Event {
        name: "error".into(),
        data: json!({"message": "Oh.", "code": 500}).to_string(),
    };
    let failed = OpenAiCompatible.stream(&Headers::default()).event(&event);
    assert_eq!(failed.map_err(|f| f.kind), Err(FailureKind::Server));
}
