//! What the contract says, case by case.

use super::super::{Codec, Headers};
use super::Anthropic;
use crate::llm::answer::{Answer, Failure, FailureKind, Finish};
use crate::llm::request::{Block, CacheFor, Effort, Part, Request, ToolCall};
use crate::llm::sse::Event;
use crate::model::Usage;
use serde_json::{Value, json};

const VERSION: &str = "2026-10-21";

fn body(version: &str, request: &Request) -> Value {
    serde_json::from_slice(&Anthropic.ask(version, request, false).body).unwrap()
}

fn question(model: &str) -> Request {
    Request::question(model, "", "Is this right?", 4096)
}

fn answer(message: &Value) -> Result<Answer, Failure> {
    Anthropic.answer(&Headers::default(), message.to_string().as_bytes())
}

/// A message that stops for that reason.
fn message(reason: Value) -> Value {
    json!({
        "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-sonnet-5-5",
        "content": [{"type": "text", "text": "Yes."}], "stop_reason": reason, "stop_sequence": null,
        "usage": {"input_tokens": 7, "output_tokens": 3},
    })
}

#[test]
fn where_and_how_to_ask() {
    assert_eq!(Anthropic.defaults().api_version, VERSION);
    let auth = Anthropic.auth();
    assert_eq!((auth.header, auth.prefix), ("authorization", "Bearer "));
    let call = Anthropic.ask("2023-06-01", &question("m"), true);
    assert_eq!((call.method, call.path.as_str()), ("POST", "/v1/messages"));
    let version = ("anthropic-version", "2023-06-01".to_owned());
    assert!(call.headers.contains(&version));
    assert_eq!(
        serde_json::from_slice::<Value>(&call.body).unwrap()["stream"],
        json!(true)
    );
    let models = Anthropic.models(VERSION);
    assert_eq!(models.path, "/v1/models?limit=1000");
    assert_eq!(models.headers, [("anthropic-version", VERSION.to_owned())]);
}

#[test]
fn sampling_is_told_to_the_old_version_alone() {
    let mut request = question("claude-opus-4-6");
    request.temperature = Some(0.2);
    assert_eq!(body("2023-06-01", &request)["temperature"], json!(0.2));
    for version in [VERSION, "2027-01-01", ""] {
        assert_eq!(body(version, &request).get("temperature"), None, "{version}");
    }
    // Thinking and a temperature exclude each other.
    request.thinking_budget = Some(2000);
    assert_eq!(body("2023-06-01", &request).get("temperature"), None);
}

#[test]
fn thinking_is_told_only_as_the_model_takes_it() {
    let thinking = |model: &str, budget: Option<u32>| {
        let mut request = question(model);
        request.thinking_budget = budget;
        body(VERSION, &request).get("thinking").cloned()
    };
    let enabled = |tokens: u32| Some(json!({"type": "enabled", "budget_tokens": tokens}));
    assert_eq!(thinking("claude-opus-4-6", None), None);
    assert_eq!(thinking("claude-opus-4-6", Some(1024)), enabled(1024));
    assert_eq!(thinking("claude-haiku-4-5", Some(2000)), enabled(2000));
    // It must be less than all that may be written.
    assert_eq!(thinking("claude-opus-4-6", Some(9000)), enabled(4095));
    assert_eq!(thinking("claude-opus-4-6", Some(1023)), None);
    for model in [
        "claude-opus-4-7",
        "claude-opus-4-8",
        "claude-sonnet-5",
        "claude-new-9",
    ] {
        assert_eq!(
            thinking(model, Some(2000)),
            Some(json!({"type": "adaptive"})),
            "{model}"
        );
        assert_eq!(
            thinking(model, Some(0)),
            Some(json!({"type": "disabled"})),
            "{model}"
        );
    }
    for model in [
        "claude-opus-5-5",
        "claude-sonnet-5-5",
        "claude-fable-5-1",
        "claude-mythos-5-1",
    ] {
        assert_eq!(thinking(model, Some(0)), None, "{model}");
    }
}

#[test]
fn effort_has_no_word_below_low() {
    let all = [Effort::Minimal, Effort::Low, Effort::Medium, Effort::High];
    let words = all.map(|effort| {
        let mut request = question("m");
        request.effort = Some(effort);
        body(VERSION, &request)["output_config"]["effort"].clone()
    });
    assert_eq!(words, ["low", "low", "medium", "high"]);
}

#[test]
fn no_more_places_are_marked_for_the_cache_than_are_taken() {
    let mut request = question("m");
    let block = |text: &str| Block {
        text: text.into(),
        cache: Some(CacheFor::Long),
    };
    request.system = ["a", "b", "", "c", "d", "e"].map(block).into();
    let body = body(VERSION, &request);
    let mark = json!({"type": "ephemeral", "ttl": "1h"});
    let marks = body["system"]
        .as_array()
        .unwrap()
        .iter()
        .map(|b| b.get("cache_control"));
    let marks: Vec<Option<&Value>> = marks.collect();
    assert_eq!(marks, [Some(&mark), Some(&mark), Some(&mark), Some(&mark), None]);
}

#[test]
fn what_is_empty_is_left_out() {
    let mut request = question("m");
    request.turns.insert(0, crate::llm::request::Turn::user(""));
    let body = body(VERSION, &request);
    assert_eq!(body.get("system"), None);
    assert_eq!(body["messages"].as_array().unwrap().len(), 1);
}

#[test]
fn the_class_of_service_has_two_words() {
    let tier = |asked: &str| {
        let mut request = question("m");
        request.service_tier = Some(asked.into());
        body(VERSION, &request).get("service_tier").cloned()
    };
    assert_eq!(tier("standard"), Some(json!("standard_only")));
    assert_eq!(tier("priority"), Some(json!("auto")));
    assert_eq!(tier("flex"), None);
}

#[test]
fn a_count_is_asked_without_what_only_an_answer_needs() {
    let mut request = question("m");
    request.service_tier = Some("standard".into());
    let call = Anthropic.count(VERSION, &request).unwrap();
    assert_eq!(call.path, "/v1/messages/count_tokens");
    let body: Value = serde_json::from_slice(&call.body).unwrap();
    let names: Vec<&String> = body.as_object().unwrap().keys().collect();
    assert_eq!(names, ["model", "messages"]);
    assert_eq!(Anthropic.counted(br#"{"input_tokens":40}"#), Ok(40));
}

#[test]
fn each_reason_to_stop_has_its_meaning() {
    let table = [
        (json!("end_turn"), Finish::Complete),
        (json!("max_tokens"), Finish::Truncated),
        (json!("model_context_window_exceeded"), Finish::Truncated),
        (json!("tool_use"), Finish::Calls),
        (json!("refusal"), Finish::Refused("refusal".into())),
        (json!("pause_turn"), Finish::Other("pause_turn".into())),
        (json!("stop_sequence"), Finish::Other("stop_sequence".into())),
        (json!("tired\u{1b}[31m"), Finish::Other("tired\\x1b[31m".into())),
        (json!(null), Finish::Missing),
        (json!(""), Finish::Missing),
        (json!(7), Finish::Missing),
    ];
    for (reason, finish) in table {
        let answer = answer(&message(reason.clone())).unwrap();
        assert_eq!(answer.finish, finish, "{reason}");
    }
}

#[test]
fn a_refusal_says_what_it_is_about() {
    for category in [
        "cyber",
        "bio",
        "frontier_llm",
        "reasoning_extraction",
        "general_harms",
        "new",
    ] {
        let mut refused = message(json!("refusal"));
        refused["stop_details"] = json!({"type": "refusal", "category": category, "explanation": "No."});
        assert_eq!(answer(&refused).unwrap().finish, Finish::Refused(category.into()));
    }
    let mut refused = message(json!("refusal"));
    refused["stop_details"] = json!({"type": "refusal", "category": null});
    assert_eq!(
        answer(&refused).unwrap().finish,
        Finish::Refused("refusal".into())
    );
}

#[test]
fn a_turn_goes_back_as_it_came() {
    let thinking = json!({"type": "thinking", "thinking": "Hm.", "signature": "c2ln"});
    let hidden = json!({"type": "redacted_thinking", "data": "eA=="});
    let unknown = json!({"type": "server_tool_use", "id": "s", "text": "no answer"});
    let mut whole = message(json!("tool_use"));
    whole["content"] = json!([
        thinking, hidden, {"type": "text", "text": "I look. "}, {"type": "text", "text": "Wait."}, unknown,
        {"type": "tool_use", "id": "toolu_1", "name": "find", "input": {"word": "a"}},
    ]);
    let answer = answer(&whole).unwrap();
    assert_eq!(answer.text, "I look. Wait.");
    let call = ToolCall {
        id: "toolu_1".into(),
        name: "find".into(),
        args: json!({"word": "a"}),
        signature: None,
    };
    assert_eq!(answer.calls, std::slice::from_ref(&call));
    let turn = [
        Part::Opaque(thinking),
        Part::Opaque(hidden),
        Part::Text(Block::plain("I look. ")),
        Part::Text(Block::plain("Wait.")),
        Part::Opaque(unknown),
        Part::Call(call),
    ];
    assert_eq!(answer.turn, turn);
    let mut request = question("m");
    request.turns = vec![crate::llm::request::Turn {
        role: crate::llm::request::Role::Model,
        parts: answer.turn,
    }];
    assert_eq!(
        body(VERSION, &request)["messages"][0]["content"],
        whole["content"]
    );
}

#[test]
fn the_tokens_of_the_cache_are_told_apart() {
    let usage = |usage: Value| {
        let mut whole = message(json!("end_turn"));
        whole["usage"] = usage;
        answer(&whole).unwrap().usage
    };
    let split = usage(json!({
        "input_tokens": 10, "cache_creation_input_tokens": 300, "cache_read_input_tokens": 40,
        "cache_creation": {"ephemeral_5m_input_tokens": 100, "ephemeral_1h_input_tokens": 200},
        "output_tokens": 50, "output_tokens_details": {"thinking_tokens": 20}, "service_tier": "standard",
    }));
    let expected = Usage {
        input: 10,
        cache_read: 40,
        cache_write: 100,
        cache_write_long: 200,
        output: 50,
        thinking: 20,
    };
    assert_eq!(split, expected);
    assert_eq!(split.prompt(), 350);
    let unsplit =
        usage(json!({"input_tokens": 1, "cache_creation_input_tokens": 300, "cache_creation": null}));
    assert_eq!((unsplit.cache_write, unsplit.cache_write_long), (300, 0));
    assert!(usage(json!(null)).is_empty());
}

#[test]
fn a_body_that_is_no_message_is_malformed() {
    let nested = "[".repeat(100_000);
    for body in [
        "",
        "{}",
        "[]",
        "null",
        "\"yes\"",
        "<html>",
        "{\"content\":",
        &nested,
    ] {
        let failed = Anthropic.answer(&Headers::default(), body.as_bytes());
        assert_eq!(
            failed.map_err(|f| f.kind),
            Err(FailureKind::Malformed),
            "{body:.20}"
        );
    }
}

fn event(data: &Value) -> Event {
    Event {
        name: data["type"].as_str().unwrap_or_default().to_owned(),
        data: data.to_string(),
    }
}

/// Sends events; returns whether the last of them was the end, and the answer.
fn streamed(events: &[Value]) -> Result<(bool, Answer), Failure> {
    let mut stream = Anthropic.stream(&Headers::default());
    let mut done = false;
    for data in events {
        done = stream.event(&event(data))?;
    }
    Ok((done, stream.end()?))
}

fn start() -> Value {
    json!({"type": "message_start", "message": {
        "id": "msg_1", "type": "message", "role": "assistant", "model": "claude-sonnet-5-5", "content": [],
        "stop_reason": null, "usage": {
            "input_tokens": 25, "cache_read_input_tokens": 5, "cache_creation_input_tokens": 8,
            "cache_creation": {"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 8},
            "output_tokens": 1,
        },
    }})
}

fn delta(index: u64, delta: &Value) -> Value {
    json!({"type": "content_block_delta", "index": index, "delta": delta})
}

fn begin(index: u64, block: &Value) -> Value {
    json!({"type": "content_block_start", "index": index, "content_block": block})
}

fn stop(reason: &str) -> Value {
    json!({"type": "message_delta", "delta": {"stop_reason": reason, "stop_sequence": null},
        "usage": {"input_tokens": null, "output_tokens": 90, "output_tokens_details": {"thinking_tokens": 30}}})
}

#[test]
fn a_stream_is_the_message_in_pieces() {
    let events = [
        start(),
        json!({"type": "ping"}),
        begin(0, &json!({"type": "thinking", "thinking": "", "signature": ""})),
        delta(0, &json!({"type": "thinking_delta", "thinking": "H"})),
        delta(0, &json!({"type": "thinking_delta", "thinking": "m."})),
        delta(0, &json!({"type": "signature_delta", "signature": "c2ln"})),
        json!({"type": "content_block_stop", "index": 0}),
        begin(1, &json!({"type": "text", "text": ""})),
        delta(1, &json!({"type": "text_delta", "text": "I lo"})),
        delta(1, &json!({"type": "citations_delta", "citation": {}})),
        delta(1, &json!({"type": "text_delta", "text": "ok."})),
        begin(
            2,
            &json!({"type": "tool_use", "id": "toolu_1", "name": "find", "input": {}}),
        ),
        delta(2, &json!({"type": "input_json_delta", "partial_json": ""})),
        delta(2, &json!({"type": "input_json_delta", "partial_json": "{\"wor"})),
        delta(
            2,
            &json!({"type": "input_json_delta", "partial_json": "d\":\"a\"}"}),
        ),
        begin(
            3,
            &json!({"type": "tool_use", "id": "toolu_2", "name": "list", "input": {}}),
        ),
        json!({"type": "an_event_of_tomorrow"}),
        stop("tool_use"),
        json!({"type": "message_stop"}),
    ];
    let (done, answer) = streamed(&events).unwrap();
    assert!(done);
    assert_eq!(answer.finish, Finish::Calls);
    assert_eq!(answer.text, "I look.");
    let args: Vec<&Value> = answer.calls.iter().map(|call| &call.args).collect();
    assert_eq!(args, [&json!({"word": "a"}), &json!({})]);
    let thinking = json!({"type": "thinking", "thinking": "Hm.", "signature": "c2ln"});
    assert_eq!(answer.turn[0], Part::Opaque(thinking));
    let usage = Usage {
        input: 25,
        cache_read: 5,
        cache_write: 0,
        cache_write_long: 8,
        output: 90,
        thinking: 30,
    };
    assert_eq!(answer.usage, usage);
    assert_eq!(
        (answer.served.as_deref(), answer.id.as_deref()),
        (Some("claude-sonnet-5-5"), Some("msg_1"))
    );
}

#[test]
fn a_refusal_may_come_at_the_end_of_a_stream() {
    let mut stop = stop("refusal");
    stop["delta"]["stop_details"] = json!({"type": "refusal", "category": "cyber"});
    let (_, answer) = streamed(&[start(), stop]).unwrap();
    assert_eq!(answer.finish, Finish::Refused("cyber".into()));
}

#[test]
fn a_stream_that_breaks_off_says_no_reason() {
    let begun = [
        start(),
        begin(0, &json!({"type": "text", "text": ""})),
        delta(0, &json!({"type": "text_delta", "text": "Ye"})),
    ];
    let (done, answer) = streamed(&begun).unwrap();
    assert!(!done);
    assert_eq!((answer.finish, answer.text.as_str()), (Finish::Missing, "Ye"));
    let nothing = streamed(&[json!({"type": "ping"})]);
    assert_eq!(nothing.map_err(|f| f.kind), Err(FailureKind::Malformed));
    let stray = streamed(&[start(), delta(4, &json!({"type": "text_delta", "text": "Ye"}))]);
    assert_eq!(stray.map_err(|f| f.kind), Err(FailureKind::Malformed));
}

#[test]
fn an_error_after_status_200_is_one() {
    let error = json!({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}});
    let failure = streamed(&[start(), error]).unwrap_err();
    assert_eq!(failure.kind, FailureKind::Overloaded(None));
    assert_eq!(
        (failure.status, failure.code.as_deref()),
        (Some(200), Some("overloaded_error"))
    );
    let whole = json!({"type": "error", "error": {"type": "api_error", "message": "Oh"}});
    assert_eq!(answer(&whole).unwrap_err().kind, FailureKind::Server);
    let unknown = json!({"type": "error"});
    assert_eq!(answer(&unknown).unwrap_err().kind, FailureKind::Server);
}

#[test]
fn what_another_provider_said_is_left_out_or_named() {
    let own = json!({"type": "redacted_thinking", "data": "eA=="});
    let foreign = [
        json!({"type": "reasoning", "id": "rs_1"}),
        json!({"text": "Hm.", "thought": true}),
        json!(7),
    ];
    let call = ToolCall {
        id: String::new(),
        name: "find".into(),
        args: json!("{\"word\":"),
        signature: Some("c2ln".into()),
    };
    let mut parts: Vec<Part> = foreign.into_iter().map(Part::Opaque).collect();
    parts.extend([Part::Opaque(own.clone()), Part::Call(call)]);
    let mut request = question("m");
    request.turns = vec![crate::llm::request::Turn {
        role: crate::llm::request::Role::Model,
        parts,
    }];
    let body = body(VERSION, &request);
    assert_eq!(
        body["messages"][0]["content"],
        json!([own, {"type": "tool_use", "id": "find", "name": "find", "input": {}}])
    );
}
