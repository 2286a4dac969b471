//! Holds the search for keywords to a plain one.

use super::*;
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

#[test]
fn the_shipped_index_is_the_one_of_its_words() {
    let index = Index::new(&shipped());
    let built = &super::super::shipped::KEYWORDS;
    assert_eq!(index.masks, built.masks);
    assert_eq!(index.heads, built.heads);
    assert_eq!(index.spots, built.spots);
}

#[test]
fn each_shipped_keyword_is_found_at_every_place() {
    let index = &super::super::shipped::KEYWORDS;
    for (word, number) in shipped().iter().zip(0..) {
        for pad in [0, 1, 2, 3, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36] {
            for tail in ["", "\0", "xy", "\n\n\n\n\n"] {
                let text = format!("{}{}{tail}", ".".repeat(pad), word.to_ascii_uppercase());
                let expected = Found {
                    word: number,
                    range: pad..pad + word.len(),
                };
                assert!(index.search(text.as_bytes()).contains(&expected), "{text:?}");
            }
        }
    }
}

#[test]
fn keywords_end_in_order_and_the_longest_is_first() {
    let index = Index::new(&["key", "api_key", "i_k", "keys"]);
    let found = index.search(b"my_API_KEYS");
    let words: Vec<_> = found.iter().map(|f| (f.word, f.range.clone())).collect();
    assert_eq!(words, [(2, 5..8), (1, 3..10), (0, 7..10), (3, 7..11)]);
}

proptest! {
    #[test]
    fn finds_what_a_plain_search_finds(
        words in proptest::collection::btree_set("[a-c_:A\u{e9}]{3,7}", 1..20),
        text in proptest::collection::vec(proptest::sample::select(b"abcABC_:\x1a\x7f\xc3\xa9".to_vec()), 0..120),
    ) {
        let words: std::collections::BTreeSet<String> =
            words.iter().map(|w| w.to_ascii_lowercase()).collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        prop_assert_eq!(Index::new(&words).search(&text), plain(&words, &text));
    }

    #[test]
    fn finds_shipped_keywords_among_others(
        parts in proptest::collection::vec((0_usize..5000, "[ -~]{0,3}"), 0..30),
    ) {
        let words = shipped();
        let text: String = parts.iter().map(|(n, pad)| format!("{}{pad}", words[n % words.len()])).collect();
        let index = &super::super::shipped::KEYWORDS;
        prop_assert_eq!(index.search(text.as_bytes()), plain(&words, text.as_bytes()));
    }
}
