//! Takes the key out of what an endpoint sends back: some repeat it, and a message may end in the middle of
//! it.

use crate::llm::answer::{Answer, Failure};
use crate::llm::provider::Headers;
use crate::sys::secret::Secret;

/// Cleans headers before a codec sees them.
pub(super) fn headers(key: Option<&Secret>, headers: &mut Headers) {
    let Some(key) = key else { return };
    for (_, value) in &mut headers.0 {
        key.scrub(value);
    }
}

/// Cleans an answer, in which the key may have been written with escapes.
pub(super) fn answer(key: Option<&Secret>, answer: &mut Answer) {
    let Some(key) = key else { return };
    key.scrub(&mut answer.text);
    let words = [&mut answer.served, &mut answer.id, &mut answer.notice];
    for word in words.into_iter().flatten() {
        key.scrub(word);
    }
}

/// Cleans a failure, in which the key may have been written with escapes.
pub(super) fn failure(key: Option<&Secret>, mut failure: Failure) -> Failure {
    if let Some(key) = key {
        key.scrub(&mut failure.message);
        for word in [&mut failure.code, &mut failure.request_id].into_iter().flatten() {
            key.scrub(word);
        }
    }
    failure
}
