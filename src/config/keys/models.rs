//! The keys about models: who serves them, who asks them, and what they may cost.

use super::{Key, Kind as K, key, must};

const EFFORTS: &[&str] = &["minimal", "low", "medium", "high"];
const TIERS: &[&str] = &["flex", "standard", "priority"];
const FAMILIES: &[&str] = &["gemini", "o200k", "claude", "qwen"];
const BALANCES: &[&str] = &["first", "round-robin", "weighted", "least-connections"];
const AT_LIMIT: &[&str] = &["stop", "cheaper", "offline"];

pub(super) const PROVIDER: &[Key] = &[
    key(
        "kind",
        K::Name,
        "",
        "\"openai-compatible\"",
        "The contract that it speaks: `gemini`, `anthropic`, `openai`, or `openai-compatible` for Ollama, \
         llama.cpp, vLLM, LM Studio, OpenRouter and LiteLLM. By default the provider's own name.",
    ),
    key(
        "base-url",
        K::Url,
        "",
        "\"http://127.0.0.1:11434/v1\"",
        "Where it is reached. The three hosted kinds know their own address. An address that is neither \
         that nor this machine counts only when it stands outside of the repository, or after \
         `pantheon trust`: the key goes there.",
    ),
    key(
        "api-version",
        K::Text,
        "",
        "\"v1\"",
        "The version of the interface, where the contract has one.",
    ),
    key(
        "api-key-env",
        K::OneOrMore,
        "",
        "\"GEMINI_API_KEY\"",
        "The environment variable that holds the key; a list of them spreads calls over several keys.",
    ),
    key(
        "api-key-command",
        K::Texts,
        "",
        "[\"pass\", \"show\", \"gemini\"]",
        "A command, program first, that prints the key on its first line. It counts as `base-url` does: \
         after `pantheon trust`, or from outside of the repository.",
    ),
    key(
        "api-key-keyring",
        K::Text,
        "",
        "\"gemini\"",
        "The account under which the system keyring holds the key, for the service `pantheon`.",
    ),
    key(
        "proxy",
        K::Url,
        "",
        "\"http://proxy.example:3128\"",
        "The proxy. By default `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` count.",
    ),
    key(
        "ca-file",
        K::Text,
        "",
        "\"/etc/ssl/certs/company.pem\"",
        "Certificate authorities to trust besides the system's: a PEM file of this machine.",
    ),
    key(
        "client-certificate-file",
        K::Text,
        "",
        "\"/etc/pantheon/client.pem\"",
        "A client certificate with its key: a PEM file of this machine.",
    ),
    key(
        "connect-timeout",
        K::Time,
        "\"5s\"",
        "\"5s\"",
        "How long a connection may take.",
    ),
    key(
        "first-byte-timeout",
        K::Time,
        "\"60s\"",
        "\"60s\"",
        "How long the first byte of an answer may take. A slow machine reads a long prompt for minutes.",
    ),
    key(
        "idle-timeout",
        K::Time,
        "\"30s\"",
        "\"30s\"",
        "How long an answer may stall.",
    ),
    key(
        "attempts",
        K::Int(1, 10),
        "3",
        "3",
        "How often one call is tried where another try may help. All tries stay inside the gate's deadline.",
    ),
    key(
        "requests-per-minute",
        K::Int(1, 1_000_000),
        "",
        "60",
        "The most calls in a minute with one key, over all processes of this machine.",
    ),
    key(
        "tokens-per-minute",
        K::Int(1, 1_000_000_000),
        "",
        "250000",
        "The most tokens in a minute with one key, over all processes of this machine.",
    ),
    key(
        "weight",
        K::Int(1, 1000),
        "1",
        "1",
        "Its share of the calls where `balance` is `weighted`.",
    ),
    key(
        "stream",
        K::Bool,
        "true",
        "true",
        "Whether answers are asked for piece by piece, so that a stall is seen early.",
    ),
    key(
        "free",
        K::Bool,
        "false",
        "false",
        "Whether its calls cost nothing. Without it a model that has no price is never taken for free, \
         unless the server is this machine.",
    ),
];

pub(super) const MODEL: &[Key] = &[
    key(
        "provider",
        K::OneOrMore,
        "",
        "\"gemini\"",
        "Who serves it; a list of providers is balanced over. By default the provider that the shipped \
         table of models names for the `id`.",
    ),
    key(
        "id",
        K::Text,
        "",
        "\"gemini-3.8-flash\"",
        "The provider's name for it. By default the name of this table.",
    ),
    key(
        "fallback",
        K::Texts,
        "[]",
        "[\"claude-haiku-5-5\"]",
        "The models to ask, in order, where this one gives no answer.",
    ),
    key(
        "window",
        K::Int(1024, 100_000_000),
        "",
        "1048576",
        "The tokens that it takes in. By default as the shipped table says.",
    ),
    key(
        "max-output",
        K::Int(256, 1_000_000),
        "",
        "65536",
        "The most tokens that it writes. By default as the shipped table says.",
    ),
    key(
        "input-price",
        K::Money,
        "",
        "\"0.75 USD\"",
        "The price of a million tokens in. By default as the shipped table says.",
    ),
    key(
        "output-price",
        K::Money,
        "",
        "\"3.75 USD\"",
        "The price of a million tokens out.",
    ),
    key(
        "tokenizer",
        K::Word(FAMILIES),
        "",
        "\"gemini\"",
        "How its tokens are counted in advance.",
    ),
    key(
        "effort",
        K::Word(EFFORTS),
        "",
        "\"low\"",
        "How much it shall think. By default as it does by itself.",
    ),
    key(
        "thinking-budget",
        K::Int(0, 1_000_000),
        "",
        "1024",
        "How many tokens it may think with, for models that take a number.",
    ),
    key(
        "temperature",
        K::Number,
        "",
        "0.0",
        "The randomness, where the model lets itself be told.",
    ),
    key(
        "seed",
        K::Int(0, i64::MAX),
        "",
        "7",
        "The seed, where it takes one.",
    ),
    key(
        "service-tier",
        K::Word(TIERS),
        "",
        "\"flex\"",
        "The class of service.",
    ),
    key(
        "schema",
        K::Bool,
        "true",
        "true",
        "Whether the server can hold its answers to a schema. Otherwise the schema stands in the prompt.",
    ),
];

pub(super) const ROUTING: &[Key] = &[
    key(
        "override",
        K::Name,
        "",
        "\"gemini-flash\"",
        "Level 1: the model for everything, whatever else is said. `PANTHEON_MODEL` does the same.",
    ),
    key(
        "cheaper",
        K::Name,
        "",
        "\"gemini-lite\"",
        "Level 2: the model that takes over near the spending limit where `at-limit` is `cheaper`.",
    ),
    key(
        "offline",
        K::Name,
        "",
        "\"local\"",
        "Level 2: the model that takes over at the spending limit where `at-limit` is `offline`.",
    ),
    key(
        "default",
        K::Name,
        "",
        "\"gemini-flash\"",
        "Level 6: the model where no level above names one. By default the shipped default of the first \
         provider that has a key, Gemini first.",
    ),
    key(
        "balance",
        K::Word(BALANCES),
        "\"round-robin\"",
        "\"round-robin\"",
        "How calls are spread over the providers and keys of a model.",
    ),
    key(
        "outcomes",
        K::Bool,
        "false",
        "false",
        "Whether recorded outcomes (success, latency, cost, findings upheld) choose between endpoints that \
         are otherwise equal.",
    ),
    key(
        "remote",
        K::Bool,
        "true",
        "true",
        "Whether a model outside of this machine may be asked at all.",
    ),
];

pub(super) const ROUTE: &[Key] = &[
    key(
        "task",
        K::OneOrMore,
        "[]",
        "[\"security\"]",
        "Level 4: the tasks for which the route counts.",
    ),
    key(
        "above-tokens",
        K::Int(1, 100_000_000),
        "",
        "200000",
        "Level 5: the size of a prompt in tokens from which on the route counts.",
    ),
    must("model", K::Name, "\"gemini-flash\"", "The model that is asked."),
];

pub(super) const BUDGET: &[Key] = &[
    key(
        "per-run",
        K::Money,
        "",
        "\"0.50 USD\"",
        "The most that one run may spend.",
    ),
    key(
        "per-day",
        K::Money,
        "",
        "\"10 USD\"",
        "The most that this machine may spend in a day.",
    ),
    key(
        "per-month",
        K::Money,
        "",
        "\"100 USD\"",
        "The most that this machine may spend in a month.",
    ),
    key(
        "alert-at",
        K::Number,
        "0.8",
        "0.8",
        "The share of a limit from which on a note says so.",
    ),
    key(
        "at-limit",
        K::Word(AT_LIMIT),
        "\"stop\"",
        "\"stop\"",
        "What happens at a limit: no more calls, the `cheaper` model of `[routing]` from the alert on, or \
         its `offline` one.",
    ),
];

pub(super) const PROMPT: &[Key] = &[
    key(
        "file",
        K::File,
        "",
        "\"prompts/reviewer.md\"",
        "A prompt of the repository's own in the place of the shipped one, read from the commit that the \
         change starts from.",
    ),
    key(
        "variant-file",
        K::File,
        "",
        "\"prompts/reviewer-b.md\"",
        "A second one, to compare with.",
    ),
    key(
        "variant-share",
        K::Number,
        "0.5",
        "0.5",
        "The share of changes that the second one gets, from 0 to 1. Which change gets which is fixed by its \
         content.",
    ),
];
