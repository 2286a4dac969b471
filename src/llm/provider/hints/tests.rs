//! What statuses, headers and messages say, case by case.

use super::*;

fn headers(pairs: &[(&str, &str)]) -> Headers {
    let owned = pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Headers(owned.collect())
}

fn millis(ms: u64) -> Option<Duration> {
    Some(Duration::from_millis(ms))
}

#[test]
fn each_status_has_its_meaning() {
    let some = millis(5);
    let table = [
        (200, FailureKind::Malformed),
        (302, FailureKind::Redirect),
        (400, FailureKind::BadRequest),
        (401, FailureKind::Auth),
        (402, FailureKind::Exhausted(some)),
        (403, FailureKind::Permission),
        (404, FailureKind::NotFound),
        (408, FailureKind::Server),
        (409, FailureKind::Server),
        (410, FailureKind::NotFound),
        (413, FailureKind::TooLarge),
        (418, FailureKind::BadRequest),
        (422, FailureKind::BadRequest),
        (425, FailureKind::Server),
        (429, FailureKind::RateLimited(some)),
        (500, FailureKind::Server),
        (502, FailureKind::Server),
        (503, FailureKind::Overloaded(some)),
        (504, FailureKind::Server),
        (529, FailureKind::Overloaded(some)),
        (599, FailureKind::Server),
        (999, FailureKind::Malformed),
    ];
    for (status, kind) in table {
        assert_eq!(by_status(status, some), kind, "{status}");
    }
}

#[test]
fn the_closest_wait_counts() {
    let wait = |pairs: &[(&str, &str)]| super::wait(&headers(pairs));
    assert_eq!(wait(&[("retry-after", "7")]), millis(7000));
    assert_eq!(wait(&[("retry-after", "0.5")]), millis(500));
    assert_eq!(
        wait(&[("retry-after", "7"), ("retry-after-ms", "250")]),
        millis(250)
    );
    assert_eq!(
        wait(&[("retry-after", "7"), ("retry-after-ms", "soon")]),
        millis(7000)
    );
    assert_eq!(wait(&[]), None);
    for nothing in ["", "-1", "NaN", "inf", "soon"] {
        assert_eq!(wait(&[("retry-after", nothing)]), None, "{nothing}");
    }
    assert_eq!(wait(&[("retry-after", "1e18")]), Some(LONGEST));
}

#[test]
fn a_date_counts_from_the_answers_own() {
    let now = ("date", "Sat, 21 Nov 2026 14:00:00 GMT");
    let then = ("retry-after", "Sat, 21 Nov 2026 14:00:30 GMT");
    assert_eq!(wait(&headers(&[now, then])), millis(30_000));
    assert_eq!(wait(&headers(&[then])), None);
    let past = ("retry-after", "Sat, 21 Nov 2026 13:00:30 GMT");
    assert_eq!(wait(&headers(&[now, past])), millis(0));
    assert_eq!(until(&headers(&[now]), "2026-11-21T14:01:00Z"), millis(60_000));
    assert_eq!(until(&headers(&[now]), "9999-01-01T00:00:00Z"), Some(LONGEST));
    assert_eq!(until_epoch_ms(&headers(&[now]), "1795269605000"), millis(5000));
}

#[test]
fn spans_of_every_form_are_read() {
    let table = [
        ("6m0s", millis(360_000)),
        ("120ms", millis(120)),
        ("1h2m3.5s", millis(3_723_500)),
        ("1s", millis(1000)),
        ("12", millis(12_000)),
        ("0.25", millis(250)),
        ("9999999h", Some(LONGEST)),
        ("9999999999", Some(LONGEST)),
        ("", None),
        ("s", None),
        ("5parsec", None),
        ("1.2.3s", None),
        ("-6m", None),
    ];
    for (text, expected) in table {
        assert_eq!(span(text), expected, "{text}");
    }
    assert_eq!(
        span_in("Slow down. Please try again in 6.5s. See the docs"),
        millis(6500)
    );
    assert_eq!(span_in("Please retry in 900ms."), millis(900));
    assert_eq!(span_in("try again in a while"), None);
}

#[test]
fn the_header_that_says_whether_to_try_again_is_obeyed() {
    let no = headers(&[("x-should-retry", "false")]);
    let yes = headers(&[("x-should-retry", "true")]);
    let limited = FailureKind::RateLimited(millis(5));
    assert_eq!(obey(limited.clone(), &no), FailureKind::Exhausted(millis(5)));
    assert_eq!(obey(FailureKind::Server, &no), FailureKind::Exhausted(None));
    assert_eq!(obey(FailureKind::Auth, &no), FailureKind::Auth);
    assert_eq!(obey(FailureKind::BadRequest, &yes), FailureKind::Server);
    assert_eq!(obey(limited.clone(), &yes), limited);
}

#[test]
fn a_window_is_read_from_every_wording() {
    let table = [
        (
            "prompt is too long: 208310 tokens > 200000 maximum",
            Some(Some(200_000)),
        ),
        (
            "input length and `max_tokens` exceed context limit: 190000 + 20000 > 200000",
            Some(Some(200_000)),
        ),
        (
            "This model's maximum context length is 8192 tokens. However, you requested 9000",
            Some(Some(8192)),
        ),
        (
            "the model's context length is only 1024 tokens, so 1014 at most",
            Some(Some(1024)),
        ),
        (
            "too long to fit into the model (context length 4096).",
            Some(Some(4096)),
        ),
        (
            "request (6031 tokens) exceeds the available context size (4096 tokens)",
            Some(Some(4096)),
        ),
        (
            "is longer than the maximum model length of 16384",
            Some(Some(16_384)),
        ),
        (
            "loaded with context length of only 123456789 tokens",
            Some(Some(123_456_789)),
        ),
        (
            "Your input exceeds the context window of this model. Please adjust it 5",
            Some(None),
        ),
        ("litellm.ContextWindowExceededError", Some(None)),
        ("max_tokens is too large: 100000", None),
        ("", None),
    ];
    for (message, expected) in table {
        assert_eq!(window_in(message), expected, "{message}");
    }
}
