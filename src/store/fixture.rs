//! A state of its own for each test.

use super::Store;
use crate::sys::clock::Deadline;
use std::time::Duration;
use tempfile::TempDir;

/// A deadline that no test reaches.
pub fn soon() -> Deadline {
    Deadline::after(Duration::from_secs(10))
}

/// A new state; it goes with the directory.
pub fn store() -> (TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(&dir.path().join("state"), soon(), 0).unwrap();
    (dir, store)
}
