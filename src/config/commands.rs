//! What a configuration says about commands, as plain data.

use super::Origin;
use crate::model::Severity;
use std::collections::BTreeMap;
use std::time::Duration;

/// The words for what a command writes. Their meaning is that of `command::parse`, which lies above this
/// room: a test holds that both agree.
pub const OUTPUTS: &[&str] = &[
    "cargo",
    "checkstyle",
    "github",
    "junit",
    "none",
    "rdjson",
    "rdjsonl",
    "regex",
    "sarif",
];

/// The words for which findings of a command count. A test holds that `command` knows the same.
pub const FILTERS: &[&str] = &["added", "hunk", "file", "all"];

/// One `[commands.<name>]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandSettings {
    /// Whether it runs where a gate asks for commands.
    pub enabled: bool,
    /// The program and its arguments; empty: nothing is said.
    pub run: Vec<String>,
    /// What it writes, by a word of [`OUTPUTS`].
    pub output: String,
    /// The file that it writes to, from its directory; `None`: its standard output.
    pub report: Option<String>,
    /// The expression for a line.
    pub regex: Option<String>,
    /// Which findings count, by a word of [`FILTERS`].
    pub filter: Option<String>,
    /// How long it may take.
    pub timeout: Duration,
    /// The paths for which it runs; none: all.
    pub paths: Vec<String>,
    /// The paths for which it does not run.
    pub exclude: Vec<String>,
    /// The languages for which it runs, by the usual lowercase name; none: all.
    pub languages: Vec<String>,
    /// Whether changed files are its last arguments.
    pub files: bool,
    /// The directory that it runs in, from the root; `None`: the root.
    pub dir: Option<String>,
    /// Variables that it is given besides the usual ones.
    pub env: Vec<String>,
    /// The exit codes that say that it ran; `None`: as by default.
    pub ok_exit: Option<Vec<i64>>,
    /// The severity of what has none.
    pub severity: Severity,
    /// The severity of an error.
    pub error: Severity,
    /// The severity of a warning.
    pub warning: Severity,
    /// The severity of a note.
    pub note: Severity,
    /// Where it is written.
    pub origin: Origin,
    /// Where the value of each key stands.
    pub origins: BTreeMap<&'static str, Origin>,
}

impl CommandSettings {
    /// Returns the place of a key's value, or of the table if the key is not there.
    #[must_use]
    pub fn place(&self, key: &str) -> &Origin {
        self.origins.get(key).unwrap_or(&self.origin)
    }
}
