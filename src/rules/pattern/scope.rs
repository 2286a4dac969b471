//! What a text is, so that a pattern knows whether it is about it.

use super::spec::Pattern;
use crate::check::{Content, FileView};
use crate::model::{Category, Confidence};
use std::cell::OnceCell;
use std::ops::Range;

/// The text that is searched, and where it comes from.
pub enum Scope<'a> {
    /// The new content of a file.
    File(FileScope<'a>),
    /// Text without a file: a commit message, a path.
    Text,
    /// An example: every pattern is about it.
    Example,
}

/// A file, with what is asked about it more than once.
pub struct FileScope<'a> {
    /// The file.
    pub view: &'a FileView<'a>,
    binary: bool,
    generated: OnceCell<bool>,
    language: OnceCell<Option<&'static str>>,
}

impl<'a> FileScope<'a> {
    /// Makes the scope of a file.
    #[must_use]
    pub fn new(view: &'a FileView<'a>) -> Self {
        Self {
            view,
            binary: view.content() == Content::Binary,
            generated: OnceCell::new(),
            language: OnceCell::new(),
        }
    }

    fn takes(&self, pattern: &Pattern) -> bool {
        let sure = pattern.info.confidence == Confidence::High;
        if self.binary && !(pattern.is_secret() && sure) {
            return false;
        }
        let guess = pattern.info.confidence == Confidence::Low;
        if guess && *self.generated.get_or_init(|| self.view.is_generated()) {
            return false;
        }
        self.has_language(pattern) && self.has_path(pattern)
    }

    fn has_language(&self, pattern: &Pattern) -> bool {
        let language = || *self.language.get_or_init(|| super::language::of(self.view));
        pattern.languages.is_empty()
            || language().is_some_and(|l| pattern.languages.iter().any(|name| name == l))
    }

    fn has_path(&self, pattern: &Pattern) -> bool {
        let path: &[u8] = self.view.path();
        let matches = |glob: &str| fast_glob::glob_match(glob.as_bytes(), path);
        (pattern.paths.is_empty() || pattern.paths.iter().any(|glob| matches(glob)))
            && !pattern.exclude_paths.iter().any(|glob| matches(glob))
    }
}

impl Scope<'_> {
    /// Whether the pattern is about this text.
    #[must_use]
    pub fn takes(&self, pattern: &Pattern) -> bool {
        match self {
            Self::File(file) => file.takes(pattern),
            Self::Text => takes_text(pattern),
            Self::Example => true,
        }
    }

    /// Whether the change adds any line of these bytes.
    #[must_use]
    pub fn adds(&self, bytes: &Range<usize>) -> bool {
        match self {
            Self::File(file) => file.view.is_added_in(bytes),
            Self::Text | Self::Example => true,
        }
    }

    /// Whether the time for the text is up.
    #[must_use]
    pub fn is_late(&self) -> bool {
        match self {
            Self::File(file) => file.view.is_late(),
            Self::Text | Self::Example => false,
        }
    }

    /// Whether it is known already what the change adds.
    #[must_use]
    pub fn knows_added(&self) -> bool {
        match self {
            Self::File(file) => file.view.knows_added(),
            Self::Text | Self::Example => true,
        }
    }

    /// Whether the text belongs to a test.
    #[must_use]
    pub fn is_test(&self) -> bool {
        match self {
            Self::File(file) => file.view.is_test(),
            Self::Text | Self::Example => false,
        }
    }
}

/// Text outside of files is searched for credentials, and for what a repository wants everywhere.
fn takes_text(pattern: &Pattern) -> bool {
    let everywhere = pattern.languages.is_empty() && pattern.paths.is_empty();
    match pattern.info.category() {
        Category::Secrets => everywhere && pattern.info.confidence > Confidence::Low,
        Category::Hazard | Category::Injection => false,
        _ => everywhere,
    }
}
