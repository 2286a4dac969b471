//! What a validator looks at: a table of paths and languages.

use super::{Node, Reader, write_list};
use crate::config::Problem;
use crate::config::nearest;
use crate::config::validators::LANGUAGES;
use std::fmt;
use toml::de::DeValue;

/// What a validator looks at; an empty list narrows nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::config) struct When {
    /// Patterns of paths that it looks at.
    pub paths: Vec<String>,
    /// Patterns of paths that it does not look at.
    pub exclude: Vec<String>,
    /// Languages that it looks at.
    pub languages: Vec<String>,
}

/// The keys of the table.
const KEYS: [&str; 3] = ["paths", "exclude", "languages"];

impl Reader<'_, '_> {
    pub(super) fn when(&mut self, node: &Node<'_>) -> Option<When> {
        let DeValue::Table(table) = node.get_ref() else {
            return self.fail(node, "a table of `paths`, `exclude` and `languages`");
        };
        let mut when = When::default();
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "paths" => when.paths = self.globs(value)?,
                "exclude" => when.exclude = self.globs(value)?,
                "languages" => when.languages = self.words(value, LANGUAGES)?,
                other => {
                    let message = format!("unknown key `{}` in `when`", nearest::shown(other));
                    let problem = self.source.problem(key.span().start, message);
                    let hint = nearest::hint(other, KEYS);
                    self.problems.push(Problem { hint, ..problem });
                    return None;
                }
            }
        }
        Some(when)
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut start = "{ ";
        for (key, list) in KEYS.iter().zip([&self.paths, &self.exclude, &self.languages]) {
            if !list.is_empty() {
                write!(f, "{start}{key} = ")?;
                write_list(f, list.iter().map(String::as_str))?;
                start = ", ";
            }
        }
        f.write_str(if start == ", " { " }" } else { "{}" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_narrows_is_written() {
        let mut when = When::default();
        assert_eq!(when.to_string(), "{}");
        when.languages = vec!["rust".to_owned()];
        assert_eq!(when.to_string(), r#"{ languages = ["rust"] }"#);
        when.paths = vec!["a".to_owned(), "b".to_owned()];
        assert_eq!(
            when.to_string(),
            r#"{ paths = ["a", "b"], languages = ["rust"] }"#
        );
    }
}
