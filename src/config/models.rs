//! What a configuration says about models, as plain data.

use super::Origin;
use super::create::CreatorSettings;
use crate::model::Money;
use std::collections::BTreeMap;
use std::time::Duration;

/// What a configuration says about models. Names are not yet looked up.
#[derive(Debug, Clone, Default)]
pub struct ModelSettings {
    /// Who serves models, by name.
    pub providers: BTreeMap<String, ProviderSettings>,
    /// Models by a name of the user's own.
    pub models: BTreeMap<String, ModelEntry>,
    /// Who asks models, by name.
    pub agents: BTreeMap<String, AgentSettings>,
    /// Which model is asked.
    pub routing: RoutingSettings,
    /// Models for some tasks and sizes, in order.
    pub routes: Vec<RouteEntry>,
    /// What models may cost.
    pub budget: BudgetSettings,
    /// Prompts of the repository's own, by name.
    pub prompts: BTreeMap<String, PromptSettings>,
    /// What the repository asks for that sends a key somewhere or runs a program, as `key = value`: it
    /// counts only after a person has trusted it.
    pub to_trust: Vec<String>,
}

/// Who serves models.
#[derive(Debug, Clone)]
pub struct ProviderSettings {
    /// The contract; `None`: the provider's name.
    pub kind: Option<String>,
    /// Where it is reached, without a `/` at its end.
    pub base_url: Option<String>,
    /// The version of the interface.
    pub api_version: Option<String>,
    /// The variables that hold keys.
    pub key_env: Vec<String>,
    /// The program that prints the key, with its arguments.
    pub key_command: Vec<String>,
    /// The account in the system keyring.
    pub key_keyring: Option<String>,
    /// The proxy.
    pub proxy: Option<String>,
    /// A PEM file of certificate authorities.
    pub ca_file: Option<String>,
    /// A PEM file of a client certificate with its key.
    pub client_certificate_file: Option<String>,
    /// How long a connection may take.
    pub connect_timeout: Duration,
    /// How long the first byte may take.
    pub first_byte_timeout: Duration,
    /// How long an answer may stall.
    pub idle_timeout: Duration,
    /// How often one call is tried.
    pub attempts: u32,
    /// The most calls in a minute with one key.
    pub requests_per_minute: Option<u64>,
    /// The most tokens in a minute with one key.
    pub tokens_per_minute: Option<u64>,
    /// Its share where calls are balanced by weight.
    pub weight: u32,
    /// Whether answers are asked for piece by piece.
    pub stream: bool,
    /// Whether its calls cost nothing.
    pub free: bool,
    /// Whether the repository chose where its key goes, or which program is run.
    pub to_trust: bool,
    /// Where it is written.
    pub origin: Origin,
}

/// A model by a name of the user's own.
#[derive(Debug, Clone)]
pub struct ModelEntry {
    /// Who serves it; empty: as the shipped table says.
    pub providers: Vec<String>,
    /// The provider's name for it; `None`: the name of the table.
    pub id: Option<String>,
    /// What to ask where this one gives no answer.
    pub fallback: Vec<String>,
    /// The tokens that it takes in.
    pub window: Option<u64>,
    /// The most tokens that it writes.
    pub max_output: Option<u64>,
    /// The price of a million tokens in.
    pub input_price: Option<Money>,
    /// The price of a million tokens out.
    pub output_price: Option<Money>,
    /// The family of its tokenizer.
    pub tokenizer: Option<String>,
    /// How much it shall think.
    pub effort: Option<String>,
    /// How many tokens it may think with.
    pub thinking_budget: Option<u32>,
    /// The randomness.
    pub temperature: Option<f64>,
    /// The seed.
    pub seed: Option<u64>,
    /// The class of service.
    pub service_tier: Option<String>,
    /// Whether the server can hold its answers to a schema.
    pub schema: bool,
    /// Where it is written.
    pub origin: Origin,
}

/// The tools that a creator may have besides those that read.
pub const WRITING_TOOLS: [&str; 3] = ["edit", "write", "run"];

/// The tools that a validator may have. All of them read.
pub const READING_TOOLS: [&str; 6] = ["read", "list", "glob", "grep", "symbol", "callers"];

/// Who asks models.
#[derive(Debug, Clone)]
pub struct AgentSettings {
    /// What it may do.
    pub role: Role,
    /// The model that it asks.
    pub model: Option<String>,
    /// What it may call.
    pub tools: Vec<String>,
    /// What only a creator has.
    pub creator: CreatorSettings,
    /// Where it is written.
    pub origin: Origin,
}

/// What an agent may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// It reads the change and no more.
    Validator,
    /// It writes in a scratch worktree.
    Creator,
}

/// Which model is asked.
#[derive(Debug, Clone, Default)]
pub struct RoutingSettings {
    /// The model for everything.
    pub overriding: Option<String>,
    /// The model near the spending limit.
    pub cheaper: Option<String>,
    /// The model at the spending limit.
    pub offline: Option<String>,
    /// The model where nothing else names one.
    pub default: Option<String>,
    /// How calls are spread: `first`, `round-robin`, `weighted`, `least-connections`.
    pub balance: String,
    /// Whether recorded outcomes choose between equals.
    pub outcomes: bool,
    /// Whether a model outside of this machine may be asked.
    pub remote: bool,
}

/// A model for some tasks or sizes.
#[derive(Debug, Clone)]
pub struct RouteEntry {
    /// The tasks; empty: any.
    pub tasks: Vec<String>,
    /// The least size of the prompt in tokens.
    pub above_tokens: Option<u64>,
    /// The model.
    pub model: String,
    /// Where it is written.
    pub origin: Origin,
}

/// What models may cost.
#[derive(Debug, Clone, Default)]
pub struct BudgetSettings {
    /// The most in a run.
    pub per_run: Option<Money>,
    /// The most in a day.
    pub per_day: Option<Money>,
    /// The most in a month.
    pub per_month: Option<Money>,
    /// The share of a limit from which on a note says so.
    pub alert_at: f64,
    /// What happens at a limit: `stop`, `cheaper`, `offline`.
    pub at_limit: String,
}

/// A prompt of the repository's own.
#[derive(Debug, Clone)]
pub struct PromptSettings {
    /// The path of the prompt.
    pub file: Option<String>,
    /// The path of a second one.
    pub variant_file: Option<String>,
    /// The share of changes that the second one gets.
    pub variant_share: f64,
    /// Where it is written.
    pub origin: Origin,
}
