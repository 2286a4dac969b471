//! What had to be mended before an answer could be read.

use serde::{Deserialize, Serialize};

/// One kind of damage that was mended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Repair {
    /// A byte order mark stood before the answer.
    ByteOrderMark,
    /// The model's thoughts stood before the answer.
    Thoughts,
    /// The answer stood in a fence.
    Fence,
    /// Other text stood around the answer.
    Prose,
    /// The answer was a text that held the answer.
    DoubleEncoded,
    /// The answer was the only element of a list.
    Wrapped,
    /// The same answer stood there more than once.
    Repeated,
    /// A comma before a closing bracket.
    TrailingComma,
    /// A comma was missing.
    MissingComma,
    /// Quotes of another kind than JSON's.
    Quotes,
    /// Quotes within a text were not escaped.
    InnerQuotes,
    /// A key without quotes.
    UnquotedKey,
    /// A comment.
    Comment,
    /// `True`, `False` or `None`.
    Literal,
    /// An end of line or a tab within a text.
    ControlCharacter,
    /// An escape that JSON does not know.
    Escape,
    /// The end was missing. What is there counts; what is not there was not said.
    Truncated,
    /// A word of an enumeration was written otherwise, or a synonym of it was.
    Synonym,
    /// A number was written as a text, or a whole number as a fraction.
    Number,
    /// A field that may be empty was left out.
    LeftOut,
    /// A text was longer than allowed, and cut.
    Cut,
}

impl Repair {
    /// Returns the stable name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::ByteOrderMark => "byte-order-mark",
            Self::Thoughts => "thoughts",
            Self::Fence => "fence",
            Self::Prose => "prose",
            Self::DoubleEncoded => "double-encoded",
            Self::Wrapped => "wrapped",
            Self::Repeated => "repeated",
            Self::TrailingComma => "trailing-comma",
            Self::MissingComma => "missing-comma",
            Self::Quotes => "quotes",
            Self::InnerQuotes => "inner-quotes",
            Self::UnquotedKey => "unquoted-key",
            Self::Comment => "comment",
            Self::Literal => "literal",
            Self::ControlCharacter => "control-character",
            Self::Escape => "escape",
            Self::Truncated => "truncated",
            Self::Synonym => "synonym",
            Self::Number => "number",
            Self::LeftOut => "left-out",
            Self::Cut => "cut",
        }
    }
}

/// The repairs of one answer, each kind once, in the order in which they were first needed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Repairs(pub Vec<Repair>);

impl Repairs {
    /// Notes a repair.
    pub fn note(&mut self, repair: Repair) {
        if !self.0.contains(&repair) {
            self.0.push(repair);
        }
    }

    /// Notes all of another answer's part.
    pub fn join(&mut self, others: &Self) {
        others.0.iter().for_each(|&repair| self.note(repair));
    }
}
