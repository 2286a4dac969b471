//! One file for each wire contract: pure encode and decode, no I/O, no clock, no key.
//!
//! A codec never sees the key: the transport adds it under the header that [`Codec::auth`] names.

mod anthropic;
mod fields;
pub mod gemini;
mod hints;
mod openai;
mod openai_compatible;
mod openai_failure;
mod openai_words;
mod schema;
pub mod wait;

#[cfg(test)]
mod any_bytes;

pub use fields::MOST_TOKENS;

use super::answer::{Answer, Failure};
use super::request::Request;
use super::sse;

/// All contracts.
pub const ALL: &[&dyn Codec] = &[
    &gemini::Gemini,
    &anthropic::Anthropic,
    &openai::OpenAi,
    &openai_compatible::OpenAiCompatible,
];

/// Returns the contract of that kind.
#[must_use]
pub fn find(kind: &str) -> Option<&'static dyn Codec> {
    ALL.iter().copied().find(|codec| codec.kind() == kind)
}

/// How to speak with one kind of provider.
pub trait Codec: Sync {
    /// The name in the configuration: `gemini`, `anthropic`, `openai`, `openai-compatible`.
    fn kind(&self) -> &'static str;

    /// What counts when the configuration says nothing.
    fn defaults(&self) -> Defaults;

    /// Where the key goes.
    fn auth(&self) -> Auth;

    /// Encodes a call.
    fn ask(&self, api_version: &str, request: &Request, stream: bool) -> Call;

    /// Encodes the question how many tokens a request has; `None`: the provider does not answer that.
    fn count(&self, api_version: &str, request: &Request) -> Option<Call>;

    /// Encodes the question which models there are.
    fn models(&self, api_version: &str) -> Call;

    /// Decodes a whole answer of status 200.
    ///
    /// # Errors
    /// `Malformed` when the body is not of the contract, or the failure that the body states.
    fn answer(&self, headers: &Headers, body: &[u8]) -> Result<Answer, Failure>;

    /// Starts to decode a stream of status 200.
    fn stream(&self, headers: &Headers) -> Box<dyn Stream + Send>;

    /// Decodes the count of tokens.
    ///
    /// # Errors
    /// `Malformed` when there is none.
    fn counted(&self, body: &[u8]) -> Result<u64, Failure>;

    /// Decodes the names of the models.
    ///
    /// # Errors
    /// `Malformed` when there are none.
    fn listed(&self, body: &[u8]) -> Result<Vec<String>, Failure>;

    /// Classifies an answer of another status. The body may be anything.
    fn failure(&self, status: u16, headers: &Headers, body: &[u8]) -> Failure;
}

/// Decodes a stream, one event after another.
pub trait Stream {
    /// Takes an event; returns whether the answer is complete and nothing more is needed.
    ///
    /// # Errors
    /// The failure that the event states, or `Malformed`.
    fn event(&mut self, event: &sse::Event) -> Result<bool, Failure>;

    /// Returns the answer when the stream is over, however it ended. Without a finish reason it is
    /// [`super::answer::Finish::Missing`].
    ///
    /// # Errors
    /// `Malformed` when nothing of the contract came.
    fn end(self: Box<Self>) -> Result<Answer, Failure>;
}

/// What counts when the configuration says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Defaults {
    /// The base address, without a `/` at its end; empty: the configuration must give one.
    ///
    /// It is what stands before the paths that the contract fixes. Gemini, Anthropic and OpenAI fix the
    /// version in them (`/v1/messages`), so it is no part of the base. Servers that are only compatible put
    /// their version anywhere (`/v1`, `/api/v1`), so there the base holds it, as those servers tell it.
    pub base_url: &'static str,
    /// The version of the interface; empty if the contract has none.
    pub api_version: &'static str,
    /// The variable that holds the key; empty: no key is needed.
    pub key_env: &'static str,
}

/// Where the key goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Auth {
    /// The header, in lowercase.
    pub header: &'static str,
    /// What stands before the key in it.
    pub prefix: &'static str,
}

/// A call as the transport sends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// `GET`, `POST` or `DELETE`.
    pub method: &'static str,
    /// What follows the base address, with a `/` at its start and the query.
    pub path: String,
    /// Headers besides the key, in lowercase.
    pub headers: Vec<(&'static str, String)>,
    /// The body: JSON; empty for `GET`.
    pub body: Vec<u8>,
}

impl Call {
    /// A call with a body of JSON and no headers of its own.
    fn json(path: &str, body: &serde_json::Value) -> Self {
        Self {
            method: "POST",
            path: path.to_owned(),
            headers: vec![("content-type", "application/json".to_owned())],
            body: body.to_string().into_bytes(),
        }
    }

    /// A call without a body.
    fn get(path: &str) -> Self {
        Self {
            method: "GET",
            path: path.to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }
}

/// The headers of an answer, names in lowercase, values that are not UTF-8 left out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Headers(pub Vec<(String, String)>);

impl Headers {
    /// Returns the first value of that lowercase name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(n, _)| n == name);
        found.map(|(_, value)| value.as_str())
    }
}
