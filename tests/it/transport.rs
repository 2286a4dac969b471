//! The transport against a server that misbehaves on purpose, in a contract of one line.

mod asked;
mod gates;
mod limits;
pub mod secure;
mod tries;

use crate::fake::plain::Plain;
use crate::fake::{JSON, Server};
use pantheon::llm::answer::{Answer, Failure};
use pantheon::llm::request::Request;
use pantheon::llm::transport::{self, Attempt, Cancel, Endpoint, Gates, Open, Within};
use pantheon::sys::http::{Client, Options, block_on};
use pantheon::sys::secret::Secret;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The key. It must not come back from anywhere.
pub const KEY: &str = "sk-canary-0123456789abcdef";

/// Limits that only what waits on purpose comes to.
pub fn within(deadline: Duration) -> Within {
    Within {
        deadline: Instant::now() + deadline,
        connect: Duration::from_secs(20),
        first_byte: Duration::from_secs(20),
        idle: Duration::from_secs(20),
        max_body: 1 << 20,
        attempts: 1,
        tokens: 100,
        cancel: Cancel::default(),
    }
}

pub fn endpoint(base_url: &str, options: Options) -> Endpoint {
    Endpoint {
        name: "here".to_owned(),
        codec: &Plain,
        base_url: base_url.to_owned(),
        api_version: String::new(),
        headers: Vec::new(),
        key: Secret::new(KEY),
        http: Arc::new(Client::new(options)),
    }
}

fn request() -> Request {
    Request::question("model-1", "", "hello", 100)
}

/// A server's answer that is good.
const GOOD: &[u8] = b"fine end";

/// What came of a call, and the tries.
type Told = (Result<Answer, Failure>, Vec<Attempt>);

fn ask_with(endpoint: &Endpoint, stream: bool, within: &Within, gates: &dyn Gates) -> Told {
    block_on(transport::ask(endpoint, &request(), stream, within, gates)).unwrap()
}

fn ask(server: &Server, stream: bool, within: &Within) -> Told {
    ask_with(
        &endpoint(&server.http(), Options::default()),
        stream,
        within,
        &Open,
    )
}

/// The names of the tries' outcomes.
fn outcomes(told: &Told) -> Vec<&str> {
    told.1.iter().map(|attempt| attempt.outcome.as_str()).collect()
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// A server that answers well.
fn good() -> Server {
    Server::new(|_, conn| conn.answer(200, JSON, GOOD))
}
