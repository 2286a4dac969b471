//! Chat Completions, as Ollama, llama.cpp, vLLM, LM Studio, OpenRouter and LiteLLM serve them.
//!
//! The base address holds the version, as people write it for these servers (`http://127.0.0.1:11434/v1`,
//! `https://openrouter.ai/api/v1`): they do not agree on where it stands. Of the contracts that some of them
//! serve beside this one, none enforces a schema everywhere.

mod decode;
mod encode;
mod stream;
#[cfg(test)]
mod tests;

use super::super::answer::{Answer, Failure};
use super::super::request::Request;
use super::{Auth, Call, Codec, Defaults, Headers, Stream, fields, openai_failure};

/// The contract.
pub struct OpenAiCompatible;

impl Codec for OpenAiCompatible {
    fn kind(&self) -> &'static str {
        "openai-compatible"
    }

    fn defaults(&self) -> Defaults {
        Defaults {
            base_url: "",
            api_version: "",
            key_env: "",
        }
    }

    fn auth(&self) -> Auth {
        Auth {
            header: "authorization",
            prefix: "Bearer ",
        }
    }

    fn ask(&self, _api_version: &str, request: &Request, stream: bool) -> Call {
        Call::json("/chat/completions", &encode::ask(request, stream))
    }

    /// The contract has no such question.
    fn count(&self, _api_version: &str, _request: &Request) -> Option<Call> {
        None
    }

    fn models(&self, _api_version: &str) -> Call {
        Call::get("/models")
    }

    fn answer(&self, headers: &Headers, body: &[u8]) -> Result<Answer, Failure> {
        decode::answer(headers, &fields::body(body)?)
    }

    fn stream(&self, headers: &Headers) -> Box<dyn Stream + Send> {
        Box::new(stream::Completion::new(headers))
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
