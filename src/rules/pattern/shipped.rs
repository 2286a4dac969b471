//! The shipped patterns, as the build script wrote them.

use super::gram::{Around, Cell, Index, Spot};
use super::guard::Guard;
use super::sketch::{Sketch, Step};
use super::spec::Pattern;
use super::validator::Validator;
use crate::model::{Confidence, RuleInfo, Severity};
use std::borrow::Cow;

include!(concat!(env!("OUT_DIR"), "/patterns.rs"));

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
