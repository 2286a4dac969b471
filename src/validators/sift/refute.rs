//! Step 4: claims that have an answer which can be computed.
//!
//! A claim that the answer speaks against is dropped. One that looks outside what was shown, and that nobody
//! could answer, is shown and never blocks.

use super::candidate::Why;
use super::facts::Facts;
use crate::validators::claim::{Claim, Kind};
use crate::validators::ground::{Ground, GroundFile};
use std::ops::Range;

/// What a refuter looks at.
pub(super) struct Asked<'a> {
    /// The claim.
    pub claim: &'a Claim,
    /// The lines after the change where it stands, from 1.
    pub lines: &'a Range<u32>,
    /// The file where it stands.
    pub file: &'a GroundFile,
    /// The change.
    pub ground: &'a Ground,
    /// What is known.
    pub facts: &'a dyn Facts,
}

/// What can be said of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    /// Something speaks against it: the reason.
    Refuted(&'static str),
    /// Nothing does.
    Stands,
    /// Nobody knows.
    Unknown,
}

/// Answers the claims of one kind.
pub(super) struct Refuter {
    /// The kind.
    pub kind: Kind,
    /// Answers one.
    pub answer: fn(&Asked<'_>) -> Answer,
    /// Whether the claim looks outside what was shown, so that it never blocks where nobody knows.
    pub looks_outside: bool,
}

/// All refuters, one for each kind that has any.
pub(super) const ALL: [Refuter; 7] = [
    Refuter {
        kind: Kind::CompileFailure,
        answer: compile_failure,
        looks_outside: false,
    },
    Refuter {
        kind: Kind::MissingSymbol,
        answer: missing_symbol,
        looks_outside: true,
    },
    Refuter {
        kind: Kind::MissingFile,
        answer: missing_file,
        looks_outside: true,
    },
    Refuter {
        kind: Kind::DependencyVersion,
        answer: dependency_version,
        looks_outside: true,
    },
    Refuter {
        kind: Kind::MissingTest,
        answer: missing_test,
        looks_outside: true,
    },
    Refuter {
        kind: Kind::Secret,
        answer: secret,
        looks_outside: false,
    },
    Refuter {
        kind: Kind::UnusedImport,
        answer: unused_import,
        looks_outside: true,
    },
];

/// A build of this tree passed.
pub const COMPILES: &str = "it-compiles";
/// The tree defines the symbol.
pub const SYMBOL_EXISTS: &str = "symbol-exists";
/// The tree has the file.
pub const FILE_EXISTS: &str = "file-exists";
/// The lock file holds exactly this version.
pub const VERSION_IS_LOCKED: &str = "version-is-locked";
/// The change touches tests.
pub const TESTS_CHANGED: &str = "tests-changed";
/// The secret rules found nothing there.
pub const NO_SECRET: &str = "scanner-found-nothing";
/// The secret rules report it themselves.
pub const KNOWN_SECRET: &str = "scanner-reports-it";
/// The import is used.
pub const IMPORT_IS_USED: &str = "import-is-used";

/// Returns why a claim is dropped, or why it never blocks.
pub(super) fn answer(asked: &Asked<'_>) -> Result<Option<Why>, &'static str> {
    let Some(refuter) = ALL.iter().find(|refuter| refuter.kind == asked.claim.kind) else {
        return Ok(None);
    };
    match (refuter.answer)(asked) {
        Answer::Refuted(reason) => Err(reason),
        Answer::Unknown if refuter.looks_outside => Ok(Some(Why::Unanswered)),
        Answer::Unknown | Answer::Stands => Ok(None),
    }
}

fn compile_failure(asked: &Asked<'_>) -> Answer {
    from(asked.facts.compiles(), COMPILES)
}

fn missing_symbol(asked: &Asked<'_>) -> Answer {
    let exists = subject(asked.claim).and_then(|symbol| asked.facts.symbol_exists(symbol));
    from(exists, SYMBOL_EXISTS)
}

fn missing_file(asked: &Asked<'_>) -> Answer {
    let Some(path) = subject(asked.claim) else {
        return Answer::Unknown;
    };
    let is_left = |file: &GroundFile| file.path == path && !file.new.is_empty();
    match asked.ground.files.iter().any(is_left) {
        true => Answer::Refuted(FILE_EXISTS),
        false => from(asked.facts.file_exists(path), FILE_EXISTS),
    }
}

/// Only the very version that is locked answers the claim. Another one may be what the claim is about.
fn dependency_version(asked: &Asked<'_>) -> Answer {
    let Some((package, version)) = subject(asked.claim).and_then(package) else {
        return Answer::Unknown;
    };
    match asked.facts.locked_version(package) {
        Some(locked) if locked == version => Answer::Refuted(VERSION_IS_LOCKED),
        Some(_) => Answer::Stands,
        None => Answer::Unknown,
    }
}

fn missing_test(asked: &Asked<'_>) -> Answer {
    match asked.facts.tests_changed() {
        true => Answer::Refuted(TESTS_CHANGED),
        false => Answer::Stands,
    }
}

/// The secret rules decide alone. What they find needs no second report, and blocks without a model.
fn secret(asked: &Asked<'_>) -> Answer {
    let path = &asked.file.path;
    let mut lines = asked.lines.clone();
    match lines.any(|line| asked.facts.secret_found_at(path, line)) {
        true => Answer::Refuted(KNOWN_SECRET),
        false => Answer::Refuted(NO_SECRET),
    }
}

/// An import is used if its name stands on a line outside the claim that is neither an import nor a comment.
fn unused_import(asked: &Asked<'_>) -> Answer {
    let Some(name) = subject(asked.claim).and_then(last_name) else {
        return Answer::Unknown;
    };
    let mut others = asked
        .file
        .new
        .iter()
        .filter(|(line, _)| !asked.lines.contains(line));
    match others.any(|(_, text)| is_code(text) && has_word(text, name)) {
        true => Answer::Refuted(IMPORT_IS_USED),
        false => Answer::Unknown,
    }
}

fn from(speaks_against: Option<bool>, reason: &'static str) -> Answer {
    match speaks_against {
        Some(true) => Answer::Refuted(reason),
        Some(false) => Answer::Stands,
        None => Answer::Unknown,
    }
}

/// What the claim is about, without the marks that models put around names.
fn subject(claim: &Claim) -> Option<&str> {
    let marks = |c: char| c.is_whitespace() || matches!(c, '`' | '"' | '\'');
    let subject = claim.subject.as_deref()?.trim_matches(marks);
    (!subject.is_empty()).then_some(subject)
}

/// Divides `name@1.2`, `name 1.2`, `name = "1.2"` and `name: 1.2`; a name may begin with `@`.
fn package(subject: &str) -> Option<(&str, &str)> {
    let is_border = |c: char| c.is_whitespace() || matches!(c, '@' | '=' | ':');
    let scope = usize::from(subject.starts_with('@'));
    let at = scope + subject.get(scope..)?.find(is_border)?;
    let (name, rest) = subject.split_at_checked(at)?;
    let version = rest.trim_matches(|c: char| is_border(c) || matches!(c, '"' | '\'' | '^' | '~'));
    let version = version.strip_prefix('v').unwrap_or(version);
    (!name.is_empty() && !version.is_empty()).then_some((name, version))
}

/// The last identifier of `a::b`, `a.b` or `a/b`.
fn last_name(subject: &str) -> Option<&str> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    subject.rsplit(|c| !is_part(c)).find(|name| !name.is_empty())
}

fn is_code(line: &str) -> bool {
    const IMPORTS: [&str; 7] = [
        "import ", "use ", "pub use ", "from ", "#include", "using ", "require",
    ];
    let line = line.trim_start();
    !super::comment::is_comment(line) && !IMPORTS.iter().any(|start| line.starts_with(start))
}

fn has_word(line: &str, word: &str) -> bool {
    line.split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .any(|part| part == word)
}

#[cfg(test)]
mod tests {
    use super::super::samples::{self, Stated};
    use super::*;

    const FILE: [&str; 5] = [
        "use std::rc::Rc;",
        "use std::mem;",
        "// mem is not used",
        "let a = Rc::new(1);",
        "import mem",
    ];

    fn told(kind: Kind, subject: &str, facts: &Stated) -> Result<Option<Why>, &'static str> {
        let claim = Claim {
            kind,
            subject: (!subject.is_empty()).then(|| subject.to_owned()),
            ..samples::claim()
        };
        let ground = samples::ground(samples::file(&FILE, &[]));
        answer(&Asked {
            claim: &claim,
            lines: &(1..2),
            file: &ground.files[0],
            ground: &ground,
            facts,
        })
    }

    #[test]
    fn each_kind_has_one_row_at_most() {
        for kind in Kind::ALL {
            assert!(ALL.iter().filter(|row| row.kind == kind).count() <= 1, "{kind:?}");
        }
        let nothing = Stated::default();
        assert_eq!(told(Kind::Defect, "", &nothing), Ok(None));
    }

    #[test]
    fn a_build_answers() {
        let built = |compiles| Stated {
            compiles,
            ..Stated::default()
        };
        let kind = Kind::CompileFailure;
        assert_eq!(told(kind, "", &built(Some(true))), Err(COMPILES));
        assert_eq!(told(kind, "", &built(Some(false))), Ok(None));
        assert_eq!(told(kind, "", &built(None)), Ok(None));
    }

    #[test]
    fn the_tree_answers() {
        let known = |exists| Stated {
            symbol: exists,
            file: exists,
            ..Stated::default()
        };
        let unknown = Ok(Some(Why::Unanswered));
        for (kind, reason) in [
            (Kind::MissingSymbol, SYMBOL_EXISTS),
            (Kind::MissingFile, FILE_EXISTS),
        ] {
            assert_eq!(told(kind, "`name`", &known(Some(true))), Err(reason));
            assert_eq!(told(kind, "name", &known(Some(false))), Ok(None));
            assert_eq!(told(kind, "name", &known(None)), unknown);
            assert_eq!(told(kind, "", &known(Some(true))), unknown, "about nothing");
        }
        let of_the_change = told(Kind::MissingFile, "src/a.rs", &known(None));
        assert_eq!(of_the_change, Err(FILE_EXISTS));
    }

    #[test]
    fn the_lock_file_answers() {
        let locked = Stated {
            version: Some("1.2.0".into()),
            ..Stated::default()
        };
        let kind = Kind::DependencyVersion;
        assert_eq!(told(kind, "@a/b@^1.2.0", &locked), Err(VERSION_IS_LOCKED));
        assert_eq!(told(kind, "b 9.0.0", &locked), Ok(None));
        assert_eq!(told(kind, "b", &locked), Ok(Some(Why::Unanswered)));
        assert_eq!(package("b = \"v1.2\""), Some(("b", "1.2")));
        assert_eq!(package("@a/b"), None);
        assert_eq!(package("@"), None);
        assert_eq!(package("@1"), None);
    }

    #[test]
    fn tests_and_the_scanner_answer() {
        let (with, without) = (
            Stated {
                tests: true,
                secret: true,
                ..Stated::default()
            },
            Stated::default(),
        );
        assert_eq!(told(Kind::MissingTest, "", &with), Err(TESTS_CHANGED));
        assert_eq!(told(Kind::MissingTest, "", &without), Ok(None));
        assert_eq!(told(Kind::Secret, "", &with), Err(KNOWN_SECRET));
        assert_eq!(told(Kind::Secret, "", &without), Err(NO_SECRET));
    }

    #[test]
    fn an_import_that_is_used_is_used() {
        let nothing = Stated::default();
        let kind = Kind::UnusedImport;
        assert_eq!(told(kind, "std::rc::Rc", &nothing), Err(IMPORT_IS_USED));
        let unknown = Ok(Some(Why::Unanswered));
        assert_eq!(
            told(kind, "std::mem", &nothing),
            unknown,
            "a comment and an import"
        );
        assert_eq!(told(kind, "::", &nothing), unknown);
    }
}
