//! A case: a change, what must be found in it, and what must not.

use super::files;
use super::trees::Trees;
use super::validators;
use super::wrong::Wrong;
use crate::config;
use crate::validators::claim::Kind;
use crate::validators::sift::Family;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The file that makes a directory a case.
pub const FILE: &str = "case.toml";

/// The longest of these files in bytes.
const LONGEST: u64 = 64 << 10;

/// A case.
#[derive(Debug)]
pub(super) struct Case {
    /// The name of its directory.
    pub name: String,
    /// Its directory.
    pub dir: PathBuf,
    /// What it is about, in one line.
    pub title: String,
    /// The validators that are asked.
    pub validators: Vec<String>,
    /// The message of the commit.
    pub message: Option<String>,
    /// Whether all that is found in it is wrong.
    pub is_clean: bool,
    /// What must be found.
    pub must_find: Vec<Mark>,
    /// What must not.
    pub must_not_find: Vec<Mark>,
    /// What is known without a model and cannot be read from the trees.
    pub facts: Stated,
    /// The change.
    pub trees: Trees,
}

/// A place, and what can be said of it.
#[derive(Debug)]
pub(super) struct Mark {
    /// The path after the change, or before it if it is gone.
    pub path: String,
    /// The first and the last line, from 1; `None`: the whole file.
    pub lines: Option<(u32, u32)>,
    /// The kinds, the usual one first; none: all.
    pub kinds: Vec<Kind>,
    /// The validators that must, or must not, find it.
    pub validators: Vec<String>,
    /// Why.
    pub why: String,
}

/// What is known without a model.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Stated {
    /// Whether a build of the tree passes.
    pub compiles: Option<bool>,
    /// Symbols that the tree defines.
    #[serde(default)]
    pub symbols: Vec<String>,
    /// Versions that the lock file holds, by package.
    #[serde(default)]
    pub locked: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Raw {
    title: String,
    language: String,
    source: String,
    licence: String,
    validators: Vec<String>,
    message: Option<String>,
    #[serde(default)]
    clean: bool,
    #[serde(default)]
    must_find: Vec<RawMark>,
    #[serde(default)]
    must_not_find: Vec<RawMark>,
    #[serde(default)]
    facts: Stated,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMark {
    path: String,
    lines: Option<[u32; 2]>,
    #[serde(default)]
    kinds: Vec<String>,
    #[serde(default)]
    validators: Vec<String>,
    why: String,
}

impl Mark {
    /// Whether a claim of this family can be about it.
    pub(super) fn is_of(&self, family: Family) -> bool {
        self.kinds.is_empty() || self.kinds.iter().any(|kind| Family::of(*kind) == family)
    }
}

impl Case {
    /// Reads a case from its directory.
    pub(super) fn read(dir: &Path) -> Result<Self, Wrong> {
        let path = dir.join(FILE);
        let text = files::text(&path, LONGEST)?;
        let raw: Raw = toml::from_str(&text).map_err(|e| unreadable(&path, &text, &e))?;
        let trees = Trees::read(dir)?;
        Checked { path: &path, trees }.case(dir, raw)
    }
}

fn unreadable(path: &Path, text: &str, error: &toml::de::Error) -> Wrong {
    let at = error.span().map_or(0, |span| span.start.min(text.len()));
    let line = text.as_bytes()[..at].iter().filter(|b| **b == b'\n').count() + 1;
    let message = error.message().lines().next().unwrap_or_default();
    Wrong::new(
        path,
        format!("line {line}: {message}"),
        "`docs/eval.md` says what a case holds",
    )
}

/// A file that is being looked at, with the trees that it speaks of.
struct Checked<'a> {
    path: &'a Path,
    trees: Trees,
}

impl Checked<'_> {
    fn case(self, dir: &Path, raw: Raw) -> Result<Case, Wrong> {
        for (key, text) in [
            ("title", &raw.title),
            ("language", &raw.language),
            ("source", &raw.source),
            ("licence", &raw.licence),
        ] {
            self.says(key, text)?;
        }
        self.knows("validators", &raw.validators)?;
        if raw.validators.is_empty() {
            return Err(self.wrong("`validators` is empty", "name at least one validator"));
        }
        if raw.clean && !raw.must_find.is_empty() {
            let what = "a case that is `clean` has a `[[must-find]]`";
            return Err(self.wrong(what, "leave out one of them"));
        }
        let mut must_find = Vec::new();
        for (n, mark) in raw.must_find.into_iter().enumerate() {
            let key = format!("must-find[{n}]");
            if mark.lines.is_none() || mark.kinds.is_empty() {
                let hint = "say with `lines` and `kinds` what counts as found";
                return Err(self.wrong(&format!("`{key}` has no `lines` or no `kinds`"), hint));
            }
            must_find.push(self.mark(&key, mark, &raw.validators)?);
        }
        let mut must_not_find = Vec::new();
        for (n, mark) in raw.must_not_find.into_iter().enumerate() {
            must_not_find.push(self.mark(&format!("must-not-find[{n}]"), mark, &raw.validators)?);
        }
        Ok(Case {
            name: dir
                .canonicalize()
                .ok()
                .as_deref()
                .unwrap_or(dir)
                .file_name()
                .map_or_else(
                    || dir.to_string_lossy().into_owned(),
                    |name| name.to_string_lossy().into_owned(),
                ),
            dir: dir.to_owned(),
            title: raw.title,
            validators: raw.validators,
            message: raw.message,
            is_clean: raw.clean,
            must_find,
            must_not_find,
            facts: raw.facts,
            trees: self.trees,
        })
    }

    fn mark(&self, key: &str, raw: RawMark, validators: &[String]) -> Result<Mark, Wrong> {
        self.says(&format!("{key}.why"), &raw.why)?;
        let lines = raw.lines.map(|[first, last]| (first, last));
        self.stands(key, &raw.path, lines)?;
        let mut kinds = Vec::new();
        for word in &raw.kinds {
            let names = || Kind::ALL.into_iter().map(Kind::name);
            let unknown = || self.unknown(&format!("{key}.kinds"), word, names());
            kinds.push(Kind::from_name(word).ok_or_else(unknown)?);
        }
        let all = || validators.iter().map(String::as_str);
        for name in &raw.validators {
            if !validators.contains(name) {
                return Err(self.unknown(&format!("{key}.validators"), name, all()));
            }
        }
        Ok(Mark {
            path: raw.path,
            lines,
            kinds,
            validators: match raw.validators.is_empty() {
                true => validators.to_vec(),
                false => raw.validators,
            },
            why: raw.why,
        })
    }

    /// Insists that a file of the change has these lines.
    fn stands(&self, key: &str, path: &str, lines: Option<(u32, u32)>) -> Result<(), Wrong> {
        let Some(count) = self.trees.lines(path) else {
            let what = format!("`{key}.path`: there is no `{path}` in `before/` or `after/`");
            return Err(self.wrong(&what, "name a file of the case, with `/` between the parts"));
        };
        let Some((first, last)) = lines else {
            return Ok(());
        };
        let is_range = first >= 1 && first <= last && last as usize <= count.max(1);
        if !is_range {
            let what = format!("`{key}.lines`: `{path}` has no lines {first} to {last}, but {count} in all");
            return Err(self.wrong(&what, "write the first and the last line, counted from 1"));
        }
        Ok(())
    }

    fn says(&self, key: &str, text: &str) -> Result<(), Wrong> {
        match text.trim().is_empty() {
            true => Err(self.wrong(&format!("`{key}` is empty"), "say it in one line")),
            false => Ok(()),
        }
    }

    fn knows(&self, key: &str, names: &[String]) -> Result<(), Wrong> {
        for name in names {
            if !validators::is_known(name) {
                return Err(self.unknown(key, name, validators::names()));
            }
        }
        Ok(())
    }

    fn unknown<'a>(&self, key: &str, word: &str, known: impl Iterator<Item = &'a str> + Clone) -> Wrong {
        let hint = config::nearest(word, known.clone());
        let all: Vec<String> = known.map(|name| format!("`{name}`")).collect();
        let hint = hint.unwrap_or_else(|| format!("it is one of {}", all.join(", ")));
        self.wrong(&format!("`{key}`: there is no `{word}`"), &hint)
    }

    fn wrong(&self, what: &str, hint: &str) -> Wrong {
        Wrong::new(self.path, what, hint)
    }
}
