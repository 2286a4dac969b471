//! A table that tells whether an expression matches anywhere in some bytes, so that the expression is made
//! only where it does. Shared with the build script, so it knows nothing of the rest of the crate.

use super::sketch::is_word;
use std::borrow::Cow;

/// The state in which something has matched; in the one below nothing will.
pub const MATCH: u16 = 1;

/// A table over the bytes of a text, and its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sieve {
    /// The kind of each byte.
    pub kinds: Cow<'static, [u8]>,
    /// For each state, and in it for each kind of byte and then for the end, the next state in two bytes,
    /// the lower one first.
    pub moves: Cow<'static, [u8]>,
    /// How many kinds there are, with the end.
    pub width: usize,
    /// The first state, by what stands in front.
    pub starts: [u16; 4],
}

/// What stands in front of a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Front {
    /// Nothing: there the text begins.
    Nothing,
    /// The end of a line.
    Line,
    /// A letter, a digit or an underscore.
    Word,
    /// Any other byte.
    Other,
}

impl Front {
    /// Says what a byte is to what follows it.
    #[must_use]
    pub fn of(byte: Option<u8>) -> Self {
        match byte {
            None => Self::Nothing,
            Some(b'\n') => Self::Line,
            Some(byte) if is_word(byte) => Self::Word,
            Some(_) => Self::Other,
        }
    }
}
