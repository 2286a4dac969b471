//! How many tokens a text has for a family of models, without any tokenizer.
//!
//! The count is a weighted sum over the [`Shape`] of the text. On changes of repositories that the weights
//! have never seen it is within 3 % at the median and within 10 % for nineteen changes of twenty;
//! `examples/measure_tokens.py` measures that again. What providers report afterwards makes it better:
//! see [`learn`].

mod shape;
mod weights;

pub use shape::{COLUMNS, Shape};

/// Models that cut text alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Family {
    /// Gemini and Gemma.
    Gemini,
    /// The models of OpenAI since GPT-4o.
    O200k,
    /// Claude. Newer models cut finer than the only tokenizer that was published; [`learn`] finds by how
    /// much.
    Claude,
    /// Qwen, and the best guess for other open models.
    Qwen,
}

impl Family {
    /// All families.
    pub const ALL: [Self; 4] = [Self::Gemini, Self::O200k, Self::Claude, Self::Qwen];

    /// Returns the name in data files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Gemini => "gemini",
            Self::O200k => "o200k",
            Self::Claude => "claude",
            Self::Qwen => "qwen",
        }
    }

    /// Returns the family of that name.
    #[must_use]
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|family| family.name() == name)
    }

    fn weights(self) -> &'static [u32; COLUMNS] {
        match self {
            Self::Gemini => &weights::GEMINI,
            Self::O200k => &weights::O200K,
            Self::Claude => &weights::CLAUDE,
            Self::Qwen => &weights::QWEN,
        }
    }
}

/// Estimates how many tokens `text` has.
#[must_use]
pub fn count(text: &str, family: Family) -> u64 {
    let mut counter = Counter::default();
    counter.push(text);
    counter.total(family)
}

/// Estimates a text that comes in pieces; where it is cut does not matter.
#[derive(Debug, Clone, Default)]
pub struct Counter {
    shape: Shape,
}

impl Counter {
    /// Takes the next piece.
    pub fn push(&mut self, piece: &str) {
        self.shape.push(piece.as_bytes());
    }

    /// Returns the tokens of all that came, for one family; others may be asked too.
    ///
    /// A text that is not empty has at least one token.
    #[must_use]
    pub fn total(&self, family: Family) -> u64 {
        let columns = self.shape.columns();
        let weighed = columns.iter().zip(family.weights());
        let thousandths: u64 = weighed
            .map(|(&count, &weight)| u64::from(count) * u64::from(weight))
            .sum();
        let some = columns.iter().any(|&count| count > 0);
        ((thousandths + 500) / 1000).max(u64::from(some))
    }
}

/// The factor that nothing was learnt of yet.
pub const UNCALIBRATED: f64 = 1.0;

/// How much one call moves the factor.
const STEP: f64 = 0.1;

/// Returns the factor for a model in a repository after a call that was estimated (before the factor) and
/// counted by the provider. It stays between a half and two, whatever a provider says.
#[must_use]
pub fn learn(factor: f64, estimated: u64, counted: u64) -> f64 {
    if estimated == 0 || counted == 0 || !factor.is_finite() {
        return factor_within(factor);
    }
    let seen = counted as f64 / estimated as f64;
    factor_within((1.0 - STEP).mul_add(factor_within(factor), STEP * factor_within(seen)))
}

/// Returns an estimate corrected by the factor that [`learn`] keeps.
#[must_use]
pub fn corrected(estimated: u64, factor: f64) -> u64 {
    (estimated as f64 * factor_within(factor)).round() as u64
}

/// Whether a provider counted so little that it must have cut the prompt, as some local servers do
/// without a word.
#[must_use]
pub fn looks_cut(estimated: u64, counted: u64) -> bool {
    estimated > 200 && counted.saturating_mul(10) < estimated.saturating_mul(7)
}

fn factor_within(factor: f64) -> f64 {
    if factor.is_finite() {
        factor.clamp(0.5, 2.0)
    } else {
        UNCALIBRATED
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CODE: &str =
        "@@ -1,3 +1,4 @@ fn main() {\n-    let getWord = 12345;\n+\tlet x_y = \"größer\"; // 你好\n }\n";

    #[test]
    fn an_estimate_is_near_what_the_tokenizers_count() {
        // The tokenizers count 46, 38, 43 and 42.
        let counts = Family::ALL.map(|family| count(CODE, family));
        assert_eq!(counts, [49, 42, 49, 46]);
    }

    #[test]
    fn nothing_has_no_token_and_anything_has_one() {
        for family in Family::ALL {
            assert_eq!(count("", family), 0);
            assert_eq!(count("a", family), 1);
            assert_eq!(count("\u{301}", family).min(1), 1);
        }
    }

    #[test]
    fn a_family_is_found_by_its_name() {
        for family in Family::ALL {
            assert_eq!(Family::find(family.name()), Some(family));
        }
        assert_eq!(Family::find("other"), None);
    }

    #[test]
    fn a_factor_follows_what_is_counted_and_stays_sane() {
        assert_eq!(learn(1.0, 100, 120), 1.02);
        assert_eq!(learn(1.0, 100, 1_000_000), 1.1);
        assert_eq!(learn(f64::NAN, 100, 100), 1.0);
        assert_eq!(learn(9.0, 0, 0), 2.0);
        let mut factor = 1.0;
        for _ in 0..100 {
            factor = learn(factor, 100, 130);
        }
        assert_eq!((factor * 1000.0).round(), 1300.0);
        assert_eq!(corrected(1000, factor), 1300);
    }

    #[test]
    fn a_prompt_that_was_cut_is_noticed() {
        assert!(looks_cut(1000, 699));
        assert!(!looks_cut(1000, 700));
        assert!(!looks_cut(100, 1));
    }

    proptest! {
        #[test]
        fn where_the_pieces_are_cut_does_not_matter(text: String, cuts in proptest::collection::vec(0_usize..200, 0..6)) {
            let mut counter = Counter::default();
            let mut rest = text.as_str();
            for cut in cuts {
                let at = (0..=cut.min(rest.len())).rev().find(|&at| rest.is_char_boundary(at)).unwrap();
                counter.push(&rest[..at]);
                rest = &rest[at..];
            }
            counter.push(rest);
            for family in Family::ALL {
                prop_assert_eq!(counter.total(family), count(&text, family));
            }
        }

        #[test]
        fn more_text_has_never_fewer_tokens_by_much(text: String, more: String) {
            for family in Family::ALL {
                let both = count(&format!("{text}\n{more}"), family);
                prop_assert!(both + 2 >= count(&text, family));
            }
        }
    }
}
