//! The keys about scratch trees: what is in one, and how long one stays.

use super::{Key, Kind as K, key};

pub(super) const SCRATCH: &[Key] = &[
    key(
        "seed",
        K::Texts,
        "[]",
        "[\"node_modules\", \"fixtures/large\"]",
        "Untracked files and directories that a build needs, in the words of `.gitignore`: they are copied into the \
         scratch tree. What a file `.worktreeinclude` at the root names is copied too. Links that lead out of the \
         repository are not.",
    ),
    key(
        "secrets",
        K::Texts,
        "[]",
        "[\".env.test\"]",
        "Untracked files that are copied although they look like secrets, as `.env*`, `*.pem`, `*.key` and `id_*` \
         do, in the words of `.gitignore`. An agent reads what is in its tree, and so does its model.",
    ),
    key(
        "sparse",
        K::Texts,
        "[]",
        "[\"src\", \"Cargo.toml\"]",
        "The files and directories to write out, from the root of the repository: all others stay as they are. An \
         empty list writes out everything.",
    ),
    key(
        "quota",
        K::Size,
        "\"5 GiB\"",
        "\"5 GiB\"",
        "How much of a disk the runs of one repository may take. Beyond that the oldest finished ones go first; work \
         that nobody has seen yet never does.",
    ),
    key(
        "keep",
        K::Days,
        "\"14 days\"",
        "\"14 days\"",
        "How long a finished run is kept.",
    ),
];
