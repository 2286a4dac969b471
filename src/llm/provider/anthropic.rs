//! Anthropic Messages.
//!
//! Structured output goes by `output_config.format`: the newest models refuse to be forced to a tool. The
//! version of 2026-10-21 takes no sampling parameters at all, not even their defaults.

mod decode;
mod encode;
mod failure;
mod stream;
#[cfg(test)]
mod tests;

use super::super::answer::{Answer, Failure};
use super::super::request::Request;
use super::{Auth, Call, Codec, Defaults, Headers, Stream, fields};

/// The contract.
pub struct Anthropic;

impl Codec for Anthropic {
    fn kind(&self) -> &'static str {
        "anthropic"
    }

    fn defaults(&self) -> Defaults {
        Defaults {
            base_url: "https://api.anthropic.com",
            api_version: "2026-10-21",
            key_env: "ANTHROPIC_API_KEY",
        }
    }

    fn auth(&self) -> Auth {
        Auth {
            header: "authorization",
            prefix: "Bearer ",
        }
    }

    fn ask(&self, api_version: &str, request: &Request, stream: bool) -> Call {
        let body = encode::ask(api_version, request, stream);
        post(api_version, "/v1/messages", &body)
    }

    fn count(&self, api_version: &str, request: &Request) -> Option<Call> {
        let body = encode::count(request);
        Some(post(api_version, "/v1/messages/count_tokens", &body))
    }

    fn models(&self, api_version: &str) -> Call {
        let mut call = Call::get("/v1/models?limit=1000");
        call.headers.push(version(api_version));
        call
    }

    fn answer(&self, headers: &Headers, body: &[u8]) -> Result<Answer, Failure> {
        let message = fields::body(body)?;
        match failure::stated(headers, &message) {
            Some(failure) => Err(failure),
            None => decode::answer(&message),
        }
    }

    fn stream(&self, headers: &Headers) -> Box<dyn Stream + Send> {
        Box::new(stream::Messages::new(headers))
    }

    fn counted(&self, body: &[u8]) -> Result<u64, Failure> {
        fields::counted(body)
    }

    fn listed(&self, body: &[u8]) -> Result<Vec<String>, Failure> {
        fields::listed(body)
    }

    fn failure(&self, status: u16, headers: &Headers, body: &[u8]) -> Failure {
        failure::of(status, headers, body)
    }
}

/// A call with a body.
fn post(api_version: &str, path: &str, body: &serde_json::Value) -> Call {
    let mut call = Call::json(path, body);
    call.headers.push(version(api_version));
    call
}

/// The header that names the version of the interface.
fn version(api_version: &str) -> (&'static str, String) {
    ("anthropic-version", api_version.to_owned())
}
