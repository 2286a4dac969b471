//! Words that rules look for beside the keywords of patterns, so that one search finds all of them.
//! Shared with the build script, so it knows nothing of the rest of the crate.

/// The words in lowercase, each of 3 bytes or more; `Marks` has a bit for each, in this order.
pub const WORDS: [&str; 12] = [
    "nosec",
    "nosemgrep",
    ":allow",
    "list secret",
    "secretlint-disable",
    "noqa: s",
    ":ignore",
    "zizmor: ignore",
    "ggignore",
    "checkov:skip",
    "nosonar",
    "pantheon:",
];
