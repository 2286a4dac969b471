//! A pattern rule ready for use: the shipped ones are static data, a repository's own are made from
//! what its configuration says.

use super::guard::Guard;
use super::sieve::Sieve;
use super::sketch::Sketch;
use super::source::Source;
use super::validator::Validator;
use crate::model::{Confidence, RuleInfo, Severity};
use std::borrow::Cow;

/// A list of texts that is static for shipped patterns.
pub type Texts = Cow<'static, [Cow<'static, str>]>;

/// A pattern rule ready for use. The fields are those of [`Source`].
#[derive(Debug, Clone)]
pub struct Pattern {
    /// What it says about itself.
    pub info: RuleInfo,
    /// The severity in tests, where it is another one.
    pub test_severity: Option<Severity>,
    /// The languages it is about; empty: all.
    pub languages: Texts,
    /// The paths it is about; empty: all.
    pub paths: Texts,
    /// The paths it is not about.
    pub exclude_paths: Texts,
    /// What lets a finding go.
    pub allow: Texts,
    /// The expression.
    pub regex: Cow<'static, str>,
    /// Whether a match begins at a keyword.
    pub anchored: bool,
    /// What its matches are like; `None`: nobody has looked yet.
    pub sketch: Option<Sketch>,
    /// What tells from few bytes that no match begins at a keyword.
    pub guard: Option<Guard>,
    /// What tells that there is no match in a range: one of these lets through each that is; empty: nobody
    /// has looked, or they would be large.
    pub sieves: Cow<'static, [Sieve]>,
    /// Whether a match may reach over many lines.
    pub multi_line: bool,
    /// The least entropy in bits per byte.
    pub entropy: f32,
    /// Whether the captured text must look like chance.
    pub random: bool,
    /// Whether placeholders are dropped.
    pub placeholder: bool,
    /// The structural check.
    pub validator: Option<Validator>,
}

impl Pattern {
    /// Makes the pattern that a checked source describes.
    #[must_use]
    pub fn from_source(source: &Source) -> Self {
        let severity = source.severity.as_deref().and_then(Severity::from_name);
        let confidence = source.confidence.as_deref().and_then(Confidence::from_name);
        Self {
            info: RuleInfo {
                id: Cow::Owned(source.id.clone()),
                summary: Cow::Owned(source.summary.clone()),
                why: Cow::Owned(source.why.clone()),
                fix: Cow::Owned(source.fix.clone()),
                bad: Cow::Owned(source.bad.first().cloned().unwrap_or_default()),
                good: Cow::Owned(source.good.first().cloned().unwrap_or_default()),
                severity: severity.unwrap_or(Severity::Medium),
                confidence: confidence.unwrap_or(Confidence::Medium),
                history: source.history,
                options: Cow::Borrowed(&[]),
            },
            test_severity: source.test_severity.as_deref().and_then(Severity::from_name),
            languages: texts(&source.languages),
            paths: texts(&source.paths),
            exclude_paths: texts(&source.exclude_paths),
            allow: texts(&source.allow),
            regex: Cow::Owned(source.regex.clone()),
            anchored: source.anchored,
            sketch: None,
            guard: None,
            sieves: Cow::Borrowed(&[]),
            multi_line: source.multi_line,
            entropy: source.entropy.unwrap_or(0.0),
            random: source.random,
            placeholder: source.placeholder,
            validator: source.validator.as_deref().and_then(Validator::from_name),
        }
    }

    /// Whether findings are credentials, which are looked for everywhere and never shown.
    #[must_use]
    pub fn is_secret(&self) -> bool {
        self.info.id.starts_with("secrets/")
    }
}

fn texts(list: &[String]) -> Texts {
    list.iter().cloned().map(Cow::Owned).collect()
}
