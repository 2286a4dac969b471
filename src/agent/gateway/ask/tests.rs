//! What becomes of a request that asks a model.

use super::*;
use crate::llm::provider::Auth;
use crate::sys::http::{Client, Options};
use std::sync::Arc;
use std::time::Duration;

fn upstream(wire: Wire) -> Upstream {
    let moment = Duration::from_secs(1);
    Upstream {
        wire,
        provider: "p".to_owned(),
        kind: "openai",
        base_url: String::new(),
        auth: Auth {
            header: "authorization",
            prefix: "",
        },
        key: None,
        api_version: String::new(),
        http: Arc::new(Client::new(Options::default())),
        models: Vec::new(),
        instead: None,
        max_output: 1000,
        free: false,
        connect: moment,
        first_byte: moment,
        idle: moment,
    }
}

fn route(wire: Wire) -> Route {
    let path = match wire {
        Wire::Gemini => "/v1beta/models/m:generateContent",
        _ => "/x",
    };
    Route {
        wire: Some(wire),
        what: What::Ask,
        path: path.to_owned(),
        query: String::new(),
    }
}

fn ask(wire: Wire, body: &Value) -> Result<(Value, Call), Denial> {
    let call = read(
        &route(wire),
        &upstream(wire),
        &Hide::default(),
        body.to_string().as_bytes(),
    )?;
    Ok((serde_json::from_slice(&call.body).unwrap(), call))
}

#[test]
fn tools_that_the_provider_runs_are_taken_out() {
    let tools = json!([
        {"name": "Write", "input_schema": {"type": "object"}},
        {"type": "bash_20250124", "name": "bash"},
        {"type": "web_search_20250305", "name": "web_search"},
        {"type": "web_fetch_20250910", "name": "web_fetch"},
        {"type": "code_execution_20250825", "name": "code"},
        {"type": "mcp_toolset", "mcp_server_name": "x"},
        {"type": ["web_search_20250305"], "name": "trick"},
        "web_search",
    ]);
    let body = json!({"model": "m", "max_tokens": 5, "tools": tools, "mcp_servers": [{"url": "https://evil.example"}]});
    let (sent, call) = ask(Wire::Anthropic, &body).unwrap();
    assert_eq!(sent["tools"].as_array().unwrap().len(), 2, "{sent}");
    assert_eq!(sent.get("mcp_servers"), None);
    let taken = [
        "mcp_servers",
        "web_search_20250305",
        "web_fetch_20250910",
        "code_execution_20250825",
        "mcp_toolset",
    ];
    assert_eq!(call.changed[..5], taken);

    let tools = json!([
        {"type": "function", "name": "exec"},
        {"type": "namespace", "tools": [{"type": "function"}, {"type": "web_search"}]},
        {"type": "web_search"}, {"type": "file_search"}, {"type": "code_interpreter"}, {"type": "mcp", "server_url": "u"},
        {"type": "shell", "environment": {"type": "container_auto"}},
        {"type": "shell", "environment": {"type": "local"}},
    ]);
    let (sent, _) = ask(
        Wire::Responses,
        &json!({"model": "m", "tools": tools, "background": true}),
    )
    .unwrap();
    assert_eq!(sent["tools"].as_array().unwrap().len(), 3, "{sent}");
    assert_eq!(sent["tools"][1]["tools"].as_array().unwrap().len(), 1);
    assert_eq!((sent.get("background"), &sent["store"]), (None, &json!(false)));

    let tools = json!([{"functionDeclarations": [{"name": "f"}], "googleSearch": {}}, {"urlContext": {}}, {"codeExecution": {}}]);
    let (sent, call) = ask(Wire::Gemini, &json!({"contents": [], "tools": tools})).unwrap();
    assert_eq!(sent["tools"], json!([{"functionDeclarations": [{"name": "f"}]}]));
    assert_eq!(call.changed, ["googleSearch", "urlContext", "codeExecution"]);

    let body = json!({"model": "m", "tools": [{"type": "web_search"}], "tool_choice": "auto", "n": 4, "plugins": []});
    let (sent, _) = ask(Wire::Chat, &body).unwrap();
    assert_eq!(sent, json!({"model": "m", "max_completion_tokens": 1000}));
}

#[test]
fn addresses_that_the_provider_would_fetch_are_refused() {
    let user = |part: Value| json!({"model": "m", "max_tokens": 1, "messages": [{"role": "user", "content": [part]}]});
    for part in [
        json!({"type": "image", "source": {"type": "url", "url": "https://evil.example/?secret"}}),
        json!({"type": "input_image", "image_url": "https://evil.example/"}),
        json!({"type": "image_url", "image_url": {"url": "HTTP://evil.example/"}}),
        json!({"type": "input_file", "file_url": "https://evil.example/"}),
        json!({"fileData": {"fileUri": "https://evil.example/"}}),
    ] {
        assert_eq!(ask(Wire::Chat, &user(part.clone())).unwrap_err().status, 403);
        let body = json!({"model": "m", "input": [{"role": "user", "content": [part]}]});
        assert_eq!(ask(Wire::Responses, &body).unwrap_err().status, 403);
    }
    for part in [
        json!({"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}),
        json!({"type": "text", "text": "https://a.example"}),
        json!({"type": "tool_use", "input": {"type": "url", "url": "https://a.example"}}),
    ] {
        ask(Wire::Chat, &user(part)).unwrap();
    }
}

#[test]
fn answers_are_limited() {
    for (wire, body, expected) in [
        (
            Wire::Anthropic,
            json!({"model": "m", "max_tokens": 9000}),
            "/max_tokens",
        ),
        (Wire::Responses, json!({"model": "m"}), "/max_output_tokens"),
        (
            Wire::Chat,
            json!({"model": "m", "max_tokens": 5000}),
            "/max_tokens",
        ),
        (Wire::Gemini, json!({}), "/generationConfig/maxOutputTokens"),
        (
            Wire::Gemini,
            json!({"generation_config": {"max_output_tokens": 5000}}),
            "/generationConfig/max_output_tokens",
        ),
    ] {
        let (sent, call) = ask(wire, &body).unwrap();
        assert_eq!(sent.pointer(expected), Some(&json!(1000)), "{sent}");
        assert_eq!(call.output, 1000);
    }
    let few = json!({"model": "m", "max_tokens": 7});
    assert_eq!(ask(Wire::Anthropic, &few).unwrap().1.output, 7);
    let thinks =
        json!({"model": "m", "max_tokens": 90000, "thinking": {"type": "enabled", "budget_tokens": 8000}});
    assert_eq!(ask(Wire::Anthropic, &thinks).unwrap().1.output, 12096);
    let both = json!({"model": "m", "max_tokens": 50, "max_completion_tokens": 60});
    assert_eq!(
        ask(Wire::Chat, &both).unwrap().0,
        json!({"model": "m", "max_completion_tokens": 50})
    );
}

#[test]
fn a_model_that_may_not_be_asked_is_another_or_none() {
    let mut upstream = upstream(Wire::Gemini);
    upstream.models = vec!["good".to_owned()];
    let read = |upstream: &Upstream, wire, body: &str| {
        read(&route(wire), upstream, &Hide::default(), body.as_bytes())
    };
    assert_eq!(read(&upstream, Wire::Gemini, "{}").unwrap_err().status, 404);
    upstream.instead = Some("good".to_owned());
    let call = read(&upstream, Wire::Gemini, "{}").unwrap();
    assert_eq!(
        (call.path.as_str(), call.model.as_str()),
        ("/v1beta/models/good:generateContent", "good")
    );
    assert_eq!(call.changed, ["model m"]);
    upstream.wire = Wire::Chat;
    // Of two fields of one name the last counts, here and in what is sent.
    let call = read(&upstream, Wire::Chat, r#"{"model":"good","model":"dear"}"#).unwrap();
    assert!(
        String::from_utf8(call.body)
            .unwrap()
            .contains(r#""model":"good""#)
    );
    for body in ["", "[]", "{", "{\"model\":7}", "{\"model\":\"a b\"}"] {
        assert_eq!(
            read(&upstream, Wire::Chat, body).unwrap_err().status,
            400,
            "{body}"
        );
    }
}
