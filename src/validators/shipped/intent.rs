//! Does the change do what its message says?

use super::Shipped;
use crate::validators::claim::Kind;

/// Does the change do what its message says?
///
/// The only one that is shown the message. What stands there persuades, so what this one says never blocks.
pub const INTENT: Shipped = Shipped {
    name: "intent",
    summary: "a change that does something other than its message says",
    looks_at: "everything, and the message of the commit; without a message it is not asked",
    kinds: &[Kind::Intent],
    gates: false,
    sees_message: true,
    wants: None,
};
