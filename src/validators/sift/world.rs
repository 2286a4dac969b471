//! Step 5: nobody here knows the world outside, nor what somebody meant.
//!
//! A model's knowledge of versions, registries and services is as old as the model.

use super::candidate::Why;
use crate::validators::claim::Kind;

/// Returns why a claim of this kind never blocks.
pub(super) fn limit(kind: Kind) -> Option<Why> {
    match kind {
        Kind::External | Kind::DependencyVersion => Some(Why::OutsideWorld),
        Kind::Intent => Some(Why::Intent),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_outside_never_blocks() {
        let lowered = Kind::ALL.into_iter().filter(|kind| limit(*kind).is_some());
        let expected = [Kind::DependencyVersion, Kind::External, Kind::Intent];
        assert_eq!(lowered.collect::<Vec<_>>(), expected);
    }
}
