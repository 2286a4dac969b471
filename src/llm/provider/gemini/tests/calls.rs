//! What the kept calls do not show.

use super::*;
use crate::llm::provider::gemini::{delete_cached, request};
use crate::llm::request::{Effort, Part, Request, Role, Turn};
use serde_json::{Value, json};

fn plain(model: &str) -> Request {
    Request::question(model, "", "hello", 16)
}

fn thinking(model: &str, effort: Option<Effort>, budget: Option<u32>) -> Value {
    let request = Request {
        effort,
        thinking_budget: budget,
        ..plain(model)
    };
    request::body(&request)["generationConfig"]["thinkingConfig"].clone()
}

#[test]
fn a_level_and_a_budget_never_go_together() {
    let both = thinking("gemini-3.8-flash", Some(Effort::High), Some(512));
    assert_eq!(both, json!({"thinkingBudget": 512}));
    assert_eq!(thinking("gemini-3.8-flash", None, None), Value::Null);
}

#[test]
fn a_level_is_one_that_the_model_takes() {
    let level = |model: &str, effort| thinking(model, Some(effort), None)["thinkingLevel"].clone();
    assert_eq!(level("gemini-3.5-flash-lite", Effort::Minimal), "MINIMAL");
    assert_eq!(level("gemini-3.8-flash", Effort::Minimal), "LOW");
    assert_eq!(level("gemini-4-argon", Effort::Medium), "MEDIUM");
    assert_eq!(level("gemini-flash-latest", Effort::High), "HIGH");
    assert_eq!(level("gemini-2.5-flash-lite", Effort::Low), Value::Null);
    assert_eq!(level("models/gemini-2.5-pro", Effort::Low), Value::Null);
}

#[test]
fn a_model_is_a_part_of_a_path() {
    let path = |model: &str| Gemini.ask("v1beta", &plain(model), true).path;
    let end = ":streamGenerateContent?alt=sse";
    assert_eq!(path("a-1.5"), format!("/v1beta/models/a-1.5{end}"));
    assert_eq!(path("models/a"), format!("/v1beta/models/a{end}"));
    assert_eq!(path("tunedModels/a"), format!("/v1beta/tunedModels/a{end}"));
    let strange = path("../a?b#c d\u{e4}");
    assert_eq!(strange, format!("/v1beta/models/..%2Fa%3Fb%23c%20d%C3%A4{end}"));
}

#[test]
fn a_number_stays_as_it_was_written() {
    let temperature = |temperature| {
        let request = Request {
            temperature: Some(temperature),
            ..plain("a")
        };
        request::body(&request)["generationConfig"]["temperature"].clone()
    };
    assert_eq!(temperature(0.1).to_string(), "0.1");
    assert_eq!(temperature(1.0).to_string(), "1.0");
    assert_eq!(temperature(f32::NAN), Value::Null);
}

#[test]
fn a_seed_fits_into_31_bits() {
    let seed = |seed| {
        let request = Request {
            seed: Some(seed),
            ..plain("a")
        };
        request::body(&request)["generationConfig"]["seed"].clone()
    };
    assert_eq!(seed(7), 7);
    assert_eq!(seed((1 << 31) + 7), 7);
}

#[test]
fn parts_of_other_providers_stay_out() {
    let own = json!({"text": "", "thoughtSignature": "YQ=="});
    let request = Request {
        turns: vec![Turn {
            role: Role::Model,
            parts: vec![
                Part::Opaque(json!({"type": "thinking", "thinking": "x"})),
                Part::Opaque(json!("x")),
                Part::Opaque(json!({})),
                Part::Opaque(own.clone()),
            ],
        }],
        ..plain("a")
    };
    assert_eq!(request::body(&request)["contents"][0]["parts"], json!([own]));
}

#[test]
fn what_a_request_does_not_say_is_not_sent() {
    let request = Request {
        max_output: 0,
        ..plain("a")
    };
    let body = request::body(&request);
    let keys: Vec<&String> = body.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["contents", "safetySettings"]);
}

#[test]
fn only_a_kept_prefix_is_given_up() {
    let call = delete_cached("v1", "cachedContents/a-1").unwrap();
    assert_eq!(
        (call.method, call.path.as_str()),
        ("DELETE", "/v1/cachedContents/a-1")
    );
    for name in [
        "",
        "a-1",
        "cachedContents/",
        "cachedContents/..",
        "cachedContents/a?b",
    ] {
        assert_eq!(delete_cached("v1", name), None, "{name}");
    }
}
