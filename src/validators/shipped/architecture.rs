//! Does it fit to how the parts go together?

use super::{Shipped, is_production_code};
use crate::validators::claim::Kind;

/// Does it fit to how the parts go together?
pub const ARCHITECTURE: Shipped = Shipped {
    name: "architecture",
    summary: "code that goes against how the parts fit together",
    looks_at: "code that is no test",
    kinds: &[Kind::Architecture, Kind::Maintainability],
    gates: true,
    sees_message: false,
    wants: Some(is_production_code),
};
