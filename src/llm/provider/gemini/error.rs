//! What it means when Gemini does not answer: `google.rpc.Status`, in the shapes in which it comes, and what
//! stands between that speaks another language.

use super::response::line;
use super::text;
use crate::llm::answer::{Failure, FailureKind, one_line};
use crate::llm::provider::{Headers, wait};
use serde_json::Value;
use std::time::Duration;

/// The longest wait that is one: what asks for more is used up for a gate.
const LONGEST_WAIT: Duration = Duration::from_secs(300);

/// How long to wait for a quota of a minute that does not say.
const MINUTE: Duration = Duration::from_secs(60);

/// How often a message may hold another error.
const DEEPEST: usize = 4;

/// Classifies an answer of a status other than 200.
pub fn failure(status: u16, headers: &Headers, body: &[u8]) -> Failure {
    let stated = serde_json::from_slice(body)
        .ok()
        .and_then(|value| Stated::read(&value));
    let stated = stated.unwrap_or_else(|| Stated::of_no_json(status, body));
    let mut failure = stated.failure(status, wait::retry_after(headers));
    let id = headers.get("x-request-id").map(one_line);
    failure.request_id = failure.request_id.or(id);
    failure
}

/// Returns the failure that a body of status 200 states, or a piece of a stream.
///
/// Its status is the one in the body, since the real one came too early to be true.
pub fn stated(value: &Value) -> Option<Failure> {
    let value = alone(value);
    value.get("error").filter(|error| !error.is_null())?;
    let stated = Stated::read(value)?;
    let status = stated.code.unwrap_or_else(|| status_of(&stated.status));
    Some(stated.failure(status, None))
}

/// What an error says of itself.
#[derive(Debug, Default)]
struct Stated {
    code: Option<u16>,
    status: String,
    message: String,
    /// `ErrorInfo.reason`, and `quota_limit` of its metadata.
    reason: String,
    /// The quotas that were passed, and their metrics.
    quotas: Vec<String>,
    /// `RetryInfo.retryDelay`.
    delay: Option<Duration>,
    request_id: Option<String>,
    /// Whether it is the page of a server that speaks another language, so that the address may be wrong.
    is_page: bool,
}

impl Stated {
    /// Reads an error: an object, an array with one, or one that is written into the message of another.
    fn read(value: &Value) -> Option<Self> {
        let mut inner = None;
        let mut outer = alone(value);
        for _ in 0..DEEPEST {
            let error = outer.get("error").unwrap_or(outer);
            let text = error.as_str().or_else(|| error.get("message")?.as_str());
            let Some(next) = text.and_then(nested) else {
                break;
            };
            outer = alone(inner.insert(next));
        }
        Self::of(outer.get("error").unwrap_or(outer))
    }

    fn of(error: &Value) -> Option<Self> {
        let text = |key: &str| line(error.get(key)).unwrap_or_default();
        let mut stated = Self {
            code: error.get("code").and_then(number),
            status: text("status"),
            message: line(Some(error)).unwrap_or_else(|| text("message")),
            ..Self::default()
        };
        if stated.message.is_empty() {
            stated.message = text("detail");
        }
        let details = error.get("details").and_then(Value::as_array);
        for detail in details.into_iter().flatten() {
            stated.detail(detail);
        }
        let is_empty = stated.message.is_empty() && stated.status.is_empty() && stated.code.is_none();
        (!is_empty).then_some(stated)
    }

    fn detail(&mut self, detail: &Value) {
        let text = |key: &str| line(detail.get(key));
        let kind = text("@type").unwrap_or_default();
        match kind.rsplit('.').next() {
            Some("ErrorInfo") => {
                self.reason = text("reason").unwrap_or_default();
                let limit = detail.pointer("/metadata/quota_limit");
                self.quotas.extend(line(limit));
            }
            Some("QuotaFailure") => {
                let violations = detail.get("violations").and_then(Value::as_array);
                for violation in violations.into_iter().flatten() {
                    let id = line(violation.get("quotaId"));
                    self.quotas
                        .extend(id.or_else(|| line(violation.get("quotaMetric"))));
                }
            }
            Some("RetryInfo") => self.delay = text("retryDelay").as_deref().and_then(span),
            Some("RequestInfo") => self.request_id = text("requestId"),
            _ => {}
        }
    }

    /// What there is to say of a body that is no JSON: a page of a proxy, a text, or nothing.
    fn of_no_json(status: u16, body: &[u8]) -> Self {
        let page = String::from_utf8_lossy(&body[..body.len().min(4096)]);
        let page = page.trim();
        let message = if page.is_empty() {
            format!("HTTP {status} with an empty body")
        } else if page.starts_with('<') {
            format!("HTTP {status} with a page, not JSON: {}", text::title(page))
        } else {
            format!("HTTP {status}: {}", one_line(page))
        };
        Self {
            message,
            is_page: page.starts_with('<'),
            ..Self::default()
        }
    }

    fn failure(self, status: u16, header: Option<Duration>) -> Failure {
        let kind = self.kind(status, header);
        let hint = self.hint(status, &kind);
        let room = 300_usize.saturating_sub(hint.chars().count());
        let mut message: String = text::without_keys(&self.message).chars().take(room).collect();
        if message.trim().is_empty() {
            message = format!("HTTP {status} without a message");
        }
        if !hint.is_empty() {
            message.truncate(message.trim_end_matches('.').len());
        }
        message.push_str(&hint);
        let code = [self.reason, self.status]
            .into_iter()
            .find(|word| !word.is_empty());
        Failure {
            status: Some(status),
            code,
            request_id: self.request_id,
            ..Failure::new(kind, &message)
        }
    }

    fn kind(&self, status: u16, header: Option<Duration>) -> FailureKind {
        match status {
            429 | 499 | 503 | 529 => self.busy(status, header),
            400 | 422 => self.wrong(),
            401 => FailureKind::Auth,
            // Who sends no key at all is not told so, but that callers must be registered.
            403 if self.message.contains("unregistered callers") => FailureKind::Auth,
            403 => FailureKind::Permission,
            402 => FailureKind::Exhausted(None),
            404 | 405 | 410 => FailureKind::NotFound,
            413 => FailureKind::TooLarge,
            408 | 409 | 425 => FailureKind::Server,
            501 => FailureKind::BadRequest,
            500..=599 => FailureKind::Server,
            300..=399 => FailureKind::Redirect,
            400..=499 => FailureKind::BadRequest,
            _ => FailureKind::Malformed,
        }
    }

    /// Tells what passes by itself from what does not. What the server says of the time comes before what
    /// the name of a quota lets one guess.
    fn busy(&self, status: u16, header: Option<Duration>) -> FailureKind {
        if has_no_quota(&self.message) || self.quotas.iter().any(|quota| is_of_a_day(quota)) {
            return FailureKind::Exhausted(None);
        }
        if self.reason.starts_with("MODEL_CAPACITY_") {
            return FailureKind::Overloaded(None);
        }
        let told = self.delay.or_else(|| retry_in(&self.message)).or(header);
        let of_a_minute = self.quotas.iter().any(|quota| quota.contains("PerMinute"));
        let wait = told.or(of_a_minute.then_some(MINUTE));
        match (status, wait) {
            (_, Some(wait)) if wait > LONGEST_WAIT => FailureKind::Exhausted(Some(wait)),
            (429, wait) => FailureKind::RateLimited(wait),
            // Somebody called it off, and does not say when to come back.
            (499, None) => FailureKind::Server,
            (_, wait) => FailureKind::Overloaded(wait),
        }
    }

    /// Tells apart what Gemini calls an invalid argument.
    fn wrong(&self) -> FailureKind {
        let message = self.message.to_ascii_lowercase();
        let says = |words: &[&str]| words.iter().any(|word| message.contains(word));
        if self.reason.starts_with("API_KEY_") || says(&["api key not valid", "api key expired"]) {
            return FailureKind::Auth;
        }
        if says(&TOO_LONG) {
            return FailureKind::ContextTooLong(window(&message));
        }
        if says(&["user location is not supported"]) {
            return FailureKind::Permission;
        }
        FailureKind::BadRequest
    }

    /// What a person can do about it, after the provider's words.
    fn hint(&self, status: u16, kind: &FailureKind) -> String {
        let mut hint = String::new();
        let of_a_day = self.quotas.iter().find(|quota| is_of_a_day(quota));
        if matches!(kind, FailureKind::Exhausted(_) | FailureKind::RateLimited(_))
            && let Some(quota) = of_a_day.or(self.quotas.first())
        {
            hint.push_str(&format!(" (quota `{quota}`)"));
        }
        if self.quotas.iter().any(|quota| is_free(quota)) {
            hint.push_str("; the key is of the free tier, whose content may be used to improve products");
        }
        if matches!(status, 404 | 405) && self.is_page {
            hint.push_str("; does `base-url` lead to the provider?");
        } else if matches!(status, 404 | 405) && !self.message.contains("v1beta") {
            hint.push_str("; aliases and previews need `api-version = \"v1beta\"`");
        }
        hint
    }
}

/// Words in which a prompt is called too long: Gemini's, and those of gateways that speak for it.
const TOO_LONG: [&str; 5] = [
    "exceeds the maximum number of tokens",
    "contextwindowexceeded",
    "context_length_exceeded",
    "maximum context length",
    "exceed_context_size",
];

/// Returns the window that a message names: the number after `allowed`, or after `length is`.
fn window(message: &str) -> Option<u64> {
    let after = ["tokens allowed", "context length is"]
        .iter()
        .find_map(|words| message.split_once(words));
    let rest = after?.1.trim_start_matches([' ', '(', ':']);
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    rest[..end].parse().ok()
}

/// Whether a message says that the quota is nothing at all, as for a model that the key's tier does not have.
fn has_no_quota(message: &str) -> bool {
    let mut rest = message.split("limit: 0");
    rest.next();
    rest.any(|after| !after.starts_with(|c: char| c.is_ascii_digit() || c == '.'))
}

fn is_of_a_day(quota: &str) -> bool {
    quota.contains("PerDay") || quota.contains("Daily")
}

fn is_free(quota: &str) -> bool {
    quota.contains("FreeTier") || quota.contains("free_tier")
}

/// Returns the wait in `Please retry in 56.18s` or `... in 900ms`.
fn retry_in(message: &str) -> Option<Duration> {
    let (_, rest) = message.split_once("lease retry in ")?;
    span(rest.split_whitespace().next()?.trim_end_matches(['.', ',']))
}

/// Returns a span such as `34.07s` or `900ms`.
fn span(text: &str) -> Option<Duration> {
    if let Some(millis) = text.strip_suffix("ms") {
        return wait::seconds(millis).map(|span| span / 1000);
    }
    wait::seconds(text.strip_suffix('s')?)
}

/// Returns the element of an array that has one, or the value itself.
fn alone(value: &Value) -> &Value {
    match value.as_array().map(Vec::as_slice) {
        Some([one]) => one,
        _ => value,
    }
}

/// Returns the error that is written into a text, after words such as `got status: 429.`.
fn nested(text: &str) -> Option<Value> {
    let start = text.find(['{', '['])?;
    let value: Value = serde_json::from_str(text[start..].trim_end()).ok()?;
    alone(&value).get("error").is_some().then_some(value)
}

/// Returns a number or a text of one: an HTTP status.
fn number(value: &Value) -> Option<u16> {
    let number = value.as_u64().or_else(|| value.as_str()?.parse().ok())?;
    u16::try_from(number)
        .ok()
        .filter(|number| (100..600).contains(number))
}

/// Returns the HTTP status of a `google.rpc.Code`.
fn status_of(word: &str) -> u16 {
    match word {
        "INVALID_ARGUMENT" | "FAILED_PRECONDITION" | "OUT_OF_RANGE" => 400,
        "UNAUTHENTICATED" => 401,
        "PERMISSION_DENIED" => 403,
        "NOT_FOUND" => 404,
        "ABORTED" | "ALREADY_EXISTS" => 409,
        "RESOURCE_EXHAUSTED" => 429,
        "CANCELLED" => 499,
        "UNIMPLEMENTED" => 501,
        "UNAVAILABLE" => 503,
        "DEADLINE_EXCEEDED" => 504,
        _ => 500,
    }
}
