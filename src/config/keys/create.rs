//! The keys about agents: what each may do, what runs it, and how creators work.

use super::{Key, Kind as K, STAGES, key};
use crate::config::create::{RUNTIMES, SANDBOXES};

const ROLES: &[&str] = &["validator", "creator"];

pub(super) const AGENT: &[Key] = &[
    key(
        "role",
        K::Word(ROLES),
        "\"validator\"",
        "\"validator\"",
        "What it may do: a `validator` reads the change and no more, and write tools are refused; a \
         `creator` writes in a scratch worktree.",
    ),
    key(
        "model",
        K::Name,
        "",
        "\"gemini-flash\"",
        "The model that it asks, by its table or its id.",
    ),
    key(
        "tools",
        K::Texts,
        "[]",
        "[\"read\", \"grep\"]",
        "What it may call. A validator can `read`, `list`, `glob` and `grep` the tree of the change, look up a \
         `symbol` and its `callers`, and no more. A creator with the built-in runtime can `edit`, `write` and `run`, \
         too; without a list it has all of them.",
    ),
    key(
        "runtime",
        K::Word(RUNTIMES),
        "\"builtin\"",
        "\"claude\"",
        "What runs a creator: the `builtin` loop, which needs no other program; an agent program by its name; any \
         program that speaks the Agent Client Protocol, with `acp`; or any program at all, with `command`.",
    ),
    key(
        "program",
        K::Text,
        "",
        "\"/opt/agents/claude\"",
        "The program of a creator's runtime, by its path or its name on `PATH`. By default the runtime's own. What a \
         repository says here, or in `args`, `command`, `hosts` and `env`, counts only after `pantheon trust`.",
    ),
    key(
        "args",
        K::Texts,
        "[]",
        "[\"--verbose\"]",
        "What is added to the arguments of that program.",
    ),
    key(
        "command",
        K::Texts,
        "",
        "[\"opencode\", \"acp\"]",
        "For the runtimes `acp` and `command`: the program and its arguments. No shell reads them.",
    ),
    key(
        "hosts",
        K::Texts,
        "[]",
        "[\"index.crates.io:443\", \"static.crates.io:443\"]",
        "The hosts that a creator may reach besides its model, such as those of a package registry: each a name with a \
         port, without patterns. A name that leads into a private network needs `private:` before it.",
    ),
    key(
        "env",
        K::Texts,
        "[]",
        "[\"RUSTFLAGS\", \"NPM_CONFIG_*\"]",
        "The variables of the environment that a creator is given besides the usual ones. With `*` at its end a name \
         stands for all that begin so, but never for one that looks like a secret: such a one must be written out. The \
         key of a provider is never given.",
    ),
];

pub(super) const CREATE: &[Key] = &[
    key(
        "agent",
        K::Name,
        "",
        "\"fixer\"",
        "The creator that is asked where none is named. By default the built-in one, with the model that `[routing]` \
         chooses.",
    ),
    key(
        "rounds",
        K::Int(1, 20),
        "3",
        "3",
        "How many tries it has in all: after each one that does not pass, the findings go back to it.",
    ),
    key(
        "deadline",
        K::Time,
        "\"15m\"",
        "\"15m\"",
        "How long all of it may take.",
    ),
    key(
        "stage",
        K::Word(STAGES),
        "\"pre-commit\"",
        "\"pre-commit\"",
        "The stage whose gate judges what it made.",
    ),
    key(
        "sandbox",
        K::Word(SANDBOXES),
        "\"base\"",
        "\"strict\"",
        "How well it must at least be locked in. It is always locked in as well as this machine can; where that is \
         less, it does not run. See `pantheon doctor`.",
    ),
    key(
        "turns",
        K::Int(1, 1000),
        "50",
        "50",
        "How many turns of the model one session may take, where the runtime can count them.",
    ),
    key(
        "memory",
        K::Int(256, 1 << 20),
        "4096",
        "4096",
        "The most memory of a session, in mebibytes.",
    ),
    key(
        "processes",
        K::Int(16, 65_536),
        "512",
        "512",
        "The most processes of a session.",
    ),
    key(
        "commands",
        K::Names,
        "[]",
        "[\"clippy\"]",
        "The commands of `[commands]` that must find nothing in what it made, besides those that the gate asks for.",
    ),
    key(
        "max-agents",
        K::Int(1, 100),
        "3",
        "3",
        "How many agents may try at once.",
    ),
];
