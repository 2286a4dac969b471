//! The client that asks models, on servers that misbehave and a state of its own.

mod broken;
mod fallback;
mod gates;
mod kept;
mod keys;
mod money;
mod reading;
mod tools;
#[cfg(unix)]
mod worker;

use crate::fake::{Asked, Conn, Server, Then, contract};
use pantheon::app::models::{self, Now};
use pantheon::config;
use pantheon::llm::book::Book;
use pantheon::llm::client::{Client, Question, Reply};
use pantheon::llm::reading::{Expected, Limits};
use pantheon::llm::request::{Request, Schema};
use pantheon::llm::transport::{Cancel, Carrier, InProcess};
use pantheon::store::Store;
use pantheon::store::ledger::{self, Group, Sum};
use pantheon::sys::clock::Deadline;
use pantheon::sys::http::block_on;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// The contract that all servers here keep.
const KIND: &str = "openai-compatible";
/// The day on which all is asked.
const DAY: &str = "2026-11-21";
/// What a model says that keeps to the schema.
const GOOD: &str = r#"{"findings":[]}"#;

/// A book made from a configuration. Its model has a price, so it costs something on this machine too.
fn paid(text: &str) -> Book {
    let text = format!("version = 1\n{text}");
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
        today: DAY.to_owned(),
        trusted: true,
    };
    models::book(&settings.unwrap_or_else(|e| panic!("{text}: {e}")), &now).unwrap()
}

/// The same book, as if its model had no price: on this machine it is free then.
fn book(text: &str) -> Book {
    let mut book = paid(text);
    book.models.iter_mut().for_each(|model| model.priced = false);
    book.table
        .models
        .iter_mut()
        .for_each(|model| model.priced = false);
    book
}

/// A provider at a server, tried once, with more lines of its table.
fn provider(name: &str, url: &str, more: &str) -> String {
    format!(
        "[providers.{name}]\nkind = \"{KIND}\"\nbase-url = \"{url}/v1\"\nstream = false\nattempts = 1\n{more}\n"
    )
}

/// The model `first` at some providers, a dollar for a thousand tokens in or out, with more lines.
fn first(providers: &str, more: &str) -> String {
    format!(
        "[models.first]\nprovider = {providers}\nid = \"model-1\"\ninput-price = \"1000 USD\"\noutput-price = \
         \"1000 USD\"\nmax-output = 256\n{more}\n[routing]\ndefault = \"first\"\nbalance = \"first\"\n"
    )
}

/// The model `first` at a server.
fn one(server: &Server) -> String {
    provider("one", &server.http(), "") + &first("\"one\"", "")
}

/// A state in a directory of its own.
fn state() -> (TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir);
    (dir, store)
}

fn open(dir: &TempDir) -> Store {
    Store::open(
        &dir.path().join("state"),
        Deadline::after(Duration::from_secs(60)),
        0,
    )
    .unwrap()
}

/// A question, and what varies of it.
#[derive(Clone)]
struct Ask {
    text: String,
    /// Whether an answer in JSON is expected.
    form: bool,
    prompt: &'static str,
    run: &'static str,
    max_output: u32,
    limit: Duration,
    cancel: Cancel,
}

impl Default for Ask {
    fn default() -> Self {
        Self {
            text: "Is this well?".to_owned(),
            form: false,
            prompt: "digest-1",
            run: "run-1",
            max_output: 50,
            limit: Duration::from_secs(20),
            cancel: Cancel::default(),
        }
    }
}

impl Ask {
    fn form() -> Self {
        Self {
            form: true,
            ..Self::default()
        }
    }

    /// Asks with a client of its own.
    fn by(&self, book: &Book, store: Option<&Store>) -> Reply {
        self.through(book, store, &InProcess)
    }

    /// The same, with each call carried so.
    fn through(&self, book: &Book, store: Option<&Store>, carrier: &dyn Carrier) -> Reply {
        let value = schema();
        let mut request = Request::question("", "You judge.", &self.text, self.max_output);
        request.schema = self.form.then(|| Schema {
            name: "findings".to_owned(),
            value: value.clone(),
        });
        let expected = Expected {
            schema: &value,
            verbatim: &[],
            synonyms: &[],
            limits: Limits::default(),
        };
        let question = Question {
            agent: "agent",
            task: "",
            stage: "manual",
            run: self.run,
            day: DAY,
            repository: "",
            request: &request,
            expected: self.form.then_some(expected),
            prompt: self.prompt,
            deadline: Instant::now() + self.limit,
            cancel: self.cancel.clone(),
        };
        let client = Client::new(book, store).through(carrier);
        block_on(client.ask(&question)).unwrap()
    }
}

fn schema() -> Value {
    let finding = json!({
        "type": "object", "properties": {"line": {"type": "integer"}, "title": {"type": "string"}},
        "required": ["line", "title"], "additionalProperties": false,
    });
    json!({
        "type": "object", "properties": {"findings": {"type": "array", "items": finding}},
        "required": ["findings"], "additionalProperties": false,
    })
}

/// A whole answer that says `text`, with a change of it.
fn answer(text: &str, edit: impl FnOnce(&mut Value)) -> Vec<u8> {
    let mut value: Value = serde_json::from_slice(&contract::answer(KIND, text)).unwrap();
    edit(&mut value);
    value.to_string().into_bytes()
}

/// A server that always says `text`.
fn says(text: &'static str) -> Server {
    Server::new(move |_, conn| conn.json(200, &contract::answer(KIND, text)))
}

/// A server that fails with a status.
fn fails(status: u16) -> Server {
    Server::new(move |_, conn| failing(conn, status))
}

fn failing(conn: &mut Conn, status: u16) -> Then {
    conn.json(status, &contract::error(KIND, status, "no", false))
}

/// The text of an answer; the reply if there is none.
#[track_caller]
fn text(reply: &Reply) -> &str {
    let given = reply.answer.as_ref();
    given.map_or_else(|| panic!("{reply:?}"), |given| given.text.as_str())
}

/// Who failed, and how.
fn failures(reply: &Reply) -> Vec<String> {
    let failures = reply.failures.iter();
    failures
        .map(|(name, failure)| format!("{name}: {}", failure.kind.name()))
        .collect()
}

/// What the ledger holds of the day.
fn spent(store: &Store) -> Sum {
    let rows = ledger::report(store, Group::Day, (DAY, DAY), i64::MAX).unwrap();
    rows.first().map(|row| row.sum).unwrap_or_default()
}

fn body(asked: &Asked) -> String {
    String::from_utf8_lossy(&asked.body).into_owned()
}
