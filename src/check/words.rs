//! Words that rules look for beside the keywords of patterns, so that one search finds all of them.
//! Shared with the build script, so it knows nothing of the rest of the crate.

/// The words in lowercase, each of 3 bytes or more; `Marks` has a bit for each, in this
/// order; the encoded ones share the last.
pub const WORDS: [&str; 40] = [
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
    // Parts of words such as `instruction` and `review`, in base64, cut in each of three ways, and in
    // hexadecimal.
    "bnn0cnvjdglvb",
    "5zdhj1y3rpb2",
    "uc3rydwn0aw9u",
    "tlnuulvdvelpt",
    "5tvfjvq1rjt0",
    "ou1rsvunusu9o",
    "zxzpzx",
    "v2awv3",
    "ldmlld",
    "zxbvcn",
    "vwb3j0",
    "lcg9yd",
    "chbyb3zl",
    "bwcm92z",
    "wchjvdm",
    "exn0zw0gchjvbxb0",
    "lzdgvtihbyb21wd",
    "5c3rlbsbwcm9tch",
    "zwn1cml0e",
    "vjdxjpdh",
    "ly3vyaxr5",
    "6e737472756374696f6e",
    "4e535452554354494f4e",
    "6576696577",
    "65706f7274",
    "7070726f7665",
    "797374656d2070726f6d7074",
    "65637572697479",
];
