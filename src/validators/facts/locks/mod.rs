//! Which versions of packages the lock files around a change hold.
//!
//! Looked into are the root and the directories around the changed files. What several of them hold in several
//! versions has none, and so has everything where a lock file could not be read.

mod go;
mod json;
mod pnpm;
mod sections;
mod yarn;

#[cfg(test)]
mod tests;

use super::Bounds;
use crate::model::{ChangeSet, Objects};
use crate::validators::tree;
use bstr::{BStr, ByteSlice};
use std::collections::{BTreeMap, BTreeSet};

/// The longest name of a package, and the longest version.
const LONGEST: usize = 250;

/// The versions that lock files hold.
#[derive(Debug, Default)]
pub struct Locks {
    locks: Vec<Versions>,
    /// Whether all lock files were read.
    is_whole: bool,
}

/// The versions of each package, by the name in its normal spelling.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Versions {
    spelling: Spelling,
    all: BTreeMap<String, BTreeSet<String>>,
}

/// Which spellings are one name.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum Spelling {
    /// Only the same.
    #[default]
    Exact,
    /// In any case of letters.
    AnyCase,
    /// Runs of `-`, `_` and `.` are alike, in any case of letters (PEP 503).
    Python,
    /// `-` and `_` are alike.
    Rust,
}

/// A kind of lock files.
struct Kind {
    /// The names of the files.
    files: &'static [&'static str],
    spelling: Spelling,
    /// Reads one; `None`: it is none of this kind.
    read: fn(&str, &mut Versions) -> Option<()>,
}

const ALL: [Kind; 10] = [
    Kind {
        files: &["Cargo.lock"],
        spelling: Spelling::Rust,
        read: sections::packages,
    },
    Kind {
        files: &["poetry.lock", "uv.lock", "pdm.lock"],
        spelling: Spelling::Python,
        read: sections::packages,
    },
    Kind {
        files: &["Pipfile.lock"],
        spelling: Spelling::Python,
        read: json::pipfile,
    },
    Kind {
        files: &["package-lock.json", "npm-shrinkwrap.json"],
        spelling: Spelling::Exact,
        read: json::npm,
    },
    Kind {
        files: &["yarn.lock"],
        spelling: Spelling::Exact,
        read: yarn::read,
    },
    Kind {
        files: &["pnpm-lock.yaml"],
        spelling: Spelling::Exact,
        read: pnpm::read,
    },
    Kind {
        files: &["go.mod"],
        spelling: Spelling::Exact,
        read: go::module,
    },
    Kind {
        files: &["Gemfile.lock", "gems.locked"],
        spelling: Spelling::Exact,
        read: sections::gems,
    },
    Kind {
        files: &["composer.lock"],
        spelling: Spelling::AnyCase,
        read: json::composer,
    },
    Kind {
        files: &["packages.lock.json"],
        spelling: Spelling::AnyCase,
        read: json::nuget,
    },
];

/// What a module of Go was checked against: read only where no `go.mod` beside it names the package.
const GO_SUM: Kind = Kind {
    files: &["go.sum"],
    spelling: Spelling::Exact,
    read: go::sums,
};

impl Versions {
    fn new(spelling: Spelling) -> Self {
        Self {
            spelling,
            all: BTreeMap::new(),
        }
    }

    /// Takes a version of a package. A `v` in front of a number says nothing.
    pub fn add(&mut self, name: &str, version: &str) {
        let number = version.strip_prefix('v');
        let number = number.filter(|number| number.starts_with(|c: char| c.is_ascii_digit()));
        let version = number.unwrap_or(version);
        let fits = |text: &str| !text.is_empty() && text.len() <= LONGEST;
        if fits(name) && fits(version) {
            let versions = self.all.entry(self.spelling.normal(name)).or_default();
            versions.insert(version.to_owned());
        }
    }

    fn of(&self, package: &str) -> impl Iterator<Item = &String> {
        self.all.get(&self.spelling.normal(package)).into_iter().flatten()
    }
}

impl Spelling {
    fn normal(self, name: &str) -> String {
        match self {
            Self::Exact => name.to_owned(),
            Self::AnyCase => name.to_lowercase(),
            Self::Rust => name.replace('_', "-"),
            Self::Python => {
                let parts = name.split(['-', '_', '.']).filter(|part| !part.is_empty());
                parts.collect::<Vec<_>>().join("-").to_lowercase()
            }
        }
    }
}

impl Locks {
    /// Returns the one version in which a package is locked.
    #[must_use]
    pub fn version(&self, package: &str) -> Option<String> {
        let package = package.trim();
        if !self.is_whole || package.len() > LONGEST {
            return None;
        }
        let versions: BTreeSet<&String> = self.locks.iter().flat_map(|lock| lock.of(package)).collect();
        let mut versions = versions.into_iter();
        let version = versions.next()?;
        versions.next().is_none().then(|| version.clone())
    }
}

/// Reads the lock files around a change.
pub fn read(change: &ChangeSet, objects: &dyn Objects, bounds: &Bounds) -> Locks {
    let left = change.files.iter().filter(|file| file.new.is_some());
    let paths = left.map(|file| file.path.as_bstr()).chain([BStr::new("x")]);
    let (dirs, is_whole) = tree::around(paths, bounds.directories);
    let mut locks = Locks {
        locks: Vec::new(),
        is_whole,
    };
    for dir in dirs {
        let Ok(names) = objects.names(change.head, dir.as_bstr()) else {
            locks.is_whole = false;
            continue;
        };
        let has = |name: &str| names.iter().any(|(other, is_dir)| !is_dir && other == name);
        let go_sum = std::iter::once(&GO_SUM).filter(|_| !has("go.mod"));
        for kind in ALL.iter().chain(go_sum) {
            for name in kind.files.iter().filter(|name| has(name)) {
                let path = tree::join(dir.as_bstr(), BStr::new(name));
                match lock(kind, path.as_bstr(), change, objects, bounds) {
                    Some(lock) => locks.locks.push(lock),
                    None => locks.is_whole = false,
                }
            }
        }
    }
    locks
}

fn lock(
    kind: &Kind,
    path: &BStr,
    change: &ChangeSet,
    objects: &dyn Objects,
    bounds: &Bounds,
) -> Option<Versions> {
    let side = objects.entry(change.head, path).ok()??;
    if !side.kind.is_file() || objects.size(side.id).ok()? > bounds.lock_bytes {
        return None;
    }
    let text = String::from_utf8(objects.blob(side.id).ok()?).ok()?;
    let mut versions = Versions::new(kind.spelling);
    (kind.read)(text.trim_start_matches('\u{feff}'), &mut versions)?;
    Some(versions)
}
