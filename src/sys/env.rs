//! The environment.
#![expect(
    clippy::disallowed_methods,
    reason = "this is the door that the lint points to"
)]

use std::collections::BTreeMap;
use std::path::PathBuf;

/// Returns every variable that is UTF-8.
#[must_use]
pub fn all() -> BTreeMap<String, String> {
    let pairs = std::env::vars_os();
    pairs
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

/// Returns a variable that is set and not empty, as a path.
#[must_use]
pub fn path(name: &str) -> Option<PathBuf> {
    std::env::var_os(name)
        .filter(|v| !v.is_empty())
        .map(PathBuf::from)
}

/// Returns a variable that is set, not empty and UTF-8.
#[must_use]
pub fn text(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|v| !v.is_empty())
}

/// Whether a variable is set and not empty.
#[must_use]
pub fn is_set(name: &str) -> bool {
    std::env::var_os(name).is_some_and(|v| !v.is_empty())
}

/// Returns the first file of this name on `PATH`; relative places of it are left out.
#[must_use]
pub fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let places = std::env::split_paths(&path).filter(|place| place.is_absolute());
    places.map(|place| place.join(name)).find(|path| path.is_file())
}

/// Returns the path of this program, if the operating system tells it.
#[must_use]
pub fn program() -> Option<PathBuf> {
    std::env::current_exe().ok()
}
