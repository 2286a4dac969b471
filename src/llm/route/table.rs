//! What the router knows.

use std::time::Duration;

/// The models, the endpoints and the rules.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// All models.
    pub models: Vec<Model>,
    /// All endpoints: a provider with one of its keys.
    pub endpoints: Vec<Endpoint>,
    /// Level 1.
    pub overriding: Option<Named>,
    /// Level 2, near the limit.
    pub cheaper: Option<Named>,
    /// Level 2, at the limit.
    pub offline: Option<Named>,
    /// Level 3: agents with their models.
    pub agents: Vec<(String, usize)>,
    /// Levels 4 and 5, in order.
    pub rules: Vec<Rule>,
    /// Level 6.
    pub default: Option<Named>,
    /// How calls are spread over endpoints.
    pub balance: Balance,
    /// Whether recorded outcomes choose between equals.
    pub outcomes: bool,
    /// Whether an endpoint outside of this machine may be asked.
    pub remote: bool,
}

/// A model.
#[derive(Debug, Clone, Default)]
pub struct Model {
    /// The name that people use.
    pub name: String,
    /// Its endpoints, by place in the table.
    pub endpoints: Vec<usize>,
    /// What follows if it gives no answer, by place in the table.
    pub fallback: Vec<usize>,
    /// The tokens that it takes, input and output together, if known.
    pub window: Option<u64>,
    /// The most tokens that it writes; 0: as many as are asked for.
    pub most: u64,
    /// Whether the configuration gives it a price: then no endpoint makes it free.
    pub priced: bool,
}

/// A provider with one of its keys.
#[derive(Debug, Clone, Default)]
pub struct Endpoint {
    /// The name: the provider's, and behind `#` the number of the key where there are several.
    pub name: String,
    /// Its share of the calls.
    pub weight: u32,
    /// Whether it is on this machine.
    pub local: bool,
    /// Whether its calls cost nothing.
    pub free: bool,
    /// Why it cannot be asked, such as a key that is missing.
    pub unusable: Option<String>,
}

/// A model that the configuration names for a purpose.
#[derive(Debug, Clone)]
pub struct Named {
    /// The model, by place in the table.
    pub model: usize,
    /// Where that stands, for the trace.
    pub why: String,
}

/// A rule for a task or a size.
#[derive(Debug, Clone, Default)]
pub struct Rule {
    /// The tasks; empty: any.
    pub tasks: Vec<String>,
    /// The least size in tokens.
    pub above: Option<u64>,
    /// The model, by place in the table.
    pub model: usize,
}

impl Rule {
    /// Whether the rule counts for a prompt of that size.
    #[must_use]
    pub fn fits(&self, tokens: u64) -> bool {
        self.above.is_none_or(|above| tokens >= above)
    }
}

/// How calls are spread over the endpoints of a model.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Balance {
    /// The first one that is well.
    First,
    /// One after another.
    #[default]
    RoundRobin,
    /// By weight.
    Weighted,
    /// The one with the fewest calls under way.
    LeastConnections,
}

impl Balance {
    /// Returns the way of that name in the configuration.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "first" => Some(Self::First),
            "round-robin" => Some(Self::RoundRobin),
            "weighted" => Some(Self::Weighted),
            "least-connections" => Some(Self::LeastConnections),
            _ => None,
        }
    }
}

/// Who asks for what.
#[derive(Debug, Clone, Copy)]
pub struct Ask<'a> {
    /// The agent; empty: none.
    pub agent: &'a str,
    /// The task, such as `security`; empty: none.
    pub task: &'a str,
    /// The tokens of the prompt, as predicted.
    pub tokens: u64,
    /// The tokens that the answer may take.
    pub output: u64,
}

/// What is known at the moment.
#[derive(Debug, Clone, Default)]
pub struct State {
    /// By place in the table; an endpoint without a row is well.
    pub endpoints: Vec<Health>,
    /// How many calls there were before this one, over all processes.
    pub turn: u64,
    /// How spending stands.
    pub spending: Spending,
}

impl State {
    /// Returns what is known about an endpoint.
    #[must_use]
    pub fn health(&self, endpoint: usize) -> Health {
        self.endpoints.get(endpoint).copied().unwrap_or_default()
    }
}

/// How an endpoint is.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Health {
    /// How long its breaker stays open.
    pub open_for: Option<Duration>,
    /// The calls under way, over all processes.
    pub in_flight: u32,
    /// What became of earlier calls, if there were enough to say.
    pub score: Option<Score>,
}

/// What became of earlier calls.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Score {
    /// The share that succeeded, from 0 to 1.
    pub success: f64,
    /// The share of findings that stood, from 0 to 1.
    pub upheld: f64,
    /// The median time.
    pub latency: Duration,
}

/// How spending stands. Each holds why, in a few lowercase words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Spending {
    /// It stands in nobody's way.
    Free(String),
    /// It is time for the cheaper model.
    Cheaper(String),
    /// Only a model of this machine may be asked.
    Offline(String),
    /// Only a model that costs nothing may be asked.
    Stop(String),
}

impl Default for Spending {
    fn default() -> Self {
        Self::Free("no limit is set".to_owned())
    }
}
