//! Money and tokens.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::{Add, AddAssign};

/// An amount in billionths of a US dollar, so that one token at a tenth of a dollar per million is whole.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Money(pub i64);

impl Money {
    /// No money.
    pub const ZERO: Self = Self(0);
    /// One US dollar.
    pub const DOLLAR: Self = Self(1_000_000_000);

    /// Subtracts, and stops at the smallest amount rather than overflow.
    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Add for Money {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Money {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl std::iter::Sum for Money {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

/// Shows dollars with at least two digits after the point, and as many as a small amount needs to have
/// two that say something: `$1.50`, `$0.0046`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let nano = self.0.unsigned_abs();
        let mut digits = 2;
        while digits < 9 && nano > 0 && nano < 10_u64.pow(10 - digits) {
            digits += 1;
        }
        let unit = 10_u64.pow(9 - digits);
        let rounded = (nano + unit / 2) / unit;
        let scale = 10_u64.pow(digits);
        let places = digits as usize;
        write!(f, "{sign}${}.{:0places$}", rounded / scale, rounded % scale)
    }
}

/// The tokens of one call, or of many. The first five fields do not overlap.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Input that no cache held, results of tools included.
    pub input: u64,
    /// Input that the provider read from its cache.
    pub cache_read: u64,
    /// Input that the provider wrote to its cache for some minutes.
    pub cache_write: u64,
    /// Input that the provider wrote to its cache for an hour or more.
    pub cache_write_long: u64,
    /// Everything that the model wrote, its thoughts included.
    pub output: u64,
    /// The part of `output` that were thoughts.
    pub thinking: u64,
}

impl Usage {
    /// Returns all input, however it was priced.
    #[must_use]
    pub fn prompt(&self) -> u64 {
        self.input + self.cache_read + self.cache_write + self.cache_write_long
    }

    /// Whether nothing was reported at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl AddAssign for Usage {
    fn add_assign(&mut self, other: Self) {
        self.input += other.input;
        self.cache_read += other.cache_read;
        self.cache_write += other.cache_write;
        self.cache_write_long += other.cache_write_long;
        self.output += other.output;
        self.thinking += other.thinking;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_shows_the_digits_that_say_something() {
        let shown = |nano| Money(nano).to_string();
        assert_eq!(shown(1_500_000_000), "$1.50");
        assert_eq!(shown(4_600_000), "$0.0046");
        assert_eq!(shown(123_456_789), "$0.12");
        assert_eq!(shown(12_345_678), "$0.012");
        assert_eq!(shown(100), "$0.00000010");
        assert_eq!(shown(1), "$0.000000001");
        assert_eq!(shown(0), "$0.00");
        assert_eq!(shown(-2_000_000_000), "-$2.00");
    }
}
