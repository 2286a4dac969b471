//! The contract of a check: what it sees and how it says what it found.
//!
//! A rule is a [`Rule`]: data about itself and one plain function. It sees the change through
//! [`FileView`] or [`ChangeView`], which read objects when first asked and keep them, and reports
//! through a [`Sink`].

mod lines;
mod marks;
mod sink;
mod traits;
mod view;
mod words;

pub use crate::model::{Objects, ReadError, Relation};
pub use lines::Lines;
pub use marks::Marks;
pub use sink::{Draft, Edits, Place, Sink, fingerprint};
pub use traits::Traits;
pub use view::{ChangeView, Content, FileView, is_test};
pub use words::WORDS;

use crate::model::{Choice, OptionKind, RuleInfo};
use std::collections::BTreeMap;

/// A rule: what it says about itself and what it does.
pub struct Rule {
    /// What it says about itself.
    pub info: RuleInfo,
    /// What it does.
    pub run: Run,
}

/// What a rule does, by what it looks at.
pub enum Run {
    /// Called once for each changed file, from several threads.
    File(fn(&FileView<'_>, &mut Sink<'_>)),
    /// Called once for the whole change.
    Change(fn(&ChangeView<'_>, &mut Sink<'_>)),
    /// Called once for each commit message.
    Message(fn(&crate::model::Message, &mut Sink<'_>)),
}

/// The options that the configuration sets for one rule.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// What is set, by key; anything else has its default.
    pub set: BTreeMap<String, Choice>,
}

impl Options {
    /// Returns the whole number of that name, as set or by default; 0 if the rule has no such option.
    #[must_use]
    pub fn int(&self, info: &RuleInfo, name: &str) -> i64 {
        match (self.set.get(name), default_of(info, name)) {
            (Some(Choice::Int(n)), _) | (None, Some(OptionKind::Int(n))) => *n,
            _ => 0,
        }
    }

    /// Returns the switch of that name, as set or by default; off if the rule has no such option.
    #[must_use]
    pub fn bool(&self, info: &RuleInfo, name: &str) -> bool {
        match (self.set.get(name), default_of(info, name)) {
            (Some(Choice::Bool(b)), _) | (None, Some(OptionKind::Bool(b))) => *b,
            _ => false,
        }
    }

    /// Returns the texts of that name, as set or by default.
    #[must_use]
    pub fn texts<'a>(&'a self, info: &RuleInfo, name: &str) -> Vec<&'a str> {
        match (self.set.get(name), default_of(info, name)) {
            (Some(Choice::Texts(list)), _) => list.iter().map(String::as_str).collect(),
            (None, Some(OptionKind::Texts(list))) => list.to_vec(),
            _ => Vec::new(),
        }
    }

    /// Returns the text of that name, as set or by default.
    #[must_use]
    pub fn text<'a>(&'a self, info: &RuleInfo, name: &str) -> &'a str {
        match (self.set.get(name), default_of(info, name)) {
            (Some(Choice::Text(text)), _) => text,
            (None, Some(OptionKind::Text(text))) => text,
            _ => "",
        }
    }
}

fn default_of<'a>(info: &'a RuleInfo, name: &str) -> Option<&'a OptionKind> {
    info.options.iter().find(|o| o.name == name).map(|o| &o.kind)
}
