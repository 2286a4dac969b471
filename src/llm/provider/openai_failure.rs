//! What an error means: of OpenAI, and of the servers that speak like it, each in its own form.
//!
//! Known forms, all in JSON: `{"error": {...}}` with a code that is a word (OpenAI), a status (llama.cpp,
//! vLLM, OpenRouter) or a status as text (LiteLLM); `{"error": "text"}` (Ollama, LM Studio); the fields at the
//! top with `"object": "error"` (vLLM of old); `{"detail": ...}` (a web framework in front); any of these in
//! an array; and the error of a provider behind the server as text within the message or in
//! `metadata.raw`.

#[cfg(test)]
mod tests;

use super::super::answer::{Failure, FailureKind, one_line};
use super::{Headers, fields, hints};
use serde_json::Value;
use std::time::Duration;

/// An error, whatever its form.
#[derive(Default)]
struct Said {
    message: String,
    /// What the error calls itself: its code and its type, then those of the error within.
    words: Vec<String>,
    /// The status that stands in the body.
    status: Option<u16>,
    /// The window that the error tells.
    window: Option<u64>,
    /// When the limit is renewed, in milliseconds since 1970.
    renewed: Option<String>,
}

/// Classifies an answer of another status than 200.
pub(super) fn of(status: u16, headers: &Headers, body: &[u8]) -> Failure {
    let value: Value = serde_json::from_slice(body).unwrap_or_default();
    let said = said(&value).unwrap_or_else(|| Said {
        message: fields::plain(status, body),
        ..Said::default()
    });
    failure(status, headers, &said)
}

/// Returns the failure that a body of status 200, or an event, states under `error`.
pub(super) fn stated(headers: &Headers, value: &Value) -> Option<Failure> {
    let error = value.get("error").filter(|error| !error.is_null())?;
    let said = error_said(error)?;
    Some(failure(200, headers, &said))
}

/// Returns the failure that an error states by itself.
pub(super) fn bare(headers: &Headers, error: &Value) -> Failure {
    failure(200, headers, &error_said(error).unwrap_or_default())
}

/// Puts a failure together.
fn failure(status: u16, headers: &Headers, said: &Said) -> Failure {
    let kind = hints::obey(kind(status, headers, said), headers);
    Failure {
        // One that came before the error was no word on it.
        status: said.status.filter(|_| status < 400).or(Some(status)),
        code: said.words.first().map(|word| one_line(word)),
        request_id: request_id(headers),
        ..Failure::new(kind, &fields::shown(&said.message))
    }
}

/// Returns the id of a call, of the provider or of the proxy before it.
pub(super) fn request_id(headers: &Headers) -> Option<String> {
    let names = ["x-request-id", "x-litellm-call-id"];
    names.iter().find_map(|name| headers.get(name)).map(one_line)
}

/// Classifies: by words that mean one thing everywhere, then by the status, then by other words.
fn kind(status: u16, headers: &Headers, said: &Said) -> FailureKind {
    let status = match said.status {
        Some(inner) if status < 400 => inner,
        _ => status,
    };
    let wait = wait(headers, said);
    let is = |words: &[&str]| said.words.iter().any(|word| words.contains(&word.as_str()));
    if is(&EXHAUSTED) {
        return FailureKind::Exhausted(wait);
    }
    if let Some(window) = window(status, said, is(&TOO_LONG)) {
        return FailureKind::ContextTooLong(window);
    }
    if matches!(status, 400 | 402 | 403 | 429) && hints::says_exhausted(&said.message) {
        return FailureKind::Exhausted(wait);
    }
    if status == 429 && said.message.starts_with("Request too large") {
        return FailureKind::TooLarge;
    }
    if status == 400 && is(&["invalid_model", "model_not_found"]) {
        return FailureKind::NotFound;
    }
    if status >= 400 {
        return hints::by_status(status, wait);
    }
    by_word(&is, wait)
}

/// Money or a long quota is used up.
const EXHAUSTED: [&str; 8] = [
    "billing_hard_limit_reached",
    "billing_not_active",
    "budget_exceeded",
    "insufficient_balance",
    "insufficient_credits",
    "insufficient_quota",
    "payment_required",
    "quota_exceeded",
];

/// The prompt is longer than the window.
const TOO_LONG: [&str; 4] = [
    "ContextWindowExceededError",
    "context_length_exceeded",
    "context_window_exceeded",
    "exceed_context_size_error",
];

/// Classifies an error that has no status: one after status 200.
fn by_word(is: &dyn Fn(&[&str]) -> bool, wait: Option<Duration>) -> FailureKind {
    if is(&[
        "rate_limit_error",
        "rate_limit_exceeded",
        "throttling_error",
        "too_many_requests",
    ]) {
        return FailureKind::RateLimited(wait);
    }
    if is(&[
        "engine_overloaded",
        "overloaded_error",
        "server_overloaded",
        "slow_down",
        "unavailable_error",
    ]) {
        return FailureKind::Overloaded(wait);
    }
    if is(&["auth_error", "authentication_error", "invalid_api_key"]) {
        return FailureKind::Auth;
    }
    if is(&["insufficient_permissions", "permission_error"]) {
        return FailureKind::Permission;
    }
    if is(&["model_not_found", "not_found_error"]) {
        return FailureKind::NotFound;
    }
    if is(&["BadRequestError", "invalid_prompt", "invalid_request_error"]) {
        return FailureKind::BadRequest;
    }
    FailureKind::Server
}

/// Returns the window when the prompt is longer, by the error's own word or by its message.
fn window(status: u16, said: &Said, named: bool) -> Option<Option<u64>> {
    let could_be = matches!(status, 200 | 400 | 413 | 422 | 500);
    let told = match hints::window_in(&said.message) {
        Some(told) if named || could_be => told,
        _ if named => None,
        _ => return None,
    };
    Some(said.window.or(told))
}

/// Returns how long to wait: what the answer says, else until the last of the used-up limits is renewed,
/// else what the message says.
fn wait(headers: &Headers, said: &Said) -> Option<Duration> {
    let limits = ["requests", "tokens"].iter().filter_map(|name| {
        let remaining = headers.get(&format!("x-ratelimit-remaining-{name}"))?;
        let used_up = remaining.trim() == "0";
        hints::span(
            headers
                .get(&format!("x-ratelimit-reset-{name}"))
                .filter(|_| used_up)?,
        )
    });
    let renewed = said.renewed.as_deref().or(headers.get("x-ratelimit-reset"));
    hints::wait(headers)
        .or_else(|| limits.max())
        .or_else(|| hints::until_epoch_ms(headers, renewed?))
        .or_else(|| hints::span_in(&said.message))
}

/// Reads a body in any of its forms.
fn said(value: &Value) -> Option<Said> {
    let value = value.get(0).unwrap_or(value);
    if let Some(error) = value.get("error").filter(|error| !error.is_null()) {
        return error_said(error);
    }
    if let Some(detail) = value.get("detail") {
        return Some(Said {
            message: first_text(detail, "/0/msg")?.to_owned(),
            ..Said::default()
        });
    }
    fields::text(value, "/message")?;
    error_said(value)
}

/// Returns a text, or the one at a pointer of what is none.
fn first_text<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    fields::text(value, "").or_else(|| fields::text(value, pointer))
}

/// Reads an error that is a text or an object.
fn error_said(error: &Value) -> Option<Said> {
    let message = first_text(error, "/message").or_else(|| fields::text(error, "/error"));
    if message.is_none() && !error.is_object() {
        return None;
    }
    let mut said = Said {
        message: message.unwrap_or_default().to_owned(),
        words: words(error),
        status: status(error.get("code")),
        window: Some(fields::tokens(error, "/n_ctx")).filter(|window| *window > 0),
        renewed: fields::text(error, "/metadata/headers/X-RateLimit-Reset").map(str::to_owned),
    };
    add_within(error, &mut said);
    Some(said)
}

/// Adds the error of a provider behind the server, which says more than the server does.
fn add_within(error: &Value, said: &mut Said) {
    let raw = fields::text(error, "/metadata/raw")
        .unwrap_or(&said.message)
        .to_owned();
    let json = raw.find('{').zip(raw.rfind('}'));
    let value = json.and_then(|(from, to)| serde_json::from_str::<Value>(raw.get(from..=to)?).ok());
    let within = value.as_ref().map(|value| value.get("error").unwrap_or(value));
    if let Some(within) = within {
        said.words.extend(words(within));
        if let Some(message) = fields::text(within, "/message") {
            message.clone_into(&mut said.message);
        }
    } else if error.pointer("/metadata/raw").is_some() {
        said.message = raw;
    }
}

/// Returns what an error calls itself, its code first. LiteLLM writes `None` for nothing.
fn words(error: &Value) -> Vec<String> {
    let both = ["/code", "/type"]
        .iter()
        .filter_map(|pointer| fields::text(error, pointer));
    let words = both.filter(|word| *word != "None" && word.parse::<u16>().is_err());
    words.map(str::to_owned).collect()
}

/// Reads a status, which may be written as text.
fn status(code: Option<&Value>) -> Option<u16> {
    let code = code?;
    let number = code.as_u64().or_else(|| code.as_str()?.parse().ok())?;
    u16::try_from(number)
        .ok()
        .filter(|status| (400..600).contains(status))
}
