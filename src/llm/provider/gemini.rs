//! Google's Gemini, as the Developer API speaks it: `generateContent` and what belongs to it.
//!
//! `v1` is the stable version; aliases such as `gemini-flash-latest` and some previews are known to `v1beta`
//! alone.

mod cache;
mod error;
mod gathered;
mod request;
mod response;
mod text;

#[cfg(test)]
mod tests;

pub use cache::{Cached, CachedContent, create_cached, created, delete_cached};

use super::{Auth, Call, Codec, Defaults, Headers, Stream};
use crate::llm::answer::{Answer, Failure};
use crate::llm::request::Request;
use serde_json::Value;

/// The contract.
#[derive(Debug, Clone, Copy)]
pub struct Gemini;

impl Codec for Gemini {
    fn kind(&self) -> &'static str {
        "gemini"
    }

    fn defaults(&self) -> Defaults {
        Defaults {
            base_url: "https://generativelanguage.googleapis.com",
            api_version: "v1",
            key_env: "GEMINI_API_KEY",
        }
    }

    fn auth(&self) -> Auth {
        Auth {
            header: "x-goog-api-key",
            prefix: "",
        }
    }

    fn ask(&self, api_version: &str, request: &Request, stream: bool) -> Call {
        let method = if stream {
            "streamGenerateContent?alt=sse"
        } else {
            "generateContent"
        };
        post(
            request::path(api_version, &request.model, method),
            &request::body(request),
        )
    }

    fn count(&self, api_version: &str, request: &Request) -> Option<Call> {
        let path = request::path(api_version, &request.model, "countTokens");
        Some(post(path, &request::count(request)))
    }

    fn models(&self, api_version: &str) -> Call {
        Call {
            method: "GET",
            path: format!("/{api_version}/models?pageSize=1000"),
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    fn answer(&self, _: &Headers, body: &[u8]) -> Result<Answer, Failure> {
        response::answer(body)
    }

    fn stream(&self, _: &Headers) -> Box<dyn Stream + Send> {
        Box::new(gathered::Gathered::default())
    }

    fn counted(&self, body: &[u8]) -> Result<u64, Failure> {
        response::counted(body)
    }

    fn listed(&self, body: &[u8]) -> Result<Vec<String>, Failure> {
        response::listed(body)
    }

    fn failure(&self, status: u16, headers: &Headers, body: &[u8]) -> Failure {
        error::failure(status, headers, body)
    }
}

fn post(path: String, body: &Value) -> Call {
    Call {
        method: "POST",
        path,
        headers: vec![("content-type", "application/json".to_owned())],
        body: body.to_string().into_bytes(),
    }
}
