//! Caps on what is taken from a model, and the distances that count.

/// Caps and distances. Lengths are in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The most claims of one run, all validators and models together.
    pub claims: usize,
    /// The longest path and the longest subject; a longer one is no name of anything.
    pub name: usize,
    /// The longest quote.
    pub quote: usize,
    /// The longest title; what is longer is cut.
    pub title: usize,
    /// The longest message and the longest fix; what is longer is cut.
    pub message: usize,
    /// The most candidates that a single model states; those on which models agree always stay.
    pub singles: usize,
    /// How many lines may lie between a claim and a change, and between two claims that say the same.
    pub reach: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            claims: 400,
            name: 1_000,
            quote: 2_000,
            title: 200,
            message: 4_000,
            singles: 20,
            reach: 3,
        }
    }
}
