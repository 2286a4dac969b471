//! What can be known without asking a model.

/// Answers what typed claims are held against. `None`: not known.
///
/// Names come from a model: whoever answers treats them as data, and looks only into the tree of the change.
pub trait Facts {
    /// Whether a build of exactly this tree passed.
    fn compiles(&self) -> Option<bool>;

    /// Whether the tree defines a symbol of this name.
    fn symbol_exists(&self, symbol: &str) -> Option<bool>;

    /// Whether the tree has a file at this path.
    fn file_exists(&self, path: &str) -> Option<bool>;

    /// Returns the version of a package that the lock file in the tree holds.
    fn locked_version(&self, package: &str) -> Option<String>;

    /// Whether the change touches tests.
    fn tests_changed(&self) -> bool;

    /// Whether the secret rules found something on this line after the change, from 1.
    fn secret_found_at(&self, path: &str, line: u32) -> bool;
}

/// Knows nothing, and no secrets.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoFacts;

impl Facts for NoFacts {
    fn compiles(&self) -> Option<bool> {
        None
    }

    fn symbol_exists(&self, _: &str) -> Option<bool> {
        None
    }

    fn file_exists(&self, _: &str) -> Option<bool> {
        None
    }

    fn locked_version(&self, _: &str) -> Option<String> {
        None
    }

    fn tests_changed(&self) -> bool {
        false
    }

    fn secret_found_at(&self, _: &str, _: u32) -> bool {
        false
    }
}
