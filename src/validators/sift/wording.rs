//! Step 7: who asks to verify, states nothing.
//!
//! Only the beginning of the title counts. A statement whose message ends with advice is a statement.

use super::candidate::Why;

/// How a title begins that asks to look again, in lowercase words.
const ASKS: [&[&str]; 17] = [
    &["be", "sure"],
    &["check", "for"],
    &["check", "if"],
    &["check", "that"],
    &["check", "the"],
    &["check", "whether"],
    &["confirm"],
    &["consider"],
    &["double", "check"],
    &["ensure"],
    &["make", "sure"],
    &["reconsider"],
    &["review"],
    &["validate", "that"],
    &["verify"],
    &["worth", "checking"],
    &["worth", "verifying"],
];

/// Words that may stand before it.
const BEFORE: [&str; 16] = [
    "also",
    "and",
    "could",
    "i",
    "it",
    "might",
    "minor",
    "must",
    "nit",
    "nitpick",
    "please",
    "should",
    "suggestion",
    "want",
    "we",
    "you",
];

/// Returns whether the claim of this title asks instead of stating.
pub(super) fn limit(title: &str) -> Option<Why> {
    let words = title
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty());
    let words = words.take(12).map(str::to_lowercase);
    let words: Vec<String> = words.skip_while(|word| BEFORE.contains(&word.as_str())).collect();
    let asks = |start: &&[&str]| start.iter().zip(&words).filter(|(a, b)| a == b).count() == start.len();
    ASKS.iter().any(asks).then_some(Why::AsksToCheck)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_asks_states_nothing() {
        for title in [
            "Verify that the lock is held",
            "Consider using a map",
            "Please ensure the file is closed",
            "**Nit:** you should double-check this",
            "make sure",
            "Check whether `a` can be null",
        ] {
            assert_eq!(limit(title), Some(Why::AsksToCheck), "{title}");
        }
    }

    #[test]
    fn a_statement_stays_one() {
        for title in [
            "the sum overflows; consider `checked_add`",
            "Check fails for empty input",
            "ensured twice",
            "Consideration of errors is missing",
            "make",
            "",
        ] {
            assert_eq!(limit(title), None, "{title}");
        }
    }
}
