//! Does it cost more than it should?

use super::{Shipped, is_production_code};
use crate::validators::claim::Kind;

/// Does it cost more than it should?
pub const PERFORMANCE: Shipped = Shipped {
    name: "performance",
    summary: "cost that grows with the input, in a way that matters",
    looks_at: "code that is no test",
    kinds: &[Kind::Performance],
    gates: true,
    sees_message: false,
    wants: Some(is_production_code),
};
