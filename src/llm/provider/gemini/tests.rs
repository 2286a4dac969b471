//! What Gemini is asked is held in `fixtures/llm/gemini/calls`; here is what is read.

mod answers;
mod calls;
mod failures;
mod random;
mod streams;

use super::Gemini;
use crate::llm::provider::{Codec, Headers};

/// Reads a file of `fixtures/llm/gemini`.
fn fixture(name: &str) -> Vec<u8> {
    let root = env!("CARGO_MANIFEST_DIR");
    let path = format!("{root}/fixtures/llm/gemini/{name}");
    std::fs::read(&path).unwrap_or_else(|e| panic!("{path}: {e}"))
}

fn headers(pairs: &[(&str, &str)]) -> Headers {
    let owned = pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
    Headers(owned.collect())
}
