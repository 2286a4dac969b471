//! Which kinds of claims can be about the same thing.

use crate::validators::claim::Kind;

/// A family of kinds. Claims on one place agree only within a family.
///
/// It is wider than a kind, for models sort the same defect under different kinds; it is narrower than
/// everything, or a remark on a name would confirm a buffer overflow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// It does the wrong thing, or does not work at all.
    Correctness,
    /// It can be abused.
    Security,
    /// It costs too much.
    Performance,
    /// It is hard to keep.
    Design,
    /// It is about the world outside.
    World,
    /// It says something other than it does.
    Intent,
}

impl Family {
    /// All families.
    pub const ALL: [Self; 6] = [
        Self::Correctness,
        Self::Security,
        Self::Performance,
        Self::Design,
        Self::World,
        Self::Intent,
    ];

    /// Returns the family of a kind.
    #[must_use]
    pub fn of(kind: Kind) -> Self {
        match kind {
            Kind::Defect | Kind::CompileFailure | Kind::MissingSymbol | Kind::MissingFile => {
                Self::Correctness
            }
            Kind::Migration => Self::Correctness,
            Kind::Security | Kind::Secret => Self::Security,
            Kind::Performance => Self::Performance,
            Kind::Architecture | Kind::Maintainability | Kind::MissingTest | Kind::UnusedImport => {
                Self::Design
            }
            Kind::DependencyVersion | Kind::External => Self::World,
            Kind::Intent => Self::Intent,
        }
    }

    /// Returns the word used in reports and fingerprints.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Correctness => "correctness",
            Self::Security => "security",
            Self::Performance => "performance",
            Self::Design => "design",
            Self::World => "world",
            Self::Intent => "intent",
        }
    }
}
