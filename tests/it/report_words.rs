//! The report may not know the validators: its words for what they say agree with theirs all the same.

use pantheon::app::validate::{ROUNDS_OVER, SEEN_BEFORE};
use pantheon::report::models::{CEILINGS, FAMILIES, family};
use pantheon::validators::sift::{Family, Why};

#[test]
fn each_reason_to_never_block_has_the_words_of_the_sieve() {
    let of_the_sieve = Why::ALL.map(|why| (why.name(), why.words()));
    assert_eq!(CEILINGS[..of_the_sieve.len()], of_the_sieve);
    let of_rounds: Vec<&str> = CEILINGS[of_the_sieve.len()..]
        .iter()
        .map(|(word, _)| *word)
        .collect();
    assert_eq!(of_rounds, [SEEN_BEFORE, ROUNDS_OVER]);
}

#[test]
fn each_family_is_described() {
    let named: Vec<&str> = FAMILIES.iter().map(|family| family.name).collect();
    assert_eq!(named, Family::ALL.map(Family::name));
    for name in named {
        let found = family(&format!("validators/{name}")).map(|family| family.name);
        assert_eq!(found, Some(name));
    }
    assert!(family("secrets/security").is_none());
}
