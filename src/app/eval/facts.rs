//! What is known of a case without a model: what its trees show, and what it states.

use super::case::{Case, Stated};
use super::trees::Trees;
use crate::check::FileView;
use crate::model::ChangeSet;
use crate::rules::pattern::Set;
use crate::validators::sift::Facts;
use std::ops::Range;

/// What is known of a case.
pub(super) struct Known<'a> {
    trees: &'a Trees,
    stated: &'a Stated,
    secrets: &'a Secrets,
    has_tests: bool,
}

impl<'a> Known<'a> {
    /// Looks at a case.
    pub(super) fn of(case: &'a Case, change: &ChangeSet, secrets: &'a Secrets) -> Self {
        let is_test = |file| FileView::new(file, &case.trees).is_test();
        Self {
            trees: &case.trees,
            stated: &case.facts,
            secrets,
            has_tests: change.files.iter().any(is_test),
        }
    }
}

impl Facts for Known<'_> {
    fn compiles(&self) -> Option<bool> {
        self.stated.compiles
    }

    fn symbol_exists(&self, symbol: &str) -> Option<bool> {
        self.stated
            .symbols
            .iter()
            .any(|known| known == symbol)
            .then_some(true)
    }

    fn file_exists(&self, path: &str) -> Option<bool> {
        Some(self.trees.has(path))
    }

    fn locked_version(&self, package: &str) -> Option<String> {
        self.stated.locked.get(package).cloned()
    }

    fn tests_changed(&self) -> bool {
        self.has_tests
    }

    fn secret_found_at(&self, path: &str, line: u32) -> bool {
        let text = self.trees.after(path).unwrap_or_default();
        let lines = self
            .secrets
            .find(text)
            .into_iter()
            .map(|at| line_of(text, at.start));
        lines.into_iter().any(|found| found == line)
    }
}

fn line_of(text: &[u8], at: usize) -> u32 {
    let ends = memchr::memchr_iter(b'\n', &text[..at.min(text.len())]).count();
    u32::try_from(ends + 1).unwrap_or(u32::MAX)
}

/// The shipped secret rules.
pub(super) struct Secrets(Set);

impl Secrets {
    /// Makes the rules; `None`: they cannot be used.
    pub(super) fn new() -> Option<Self> {
        Set::new(&|id| id.starts_with("secrets/"), &[]).ok().map(Self)
    }

    /// Returns the bytes of a text that must not be shown.
    pub(super) fn find(&self, text: &[u8]) -> Vec<Range<usize>> {
        let mut drafts = Vec::new();
        self.0.scan_text(text, &mut drafts);
        drafts.into_iter().filter_map(|draft| draft.secret).collect()
    }
}
