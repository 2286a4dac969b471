//! Prints every call that the codecs make of a set of requests, one JSON object a line.
//!
//! `cargo run --example encode` prints `kind`, `case`, `call` (`ask`, `stream`, `count`, `models`, or one that
//! only that provider has), `method`, `path`, `headers` and `body`. `tests/peers/models/check_bodies.py` reads
//! it and holds each body against the types of the provider's own SDK.

#[path = "encode/cases.rs"]
mod cases;

use pantheon::llm::provider;
use serde_json::{Value, json};
use std::io::{Write, stdout};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut out = stdout().lock();
    for codec in provider::ALL {
        for (case, call, made) in cases::calls(*codec) {
            let body: Value = match made.body.as_slice() {
                [] => Value::Null,
                body => serde_json::from_slice(body)?,
            };
            let headers: Vec<Value> = made.headers.iter().map(|(k, v)| json!([k, v])).collect();
            let line = json!({
                "kind": codec.kind(), "case": case, "call": call,
                "method": made.method, "path": made.path, "headers": headers, "body": body,
            });
            writeln!(out, "{line}")?;
        }
    }
    Ok(())
}
