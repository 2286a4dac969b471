//! What a gateway lets through, to whom, and how much of it.

use super::Hide;
use crate::agent::order::Wire;
use crate::llm::book::Place;
use crate::llm::provider::{self, Auth, Codec};
use crate::model::HostRule;
use crate::sys::http::Client;
use crate::sys::secret::Secret;
use std::sync::Arc;
use std::time::Duration;

/// What a gateway lets through.
#[derive(Debug, Clone)]
pub struct Rules {
    /// The run, by its id.
    pub run: String,
    /// The agent, by its name in the configuration.
    pub agent: String,
    /// What stands in the place of a key inside the jail: at least 16 letters or digits that nobody guesses.
    pub placeholder: String,
    /// Where calls to models go, at most one for each wire; of two the first counts.
    pub upstreams: Vec<Upstream>,
    /// The hosts that a tunnel may lead to; empty: there are no tunnels.
    pub hosts: Vec<HostRule>,
    /// What no model may see.
    pub hide: Hide,
    /// The bounds.
    pub bounds: Bounds,
}

/// Where the calls of one wire go.
#[derive(Debug, Clone)]
pub struct Upstream {
    /// The wire.
    pub wire: Wire,
    /// The name of the provider in the configuration, for the ledger.
    pub provider: String,
    /// The kind of the provider, by which calls are priced.
    pub kind: &'static str,
    /// What stands before the path of an endpoint, without a `/` at its end. It holds the version, as in
    /// `https://api.openai.com/v1`; for Gemini, whose requests name one, it does not.
    pub base_url: String,
    /// Where the key goes.
    pub auth: Auth,
    /// The key; `None`: none is sent.
    pub key: Option<Secret>,
    /// The version of the interface where the agent names none (Anthropic).
    pub api_version: String,
    /// The client. It must be this gateway's own.
    pub http: Arc<Client>,
    /// The models that may be asked, by the provider's own names; empty: all.
    pub models: Vec<String>,
    /// The model that is asked in the place of one that may not be; `None`: such a call is refused.
    pub instead: Option<String>,
    /// The most tokens that one answer may have: what an agent asks for beyond that is lowered.
    pub max_output: u32,
    /// Whether its calls cost nothing.
    pub free: bool,
    /// The most time for a connection.
    pub connect: Duration,
    /// The most time for the first byte.
    pub first_byte: Duration,
    /// The most time between two pieces.
    pub idle: Duration,
}

/// The most tokens of one answer, where nothing else is said.
pub const MAX_OUTPUT: u32 = 32_000;
/// The least time for the first byte: who does not ask for pieces waits for the whole of a long answer.
const FIRST_BYTE: Duration = Duration::from_secs(600);
/// The least time between two pieces: a model that thinks may say nothing for long.
const IDLE: Duration = Duration::from_secs(300);

impl Upstream {
    /// Makes an endpoint of the configuration the one for a wire; `None`: it does not speak that.
    #[must_use]
    pub fn of(place: &Place, wire: Wire, key: Option<Secret>) -> Option<Self> {
        let kind = place.codec.kind();
        Some(Self {
            wire,
            provider: place.provider.clone(),
            kind,
            base_url: base(kind, wire, &place.base_url)?,
            auth: place.codec.auth(),
            key,
            api_version: api_version(place),
            http: Arc::new(place.http.another()),
            models: Vec::new(),
            instead: None,
            max_output: MAX_OUTPUT,
            free: place.free,
            connect: place.connect_within(),
            first_byte: place.first_byte.max(FIRST_BYTE),
            idle: place.idle.max(IDLE),
        })
    }
}

fn api_version(place: &Place) -> String {
    let usual = || place.codec.defaults().api_version.to_owned();
    place.api_version.clone().unwrap_or_else(usual)
}

/// The base of a wire's endpoints at a provider of a kind.
fn base(kind: &str, wire: Wire, base_url: &str) -> Option<String> {
    let base_url = base_url.trim_end_matches('/');
    match (kind, wire) {
        ("anthropic", Wire::Anthropic) | ("openai", Wire::Responses | Wire::Chat) => {
            Some(format!("{base_url}/v1"))
        }
        // Servers that are only compatible have their version in the base.
        ("openai-compatible", Wire::Chat | Wire::Responses) | ("gemini", Wire::Gemini) => {
            Some(base_url.to_owned())
        }
        _ => None,
    }
}

/// Returns what reads the answers of a wire.
pub(super) fn codec(wire: Wire) -> Option<&'static dyn Codec> {
    provider::find(match wire {
        Wire::Anthropic => "anthropic",
        Wire::Responses => "openai",
        Wire::Chat => "openai-compatible",
        Wire::Gemini => "gemini",
    })
}

/// The bounds of a gateway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// The most bytes of the body of a request.
    pub body: usize,
    /// The most bytes of an answer.
    pub answer: u64,
    /// The most bytes through one tunnel, both ways together.
    pub tunnel: u64,
    /// The most connections at once; further ones wait.
    pub connections: usize,
    /// How long a request may take to arrive.
    pub arrive: Duration,
    /// How long a call, or a tunnel, may take in all.
    pub total: Duration,
    /// How long nothing may move in a tunnel, or nobody take an answer.
    pub idle: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            body: 32 << 20,
            answer: 64 << 20,
            tunnel: 2 << 30,
            connections: 64,
            arrive: Duration::from_secs(60),
            total: Duration::from_secs(1800),
            idle: Duration::from_secs(300),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_base_of_a_wire_holds_the_version_where_requests_do_not() {
        let base = |kind, wire| base(kind, wire, "https://a.example/");
        assert_eq!(base("openai", Wire::Chat).unwrap(), "https://a.example/v1");
        assert_eq!(
            base("openai-compatible", Wire::Chat).unwrap(),
            "https://a.example"
        );
        assert_eq!(base("gemini", Wire::Gemini).unwrap(), "https://a.example");
        assert_eq!(base("gemini", Wire::Chat), None);
    }
}
