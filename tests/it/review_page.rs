//! `docs/review.md`: its tables are those of the program, and it explains every reason.

use crate::{generated, source};
use pantheon::app::{settings, validators};
use pantheon::report::models::CEILINGS;
use pantheon::validators::sift::{UNKNOWN_PATH, caps, quote, rank, refute};
use std::fmt::Write;

const PAGE: &str = "docs/review.md";

#[test]
fn the_validators_are_those_of_the_program() {
    let shipped = settings::shipped(&[]).unwrap();
    let mut table = "| validator | looks for | in | may claim |\n|---|---|---|---|\n".to_owned();
    for one in validators::all(&shipped) {
        let claims: Vec<String> = one.claims.iter().map(|claim| format!("`{claim}`")).collect();
        let never = if one.gates { "" } else { "; never blocks" };
        writeln!(
            table,
            "| `{}` | {} | {} | {}{never} |",
            one.name,
            one.summary,
            one.looks_at,
            claims.join(", ")
        )
        .unwrap();
    }
    generated::holds_part(PAGE, "validators", &table);
}

#[test]
fn the_reasons_never_to_block_are_those_of_the_program() {
    let mut table = "| word | it never blocks because |\n|---|---|\n".to_owned();
    for (word, words) in CEILINGS {
        writeln!(table, "| `{word}` | {words} |").unwrap();
    }
    generated::holds_part(PAGE, "ceilings", &table);
}

#[test]
fn each_reason_to_drop_a_claim_is_explained() {
    let page = source::read(PAGE);
    let reasons = [
        ("caps", caps::TOO_MANY),
        ("caps", caps::NAME_TOO_LONG),
        ("caps", caps::QUOTE_TOO_LONG),
        ("caps", caps::NO_TITLE),
        ("path", UNKNOWN_PATH),
        ("quote", quote::NO_QUOTE),
        ("quote", quote::SAYS_NOTHING),
        ("quote", quote::NOT_FOUND),
        ("quote", quote::AMBIGUOUS),
        ("facts", refute::COMPILES),
        ("facts", refute::SYMBOL_EXISTS),
        ("facts", refute::FILE_EXISTS),
        ("facts", refute::VERSION_IS_LOCKED),
        ("facts", refute::TESTS_CHANGED),
        ("facts", refute::NO_SECRET),
        ("facts", refute::KNOWN_SECRET),
        ("facts", refute::IMPORT_IS_USED),
        ("rank", rank::NOT_AMONG_THE_FIRST),
    ];
    for (step, reason) in reasons {
        let word = format!("`{step}/{reason}`");
        assert!(page.contains(&word), "{PAGE} does not explain {word}");
    }
}
