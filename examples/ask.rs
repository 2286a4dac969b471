//! Asks a model one question the whole way: configuration, route, budget, transport, reading.
//!
//! ```text
//! PANTHEON_STATE_DIR=DIR cargo run --example ask CONFIG.toml [FLAG...] <PROMPT
//!     --schema            the answer must be a verdict with findings
//!     --tool              the model may call a tool
//!     --max-output N      the most tokens that it writes (300)
//!     --deadline SECONDS  (120)
//!     --paid              what a server of this machine does is not free either
//!     --count             asks the first provider how many tokens the prompt has, and no more
//!     --models            asks it which models there are, and no more
//! ```
//!
//! Prints what came of it as one JSON object: outcome, text, usage, cost, every try and every note.

use pantheon::app::models::{self, Now};
use pantheon::config;
use pantheon::llm::answer::{Failure, FailureKind};
use pantheon::llm::book::Book;
use pantheon::llm::client::{Client, Given, Question, Reply};
use pantheon::llm::reading::{Expected, Limits};
use pantheon::llm::request::{Request, Schema, Tool};
use pantheon::llm::tokens;
use pantheon::llm::transport::{self, Cancel, Endpoint, Within};
use pantheon::model::Usage;
use pantheon::store::{Store, ledger};
use pantheon::sys::clock::{self, Deadline};
use pantheon::sys::dirs;
use pantheon::sys::http::block_on;
use serde_json::{Value, json};
use std::io::{Read, Write, stdin, stdout};
use std::time::{Duration, Instant};

type Done<T> = Result<T, Box<dyn std::error::Error>>;

/// What the ledger knows this run by.
const RUN: &str = "ask";

/// What the model is told to be.
const SYSTEM: &str = "You review code. Report only defects of added lines.";

/// The flags.
struct Flags(Vec<String>);

impl Flags {
    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|arg| arg == name)
    }

    fn number(&self, name: &str, usual: u32) -> u32 {
        let at = self.0.iter().position(|arg| arg == name);
        let value = at.and_then(|at| self.0.get(at + 1));
        value.and_then(|text| text.parse().ok()).unwrap_or(usual)
    }
}

fn main() -> Done<()> {
    let flags = Flags(std::env::args().skip(1).collect());
    let file = flags.0.first().ok_or("name a configuration")?;
    let mut prompt = String::new();
    stdin().read_to_string(&mut prompt)?;
    let mut book = book(&std::fs::read(file)?)?;
    if flags.has("--paid") {
        book.places.iter_mut().for_each(|place| place.free = false);
        book.table.endpoints.iter_mut().for_each(|end| end.free = false);
    }
    let told = match flags.has("--count") || flags.has("--models") {
        true => look(&book, &request(&prompt, &flags), &flags)?,
        false => ask(&book, &prompt, &flags)?,
    };
    writeln!(stdout(), "{told}")?;
    Ok(())
}

fn book(text: &[u8]) -> Done<Book> {
    let settings = config::load(&config::Request {
        file: Some(config::File {
            name: config::FILE,
            bytes: text,
        }),
        site: None,
        env: None,
        flags: &[],
        known: &[],
        resolve: &|_| Ok(None),
    })?;
    let now = Now {
        today: clock::today(),
        trusted: true,
    };
    Ok(models::book(&settings, &now)?)
}

/// The whole way.
fn ask(book: &Book, prompt: &str, flags: &Flags) -> Done<Value> {
    let dir = dirs::state().ok_or("`PANTHEON_STATE_DIR` is not set")?;
    let limit = Duration::from_secs(flags.number("--deadline", 120).into());
    let store = Store::open(&dir, Deadline::after(limit), clock::now())?;
    let request = request(prompt, flags);
    let (schema, today) = (schema(), clock::today());
    let question = Question {
        agent: "",
        task: "",
        stage: "manual",
        run: RUN,
        day: &today,
        repository: "ask",
        request: &request,
        expected: flags.has("--schema").then_some(Expected {
            schema: &schema,
            verbatim: &[],
            synonyms: &[],
            limits: Limits::default(),
        }),
        prompt: "",
        deadline: Instant::now() + limit,
        cancel: Cancel::default(),
    };
    let reply = block_on(Client::new(book, Some(&store)).ask(&question))?;
    let family = book.models.first().ok_or("name a model")?.family;
    let mut told = told(&reply);
    told["estimate"] = json!(tokens::count(prompt, family));
    told["spent"] = json!(ledger::totals(&store, RUN, &today)?.run.to_string());
    Ok(told)
}

/// Asks the first provider about a prompt, or about itself.
fn look(book: &Book, request: &Request, flags: &Flags) -> Done<Value> {
    let place = book.places.first().ok_or("name a provider")?;
    let key = place.key.as_ref().map(|key| key.read(Duration::from_secs(5)));
    let version = place.api_version.as_deref();
    let to = Endpoint {
        name: place.provider.clone(),
        codec: place.codec,
        base_url: place.base_url.clone(),
        api_version: version.unwrap_or(place.codec.defaults().api_version).to_owned(),
        headers: Vec::new(),
        key: key.transpose()?,
        http: place.http.clone(),
    };
    let within = Within {
        deadline: Instant::now() + Duration::from_secs(flags.number("--deadline", 120).into()),
        connect: place.connect,
        first_byte: place.first_byte,
        idle: place.idle,
        max_body: 4 << 20,
        attempts: place.attempts,
        tokens: 0,
        cancel: Cancel::default(),
    };
    let told = match flags.has("--models") {
        true => block_on(transport::models(&to, &within))?.map(|models| json!({"models": models})),
        false => {
            block_on(transport::count(&to, request, &within))?.map(|counted| json!({"counted": counted}))
        }
    };
    Ok(told.unwrap_or_else(|failure| failed("", &failure)))
}

fn request(prompt: &str, flags: &Flags) -> Request {
    let mut request = Request::question("", SYSTEM, prompt, flags.number("--max-output", 300));
    if flags.has("--schema") {
        request.schema = Some(Schema {
            name: "verdict".to_owned(),
            value: schema(),
        });
    }
    if flags.has("--tool") {
        let path = json!({"type": "string"});
        request.tools.push(Tool {
            name: "read".to_owned(),
            description: "Reads a file".to_owned(),
            parameters: object(&json!({"path": path})),
        });
    }
    request
}

fn schema() -> Value {
    let finding = object(&json!({
        "line": {"type": "integer"},
        "severity": {"type": "string", "enum": ["low", "medium", "high"]},
        "message": {"type": "string"},
    }));
    object(&json!({
        "verdict": {"type": "string", "enum": ["pass", "block"]},
        "findings": {"type": "array", "items": finding},
    }))
}

fn object(properties: &Value) -> Value {
    let names: Vec<&String> = properties
        .as_object()
        .into_iter()
        .flat_map(|all| all.keys())
        .collect();
    json!({"type": "object", "properties": properties, "required": names, "additionalProperties": false})
}

fn told(reply: &Reply) -> Value {
    let outcome = match (&reply.answer, reply.failure()) {
        (Some(given), _) => given.finish.name(),
        (None, Some(failure)) => failure.kind.name(),
        (None, None) => "nothing",
    };
    let attempts = reply.attempts.iter().map(|attempt| {
        json!({"outcome": attempt.outcome, "ms": attempt.elapsed.as_millis(), "waited_ms": attempt.waited.as_millis()})
    });
    let failures = reply.failures.iter().map(|(name, failure)| failed(name, failure));
    json!({
        "outcome": outcome,
        "answer": reply.answer.as_ref().map(given),
        "attempts": attempts.collect::<Vec<_>>(),
        "failures": failures.collect::<Vec<_>>(),
        "usage": usage(&reply.usage),
        "cost": reply.cost.to_string(),
        "notes": reply.notes,
    })
}

fn given(given: &Given) -> Value {
    let reading = given.reading.as_ref();
    json!({
        "model": given.model, "served": given.served, "text": given.text, "whole": given.is_whole(),
        "value": reading.map(|reading| &reading.value),
        "repairs": reading.map(|reading| reading.repairs.clone()),
        "cached": given.cached, "asked_again": given.asked_again,
    })
}

fn failed(name: &str, failure: &Failure) -> Value {
    let window = match failure.kind {
        FailureKind::ContextTooLong(window) => window,
        _ => None,
    };
    json!({
        "who": name, "kind": failure.kind.name(), "status": failure.status, "code": failure.code,
        "message": failure.message, "window": window, "request_id": failure.request_id,
    })
}

fn usage(usage: &Usage) -> Value {
    json!({
        "prompt": usage.prompt(), "cache_read": usage.cache_read,
        "output": usage.output, "thinking": usage.thinking,
    })
}
