//! Everything between a question and a model's answer: one codec for each wire contract, one transport,
//! routes, budgets, and the reading of answers that nobody can trust.
//!
//! Nothing here decides about a change. Whatever comes from a model is hostile data.

pub mod answer;
pub mod cache_key;
pub mod prompt;
pub mod provider;
pub mod reading;
pub mod request;
pub mod sse;
pub mod tokens;
