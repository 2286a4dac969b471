//! One call: encode, send, read, decode, and again where that helps, always before a deadline.
//!
//! Which endpoint is asked, and what happens when it gives nothing, is decided above. How a contract is
//! spoken is known to its codec alone, and so is what a status means.

mod call;
mod cancel;
mod carry;
mod gate;
mod retry;
mod rounds;
mod scrub;

pub use call::failure;
pub use cancel::Cancel;
pub use carry::{Carried, Carrier, Carrying, Exchange, InProcess};
pub use gate::{Gates, Open, Permit};

use super::answer::{Answer, Failure};
use super::provider::{Call, Codec};
use super::request::Request;
use crate::sys::http::Client;
use crate::sys::secret::Secret;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Somewhere that answers.
#[derive(Clone)]
pub struct Endpoint {
    /// Its name in the configuration.
    pub name: String,
    /// The contract that it keeps.
    pub codec: &'static dyn Codec,
    /// Where it is, without a `/` at its end.
    pub base_url: String,
    /// The version of the contract; empty if that has none.
    pub api_version: String,
    /// Headers that the configuration adds. They replace those of the codec, never the key.
    pub headers: Vec<(String, String)>,
    /// The key, if it takes one.
    pub key: Option<Secret>,
    /// The client, shared by all endpoints that are reached the same way.
    pub http: Arc<Client>,
}

/// What a call must keep within.
#[derive(Debug, Clone)]
pub struct Within {
    /// When everything is over, waits and repetitions included.
    pub deadline: Instant,
    /// The most time for a connection.
    pub connect: Duration,
    /// The most time for the head of the answer and the first piece of its body, connecting included.
    pub first_byte: Duration,
    /// The most time between two pieces of the answer.
    pub idle: Duration,
    /// The most bytes of an answer.
    pub max_body: usize,
    /// How often to try, the first time included.
    pub attempts: u32,
    /// The tokens that the call is thought to take, for the limits.
    pub tokens: u64,
    /// Calls it off.
    pub cancel: Cancel,
}

/// One try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The endpoint that was asked.
    pub endpoint: String,
    /// When it began, in milliseconds since 1970.
    pub started_ms: i64,
    /// How long it took, without the wait before it.
    pub elapsed: Duration,
    /// The name of the finish, or of the failure.
    pub outcome: String,
    /// How long it was waited before it.
    pub waited: Duration,
}

/// Asks an endpoint, and says how often that was tried.
///
/// With `stream` the answer is asked for in pieces, so that a model that has died is told from one that is
/// slow; the caller gets it whole either way.
///
/// # Errors
/// The failure of the last try that reached the endpoint, or why none could.
pub async fn ask(
    endpoint: &Endpoint,
    request: &Request,
    stream: bool,
    within: &Within,
    gates: &dyn Gates,
) -> (Result<Answer, Failure>, Vec<Attempt>) {
    let exchange = Exchange {
        endpoint,
        request,
        expected: None,
        stream,
        within,
    };
    let (carried, attempts) = ask_through(&InProcess, exchange, gates).await;
    (carried.map(|carried| carried.answer), attempts)
}

/// Asks an endpoint as [`ask`] does, each try through a carrier.
///
/// # Errors
/// As [`ask`].
pub async fn ask_through(
    carrier: &dyn Carrier,
    exchange: Exchange<'_>,
    gates: &dyn Gates,
) -> (Result<Carried, Failure>, Vec<Attempt>) {
    let Exchange { endpoint, within, .. } = exchange;
    let key = endpoint.key.as_ref();
    let settle = |outcome: Result<&Carried, &Failure>, now| {
        gates.after(&endpoint.name, outcome.map(|carried| &carried.answer), now);
    };
    let attempt = async || {
        let carried = carrier.carry(exchange).await;
        let mut carried = carried.map_err(|failure| scrub::failure(key, failure))?;
        scrub::carried(key, &mut carried);
        Ok((carried.answer.finish.name(), carried))
    };
    rounds::run(endpoint, within, gates, settle, attempt).await
}

/// Asks how many tokens a request has; `None`: this contract has no such question.
///
/// # Errors
/// The failure of the last try.
pub async fn count(endpoint: &Endpoint, request: &Request, within: &Within) -> Result<Option<u64>, Failure> {
    let Some(call) = endpoint.codec.count(&endpoint.api_version, request) else {
        return Ok(None);
    };
    let counted = plain(endpoint, &call, within, |body| endpoint.codec.counted(body));
    counted.await.map(Some)
}

/// Asks which models there are.
///
/// # Errors
/// The failure of the last try.
pub async fn models(endpoint: &Endpoint, within: &Within) -> Result<Vec<String>, Failure> {
    let call = endpoint.codec.models(&endpoint.api_version);
    plain(endpoint, &call, within, |body| endpoint.codec.listed(body)).await
}

async fn plain<T>(
    endpoint: &Endpoint,
    call: &Call,
    within: &Within,
    decode: impl Fn(&[u8]) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let attempt = async || {
        let body = call::body(endpoint, call, within).await?;
        Ok(("complete", decode(&body)?))
    };
    rounds::run(endpoint, within, &Open, |_, _| {}, attempt).await.0
}
