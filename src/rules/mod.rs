//! Offline checks. Structural rules are one file each and one row in [`ALL`]; pattern rules are data
//! in `policies/rules/`, compiled into the program at build time.

pub mod pattern;

use crate::check::Rule;

/// The structural rules.
pub const ALL: &[&Rule] = &[];
