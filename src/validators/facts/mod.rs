//! What can be known of a change from its tree, without a model.
//!
//! Everything is looked up when first asked for, and kept. Questions come from a model and contents from the
//! author: both are bounded, and what could not be looked at to its end is not known. A `true` of these facts
//! speaks against a finding, so that it is said only where something was found.

mod locks;
mod names;
mod paths;
mod sources;
mod touched;

#[cfg(test)]
mod tests;

use super::sift::Facts;
use super::tree;
use crate::model::{ChangeSet, Objects};
use locks::Locks;
use sources::Sources;
use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;
use std::time::Duration;

/// How many different symbols are looked for.
const SYMBOLS: usize = 300;

/// How far facts are looked for.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// How much of the tree is listed.
    pub tree: tree::Bounds,
    /// How many source files are searched for symbols.
    pub files: usize,
    /// The largest source file that is read.
    pub file_bytes: u64,
    /// How many bytes of source files are read, and held.
    pub bytes: u64,
    /// How long all searches for symbols may take.
    pub time: Duration,
    /// The largest lock file that is read.
    pub lock_bytes: u64,
    /// In how many directories lock files are looked for, the root among them.
    pub directories: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            tree: tree::Bounds::default(),
            files: 3_000,
            file_bytes: 1 << 20,
            bytes: 24 << 20,
            time: Duration::from_secs(1),
            lock_bytes: 8 << 20,
            directories: 64,
        }
    }
}

/// Says whether the secret rules found something on a line of a path, from 1.
pub type SecretAt<'a> = &'a dyn Fn(&str, u32) -> bool;

/// What can be known from the tree that a change ends in.
pub struct TreeFacts<'a> {
    change: &'a ChangeSet,
    objects: &'a dyn Objects,
    secrets: SecretAt<'a>,
    bounds: Bounds,
    compiles: Option<bool>,
    sources: RefCell<Sources<'a>>,
    symbols: RefCell<BTreeMap<String, Option<bool>>>,
    locks: OnceCell<Locks>,
    touched: OnceCell<bool>,
}

impl<'a> TreeFacts<'a> {
    /// Takes a change; nothing is read before it is asked for.
    #[must_use]
    pub fn new(
        change: &'a ChangeSet,
        objects: &'a dyn Objects,
        secrets: SecretAt<'a>,
        bounds: Bounds,
    ) -> Self {
        Self {
            change,
            objects,
            secrets,
            bounds,
            compiles: None,
            sources: RefCell::new(Sources::new(change, objects, bounds)),
            symbols: RefCell::default(),
            locks: OnceCell::new(),
            touched: OnceCell::new(),
        }
    }

    /// Says whether a build of exactly this tree passed.
    #[must_use]
    pub fn built(mut self, passed: Option<bool>) -> Self {
        self.compiles = passed;
        self
    }
}

impl Facts for TreeFacts<'_> {
    fn compiles(&self) -> Option<bool> {
        self.compiles
    }

    fn symbol_exists(&self, symbol: &str) -> Option<bool> {
        if let Some(known) = self.symbols.borrow().get(symbol) {
            return *known;
        }
        if self.symbols.borrow().len() >= SYMBOLS {
            return None;
        }
        let exists = names::symbol(symbol).and_then(|symbol| self.sources.borrow_mut().find(&symbol));
        self.symbols.borrow_mut().insert(symbol.to_owned(), exists);
        exists
    }

    fn file_exists(&self, path: &str) -> Option<bool> {
        paths::exists(path, self.change, self.objects)
    }

    fn locked_version(&self, package: &str) -> Option<String> {
        let read = || locks::read(self.change, self.objects, &self.bounds);
        self.locks.get_or_init(read).version(package)
    }

    fn tests_changed(&self) -> bool {
        let look = || touched::tests(self.change, self.objects, self.bounds.file_bytes);
        *self.touched.get_or_init(look)
    }

    fn secret_found_at(&self, path: &str, line: u32) -> bool {
        (self.secrets)(path, line)
    }
}
