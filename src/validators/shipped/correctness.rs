//! Does the code do what it should?

use super::Shipped;
use crate::validators::claim::Kind;

/// Does the code do what it should?
pub const CORRECTNESS: Shipped = Shipped {
    name: "correctness",
    summary: "code that does something other than it should",
    kinds: &[
        Kind::Defect,
        Kind::CompileFailure,
        Kind::MissingSymbol,
        Kind::MissingFile,
        Kind::UnusedImport,
    ],
    gates: true,
    sees_message: false,
    wants: None,
};
