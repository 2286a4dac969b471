//! Words made of letters of two alphabets.

use crate::check::{FileView, Rule, Run, Sink};
use crate::model::{Confidence, RuleInfo, Severity};
use crate::rules::place;
use bstr::ByteSlice;
use std::borrow::Cow::Borrowed;
use std::ops::Range;

/// Finds words in code that have Cyrillic or look-alike Greek letters among Latin ones.
///
/// Greek letters that are plain mathematics (`Δx`, `σ_max`) do not look like Latin ones and are let be.
pub const RULE: Rule = Rule {
    info: RuleInfo {
        id: Borrowed("text/mixed-script"),
        summary: Borrowed("letters of two alphabets in one word"),
        why: Borrowed(
            "A Cyrillic or Greek letter can look exactly like a Latin one. Two names that a reader takes for the \
             same are then different, by accident of the keyboard or on purpose.",
        ),
        fix: Borrowed("Type the word again in one alphabet."),
        bad: Borrowed("fn s\u{441}ope() {}"),
        good: Borrowed("fn scope() {}"),
        severity: Severity::Medium,
        confidence: Confidence::Medium,
        history: false,
        options: Borrowed(&[]),
    },
    run: Run::File(check),
};

fn check(view: &FileView<'_>, sink: &mut Sink<'_>) {
    let Some(text) = view.text().filter(|_| view.traits().non_ascii) else {
        return;
    };
    if !place::is_code(view) {
        return;
    }
    let mut at = 0;
    while let Some(start) = next_foreign(text, at) {
        let word = word_around(text, start);
        at = word.end.max(start + 1);
        let Some(mix) = mix(&text[word.clone()]).filter(|_| view.is_added_at(start)) else {
            continue;
        };
        let message = format!("a word mixes latin and {} letters", mix.script);
        let severity = if mix.alike {
            Severity::Medium
        } else {
            Severity::Low
        };
        sink.at(view, word, message)
            .severity(severity)
            .help("type the word again in one alphabet");
    }
}

/// Returns the next place where a Greek or Cyrillic letter starts: U+0370 to U+052F in UTF-8.
fn next_foreign(text: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    while let Some(n) = text.get(at..)?.find_non_ascii_byte() {
        at += n;
        if matches!(text[at], 0xCD..=0xD4) && decode(&text[at..]).is_some_and(|c| script(c).is_some()) {
            return Some(at);
        }
        at += 1;
    }
    None
}

/// Returns the letters around the one at `at`, without a letter that an escape sequence owns.
fn word_around(text: &[u8], at: usize) -> Range<usize> {
    let letters = |c: &char| c.is_alphabetic();
    let before: usize = text[..at]
        .chars()
        .rev()
        .take_while(letters)
        .map(char::len_utf8)
        .sum();
    let after: usize = text[at..].chars().take_while(letters).map(char::len_utf8).sum();
    let mut start = at - before;
    // `\nПривет` and `%sруб` are an escape and a word.
    if before > 0 && start > 0 && matches!(text[start - 1], b'\\' | b'%') && text[start].is_ascii() {
        start += 1;
    }
    start..at + after
}

/// The foreign letters of a word that has Latin ones too.
struct Mix {
    script: &'static str,
    alike: bool,
}

fn mix(word: &[u8]) -> Option<Mix> {
    let latin = word.iter().any(u8::is_ascii_alphabetic);
    let foreign: Vec<char> = word.chars().filter(|c| script(*c).is_some()).collect();
    let script = foreign.first().and_then(|c| script(*c)).filter(|_| latin)?;
    let alike = foreign.iter().all(|c| looks_latin(*c));
    (alike || script == "cyrillic").then_some(Mix { script, alike })
}

fn script(c: char) -> Option<&'static str> {
    match c {
        '\u{370}'..='\u{3ff}' => Some("greek"),
        '\u{400}'..='\u{52f}' => Some("cyrillic"),
        _ => None,
    }
}

fn looks_latin(c: char) -> bool {
    const CYRILLIC: &str = "АВЕЅІЈКМНОРСТХҮасеорухіјѕһԁԛԝѵ";
    const GREEK: &str = "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧο";
    CYRILLIC.contains(c) || GREEK.contains(c)
}

fn decode(text: &[u8]) -> Option<char> {
    bstr::decode_utf8(text).0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::testing::{added, deleted, modified};

    #[test]
    fn look_alikes_are_found() {
        let expected = ["medium 3..9: a word mixes latin and cyrillic letters"];
        assert_eq!(added(&RULE, "a.rs", RULE.info.bad.as_bytes()), expected);
        assert_eq!(
            added(&RULE, "a.rs", "\u{391}dmin"),
            ["medium 0..6: a word mixes latin and greek letters"]
        );
    }

    #[test]
    fn a_plain_mix_is_low() {
        assert_eq!(
            added(&RULE, "a.rs", "x\u{416}"),
            ["low 0..3: a word mixes latin and cyrillic letters"]
        );
    }

    #[test]
    fn words_of_one_alphabet_are_fine() {
        for text in [
            "// Привет, world",
            "\"\\nПривет\"",
            "\"%sруб\"",
            "Δx = σmax",
            "json-файл",
            "naïve",
            "世界a",
        ] {
            assert!(added(&RULE, "a.rs", text).is_empty(), "{text}");
        }
        assert!(added(&RULE, "a.rs", RULE.info.good.as_bytes()).is_empty());
        assert!(added(&RULE, "a.md", "s\u{441}ope").is_empty());
    }

    #[test]
    fn only_added_lines_count() {
        assert!(modified(&RULE, "a.rs", "s\u{441}ope\n", "s\u{441}ope\nnew\n").is_empty());
        assert!(deleted(&RULE, "a.rs", "s\u{441}ope\n").is_empty());
        assert!(added(&RULE, "a.rs", b"\xD0\xD0a\xD1").is_empty());
    }
}
