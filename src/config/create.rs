//! What a configuration says about creators, as plain data.

use super::Origin;
use std::collections::BTreeMap;
use std::time::Duration;

/// The runtimes that an agent may have. A test holds that `agent` knows the same.
pub const RUNTIMES: &[&str] = &[
    "builtin", "claude", "codex", "gemini", "opencode", "pi", "aider", "acp", "command",
];

/// The words for how well a creator must at least be locked in. There is none for not at all.
pub const SANDBOXES: &[&str] = &["strict", "base"];

/// What `[agents.<name>]` says about a creator alone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CreatorSettings {
    /// The runtime, by a word of [`RUNTIMES`].
    pub runtime: String,
    /// The program; `None`: the runtime's own, looked for on `PATH`.
    pub program: Option<String>,
    /// What is added to its arguments.
    pub args: Vec<String>,
    /// The program with all its arguments, for the runtimes `acp` and `command`.
    pub command: Vec<String>,
    /// The hosts besides the model's that it may reach, each a name with a port.
    pub hosts: Vec<String>,
    /// The variables of the environment that it is given besides the usual ones.
    pub env: Vec<String>,
    /// Whether the repository chose what is run, what that may reach or what it is given: it counts only once a
    /// person has trusted it.
    pub to_trust: bool,
}

/// What `[create]` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateSettings {
    /// The agent that is asked where none is named; `None`: the built-in one.
    pub agent: Option<String>,
    /// How often the findings go back to it at most; the first try is one.
    pub rounds: u32,
    /// How long all of it may take.
    pub deadline: Duration,
    /// The stage whose gate judges.
    pub stage: String,
    /// How well it must at least be locked in, by a word of [`SANDBOXES`].
    pub sandbox: String,
    /// How many turns of the model a session may take.
    pub turns: u32,
    /// The most memory of a session, in bytes.
    pub memory: u64,
    /// The most processes of a session.
    pub processes: u64,
    /// The commands of `[commands]` that must find nothing in the patch, besides those of the gate.
    pub commands: Vec<String>,
    /// How many agents may work at once.
    pub max_agents: usize,
    /// Where the value of each key stands.
    pub origins: BTreeMap<&'static str, Origin>,
}

/// The words of a name that looks like one of a secret.
const SECRET: [&str; 12] = [
    "KEY",
    "KEYS",
    "TOKEN",
    "TOKENS",
    "SECRET",
    "SECRETS",
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "CREDENTIAL",
    "CREDENTIALS",
    "AUTH",
];

impl CreatorSettings {
    /// Whether a variable of the environment is passed on: one that is written out, or one that a name with `*` at
    /// its end stands for and that does not look like a secret.
    #[must_use]
    pub fn passes(&self, variable: &str) -> bool {
        self.env.iter().any(|name| match name.strip_suffix('*') {
            Some(begin) => variable.starts_with(begin) && !looks_secret(variable),
            None => name == variable,
        })
    }
}

/// Whether a name of a variable looks like one of a secret, such as `NPM_TOKEN`, `APIKEY` or `AWS_SECRET_KEY`.
#[must_use]
pub fn looks_secret(variable: &str) -> bool {
    let name = variable.to_ascii_uppercase();
    let is_word = name.split('_').any(|word| SECRET.contains(&word));
    let ends = ["APIKEY", "TOKEN", "SECRET", "PASSWORD", "_PAT", "_PW", "_PWD"];
    is_word || ends.iter().any(|end| name.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_never_stands_for_a_secret() {
        let creator = CreatorSettings {
            env: ["RUSTFLAGS", "NPM_*", "MY_TOKEN"].map(str::to_owned).to_vec(),
            ..CreatorSettings::default()
        };
        for (variable, passes) in [
            ("RUSTFLAGS", true),
            ("RUSTFLAGS_X", false),
            ("NPM_CONFIG_CACHE", true),
            ("NPM_TOKEN", false),
            ("NPM_CONFIG__AUTH", false),
            ("NPM_APIKEY", false),
            ("NPM_config_password", false),
            ("MY_TOKEN", true),
            ("OTHER", false),
        ] {
            assert_eq!(creator.passes(variable), passes, "{variable}");
        }
        assert!(!looks_secret("MONKEYS") && !looks_secret("PATH") && looks_secret("GITHUB_PAT"));
    }
}
