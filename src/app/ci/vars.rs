//! The variables of a CI system, and what their values may be: none is trusted to be an argument of git.

use super::Wrong;
use crate::model::{Oid, visible};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// The longest name of a branch, in bytes.
const LONGEST: usize = 1024;
/// The most of a value that is shown, in characters.
const SHOWN: usize = 120;

/// The environment, with a memory of what was asked for. Nobody asks for a variable that holds a secret.
#[derive(Debug, Default)]
pub struct Vars {
    all: BTreeMap<String, String>,
    used: RefCell<BTreeSet<&'static str>>,
}

/// The name of a branch, without `refs/heads/`: safe as a part of a reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branch(String);

impl Vars {
    /// Takes variables.
    #[must_use]
    pub fn new(all: BTreeMap<String, String>) -> Self {
        Self {
            all,
            used: RefCell::default(),
        }
    }

    /// Returns a variable that is set and not empty.
    pub fn get(&self, name: &'static str) -> Option<&str> {
        let value = self.all.get(name).map(String::as_str).filter(|v| !v.is_empty())?;
        self.used.borrow_mut().insert(name);
        Some(value)
    }

    /// Whether a variable is set to more than `false`.
    pub fn has(&self, name: &'static str) -> bool {
        self.get(name).is_some_and(|value| value != "false")
    }

    /// Returns the commit that a variable names by its full id; the id of nothing is one too.
    ///
    /// # Errors
    /// When it holds something else.
    pub fn commit(&self, name: &'static str) -> Result<Option<Oid>, Wrong> {
        self.get(name).map(|value| commit(name, value)).transpose()
    }

    /// Returns the branch that a variable names, with or without `refs/heads/`.
    ///
    /// # Errors
    /// When it holds what can be none.
    pub fn branch(&self, name: &'static str) -> Result<Option<Branch>, Wrong> {
        self.get(name).map(|value| Branch::new(name, value)).transpose()
    }

    /// Returns what was asked for and set, in a form that can be printed.
    #[must_use]
    pub fn used(&self) -> Vec<(&'static str, String)> {
        let used = self.used.borrow();
        used.iter()
            .filter_map(|name| Some((*name, shown(self.all.get(*name)?))))
            .collect()
    }
}

impl Branch {
    /// Takes the name of a branch that `place` holds.
    ///
    /// # Errors
    /// When git would not take it for one.
    pub fn new(place: &str, value: &str) -> Result<Self, Wrong> {
        let name = value.strip_prefix("refs/heads/").unwrap_or(value);
        if is_branch(name) {
            return Ok(Self(name.to_owned()));
        }
        Err(Wrong::value(place, value, "the name of a branch"))
    }

    /// Returns the name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0
    }
}

/// Returns the commit that a value names by its full id.
///
/// # Errors
/// When it is something else.
pub fn commit(place: &str, value: &str) -> Result<Oid, Wrong> {
    Oid::from_hex(value.as_bytes()).map_err(|_| Wrong::value(place, value, "the full id of a commit"))
}

/// Returns a value in a form that can be printed, cut where it is long.
#[must_use]
pub fn shown(value: &str) -> String {
    match value.char_indices().nth(SHOWN) {
        Some((at, _)) => format!("{}...", visible(&value[..at])),
        None => visible(value).into_owned(),
    }
}

/// The rules of `git check-ref-format --branch`.
fn is_branch(name: &str) -> bool {
    let bad = |c: char| c.is_control() || " ~^:?*[\\".contains(c);
    let part = |part: &str| !part.is_empty() && !part.starts_with('.') && !part.ends_with(".lock");
    !name.starts_with('-')
        && !name.ends_with('.')
        && name != "@"
        && name != "HEAD"
        && name.len() <= LONGEST
        && !name.contains("..")
        && !name.contains("@{")
        && !name.contains(bad)
        && name.split('/').all(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_branch_is_what_git_takes_for_one() {
        for good in [
            "main",
            "a/b",
            "feature/Ü-1",
            "x@y",
            "refs/heads/main",
            "a.b",
            "#1",
        ] {
            assert!(Branch::new("X", good).is_ok(), "{good}");
        }
        let long = "a".repeat(LONGEST + 1);
        let bad = [
            "",
            "-x",
            "--upload-pack=x",
            "a b",
            "a..b",
            "a:b",
            "a~1",
            "a^",
            "a?",
            "a*",
            "[a",
            "a\\b",
            "a\n",
            "/a",
            "a/",
            "a//b",
            ".a",
            "a/.b",
            "a.lock",
            "a.lock/b",
            "a.",
            "@",
            "a@{1}",
            "HEAD",
            "refs/heads/-x",
            &long,
        ];
        for bad in bad {
            assert!(Branch::new("X", bad).is_err(), "{bad}");
        }
        assert_eq!(Branch::new("X", "refs/heads/main").unwrap().name(), "main");
    }

    #[test]
    fn a_commit_is_a_full_id() {
        assert!(commit("X", &"a1".repeat(20)).is_ok());
        for bad in ["", "HEAD", "-x", "a1b2", &"g1".repeat(20), &"a1".repeat(400)] {
            let wrong = commit("X", bad).unwrap_err();
            assert!(wrong.message.starts_with("`X` holds `"), "{}", wrong.message);
            assert!(wrong.message.len() < 400);
        }
    }

    #[test]
    fn remembers_what_was_asked_for_alone() {
        let all = [
            ("A", "1"),
            ("B", "\u{1b}[31m"),
            ("TOKEN", "x"),
            ("E", ""),
            ("F", "false"),
        ];
        let vars = Vars::new(all.map(|(k, v)| (k.to_owned(), v.to_owned())).into());
        assert_eq!(
            [vars.get("A"), vars.get("E"), vars.get("G")],
            [Some("1"), None, None]
        );
        assert!(vars.has("B") && !vars.has("F"));
        let used = vars.used();
        let expected = [("A", "1"), ("B", "\\x1b[31m"), ("F", "false")];
        assert_eq!(used, expected.map(|(k, v)| (k, v.to_owned())));
    }
}
