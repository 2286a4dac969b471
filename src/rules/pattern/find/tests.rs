//! The search by grams against a naive one.

use super::super::gram::{ANY, Word};
use super::super::sketch::{Bytes, Sketch};
use super::*;
use bstr::ByteSlice;
use proptest::prelude::*;
use std::collections::HashMap;

/// Finds every keyword at every place, the plain way.
fn plain(words: &[&str], text: &[u8]) -> Vec<Found> {
    let folded = text.to_ascii_lowercase();
    let numbers: HashMap<&[u8], u32> = words.iter().map(|w| w.as_bytes()).zip(0..).collect();
    let longest = words.iter().map(|w| w.len()).max().unwrap_or(0);
    let mut found = Vec::new();
    for end in 0..=text.len() {
        for start in end.saturating_sub(longest)..end {
            let number = numbers.get(&folded[start..end]);
            found.extend(number.map(|word| Found {
                word: *word,
                range: start..end,
            }));
        }
    }
    found
}

#[test]
fn marks_stand_behind_the_keywords() {
    let words = shipped();
    let rules = super::super::shipped::RULES_OF.len();
    assert_eq!(words[rules..], crate::check::WORDS);
}

fn shipped() -> Vec<&'static str> {
    let index = &super::super::shipped::KEYWORDS;
    let words = 0..index.starts.len() as u32 - 1;
    words
        .map(|n| std::str::from_utf8(index.word(n)).unwrap())
        .collect()
}

/// Whether a rule looks at what was found, or somebody who looks for a mark.
fn matters(found: &Found, text: &[u8]) -> bool {
    let Some(rules) = super::super::shipped::RULES_OF.get(found.word as usize) else {
        return true;
    };
    let patterns = rules
        .iter()
        .map(|rule| &super::super::shipped::PATTERNS[usize::from(*rule)]);
    let may_begin = |sketch: &Sketch| sketch.fits(text, found.range.start);
    patterns
        .into_iter()
        .any(|p| !p.anchored || p.sketch.as_ref().is_none_or(may_begin))
}

/// Checks that the shipped index finds all that matters in a text, and nothing that is not there.
fn finds_what_matters(text: &[u8]) -> usize {
    let found = super::super::shipped::KEYWORDS.search(text);
    let plain = plain(&shipped(), text);
    let mut expected: Vec<_> = plain
        .iter()
        .filter(|f| found.contains(f) || matters(f, text))
        .collect();
    assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{}", text.as_bstr());
    expected.retain(|found| matters(found, text));
    expected.len()
}

#[test]
fn each_shipped_keyword_is_found_at_every_place() {
    let index = &super::super::shipped::KEYWORDS;
    for (word, number) in shipped().iter().zip(0..) {
        for pad in [
            0, 1, 2, 3, 124, 125, 126, 127, 128, 129, 1021, 1022, 1023, 1024, 1025,
        ] {
            for tail in ["", "\0", "xy", "A1b2", "\n\n\n\n\n\n\n\n\n"] {
                let text = format!("{}{}{tail}", ".".repeat(pad), word.to_ascii_uppercase());
                let expected = Found {
                    word: number,
                    range: pad..pad + word.len(),
                };
                let is_found = index.search(text.as_bytes()).contains(&expected);
                assert!(is_found || !matters(&expected, text.as_bytes()), "{text:?}");
            }
        }
    }
}

#[test]
fn keywords_are_found_in_what_their_patterns_match() {
    for pattern in &super::super::shipped::PATTERNS {
        for pad in ["", " ", "\n\n", "\u{e9} ", "\x01\x11"] {
            let text = format!("{pad}{}", pattern.info.bad);
            assert!(finds_what_matters(text.as_bytes()) > 0, "{}", pattern.info.id);
        }
    }
}

fn set(bytes: &[u8]) -> Bytes {
    let mut set = Bytes::default();
    for byte in bytes {
        set[usize::from(byte >> 5)] |= 1 << (byte & 31);
    }
    set
}

#[test]
fn more_than_one_byte_behind_a_keyword_has_a_say() {
    let index = Index::new(&[Word {
        text: "abc_",
        before: ANY,
        after: [set(b"01"), set(b"2"), ANY],
    }]);
    for (text, count) in [
        ("abc_02", 1),
        ("zABC_12z", 1),
        ("abc_03", 0),
        ("zabc_1", 0),
        ("zabc_13", 0),
    ] {
        assert_eq!(index.search(text.as_bytes()).len(), count, "{text}");
    }
}

#[test]
fn what_stands_around_a_keyword_has_a_say() {
    let (before, after) = (set(b" ("), set(b"01"));
    let index = Index::new(&[Word {
        text: "abc",
        before,
        after: [after, ANY, ANY],
    }]);
    for (text, count) in [("abc0", 1), (" abc1", 1), (" ABC1", 1), ("zzabcdzzabce", 0)] {
        assert_eq!(index.search(text.as_bytes()).len(), count, "{text}");
    }
}

#[test]
fn keywords_end_in_order_and_the_longest_is_first() {
    let index = Index::new(&["key", "api_key", "i_k", "keys"].map(Word::anywhere));
    let found = index.search(b"my_API_KEYS");
    let words: Vec<_> = found.iter().map(|f| (f.word, f.range.clone())).collect();
    assert_eq!(words, [(2, 5..8), (1, 3..10), (0, 7..10), (3, 7..11)]);
}

/// Whether what a word says of its surroundings is so, asked the plain way.
fn may_stand(word: &Word<'_>, found: &Found, text: &[u8]) -> bool {
    let byte = |n: usize| text.get(found.range.end + n).copied().unwrap_or(0);
    let Range { start, .. } = found.range;
    (start == 0 || has(&word.before, text[start - 1]))
        && (0..word.after.len()).all(|n| has(&word.after[n], byte(n)))
}

proptest! {
    #[test]
    fn finds_exactly_what_stands_where_it_may(
        words in proptest::collection::btree_map("[a-c_:]{3,7}", (0_usize..4, 0_usize..4, 0_usize..4, 0_usize..4), 1..20),
        pad in 0_usize..2100,
        text in proptest::collection::vec(proptest::sample::select(b"abcABC_: \n\x1a\x7f".to_vec()), 0..300),
    ) {
        let sets = [ANY, set(b"abcABC"), set(b": \n_"), set(b"a_B")];
        let word = |(text, (a, b, c, d)): (&'static str, &(usize, usize, usize, usize))| Word {
            text,
            before: sets[*a],
            after: [sets[*b], sets[*c], sets[*d]],
        };
        let texts: Vec<&'static str> = words.keys().map(|text| &*text.clone().leak()).collect();
        let words: Vec<_> = texts.iter().copied().zip(words.values()).map(word).collect();
        let text = [".".repeat(pad).as_bytes(), &text].concat();
        let mut expected = plain(&texts, &text);
        expected.retain(|found| may_stand(&words[found.word as usize], found, &text));
        prop_assert_eq!(Index::new(&words).search(&text), expected);
    }

    #[test]
    fn finds_what_a_plain_search_finds(
        words in proptest::collection::btree_set("[a-c_:A\u{e9}]{3,7}", 1..20),
        text in proptest::collection::vec(proptest::sample::select(b"abcABC_:\x1a\x7f\xc3\xa9".to_vec()), 0..120),
    ) {
        let words: std::collections::BTreeSet<String> =
            words.iter().map(|w| w.to_ascii_lowercase()).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let index: Vec<_> = words.iter().map(|word| Word::anywhere(word)).collect();
        prop_assert_eq!(Index::new(&index).search(&text), plain(&words, &text));
    }

    #[test]
    fn finds_shipped_keywords_among_others(
        parts in proptest::collection::vec((0_usize..5000, "[ -~]{0,3}"), 0..30),
    ) {
        let words = shipped();
        let text: String = parts.iter().map(|(n, pad)| format!("{}{pad}", words[n % words.len()])).collect();
        finds_what_matters(text.as_bytes());
    }
}
