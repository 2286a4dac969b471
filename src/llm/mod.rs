//! Everything between a question and a model's answer: one codec for each wire contract, one transport,
//! routes, budgets, and the reading of answers that nobody can trust.
//!
//! Nothing here decides about a change. Whatever comes from a model is hostile data.

pub mod answer;
pub mod book;
pub mod budget;
pub mod cache_key;
pub mod client;
pub mod price;
pub mod prompt;
pub mod provider;
pub mod reading;
pub mod request;
pub mod route;
pub mod sse;
pub mod tokens;
pub mod transport;
