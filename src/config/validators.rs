//! What a configuration says about validators, as plain data.

use super::Origin;
use std::collections::BTreeMap;

/// The words for what a validator may claim. Their meaning is that of `validators::claim`, which lies
/// above this room: a test holds that both agree.
pub const CLAIMS: &[&str] = &[
    "defect",
    "security",
    "performance",
    "architecture",
    "maintainability",
    "compile-failure",
    "missing-symbol",
    "missing-file",
    "dependency-version",
    "missing-test",
    "secret",
    "unused-import",
    "external",
    "intent",
    "migration",
];

/// The families of what models find: each is a check, such as `validators/security`. A test holds that
/// `validators` knows the same.
pub const FAMILIES: &[&str] = &[
    "correctness",
    "security",
    "performance",
    "design",
    "world",
    "intent",
];

/// The validators that are shipped. A test holds that `validators` ships no other.
pub const VALIDATORS: &[&str] = &[
    "correctness",
    "security",
    "performance",
    "architecture",
    "tests",
    "intent",
    "dependency",
    "migration",
];

/// The languages that validators tell apart. A test holds that `validators` knows the same.
pub const LANGUAGES: &[&str] = &[
    "rust",
    "python",
    "javascript",
    "typescript",
    "go",
    "java",
    "kotlin",
    "c",
    "cpp",
    "cuda",
    "objective-c",
    "csharp",
    "fsharp",
    "visual-basic",
    "ruby",
    "php",
    "swift",
    "scala",
    "groovy",
    "clojure",
    "shell",
    "powershell",
    "batch",
    "perl",
    "sql",
    "vue",
    "svelte",
    "astro",
    "jsp",
    "template",
    "lua",
    "elixir",
    "erlang",
    "gleam",
    "haskell",
    "purescript",
    "elm",
    "ocaml",
    "dart",
    "zig",
    "nim",
    "crystal",
    "d",
    "julia",
    "r",
    "fortran",
    "pascal",
    "ada",
    "cobol",
    "lisp",
    "tcl",
    "awk",
    "assembly",
    "solidity",
    "move",
    "verilog",
    "vhdl",
    "shader",
    "gdscript",
    "apex",
    "rego",
    "graphql",
    "prisma",
    "protobuf",
    "thrift",
    "html",
    "css",
    "svg",
    "dockerfile",
    "make",
    "just",
    "cmake",
    "meson",
    "ninja",
    "autotools",
    "starlark",
    "terraform",
    "bicep",
    "nix",
    "puppet",
    "procfile",
    "yaml",
    "toml",
    "json",
    "jsonnet",
    "xml",
    "dotenv",
    "ini",
    "ignore",
    "go-module",
    "requirements",
    "cabal",
    "opam",
    "markdown",
    "text",
    "data",
];

/// What a configuration says about validators. Names are not yet looked up.
#[derive(Debug, Clone, Default)]
pub struct ReviewSettings {
    /// The validators that have a table, by name.
    pub validators: BTreeMap<String, ValidatorSettings>,
    /// The agents whose models are asked where a validator names none; none: whoever routing names.
    pub agents: Vec<String>,
    /// The agent whose model is asked to refute what could block.
    pub falsifier: Option<String>,
    /// Whether models may be asked about this repository at all.
    pub allowed: bool,
    /// How many calls run at once.
    pub parallel: usize,
    /// The most tokens of a change that one call shows.
    pub tokens_per_unit: u64,
    /// The most units of a change that are shown; the least risky are left out beyond.
    pub units: usize,
    /// How many rounds of a branch can block for what models say; 0: any number.
    pub rounds: u32,
    /// Whether a commit starts a review in the background, so that a push finds it done.
    pub background: bool,
    /// Whether units of risky paths are asked about once more without their added comments.
    pub without_comments: bool,
    /// Whether a call carries a defect of ours, which a model that works must find.
    pub canary: bool,
    /// Where the value of each key of `[review]` stands.
    pub origins: BTreeMap<&'static str, Origin>,
}

impl ReviewSettings {
    /// Returns the place of a key's value in `[review]`; `None`: nothing is said, and there is no default.
    #[must_use]
    pub fn place(&self, key: &str) -> Option<&Origin> {
        self.origins.get(key)
    }
}

/// One `[validators.<name>]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValidatorSettings {
    /// Whether it runs where a gate asks for validators.
    pub enabled: bool,
    /// The agents whose models are asked, each an opinion of its own.
    pub agents: Vec<String>,
    /// The file that says what to look for: a validator of one's own, or another focus of a shipped one.
    pub prompt: Option<String>,
    /// What it may claim, by the words of kinds; none: as shipped, or `defect`.
    pub kinds: Vec<String>,
    /// The paths that it looks at; none: all.
    pub paths: Vec<String>,
    /// The paths that it does not look at.
    pub exclude: Vec<String>,
    /// The languages that it looks at, by the usual lowercase name; none: all.
    pub languages: Vec<String>,
    /// Where it is written.
    pub origin: Origin,
    /// Where the value of each key stands.
    pub origins: BTreeMap<&'static str, Origin>,
}

impl ValidatorSettings {
    /// Returns the place of a key's value, or of the table if the key is not there.
    #[must_use]
    pub fn place(&self, key: &str) -> &Origin {
        self.origins.get(key).unwrap_or(&self.origin)
    }
}
