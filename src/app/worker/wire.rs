//! What parent and child say to each other: JSON, with its length before it.

use crate::llm::answer::{Failure, FailureKind};
use crate::llm::provider;
use crate::llm::reading::{Expected, Limits as Caps};
use crate::llm::request::Request;
use crate::llm::transport::{Cancel, Carried, Endpoint, Exchange, Within};
use crate::sandbox::Layers;
use crate::sys::http::{Client, Trust, Way};
use crate::sys::secret::Secret;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;
use zeroize::Zeroizing;

/// The most bytes of a message that is neither a job nor its outcome.
pub const SHORT: usize = 64 << 10;
/// The most bytes of a job. A prompt fits into a model's window.
pub const JOB: usize = 256 << 20;

/// What the child needs before it locks itself in.
#[derive(Serialize, Deserialize)]
pub enum Order {
    /// An exchange; the certificates to read for it, if it needs any.
    Exchange(Option<Trust>),
    /// To try what it must not be able to do, in this directory.
    Prove(PathBuf),
}

/// What holds the child, or why it cannot work.
pub type Hello = Result<Layers, Failure>;

/// What came of a job.
pub type Outcome = Result<Carried, Failure>;

/// An exchange, as far as the child needs to know it.
#[derive(Serialize, Deserialize)]
pub struct Job {
    way: Way,
    tls: bool,
    kind: String,
    base_url: String,
    api_version: String,
    headers: Vec<(String, String)>,
    key: Option<Zeroizing<String>>,
    request: Request,
    expected: Option<Form>,
    stream: bool,
    connect: Duration,
    first_byte: Duration,
    idle: Duration,
    max_body: usize,
}

/// What the answer must look like.
#[derive(Serialize, Deserialize)]
struct Form {
    schema: serde_json::Value,
    verbatim: Vec<String>,
    synonyms: Vec<(String, String)>,
    limits: Caps,
}

impl Job {
    /// Writes an exchange down. So much of the time for it is gone.
    pub fn of(exchange: &Exchange<'_>, way: Way, tls: bool, gone: Duration) -> Self {
        let Exchange { endpoint, within, .. } = exchange;
        let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let pair = |(a, b): &(&str, &str)| ((*a).to_owned(), (*b).to_owned());
        Self {
            way,
            tls,
            kind: endpoint.codec.kind().to_owned(),
            base_url: endpoint.base_url.clone(),
            api_version: endpoint.api_version.clone(),
            headers: endpoint.headers.clone(),
            key: endpoint.key.as_ref().map(|key| key.expose().to_owned().into()),
            request: exchange.request.clone(),
            expected: exchange.expected.map(|expected| Form {
                schema: expected.schema.clone(),
                verbatim: owned(expected.verbatim),
                synonyms: expected.synonyms.iter().map(pair).collect(),
                limits: expected.limits,
            }),
            stream: exchange.stream,
            connect: within.connect.saturating_sub(gone),
            first_byte: within.first_byte.saturating_sub(gone),
            idle: within.idle,
            max_body: within.max_body,
        }
    }

    /// Returns what lies on the way of the connection.
    pub fn way(&self) -> (Way, bool) {
        (self.way.clone(), self.tls)
    }

    /// Has an exchange of this carried with that client.
    pub async fn carry(
        &self,
        http: Client,
        carrier: &dyn crate::llm::transport::Carrier,
    ) -> Result<Carried, Failure> {
        let no_contract = || Failure::new(FailureKind::Refused, "the worker does not know the contract");
        let endpoint = Endpoint {
            name: String::new(),
            codec: provider::find(&self.kind).ok_or_else(no_contract)?,
            base_url: self.base_url.clone(),
            api_version: self.api_version.clone(),
            headers: self.headers.clone(),
            key: self.key.as_ref().and_then(|key| Secret::new(key)),
            http: Arc::new(http),
        };
        let within = Within {
            // Whoever waits has the clock.
            deadline: Instant::now(),
            connect: self.connect,
            first_byte: self.first_byte,
            idle: self.idle,
            max_body: self.max_body,
            attempts: 1,
            tokens: 0,
            cancel: Cancel::default(),
        };
        let form = self.expected.as_ref();
        let verbatim: Vec<&str> = form
            .iter()
            .flat_map(|f| &f.verbatim)
            .map(String::as_str)
            .collect();
        let synonyms = form.iter().flat_map(|f| &f.synonyms);
        let synonyms: Vec<(&str, &str)> = synonyms.map(|(a, b)| (a.as_str(), b.as_str())).collect();
        let exchange = Exchange {
            endpoint: &endpoint,
            request: &self.request,
            expected: form.map(|form| Expected {
                schema: &form.schema,
                verbatim: &verbatim,
                synonyms: &synonyms,
                limits: form.limits,
            }),
            stream: self.stream,
            within: &within,
        };
        carrier.carry(exchange).await
    }

    /// The most bytes of an outcome.
    pub fn most(&self) -> usize {
        most(self.max_body)
    }
}

/// The most bytes of an outcome for an answer of so many: a text stands in it up to three times, and takes no
/// more room than in the answer, which was JSON too.
pub fn most(max_body: usize) -> usize {
    max_body.saturating_mul(4).saturating_add(SHORT)
}

/// Sends a message.
pub async fn send(to: &mut UnixStream, message: &impl Serialize) -> io::Result<()> {
    write(to, &encode(message)?).await
}

/// Writes a message down.
pub fn encode(message: &impl Serialize) -> io::Result<Zeroizing<Vec<u8>>> {
    Ok(Zeroizing::new(serde_json::to_vec(message)?))
}

/// Sends what was written down.
pub async fn write(to: &mut UnixStream, bytes: &[u8]) -> io::Result<()> {
    let length = u32::try_from(bytes.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
    to.write_all(&length.to_le_bytes()).await?;
    to.write_all(bytes).await
}

/// Waits for a message of at most so many bytes.
pub async fn receive<T: DeserializeOwned>(from: &mut UnixStream, most: usize) -> io::Result<T> {
    let length = from.read_u32_le().await? as usize;
    if length > most {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut bytes = Zeroizing::new(Vec::new());
    // It grows with what comes, not with what is announced.
    let taken = from.take(length as u64).read_to_end(&mut bytes).await?;
    if taken < length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(serde_json::from_slice(&bytes)?)
}
