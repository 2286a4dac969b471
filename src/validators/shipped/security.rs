//! Can it be abused?

use super::Shipped;
use crate::validators::claim::Kind;
use crate::validators::language::{Sort, sort};
use bstr::BStr;

/// Can it be abused?
///
/// What is said of secrets is answered by the secret rules, and what is said of the world outside never
/// blocks: both have their kinds, so that such claims do not come as something else.
pub const SECURITY: Shipped = Shipped {
    name: "security",
    summary: "a way for somebody to make it do what they must not",
    looks_at: "everything but prose and data",
    kinds: &[Kind::Security, Kind::Secret, Kind::External],
    gates: true,
    sees_message: false,
    wants: Some(is_reachable),
};

/// Whether a path holds what runs, or what says how it runs: code, pipelines, images, infrastructure, settings.
fn is_reachable(path: &BStr) -> bool {
    !matches!(sort(path), Some(Sort::Prose | Sort::Data))
}
