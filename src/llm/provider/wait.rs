//! How long a server asks to wait, from the headers that every provider may send (RFC 9110, section 10.2.3).

use super::Headers;
use jiff::fmt::rfc2822;
use std::time::Duration;

/// Returns how long `retry-after` asks to wait: in seconds, or until a date.
///
/// A date is measured from the answer's own `date`, so that two clocks that differ do no harm; without one
/// it says nothing. One that has passed is no wait.
#[must_use]
pub fn retry_after(headers: &Headers) -> Option<Duration> {
    let value = headers.get("retry-after")?.trim();
    if let Some(wait) = seconds(value) {
        return Some(wait);
    }
    let until = date(value)?;
    let now = date(headers.get("date")?.trim())?;
    Some(Duration::try_from(until.duration_since(now)).unwrap_or(Duration::ZERO))
}

/// Returns a span that is written as a number of seconds, such as `34.07`.
#[must_use]
pub fn seconds(text: &str) -> Option<Duration> {
    if !text.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    Duration::try_from_secs_f64(text.parse().ok()?).ok()
}

/// Returns the time that a header names.
#[must_use]
pub fn date(text: &str) -> Option<jiff::Timestamp> {
    rfc2822::DateTimeParser::new().parse_timestamp(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(value: &str, date: Option<&str>) -> Option<Duration> {
        let mut headers = vec![("retry-after".to_owned(), value.to_owned())];
        headers.extend(date.map(|date| ("date".to_owned(), date.to_owned())));
        retry_after(&Headers(headers))
    }

    const DATE: Option<&str> = Some("Sat, 21 Nov 2026 14:00:00 GMT");

    #[test]
    fn seconds_may_have_a_fraction() {
        assert_eq!(after(" 7 ", None), Some(Duration::from_secs(7)));
        assert_eq!(after("0", None), Some(Duration::ZERO));
        assert_eq!(after("1.5", None), Some(Duration::from_millis(1500)));
    }

    #[test]
    fn a_date_counts_from_the_answers_own() {
        let wait = after("Sat, 21 Nov 2026 14:01:30 GMT", DATE);
        assert_eq!(wait, Some(Duration::from_secs(90)));
        assert_eq!(after("Sat, 21 Nov 2026 14:01:30 GMT", None), None);
        assert_eq!(after("Sat, 21 Nov 2026 13:00:00 GMT", DATE), Some(Duration::ZERO));
    }

    #[test]
    fn what_is_neither_says_nothing() {
        for value in [
            "",
            "soon",
            "-1",
            "+1",
            "inf",
            "NaN",
            "1e400",
            "1s",
            "99999999999999999999999",
        ] {
            assert_eq!(after(value, DATE), None, "{value}");
        }
        assert_eq!(retry_after(&Headers::default()), None);
    }
}
