//! Does a test hold what was changed?

use super::Shipped;
use crate::validators::claim::Kind;
use crate::validators::language::{Sort, sort};
use bstr::BStr;

/// Does a test hold what was changed?
///
/// That a test is missing is answered by the change itself: one that touches tests has its claims dropped. A test
/// that holds nothing any more is a defect, which no such answer takes away.
pub const TESTS: Shipped = Shipped {
    name: "tests",
    summary: "changed behaviour that no test holds",
    looks_at: "code",
    kinds: &[Kind::MissingTest, Kind::Defect],
    gates: true,
    sees_message: false,
    wants: Some(is_code),
};

fn is_code(path: &BStr) -> bool {
    sort(path) == Some(Sort::Code)
}
