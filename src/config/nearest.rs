//! The valid name that somebody may have meant.

/// Returns a hint that names the candidate nearest to `word`, if one is near.
#[must_use]
pub fn hint<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    nearest(word, candidates).map(|name| format!("did you mean `{name}`?"))
}

fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Long words cost the square of their length, and nobody mistypes them.
    if word.len() > 80 {
        return None;
    }
    let most = (word.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|name| (strsim::osa_distance(word, name), name))
        .filter(|(distance, _)| *distance <= most)
        .min()
        .map(|(_, name)| name)
}

/// Makes a word fit for one line of output.
pub(super) fn shown(word: &str) -> String {
    let mut text: String = word.chars().take(60).flat_map(char::escape_debug).collect();
    if word.chars().nth(60).is_some() {
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_near_is_named() {
        let names = ["block", "warn", "deadline"];
        assert_eq!(hint("blok", names).as_deref(), Some("did you mean `block`?"));
        assert_eq!(
            hint("dead-line", names).as_deref(),
            Some("did you mean `deadline`?")
        );
        assert_eq!(hint("colour", names), None);
    }

    #[test]
    fn a_word_stays_on_its_line() {
        assert_eq!(shown("a\nb\u{1b}"), "a\\nb\\u{1b}");
        assert_eq!(shown(&"x".repeat(61)), format!("{}…", "x".repeat(60)));
    }
}
