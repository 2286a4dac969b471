//! Whole answers.

use super::*;
use crate::llm::answer::{Answer, Failure, FailureKind, Finish};
use crate::llm::provider::gemini::{Cached, created};
use crate::llm::request::{Block, Part, ToolCall};
use crate::model::Usage;
use serde_json::{Value, json};

fn read(body: &[u8]) -> Result<Answer, Failure> {
    Gemini.answer(&Headers::default(), body)
}

fn answer(name: &str) -> Answer {
    read(&fixture(&format!("answers/{name}.json"))).unwrap()
}

fn of(value: &Value) -> Answer {
    read(value.to_string().as_bytes()).unwrap()
}

#[track_caller]
fn is_malformed(body: &[u8], message: &str) {
    let failure = read(body).unwrap_err();
    assert_eq!(failure.kind, FailureKind::Malformed);
    assert_eq!(failure.message, message);
}

#[test]
fn an_answer_is_read_whole() {
    let expected = Answer {
        finish: Finish::Complete,
        text: "{\"findings\": []}".into(),
        calls: Vec::new(),
        turn: vec![Part::Text(Block::plain("{\"findings\": []}"))],
        served: Some("gemini-3.8-flash".into()),
        usage: Usage {
            input: 325,
            cache_read: 80,
            output: 39,
            thinking: 30,
            ..Usage::default()
        },
        id: Some("r-1".into()),
        notice: None,
    };
    assert_eq!(answer("whole"), expected);
}

#[test]
fn thoughts_are_no_answer_but_go_back() {
    let answer = answer("thoughts");
    assert_eq!(answer.text, "Fine.");
    let thought = json!({"text": "I weigh the change.", "thought": true});
    let signed = json!({"text": "Fine.", "thoughtSignature": "c2lnbmVk"});
    assert_eq!(answer.turn, [Part::Opaque(thought), Part::Opaque(signed)]);
    assert_eq!((answer.usage.output, answer.usage.thinking), (22, 20));
}

#[test]
fn calls_keep_their_signatures() {
    let answer = answer("calls");
    let call = |id: &str, name: &str, args: Value, signature: Option<&str>| ToolCall {
        id: id.into(),
        name: name.into(),
        args,
        signature: signature.map(str::to_owned),
    };
    let first = call("c1", "read_file", json!({"path": "a.rs"}), Some("Zmlyc3Q="));
    let second = call("", "list", json!({}), None);
    assert_eq!(answer.finish, Finish::Calls);
    assert_eq!(answer.calls, [first.clone(), second.clone()]);
    let said = Part::Text(Block::plain("I look."));
    assert_eq!(answer.turn, [said, Part::Call(first), Part::Call(second)]);
}

#[test]
fn what_thoughts_ate_is_truncated() {
    let answer = answer("thoughts-ate-all");
    assert_eq!(answer.finish, Finish::Truncated);
    assert_eq!(answer.text, "");
    assert_eq!((answer.usage.output, answer.usage.thinking), (2047, 2047));
}

#[test]
fn a_blocked_prompt_has_no_candidates() {
    let answer = answer("prompt-blocked");
    assert_eq!(answer.finish, Finish::Blocked("PROHIBITED_CONTENT".into()));
    assert_eq!(answer.usage.input, 5);
}

#[test]
fn nothing_said_is_complete_and_empty() {
    let answer = answer("retiring");
    assert_eq!(answer.finish, Finish::Complete);
    assert_eq!((answer.text.as_str(), answer.turn.len()), ("", 0));
}

#[test]
fn a_model_that_goes_is_told() {
    let notice = answer("retiring").notice;
    let expected = "the model is deprecated; it retires on 2027-05-07; Use a newer model.";
    assert_eq!(notice.as_deref(), Some(expected));
    let of = |status: Value| of(&json!({"candidates": [], "modelStatus": status})).notice;
    assert_eq!(of(json!({"modelStage": "PREVIEW"})), None);
    assert_eq!(
        of(json!({"modelStage": "LEGACY"})).as_deref(),
        Some("the model is legacy")
    );
}

#[test]
fn each_finish_reason_has_a_meaning() {
    let finish = |reason: &str| of(&json!({"candidates": [{"finishReason": reason}]})).finish;
    assert_eq!(finish("STOP"), Finish::Complete);
    assert_eq!(finish("MAX_TOKENS"), Finish::Truncated);
    assert_eq!(finish(""), Finish::Missing);
    let blocked = [
        "SAFETY",
        "RECITATION",
        "LANGUAGE",
        "BLOCKLIST",
        "PROHIBITED_CONTENT",
        "SPII",
        "ESCALATION",
        "PUP_LIMITED_DISABLED",
        "MODEL_ARMOR",
        "IMAGE_SAFETY",
        "IMAGE_PROHIBITED_CONTENT",
        "IMAGE_RECITATION",
    ];
    for word in blocked {
        assert_eq!(finish(word), Finish::Blocked(word.into()));
    }
    let other = [
        "CONTINUATION",
        "MALFORMED_FUNCTION_CALL",
        "UNEXPECTED_TOOL_CALL",
        "TOO_MANY_TOOL_CALLS",
        "MISSING_THOUGHT_SIGNATURE",
        "MALFORMED_RESPONSE",
        "OTHER",
        "IMAGE_OTHER",
        "NO_IMAGE",
        "FINISH_REASON_UNSPECIFIED",
        "A_WORD_OF_NEXT_YEAR",
        "stop",
    ];
    for word in other {
        assert_eq!(finish(word), Finish::Other(word.into()));
    }
    assert_eq!(finish("\u{1b}[31m\n"), Finish::Other("\\x1b[31m".into()));
}

#[test]
fn calls_that_were_cut_are_no_calls_to_make() {
    let cut = of(&json!({"candidates": [{
        "content": {"parts": [{"functionCall": {"name": "find"}}]}, "finishReason": "MAX_TOKENS",
    }]}));
    assert_eq!(cut.finish, Finish::Truncated);
}

#[test]
fn without_a_reason_an_answer_is_not_whole() {
    let cut = of(&json!({"candidates": [{"content": {"parts": [{"text": "{"}]}}]}));
    assert_eq!((cut.finish, cut.text.as_str()), (Finish::Missing, "{"));
    let counted = of(&json!({"usageMetadata": {"promptTokenCount": 3}}));
    assert_eq!((counted.finish, counted.usage.input), (Finish::Missing, 3));
}

#[test]
fn only_the_first_candidate_counts() {
    let two = json!({"candidates": [
        {"index": 1, "content": {"parts": [{"text": "b"}]}, "finishReason": "SAFETY"},
        {"index": 0, "content": {"parts": [{"text": "a"}]}, "finishReason": "STOP"},
    ]});
    let answer = of(&two);
    assert_eq!((answer.finish, answer.text.as_str()), (Finish::Complete, "a"));
}

#[test]
fn an_array_of_pieces_is_an_answer() {
    let pieces = json!([
        {"candidates": [{"content": {"parts": [{"text": "a"}]}}]},
        {"candidates": [{"content": {"parts": [{"text": "b"}]}, "finishReason": "STOP"}]},
    ]);
    let answer = of(&pieces);
    assert_eq!((answer.finish, answer.text.as_str()), (Finish::Complete, "ab"));
}

#[test]
fn tokens_never_add_up_to_less_than_was_paid() {
    let usage = |usage: Value| of(&json!({"candidates": [], "usageMetadata": usage})).usage;
    let hidden = usage(json!({"promptTokenCount": 10, "candidatesTokenCount": 2, "totalTokenCount": 50}));
    assert_eq!((hidden.input, hidden.output, hidden.thinking), (10, 40, 0));
    let odd = usage(json!({"promptTokenCount": 10, "cachedContentTokenCount": 99}));
    assert_eq!((odd.input, odd.cache_read), (0, 10));
    let texts =
        usage(json!({"promptTokenCount": "7", "candidatesTokenCount": -1, "thoughtsTokenCount": 1.5}));
    assert_eq!((texts.input, texts.output), (7, 0));
    let huge = usage(json!({"promptTokenCount": u64::MAX, "toolUsePromptTokenCount": u64::MAX}));
    assert_eq!(huge.prompt(), 2 << 40);
    assert!(usage(json!({})).is_empty());
}

#[test]
fn what_is_no_answer_is_malformed() {
    is_malformed(b"", "the answer is empty");
    is_malformed(b" \r\n", "the answer is empty");
    is_malformed(b"{}", "the answer holds nothing that an answer has");
    is_malformed(b"[]", "the answer holds nothing that an answer has");
    is_malformed(b"7", "the answer is no object");
    is_malformed(
        b"{\"candidates\": [",
        "the answer is not JSON: EOF while parsing a list at line 1 column 16",
    );
    is_malformed(
        b"<html>",
        "the answer is not JSON: expected value at line 1 column 1",
    );
    is_malformed(
        b"{\"candidates\": {}}",
        "the candidates of the answer are no array",
    );
    is_malformed(b"{\"candidates\": [7]}", "a candidate of the answer is no object");
    let of = |candidate: Value| json!({"candidates": [candidate]}).to_string().into_bytes();
    is_malformed(
        &of(json!({"content": "x"})),
        "the content of the answer is no object",
    );
    let parts = |parts: Value| of(json!({"content": {"parts": parts}}));
    is_malformed(&parts(json!("x")), "the parts of the answer are no array");
    is_malformed(&parts(json!(["x"])), "a part of the answer is no object");
    is_malformed(&parts(json!([{"text": 7}])), "a text of the answer is no string");
    is_malformed(
        &parts(json!([{"functionCall": {}}])),
        "a tool call of the answer has no name",
    );
    is_malformed(
        &parts(json!([{"functionCall": {"name": "find", "args": "x"}}])),
        "the arguments of a tool call are no object",
    );
}

#[test]
fn an_error_of_status_200_is_one() {
    let body = json!({"error": {"code": 429, "message": "slow down", "status": "RESOURCE_EXHAUSTED"}});
    let failure = read(body.to_string().as_bytes()).unwrap_err();
    assert_eq!(failure.kind, FailureKind::RateLimited(None));
    assert_eq!(failure.status, Some(429));
}

#[test]
fn tokens_are_counted() {
    assert_eq!(Gemini.counted(&fixture("answers/tokens.json")), Ok(40));
    let failure = Gemini.counted(b"{}").unwrap_err();
    assert_eq!(failure.message, "the answer counts no tokens");
}

#[test]
fn models_that_answer_are_listed() {
    let names = Gemini.listed(&fixture("answers/models.json")).unwrap();
    assert_eq!(names, ["gemini-3.8-flash", "gemini-flash-latest"]);
    let failure = Gemini.listed(b"{\"data\": []}").unwrap_err();
    assert_eq!(failure.message, "the answer lists no models");
}

#[test]
fn a_kept_prefix_has_a_name() {
    let expected = Cached {
        name: "cachedContents/abc-1_2".into(),
        expires: Some("2026-11-21T14:05:00Z".into()),
        tokens: 5000,
    };
    assert_eq!(created(&fixture("answers/cached-content.json")), Ok(expected));
    for name in ["cachedContents/../models", "cachedContents/", "models/x"] {
        let failure = created(json!({ "name": name }).to_string().as_bytes()).unwrap_err();
        assert_eq!(failure.message, "the answer names no cached content");
    }
}
