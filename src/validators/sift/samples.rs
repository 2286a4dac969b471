//! Claims, files and facts for the tests of the steps.

use super::facts::Facts;
use crate::model::{Confidence, Hunk, Severity};
use crate::validators::claim::{Claim, Kind, Scope};
use crate::validators::ground::{Ground, GroundFile};
use std::ops::Range;

/// A claim about `src/a.rs`, with nothing special about it.
pub(super) fn claim() -> Claim {
    Claim {
        validator: "correctness".into(),
        model: "gemini/pro".into(),
        kind: Kind::Defect,
        severity: Severity::High,
        confidence: Confidence::Medium,
        path: "src/a.rs".into(),
        line: None,
        quote: "let b = 2;".into(),
        title: "the sum is wrong".into(),
        message: "It adds the first one twice.".into(),
        fix: None,
        scope: Scope::Diff,
        subject: None,
    }
}

/// A file of which all lines are known and shown; hunks by lines from 0.
pub(super) fn file(lines: &[&str], hunks: &[(Range<u32>, Range<u32>)]) -> GroundFile {
    let numbered = (1_u32..).zip(lines.iter().map(|line| (*line).to_owned()));
    let hunk = |(old, new): &(Range<u32>, Range<u32>)| Hunk {
        old: old.clone(),
        new: new.clone(),
    };
    GroundFile {
        path: "src/a.rs".into(),
        new: numbered.collect(),
        hunks: hunks.iter().map(hunk).collect(),
        shown: std::iter::once(1..lines.len() as u32 + 1).collect(),
        ..GroundFile::default()
    }
}

/// The change of one file.
pub(super) fn ground(file: GroundFile) -> Ground {
    Ground { files: vec![file] }
}

/// Facts as a test states them.
#[derive(Debug, Clone, Default)]
pub(super) struct Stated {
    pub compiles: Option<bool>,
    pub symbol: Option<bool>,
    pub file: Option<bool>,
    pub version: Option<String>,
    pub tests: bool,
    pub secret: bool,
}

impl Facts for Stated {
    fn compiles(&self) -> Option<bool> {
        self.compiles
    }

    fn symbol_exists(&self, _: &str) -> Option<bool> {
        self.symbol
    }

    fn file_exists(&self, _: &str) -> Option<bool> {
        self.file
    }

    fn locked_version(&self, _: &str) -> Option<String> {
        self.version.clone()
    }

    fn tests_changed(&self) -> bool {
        self.tests
    }

    fn secret_found_at(&self, _: &str, _: u32) -> bool {
        self.secret
    }
}
