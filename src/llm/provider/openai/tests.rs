//! What the contract says, case by case.

use super::super::{Codec, Headers};
use super::OpenAi;
use crate::llm::answer::{Answer, Failure, FailureKind, Finish};
use crate::llm::request::{Block, Effort, Part, Request, Role, Schema, Tool, ToolCall, ToolChoice, Turn};
use crate::llm::sse::Event;
use crate::model::Usage;
use serde_json::{Value, json};

fn body(request: &Request) -> Value {
    serde_json::from_slice(&OpenAi.ask("", request, false).body).unwrap()
}

fn question(model: &str) -> Request {
    Request::question(model, "", "Is this right?", 4096)
}

fn answer(response: &Value) -> Result<Answer, Failure> {
    OpenAi.answer(&Headers::default(), response.to_string().as_bytes())
}

fn said(text: &str) -> Value {
    let content = json!([{"type": "output_text", "text": text, "annotations": []}]);
    json!({"type": "message", "id": "msg_1", "status": "completed", "role": "assistant", "content": content})
}

/// A response of that status.
fn response(status: &str) -> Value {
    json!({
        "id": "resp_1", "object": "response", "status": status, "error": null, "incomplete_details": null,
        "model": "gpt-6.1-terra", "output": [said("Yes.")],
        "usage": {"input_tokens": 7, "output_tokens": 3, "total_tokens": 10},
    })
}

#[test]
fn where_and_how_to_ask() {
    let auth = OpenAi.auth();
    assert_eq!((auth.header, auth.prefix), ("authorization", "Bearer "));
    let call = OpenAi.ask("", &question("m"), true);
    assert_eq!((call.method, call.path.as_str()), ("POST", "/v1/responses"));
    let streamed: Value = serde_json::from_slice(&call.body).unwrap();
    assert_eq!(streamed["stream"], json!(true));
    assert_eq!(OpenAi.models("").path, "/v1/models");
    assert_eq!(
        OpenAi.listed(br#"{"object":"list","data":[{"id":"gpt-6-luna"}]}"#),
        Ok(vec!["gpt-6-luna".to_owned()])
    );
}

#[test]
fn nothing_is_ever_kept_there() {
    let mut request = question("m");
    assert_eq!(body(&request)["store"], json!(false));
    request.cache_key = Some("k".into());
    assert_eq!(body(&request)["store"], json!(false));
}

#[test]
fn the_least_effort_is_one_that_the_model_takes() {
    let least = |model: &str| {
        let mut request = question(model);
        request.effort = Some(Effort::Minimal);
        body(&request)["reasoning"]["effort"].clone()
    };
    for model in ["gpt-6-luna", "gpt-6.1-terra", "gpt-5.5", "gpt-5.4-mini"] {
        assert_eq!(least(model), "none", "{model}");
    }
    for model in ["gpt-5", "gpt-5-mini"] {
        assert_eq!(least(model), "minimal", "{model}");
    }
    for model in ["gpt-6.1-sol", "gpt-6-astra", "gpt-5.5-pro", "o3", "new"] {
        assert_eq!(least(model), "low", "{model}");
    }
    assert_eq!(body(&question("gpt-6-luna")).get("reasoning"), None);
}

#[test]
fn only_what_can_be_enforced_is_strict() {
    let closed = json!({"type": "object", "additionalProperties": false, "required": [], "properties": {}});
    let open = json!({"type": "object", "properties": {"a": {"type": "string"}}});
    let tool = |parameters: &Value| Tool {
        name: "t".into(),
        description: "d".into(),
        parameters: parameters.clone(),
    };
    let mut request = question("m");
    request.tools = vec![tool(&closed), tool(&open)];
    request.tool_choice = ToolChoice::Any;
    request.schema = Some(Schema {
        name: "findings".into(),
        value: closed.clone(),
    });
    let body = body(&request);
    let strict = [&body["tools"][0], &body["tools"][1], &body["text"]["format"]].map(|at| &at["strict"]);
    assert_eq!(strict, [&json!(true), &json!(false), &json!(true)]);
    assert_eq!(body["text"]["format"]["name"], "findings");
    assert_eq!(body["tool_choice"], "required");
}

#[test]
fn the_class_of_service_is_the_providers_word() {
    let tier = |asked: &str| {
        let mut request = question("m");
        request.service_tier = Some(asked.into());
        body(&request).get("service_tier").cloned()
    };
    assert_eq!(tier("standard"), Some(json!("default")));
    assert_eq!(tier("flex"), Some(json!("flex")));
    assert_eq!(tier("priority"), Some(json!("priority")));
    assert_eq!(tier("standard_only"), None);
}

#[test]
fn a_count_is_asked_without_what_only_an_answer_needs() {
    let mut request = question("m");
    request.cache_key = Some("k".into());
    let call = OpenAi.count("", &request).unwrap();
    assert_eq!(call.path, "/v1/responses/input_tokens");
    let body: Value = serde_json::from_slice(&call.body).unwrap();
    let names: Vec<&String> = body.as_object().unwrap().keys().collect();
    assert_eq!(names, ["model", "input"]);
    assert_eq!(
        OpenAi.counted(br#"{"object":"response.input_tokens","input_tokens":9}"#),
        Ok(9)
    );
}

#[test]
fn each_status_has_its_meaning() {
    let table = [
        ("completed", Finish::Complete),
        ("in_progress", Finish::Other("in_progress".into())),
        ("queued", Finish::Other("queued".into())),
        ("cancelled", Finish::Other("cancelled".into())),
        ("failed", Finish::Other("failed".into())),
        ("incomplete", Finish::Other("incomplete".into())),
        ("tired", Finish::Other("tired".into())),
        ("", Finish::Missing),
    ];
    for (status, finish) in table {
        assert_eq!(answer(&response(status)).unwrap().finish, finish, "{status}");
    }
}

#[test]
fn each_reason_for_being_incomplete_has_its_meaning() {
    let table = [
        ("max_output_tokens", Finish::Truncated),
        ("content_filter", Finish::Blocked("content_filter".into())),
        ("max_messages", Finish::Other("max_messages".into())),
        ("steered", Finish::Other("steered".into())),
        ("new", Finish::Other("new".into())),
    ];
    for (reason, finish) in table {
        let mut response = response("incomplete");
        response["incomplete_details"] = json!({"reason": reason});
        assert_eq!(answer(&response).unwrap().finish, finish, "{reason}");
    }
}

#[test]
fn each_code_of_a_failed_response_has_its_meaning() {
    let failed = |code: &str, message: &str| {
        let mut response = response("failed");
        response["error"] = json!({"code": code, "message": message});
        answer(&response)
    };
    let table = [
        ("server_error", FailureKind::Server),
        ("rate_limit_exceeded", FailureKind::RateLimited(None)),
        ("invalid_prompt", FailureKind::BadRequest),
        ("insufficient_quota", FailureKind::Exhausted(None)),
        ("context_length_exceeded", FailureKind::ContextTooLong(None)),
        ("vector_store_timeout", FailureKind::Server),
        ("new", FailureKind::Server),
    ];
    for (code, kind) in table {
        let failure = failed(code, "Oh.").unwrap_err();
        assert_eq!(
            (failure.kind, failure.code.as_deref()),
            (kind, Some(code)),
            "{code}"
        );
        assert_eq!(failure.status, Some(200));
    }
    for code in [
        "bio_policy",
        "misalignment_policy_violation",
        "image_content_policy_violation",
    ] {
        assert_eq!(failed(code, "No.").unwrap().finish, Finish::Blocked(code.into()));
    }
    let flagged = failed("invalid_prompt", "It was flagged as against our usage policy.");
    assert_eq!(flagged.unwrap().finish, Finish::Blocked("invalid_prompt".into()));
}

#[test]
fn a_refusal_is_no_answer() {
    let mut refused = response("completed");
    refused["output"][0]["content"] = json!([{"type": "refusal", "refusal": "I cannot."}]);
    let answer = answer(&refused).unwrap();
    assert_eq!(answer.finish, Finish::Refused("refusal".into()));
    assert_eq!(answer.text, "");
}

#[test]
fn thoughts_without_their_content_do_not_go_back() {
    let mut request = question("m");
    let thoughts = Part::Opaque(json!({"type": "reasoning", "id": "rs_1", "summary": []}));
    request.turns = vec![Turn {
        role: Role::Model,
        parts: vec![thoughts, Part::Text(Block::plain("Fine."))],
    }];
    let said = json!([{"type": "message", "role": "assistant", "content": "Fine."}]);
    assert_eq!(body(&request)["input"], said);
}

#[test]
fn a_turn_goes_back_as_it_came() {
    let reasoning = json!({"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "eA=="});
    let mut comment = said("I look.");
    comment["phase"] = json!("commentary");
    let mut last = said("Fine.");
    last["phase"] = json!("final_answer");
    let call = json!({"type": "function_call", "id": "fc_1", "call_id": "call_1", "name": "find",
        "arguments": "{\"word\":\"a\"}", "status": "completed"});
    let mut whole = response("completed");
    whole["output"] = json!([reasoning, comment, last, said(" Really."), call]);
    let answer = answer(&whole).unwrap();
    assert_eq!(answer.text, "Fine. Really.");
    assert_eq!(answer.finish, Finish::Calls);
    let call = ToolCall {
        id: "call_1".into(),
        name: "find".into(),
        args: json!({"word": "a"}),
        signature: None,
    };
    assert_eq!(answer.calls, std::slice::from_ref(&call));
    let turn = [
        Part::Opaque(reasoning.clone()),
        Part::Opaque(comment.clone()),
        Part::Opaque(last.clone()),
        Part::Text(Block::plain(" Really.")),
        Part::Call(call),
    ];
    assert_eq!(answer.turn, turn);
    let mut request = question("m");
    request.turns = vec![Turn {
        role: Role::Model,
        parts: answer.turn,
    }];
    let sent = json!([
        reasoning, comment, last, {"type": "message", "role": "assistant", "content": " Really."},
        {"type": "function_call", "call_id": "call_1", "name": "find", "arguments": "{\"word\":\"a\"}"},
    ]);
    assert_eq!(body(&request)["input"], sent);
}

#[test]
fn the_tokens_of_the_cache_are_told_apart() {
    let usage = |usage: Value| {
        let mut whole = response("completed");
        whole["usage"] = usage;
        answer(&whole).unwrap().usage
    };
    let split = usage(json!({
        "input_tokens": 1000,
        "input_tokens_details": {"cached_tokens": 300, "cache_write_tokens": 200,
            "cache_write_tokens_details": {"ttl_30m_tokens": 50, "ttl_12h_tokens": 150}},
        "output_tokens": 60, "output_tokens_details": {"reasoning_tokens": 40}, "total_tokens": 1060,
    }));
    let expected = Usage {
        input: 500,
        cache_read: 300,
        cache_write: 50,
        cache_write_long: 150,
        output: 60,
        thinking: 40,
    };
    assert_eq!(split, expected);
    assert_eq!(split.prompt(), 1000);
    let odd = usage(json!({"input_tokens": 5, "input_tokens_details": {"cached_tokens": 9}}));
    assert_eq!((odd.input, odd.cache_read), (0, 9));
    assert!(usage(Value::Null).is_empty());
}

#[test]
fn a_body_that_is_no_response_is_malformed() {
    for body in ["", "{}", "[]", "null", "\"yes\"", "<html>", "{\"output\":"] {
        let failed = OpenAi.answer(&Headers::default(), body.as_bytes());
        assert_eq!(failed.map_err(|f| f.kind), Err(FailureKind::Malformed), "{body}");
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
    let mut stream = OpenAi.stream(&Headers::default());
    let mut done = false;
    for data in events {
        done = stream.event(&event(data))?;
    }
    Ok((done, stream.end()?))
}

fn created() -> Value {
    let mut begun = response("in_progress");
    begun["output"] = json!([]);
    begun["usage"] = Value::Null;
    json!({"type": "response.created", "sequence_number": 0, "response": begun})
}

fn last(kind: &str, response: &Value) -> Value {
    json!({"type": format!("response.{kind}"), "sequence_number": 9, "response": response})
}

#[test]
fn the_last_event_holds_the_response() {
    let delta = json!({"type": "response.output_text.delta", "delta": "Ye", "sequence_number": 1});
    let tomorrow = json!({"type": "response.of.tomorrow"});
    let completed = last("completed", &response("completed"));
    let (done, answer) = streamed(&[created(), delta, tomorrow, completed]).unwrap();
    assert!(done);
    assert_eq!(
        (&answer.finish, answer.text.as_str()),
        (&Finish::Complete, "Yes.")
    );
    assert_eq!((answer.usage.input, answer.usage.output), (7, 3));
    assert_eq!(
        (answer.served.as_deref(), answer.id.as_deref()),
        (Some("gpt-6.1-terra"), Some("resp_1"))
    );
    let mut incomplete = response("incomplete");
    incomplete["incomplete_details"] = json!({"reason": "max_output_tokens"});
    let (done, answer) = streamed(&[last("incomplete", &incomplete)]).unwrap();
    assert_eq!((done, answer.finish), (true, Finish::Truncated));
    let mut failed = response("failed");
    failed["error"] = json!({"code": "server_error", "message": "Oh."});
    let failure = streamed(&[created(), last("failed", &failed)]).unwrap_err();
    assert_eq!(failure.kind, FailureKind::Server);
}

#[test]
fn items_serve_when_the_last_event_leaves_them_out() {
    let mut bare = response("completed");
    bare["output"] = json!([]);
    let item = json!({"type": "response.output_item.done", "output_index": 0, "item": said("Yes.")});
    let (_, answer) = streamed(&[created(), item, last("completed", &bare)]).unwrap();
    assert_eq!((answer.finish, answer.text.as_str()), (Finish::Complete, "Yes."));
}

#[test]
fn a_stream_that_breaks_off_says_no_reason() {
    let item = json!({"type": "response.output_item.done", "output_index": 0, "item": said("Yes. ")});
    let delta = |text: &str| json!({"type": "response.output_text.delta", "delta": text});
    let events = [created(), delta("Yes. "), item, delta("And"), delta(" no")];
    let (done, answer) = streamed(&events).unwrap();
    assert!(!done);
    assert_eq!(
        (answer.finish, answer.text.as_str()),
        (Finish::Missing, "Yes. And no")
    );
    let nothing = streamed(&[]);
    assert_eq!(nothing.map_err(|f| f.kind), Err(FailureKind::Malformed));
}

#[test]
fn an_error_after_status_200_is_one() {
    let flat =
        json!({"type": "error", "code": "rate_limit_exceeded", "message": "Slow down.", "param": null});
    let failure = streamed(&[created(), flat]).unwrap_err();
    assert_eq!(failure.kind, FailureKind::RateLimited(None));
    assert_eq!(failure.code.as_deref(), Some("rate_limit_exceeded"));
    let nested = json!({"type": "error", "error": {"type": "server_error", "message": "Oh."}});
    assert_eq!(streamed(&[nested]).unwrap_err().kind, FailureKind::Server);
    let bare = json!({"error": {"message": "Oh.", "code": 503}});
    assert_eq!(streamed(&[bare]).unwrap_err().kind, FailureKind::Overloaded(None));
}

#[test]
fn what_another_provider_said_is_left_out_or_named() {
    let own = json!({"type": "reasoning", "id": "rs_1", "encrypted_content": "eA=="});
    let foreign = [
        json!({"type": "thinking", "thinking": "Hm."}),
        json!({"text": "Hm.", "thought": true}),
        json!(7),
    ];
    let call = ToolCall {
        id: String::new(),
        name: "find".into(),
        args: json!({}),
        signature: Some("c2ln".into()),
    };
    let mut parts: Vec<Part> = foreign.into_iter().map(Part::Opaque).collect();
    parts.extend([Part::Opaque(own.clone()), Part::Call(call)]);
    let mut request = question("m");
    request.turns = vec![Turn {
        role: Role::Model,
        parts,
    }];
    let body = body(&request);
    assert_eq!(
        body["input"],
        json!([own, {"type": "function_call", "call_id": "find", "name": "find", "arguments": "{}"}])
    );
}
