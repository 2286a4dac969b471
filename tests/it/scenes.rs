//! Our client against the server that the official SDKs are held against, scene by scene.

use crate::fake::Server;
use crate::fake::scene::{SAID, play};
use crate::transport::{endpoint, within};
use pantheon::app::models::{self, Now};
use pantheon::config;
use pantheon::llm::client::{Client, Question};
use pantheon::llm::provider;
use pantheon::llm::request::{Request, Schema};
use pantheon::llm::transport::{self, Cancel, Endpoint, Open};
use pantheon::sys::http::{Options, block_on};
use serde_json::json;
use std::time::{Duration, Instant};

/// A model, and what comes of asking it: at one go, and as a stream. Empty: that is the good answer.
const SCENES: [(&str, [&str; 2]); 14] = [
    ("model-1", ["complete", "complete"]),
    ("busy", ["rate-limited", "rate-limited"]),
    ("full", ["overloaded", "overloaded"]),
    ("fault", ["server", "server"]),
    ("key", ["auth", "auth"]),
    ("gone", ["not-found", "not-found"]),
    ("day", ["exhausted", "exhausted"]),
    ("long", ["context-too-long", "context-too-long"]),
    ("cap", ["truncated", "truncated"]),
    ("safety", ["blocked", "blocked"]),
    ("tool", ["calls", "calls"]),
    ("mid", ["", "overloaded"]),
    ("cut", ["", "broken"]),
    ("end", ["", "no-finish-reason"]),
];

fn to(server: &Server, kind: &str) -> Endpoint {
    let mut to = endpoint(&server.http(), Options::default());
    to.codec = provider::find(kind).unwrap();
    to.api_version = to.codec.defaults().api_version.to_owned();
    if kind == "openai-compatible" {
        to.base_url += "/v1";
    }
    to
}

#[test]
fn every_scene_has_its_name_in_every_contract() {
    let server = Server::new(play);
    let mut told = Vec::new();
    for codec in provider::ALL {
        let to = to(&server, codec.kind());
        for (model, outcomes) in SCENES {
            for (stream, expected) in [false, true].into_iter().zip(outcomes) {
                let expected = match (expected, codec.kind(), model) {
                    ("", ..) => continue,
                    // What stops this one is the model itself.
                    ("blocked", "anthropic", _) => "refused",
                    (expected, ..) => expected,
                };
                let request = Request::question(model, "Judge.", "a change", 100);
                let within = within(Duration::from_secs(10));
                let (result, tries) =
                    block_on(transport::ask(&to, &request, stream, &within, &Open)).unwrap();
                let said = result.as_ref().map_or("", |answer| answer.text.as_str());
                if tries[0].outcome != expected || (expected == "complete" && said != SAID) {
                    told.push((codec.kind(), model, stream, result));
                }
            }
        }
    }
    assert!(told.is_empty(), "{told:#?}");
}

#[test]
fn tokens_are_counted_and_models_listed() {
    let server = Server::new(play);
    let request = Request::question("model-1", "Judge.", "a change", 100);
    for codec in provider::ALL {
        let to = to(&server, codec.kind());
        let within = within(Duration::from_secs(10));
        let counted = block_on(transport::count(&to, &request, &within))
            .unwrap()
            .unwrap();
        let expected = (codec.kind() != "openai-compatible").then_some(40);
        assert_eq!(counted, expected, "{}", codec.kind());
        let listed = block_on(transport::models(&to, &within)).unwrap().unwrap();
        assert_eq!(listed, ["model-1"], "{}", codec.kind());
    }
}

/// Asks the whole way, with a schema or not; says what came of it.
fn asked(server: &Server, prompt: &str, schema: bool) -> String {
    let text = format!(
        "version = 1\n[providers.there]\nkind = \"openai-compatible\"\nbase-url = \"{}/v1\"\n[models.model-1]\n\
         provider = \"there\"\n[routing]\ndefault = \"model-1\"\n",
        server.http()
    );
    let settings = config::load(&config::Request {
        file: Some(config::File {
            name: config::FILE,
            bytes: text.as_bytes(),
        }),
        site: None,
        env: None,
        flags: &[],
        known: &[],
        resolve: &|_| Ok(None),
    });
    let now = Now {
        today: "2026-11-21".to_owned(),
        trusted: true,
    };
    let book = models::book(&settings.unwrap(), &now).unwrap();
    let mut request = Request::question("", "Judge.", prompt, 100);
    let words: Vec<String> = (0..400).map(|n| format!("word-{n}")).collect();
    request.schema = schema.then(|| Schema {
        name: "verdict".to_owned(),
        value: json!({"type": "object", "properties": {"verdict": {"type": "string", "enum": words}}}),
    });
    let reply = block_on(Client::new(&book, None).ask(&Question {
        agent: "",
        task: "",
        stage: "manual",
        run: "run",
        day: "2026-11-21",
        repository: "here",
        request: &request,
        expected: None,
        prompt: "",
        deadline: Instant::now() + Duration::from_secs(10),
        cancel: Cancel::default(),
    }));
    let reply = reply.unwrap();
    match reply.failure() {
        Some(failure) => failure.to_string(),
        None => reply.answer.unwrap().finish.name().to_owned(),
    }
}

#[test]
fn a_server_need_not_count_a_schema_but_must_count_the_prompt() {
    // It counts 40 tokens whatever it is asked.
    let server = Server::new(play);
    assert_eq!(asked(&server, "a change", true), "complete");
    let cut = asked(&server, &"a line\n".repeat(200), false);
    assert!(
        cut.starts_with("the server cut the prompt: it counted 40 tokens"),
        "{cut}"
    );
}
