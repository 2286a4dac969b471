//! The shipped patterns, as the build script wrote them.

use super::gram::{Around, Cell, Index, Spot};
use super::guard::Guard;
use super::sieve::Sieve;
use super::sketch::{Sketch, Step};
use super::spec::Pattern;
use super::validator::Validator;
use crate::model::{Confidence, RuleInfo, Severity};
use std::borrow::Cow;

/// The tables of the sieves, one behind another.
const SIEVES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/sieves.bin"));

include!(concat!(env!("OUT_DIR"), "/patterns.rs"));

/// Returns so many bytes of the tables of the sieves.
const fn sieve(from: usize, len: usize) -> Cow<'static, [u8]> {
    Cow::Borrowed(SIEVES.split_at(from).1.split_at(len).0)
}

include!(concat!(env!("OUT_DIR"), "/keywords.rs"));

/// The index of all keywords, whose numbers are indexes of `RULES_OF`, and behind them of the marks.
pub static KEYWORDS: Index = Index {
    first: Cow::Borrowed(&FIRST),
    cells: Cow::Borrowed(&CELLS),
    heads: Cow::Borrowed(&HEADS),
    spots: Cow::Borrowed(&SPOTS),
    arounds: Cow::Borrowed(&AROUNDS),
    bytes: Cow::Borrowed(&BYTES),
    starts: Cow::Borrowed(&STARTS),
};
