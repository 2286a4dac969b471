//! What one text says, before it is laid over others.

use super::Origin;
use super::value::{Value, text_literal};
use crate::model::Stage;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

/// What one text says.
#[derive(Debug, Default)]
pub(super) struct Layer {
    /// The values, by path.
    pub values: BTreeMap<Path, Entry>,
    /// The entries of lists, in order.
    pub items: Vec<Item>,
    /// Whether it is a shipped pack, whose names a test holds.
    pub shipped: bool,
    /// The rule ids that stand in a `[rules]` table, each with its place.
    pub rules: Vec<(String, Origin)>,
}

/// The way to one value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Path {
    /// The section.
    pub section: &'static str,
    /// The stage or the rule; empty where there is none.
    pub name: String,
    /// The key.
    pub key: Cow<'static, str>,
    /// The rule, in a table of severities.
    pub sub: String,
}

impl Path {
    /// The path of a key that is not in a table of its own.
    pub fn new(section: &'static str, name: &str, key: &'static str) -> Self {
        Self {
            section,
            name: name.to_owned(),
            key: Cow::Borrowed(key),
            sub: String::new(),
        }
    }

    /// Whether this is the severity of a single rule at a stage.
    pub fn is_severity_at(&self, stage: Stage) -> bool {
        self.section == "gates" && self.key == "severity" && self.name == stage.name()
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [self.section, &self.name, &self.key, &self.sub];
        let mut dot = "";
        for part in parts.into_iter().filter(|part| !part.is_empty()) {
            write!(f, "{dot}{}", key_literal(part))?;
            dot = ".";
        }
        Ok(())
    }
}

/// Writes a key as TOML does.
fn key_literal(key: &str) -> Cow<'_, str> {
    let bare = key
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    match bare {
        true => Cow::Borrowed(key),
        false => Cow::Owned(text_literal(key)),
    }
}

/// One value and its places.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// The value.
    pub value: Value,
    /// Where the value stands.
    pub origin: Origin,
    /// Where its key stands.
    pub key: Origin,
}

/// One entry of a list.
#[derive(Debug, Clone)]
pub(super) struct Item {
    /// The section.
    pub section: &'static str,
    /// Where it begins.
    pub origin: Origin,
    /// Its values.
    pub fields: BTreeMap<&'static str, Entry>,
}
