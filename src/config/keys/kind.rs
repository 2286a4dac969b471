//! What a section, a key and a value are.

/// A part of the configuration.
pub struct Section {
    /// The name of the table; empty for the keys at the top.
    pub name: &'static str,
    /// How its keys are reached.
    pub shape: Shape,
    /// What it is for, in whole sentences.
    pub doc: &'static str,
    /// Its keys.
    pub keys: &'static [Key],
}

/// How the keys of a section are reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// They stand at the top.
    Top,
    /// `[name]`.
    Table,
    /// `[name.<stage>]`.
    ByStage,
    /// `[name."<rule id>"]`, where the rule's own options stand too.
    ByRule,
    /// `[name.<a name of the user's>]`.
    ByName,
    /// `[[name]]`, any number of times.
    List,
}

/// One key.
pub struct Key {
    /// The name, in lowercase words with dashes.
    pub name: &'static str,
    /// What its value must be.
    pub kind: Kind,
    /// The value when nobody sets it, as TOML; empty if there is none.
    pub default: &'static str,
    /// Whether it must be there.
    pub required: bool,
    /// What it does, in whole sentences.
    pub doc: &'static str,
    /// A value that somebody could write, as TOML.
    pub example: &'static str,
}

/// What a value must be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// The version of the format.
    Version,
    /// Names of packs and paths to packs.
    Packs,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A list of these words.
    Words(&'static [&'static str]),
    /// A severity.
    Severity,
    /// A table of rule ids with a severity each.
    Severities,
    /// A severity, `never`, a table of both axes, or a table of what rules and what validators block.
    Block,
    /// A time such as `500ms`.
    Time,
    /// A switch.
    Bool,
    /// A whole number in this range.
    Int(i64, i64),
    /// A number of zero or more.
    Number,
    /// A text that says something.
    Text,
    /// A path that stays in the repository.
    File,
    /// A list of texts.
    Texts,
    /// A text that may hold what looks like a key.
    Raw,
    /// A list of texts that may hold what looks like a key.
    RawTexts,
    /// Names of checks.
    Selectors,
    /// Patterns of paths.
    Globs,
    /// The id of a rule.
    Id,
    /// A day.
    Date,
    /// The start of a fingerprint.
    Fingerprint,
    /// A name that somebody gave: letters, digits, `.`, `_`, `-`, `:` and `/`.
    Name,
    /// A list of such names.
    Names,
    /// A text, or a list of texts.
    OneOrMore,
    /// An address: `http://` or `https://`, without a user in it.
    Url,
    /// An amount such as `0.50 USD`.
    Money,
    /// A table of paths and languages.
    When,
    /// A list of exit codes.
    Codes,
    /// A size such as `5 GiB`.
    Size,
    /// A number of days such as `14 days`.
    Days,
}
