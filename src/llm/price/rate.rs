//! What a million tokens cost, exactly.

use crate::model::Money;

/// The price of a million tokens, in billionths of a dollar.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rate(pub u64);

impl Rate {
    /// Reads dollars for a million tokens, such as `0.125`: digits, and at most nine behind a point.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if !is_number(whole) || !is_number(part) || part.len() > 9 {
            return None;
        }
        let whole: u64 = whole.parse().ok()?;
        let part: u64 = format!("{part:0<9}").parse().ok()?;
        Some(Self(whole.checked_mul(1_000_000_000)?.checked_add(part)?))
    }

    /// Returns the price of a million tokens as an amount.
    #[must_use]
    pub fn money(self) -> Money {
        Money(i64::try_from(self.0).unwrap_or(i64::MAX))
    }
}

/// What the kinds of tokens cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rates {
    /// Input that no cache held.
    pub input: Rate,
    /// Everything that the model writes.
    pub output: Rate,
    /// Input read from the provider's cache.
    pub cache_read: Rate,
    /// Input written to it for some minutes.
    pub cache_write: Rate,
    /// Input written to it for an hour or more.
    pub cache_write_long: Rate,
}

impl Rates {
    /// Takes the dearer of each.
    #[must_use]
    pub fn max(self, other: Self) -> Self {
        Self {
            input: self.input.max(other.input),
            output: self.output.max(other.output),
            cache_read: self.cache_read.max(other.cache_read),
            cache_write: self.cache_write.max(other.cache_write),
            cache_write_long: self.cache_write_long.max(other.cache_write_long),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_read_exactly_or_not_at_all() {
        let nano = |text| Rate::parse(text).map(|rate| rate.0);
        assert_eq!(nano("0.125"), Some(125_000_000));
        assert_eq!(nano("20"), Some(20_000_000_000));
        assert_eq!(nano("0.000000001"), Some(1));
        for wrong in [
            "",
            ".5",
            "1.",
            "-1",
            "+1",
            "1e3",
            "0.0000000001",
            "1.2.3",
            "99999999999999",
        ] {
            assert_eq!(nano(wrong), None, "{wrong}");
        }
    }
}
