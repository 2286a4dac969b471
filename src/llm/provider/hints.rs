//! What a status, a header or a message says about the next attempt. Shared by the codecs.

#[cfg(test)]
mod tests;

use super::super::answer::FailureKind;
use super::{Headers, wait};
use std::time::Duration;

/// The longest wait that is believed. Whoever says more has made a mistake, and clocks overflow.
const LONGEST: Duration = Duration::from_secs(31 * 24 * 3600);

/// Returns what a status means by itself. The wait is what the answer asks for.
pub fn by_status(status: u16, wait: Option<Duration>) -> FailureKind {
    match status {
        300..=399 => FailureKind::Redirect,
        401 => FailureKind::Auth,
        402 => FailureKind::Exhausted(wait),
        403 => FailureKind::Permission,
        404 | 410 => FailureKind::NotFound,
        408 | 409 | 425 | 499 => FailureKind::Server,
        413 => FailureKind::TooLarge,
        429 => FailureKind::RateLimited(wait),
        503 | 529 => FailureKind::Overloaded(wait),
        400..=499 => FailureKind::BadRequest,
        500..=599 => FailureKind::Server,
        _ => FailureKind::Malformed,
    }
}

/// Obeys `x-should-retry`. A provider that says `false` of a failure that could pass means one that will
/// not pass soon; one that says `true` of a request means that the request is not to blame.
pub fn obey(kind: FailureKind, headers: &Headers) -> FailureKind {
    match headers.get("x-should-retry") {
        Some("false") if kind.may_retry() => FailureKind::Exhausted(kind.wait()),
        Some("true") if kind == FailureKind::BadRequest => FailureKind::Server,
        _ => kind,
    }
}

/// Returns how long the headers ask to wait: milliseconds first, which say it more closely.
pub fn wait(headers: &Headers) -> Option<Duration> {
    let millis = headers
        .get("retry-after-ms")
        .and_then(|text| wait::seconds(text.trim()));
    let said = millis.map(|thousandfold| thousandfold / 1000);
    let said = said.or_else(|| wait::retry_after(headers));
    said.map(|span| span.min(LONGEST))
}

/// Returns how long it is from the answer's `date` to a time as in RFC 3339.
pub fn until(headers: &Headers, stamp: &str) -> Option<Duration> {
    between(headers, stamp.trim().parse().ok()?)
}

/// Returns how long it is from the answer's `date` to a time in milliseconds since 1970.
pub fn until_epoch_ms(headers: &Headers, stamp: &str) -> Option<Duration> {
    let millis = stamp.trim().parse().ok()?;
    between(headers, jiff::Timestamp::from_millisecond(millis).ok()?)
}

/// Reads a span such as `6m0s`, `1h2m3.5s`, `120ms` or a bare number of seconds.
pub fn span(text: &str) -> Option<Duration> {
    let text = text.trim();
    if let Some(bare) = wait::seconds(text) {
        return Some(bare.min(LONGEST));
    }
    if text.is_empty() {
        return None;
    }
    let mut total = 0.0;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !(c.is_ascii_digit() || c == '.'))?;
        let (number, tail) = rest.split_at(digits);
        let letters = tail.find(|c: char| !c.is_alphabetic()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(letters);
        total += number.parse::<f64>().ok()? * unit_seconds(unit)?;
        rest = tail;
    }
    bounded(total)
}

/// Returns the span that a message names after one of these words, such as `try again in 6.5s`.
pub fn span_in(message: &str) -> Option<Duration> {
    for words in ["try again in ", "retry in "] {
        let Some((_, after)) = message.split_once(words) else {
            continue;
        };
        let word = after.split_whitespace().next().unwrap_or_default();
        let found = span(word.trim_end_matches(['.', ',', ';']));
        if found.is_some() {
            return found;
        }
    }
    None
}

/// Whether a message says that money or a long quota is used up.
pub fn says_exhausted(message: &str) -> bool {
    const WORDS: [&str; 9] = [
        "credit balance is too low",
        // The code of a provider behind a proxy that passes it on as text.
        "insufficient_quota",
        "insufficient credits",
        "insufficient balance",
        "budget has been exceeded",
        "spend limit",
        "usage limit",
        "per day",
        "per-day",
    ];
    let message = message.to_ascii_lowercase();
    WORDS.iter().any(|word| message.contains(word))
}

/// Returns the window that a message names when it says that a prompt is longer: `Some(None)` if it says
/// so without a number.
pub fn window_in(message: &str) -> Option<Option<u64>> {
    const MARKS: [&str; 8] = [
        "context length",
        "context window",
        "context size",
        "context limit",
        "context the overflows",
        "maximum model length",
        "prompt is too long",
        "contextwindowexceeded",
    ];
    let message = message.to_ascii_lowercase();
    let said = MARKS.iter().any(|mark| message.contains(mark));
    said.then(|| over(&message).or_else(|| stated(&message, &MARKS)))
}

/// Reads the limit of a message such as `prompt is too long: 210 tokens > 200 maximum`.
fn over(message: &str) -> Option<u64> {
    let (_, after) = message.split_once(" > ")?;
    number_at(after)
}

/// Reads the limit of a message such as `maximum context length is 8192 tokens`: the first number that
/// stands near one of the marks.
fn stated(message: &str, marks: &[&str]) -> Option<u64> {
    for mark in marks {
        for (at, _) in message.match_indices(mark) {
            let after = &message[at + mark.len()..];
            let near = after.char_indices().take(24).find(|(_, c)| c.is_ascii_digit());
            if let Some((start, _)) = near {
                return number_at(&after[start..]);
            }
        }
    }
    None
}

/// Reads the whole number at the start of a text.
fn number_at(text: &str) -> Option<u64> {
    let text = text.trim_start();
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text[..end].parse().ok()
}

/// Returns a span of that many seconds, unless it is no span.
fn bounded(seconds: f64) -> Option<Duration> {
    let span = Duration::try_from_secs_f64(seconds).ok()?;
    Some(span.min(LONGEST))
}

/// Returns how many seconds a unit of time has.
fn unit_seconds(unit: &str) -> Option<f64> {
    match unit {
        "ns" => Some(1e-9),
        "us" | "\u{b5}s" | "\u{3bc}s" => Some(1e-6),
        "ms" => Some(1e-3),
        "s" | "sec" | "second" | "seconds" => Some(1.0),
        "m" | "min" => Some(60.0),
        "h" => Some(3600.0),
        "d" => Some(86_400.0),
        _ => None,
    }
}

/// Returns how long it is from the answer's `date` to a time; nothing if that is past.
fn between(headers: &Headers, then: jiff::Timestamp) -> Option<Duration> {
    let now = wait::date(headers.get("date")?.trim())?;
    let span = Duration::try_from(then.duration_since(now)).ok()?;
    Some(span.min(LONGEST))
}
