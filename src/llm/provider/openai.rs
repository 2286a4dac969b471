//! OpenAI Responses.
//!
//! Nothing is kept there: `store` is sent as false with every question, since the default is true.

mod decode;
mod encode;
mod stream;
#[cfg(test)]
mod tests;

use super::super::answer::{Answer, Failure};
use super::super::request::Request;
use super::{Auth, Call, Codec, Defaults, Headers, Stream, fields, openai_failure};

/// The contract.
pub struct OpenAi;

impl Codec for OpenAi {
    fn kind(&self) -> &'static str {
        "openai"
    }

    fn defaults(&self) -> Defaults {
        Defaults {
            base_url: "https://api.openai.com",
            api_version: "",
            key_env: "OPENAI_API_KEY",
        }
    }

    fn auth(&self) -> Auth {
        Auth {
            header: "authorization",
            prefix: "Bearer ",
        }
    }

    fn ask(&self, _api_version: &str, request: &Request, stream: bool) -> Call {
        Call::json("/v1/responses", &encode::ask(request, stream))
    }

    fn count(&self, _api_version: &str, request: &Request) -> Option<Call> {
        Some(Call::json("/v1/responses/input_tokens", &encode::count(request)))
    }

    fn models(&self, _api_version: &str) -> Call {
        Call::get("/v1/models")
    }

    fn answer(&self, headers: &Headers, body: &[u8]) -> Result<Answer, Failure> {
        decode::answer(headers, &fields::body(body)?)
    }

    fn stream(&self, headers: &Headers) -> Box<dyn Stream + Send> {
        Box::new(stream::Response::new(headers))
    }

    fn counted(&self, body: &[u8]) -> Result<u64, Failure> {
        fields::counted(body)
    }

    fn listed(&self, body: &[u8]) -> Result<Vec<String>, Failure> {
        fields::listed(body)
    }

    fn failure(&self, status: u16, headers: &Headers, body: &[u8]) -> Failure {
        openai_failure::of(status, headers, body)
    }
}
