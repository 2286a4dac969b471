//! The worker: what it hands on, what it cannot do, and that it never outlives what it is for.

mod cost;
mod ends;
mod hostile;
mod same;

use crate::fake::Server;
use crate::support::PANTHEON;
use crate::transport::{KEY, endpoint, within};
use pantheon::app::worker::{Level, Worker};
use pantheon::llm::answer::Failure;
use pantheon::llm::provider;
use pantheon::llm::reading::{Expected, Limits};
use pantheon::llm::request::{Request, Schema};
use pantheon::llm::transport::{self, Carried, Carrier, Endpoint, Exchange, InProcess, Open, Within};
use pantheon::sys::http::{Options, block_on};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// The contract of most tests.
const KIND: &str = "openai-compatible";

/// The worker of the program that was built.
fn worker() -> Worker {
    Worker::of(PANTHEON, Vec::new())
}

/// An endpoint of that contract.
fn at(base_url: &str, kind: &str, options: Options) -> Endpoint {
    let mut to = endpoint(base_url, options);
    to.codec = provider::find(kind).unwrap();
    to.api_version = to.codec.defaults().api_version.to_owned();
    if kind == KIND {
        to.base_url += "/v1";
    }
    to
}

fn to(server: &Server) -> Endpoint {
    at(&server.http(), KIND, Options::default())
}

/// A question, and the form of its answer.
struct Ask {
    request: Request,
    schema: Value,
    stream: bool,
    within: Within,
}

impl Ask {
    fn new(stream: bool) -> Self {
        let schema = json!({
            "type": "object",
            "properties": {
                "verdict": {"type": "string"},
                "findings": {"type": "array", "items": {"type": "object",
                    "properties": {"line": {"type": "integer"}, "title": {"type": "string"}},
                    "required": ["line", "title"], "additionalProperties": false}},
            },
            "required": ["verdict", "findings"], "additionalProperties": false,
        });
        let mut request = Request::question("model-1", "Judge.", "a change", 100);
        request.schema = Some(Schema {
            name: "verdict".to_owned(),
            value: schema.clone(),
        });
        Self {
            request,
            schema,
            stream,
            within: within(Duration::from_secs(20)),
        }
    }

    /// Asks through a carrier, once; says what came of it and the name of the outcome.
    fn through(&self, carrier: &dyn Carrier, to: &Endpoint) -> (Result<Carried, Failure>, String) {
        let expected = Expected {
            schema: &self.schema,
            verbatim: &["title"],
            synonyms: &[("ok", "pass")],
            limits: Limits::default(),
        };
        let exchange = Exchange {
            endpoint: to,
            request: &self.request,
            expected: Some(expected),
            stream: self.stream,
            within: &self.within,
        };
        let asked = block_on(transport::ask_through(carrier, exchange, &Open));
        let (carried, tries) = asked.unwrap();
        (carried, tries.last().unwrap().outcome.clone())
    }
}

/// A copy of the program under a name of its own, so that each test finds its own children.
#[cfg(target_os = "linux")]
fn named(dir: &tempfile::TempDir, name: &str) -> Worker {
    let path = dir.path().join(name);
    std::fs::hard_link(PANTHEON, &path)
        .or_else(|_| std::fs::copy(PANTHEON, &path).map(drop))
        .unwrap();
    Worker::of(path, Vec::new())
}

/// The children of this process whose command line holds a word of this test.
#[cfg(target_os = "linux")]
fn children(word: &str) -> Vec<u32> {
    let own = std::process::id();
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let Ok(id) = entry.file_name().to_string_lossy().parse::<u32>() else {
            continue;
        };
        let read = |file: &str| std::fs::read_to_string(entry.path().join(file)).unwrap_or_default();
        let is_child = read("status").lines().any(|line| line == format!("PPid:\t{own}"));
        if is_child && read("cmdline").contains(word) {
            found.push(id);
        }
    }
    found
}

/// Waits until something is so.
#[track_caller]
fn eventually<T>(limit: Duration, find: impl Fn() -> Option<T>) -> T {
    let end = Instant::now() + limit;
    loop {
        if let Some(found) = find() {
            return found;
        }
        assert!(Instant::now() < end, "not within {limit:?}");
        std::thread::sleep(Duration::from_millis(2));
    }
}
