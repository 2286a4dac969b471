//! Which of the words that rules look for may stand in a text.

/// A set of the words that rules look for: those that may stand in a text, in whatever case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Marks(pub u16);

impl Marks {
    /// No word.
    pub const NONE: Self = Self(0);
    /// `nosec`.
    pub const NOSEC: Self = Self(1);
    /// `nosemgrep`.
    pub const NOSEMGREP: Self = Self(1 << 1);
    /// `:allow`.
    pub const ALLOW: Self = Self(1 << 2);
    /// `list secret`.
    pub const LIST_SECRET: Self = Self(1 << 3);
    /// `secretlint-disable`.
    pub const SECRETLINT: Self = Self(1 << 4);
    /// `noqa: s`.
    pub const NOQA: Self = Self(1 << 5);
    /// `:ignore`.
    pub const IGNORE: Self = Self(1 << 6);
    /// `zizmor: ignore`.
    pub const ZIZMOR: Self = Self(1 << 7);
    /// `ggignore`.
    pub const GGIGNORE: Self = Self(1 << 8);
    /// `checkov:skip`.
    pub const CHECKOV: Self = Self(1 << 9);
    /// `nosonar`.
    pub const NOSONAR: Self = Self(1 << 10);
    /// `pantheon:`.
    pub const PANTHEON: Self = Self(1 << 11);
    /// The encoded form of a word that speaks to a reviewer.
    pub const ENCODED: Self = Self(1 << 12);
    /// Every word.
    pub const ALL: Self = Self(u16::MAX);

    /// Returns the set of the word with this number in the list.
    #[must_use]
    pub const fn of_word(number: usize) -> Self {
        let last = Self::ENCODED.0.trailing_zeros() as usize;
        Self(1 << if number < last { number } else { last })
    }

    /// Returns the words of both sets.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether the sets share a word.
    #[must_use]
    pub const fn has(self, any: Self) -> bool {
        self.0 & any.0 != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::WORDS;

    #[test]
    fn each_word_has_its_bit() {
        for (mark, word) in [
            (Marks::NOSEC, "nosec"),
            (Marks::NOSEMGREP, "nosemgrep"),
            (Marks::ALLOW, ":allow"),
            (Marks::LIST_SECRET, "list secret"),
            (Marks::SECRETLINT, "secretlint-disable"),
            (Marks::NOQA, "noqa: s"),
            (Marks::IGNORE, ":ignore"),
            (Marks::ZIZMOR, "zizmor: ignore"),
            (Marks::GGIGNORE, "ggignore"),
            (Marks::CHECKOV, "checkov:skip"),
            (Marks::NOSONAR, "nosonar"),
            (Marks::PANTHEON, "pantheon:"),
        ] {
            let at = WORDS.iter().position(|w| *w == word);
            assert_eq!(at.map(Marks::of_word), Some(mark), "{word}");
            assert!(mark.has(Marks::ALL) && !mark.has(Marks::NONE));
        }
        assert_eq!(WORDS[11], "pantheon:");
        assert!((12..WORDS.len()).all(|n| Marks::of_word(n) == Marks::ENCODED));
    }
}
