//! What a model says is wrong, as it was read and before any of it is believed.

use crate::model::{Confidence, Severity};

/// One thing that a model says is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The validator that asked, such as `security`.
    pub validator: String,
    /// Who answered: `provider/model`. Two passes of one model are one opinion.
    pub model: String,
    /// What kind of thing it says.
    pub kind: Kind,
    /// How bad it says that is.
    pub severity: Severity,
    /// How sure it says it is. Good for an order, not for a gate.
    pub confidence: Confidence,
    /// The path, as it says.
    pub path: String,
    /// The line after the change, from 1, as it says.
    pub line: Option<u32>,
    /// The code that it means, word for word, as it says.
    pub quote: String,
    /// What is wrong, in one line.
    pub title: String,
    /// Why, and what follows.
    pub message: String,
    /// What to do about it.
    pub fix: Option<String>,
    /// How far it says one must look to see it.
    pub scope: Scope,
    /// What the claim is about, where the kind has such a thing: a symbol, a file, a package with its version.
    pub subject: Option<String>,
}

/// What kind of thing a claim says. Some kinds have an answer that can be computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// The code does something other than it should.
    Defect,
    /// It can be abused.
    Security,
    /// It costs more than it should.
    Performance,
    /// It goes against how the parts fit together.
    Architecture,
    /// It is hard to read or to keep.
    Maintainability,
    /// It does not compile or parse: a build knows.
    CompileFailure,
    /// It uses a symbol that does not exist: the tree knows.
    MissingSymbol,
    /// It uses a file that does not exist: the tree knows.
    MissingFile,
    /// A version of a dependency is wrong: the lock file knows.
    DependencyVersion,
    /// A test is missing: the change knows.
    MissingTest,
    /// A secret stands in it: the scanner knows.
    Secret,
    /// An import is not used: the compiler knows.
    UnusedImport,
    /// It is about the world outside, such as what a registry holds: nobody here knows.
    External,
    /// The message says something other than the change does.
    Intent,
    /// A migration loses or locks data.
    Migration,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 15] = [
        Self::Defect,
        Self::Security,
        Self::Performance,
        Self::Architecture,
        Self::Maintainability,
        Self::CompileFailure,
        Self::MissingSymbol,
        Self::MissingFile,
        Self::DependencyVersion,
        Self::MissingTest,
        Self::Secret,
        Self::UnusedImport,
        Self::External,
        Self::Intent,
        Self::Migration,
    ];

    /// Returns the word that models and reports use.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Defect => "defect",
            Self::Security => "security",
            Self::Performance => "performance",
            Self::Architecture => "architecture",
            Self::Maintainability => "maintainability",
            Self::CompileFailure => "compile-failure",
            Self::MissingSymbol => "missing-symbol",
            Self::MissingFile => "missing-file",
            Self::DependencyVersion => "dependency-version",
            Self::MissingTest => "missing-test",
            Self::Secret => "secret",
            Self::UnusedImport => "unused-import",
            Self::External => "external",
            Self::Intent => "intent",
            Self::Migration => "migration",
        }
    }

    /// Returns the kind of that word.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// How far one must look to see what a claim says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// The changed lines and those around them.
    Diff,
    /// The file.
    File,
    /// Other files.
    Repository,
}

impl Scope {
    /// All scopes, the narrowest first.
    pub const ALL: [Self; 3] = [Self::Diff, Self::File, Self::Repository];

    /// Returns the word that models and reports use.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Diff => "diff",
            Self::File => "file",
            Self::Repository => "repository",
        }
    }

    /// Returns the scope of that word.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.name() == name)
    }
}
