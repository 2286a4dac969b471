//! Everything that is known about whom to ask, with all names looked up: made once from the configuration.

use super::budget::Budget;
use super::price::{Ability, Table as Prices};
use super::provider::Codec;
use super::request::{Block, Effort, Request, ToolChoice};
use super::route;
use super::tokens::Family;
use crate::sys::http::Client;
use crate::sys::secret::KeySource;
use std::sync::Arc;
use std::time::Duration;

/// Whom to ask, and within which limits.
pub struct Book {
    /// What the router knows.
    pub table: route::Table,
    /// How to reach each endpoint of the table, in its order.
    pub places: Vec<Place>,
    /// What is known about each model of the table, in its order.
    pub models: Vec<Known>,
    /// What calls cost: the shipped table with the prices of the configuration.
    pub prices: Prices,
    /// What may be spent.
    pub budget: Budget,
}

/// How to reach an endpoint.
#[derive(Clone)]
pub struct Place {
    /// The name of the provider in the configuration.
    pub provider: String,
    /// The contract.
    pub codec: &'static dyn Codec,
    /// The base address, without a `/` at its end.
    pub base_url: String,
    /// The version of the interface, if the configuration names one.
    pub api_version: Option<String>,
    /// Where the key comes from; `None`: none is sent.
    pub key: Option<KeySource>,
    /// The client.
    pub http: Arc<Client>,
    /// The most time for a connection.
    pub connect: Duration,
    /// The most time for the first byte.
    pub first_byte: Duration,
    /// The most time between two pieces.
    pub idle: Duration,
    /// How often one call is tried.
    pub attempts: u32,
    /// The most calls in a minute.
    pub requests_per_minute: Option<u64>,
    /// The most tokens in a minute.
    pub tokens_per_minute: Option<u64>,
    /// Whether answers are asked for piece by piece.
    pub stream: bool,
    /// Whether its calls cost nothing.
    pub free: bool,
}

impl Place {
    /// The most time for a connection, which is a part of the time for the first byte.
    #[must_use]
    pub fn connect_within(&self) -> Duration {
        self.connect.min(self.first_byte)
    }
}

/// What is known about a model.
#[derive(Debug, Clone, PartialEq)]
pub struct Known {
    /// The provider's name for it.
    pub id: String,
    /// The family of its tokenizer.
    pub family: Family,
    /// How many tokens it makes for a hundred of the family's.
    pub token_percent: u32,
    /// Whether the configuration gives it a price: then no endpoint makes it free.
    pub priced: bool,
    /// The most tokens that it writes.
    pub max_output: u32,
    /// The version of the interface that serves it, if not the usual.
    pub api_version: Option<String>,
    /// How much it shall think.
    pub effort: Option<Effort>,
    /// The tokens to think with.
    pub thinking_budget: Option<u32>,
    /// The randomness.
    pub temperature: Option<f32>,
    /// The seed.
    pub seed: Option<u64>,
    /// The class of service.
    pub service_tier: Option<String>,
    /// Whether the server can hold its answers to a schema.
    pub schema: bool,
    /// What it can do, and refuses; empty where it is not in the table of models.
    pub abilities: Vec<Ability>,
    /// The least effort that it takes.
    pub least_effort: Effort,
    /// What a person should know, such as that it goes away.
    pub warnings: Vec<String>,
}

impl Known {
    /// Returns a request as this model takes it.
    #[must_use]
    pub fn fit(&self, request: &Request) -> Request {
        let mut fit = request.clone();
        fit.model.clone_from(&self.id);
        fit.max_output = request.max_output.min(self.max_output);
        fit.effort = self.effort.or(request.effort);
        fit.thinking_budget = self.thinking_budget.or(request.thinking_budget);
        fit.temperature = self.temperature.or(request.temperature);
        fit.seed = self.seed.or(request.seed);
        fit.service_tier = self.service_tier.clone().or(fit.service_tier);
        self.keep_to_abilities(&mut fit);
        if !self.holds_to_schema(&fit)
            && let Some(schema) = fit.schema.take()
        {
            fit.system.push(Block::plain(&in_words(&schema.value)));
        }
        fit
    }

    /// Whether a schema is enforced. Old models of Gemini refuse one beside tools, and so do many local servers.
    fn holds_to_schema(&self, fit: &Request) -> bool {
        let is_known = !self.abilities.is_empty();
        let is_old = ["gemini-1", "gemini-2"]
            .iter()
            .any(|old| self.id.starts_with(old));
        self.schema && (fit.tools.is_empty() || (is_known && !is_old))
    }

    /// Leaves out what the table says that the model refuses. A model that is not in it gets what was said.
    fn keep_to_abilities(&self, fit: &mut Request) {
        if self.abilities.is_empty() {
            return;
        }
        let has = |ability| self.abilities.contains(&ability);
        fit.effort = fit.effort.filter(|_| has(Ability::Effort));
        fit.effort = fit.effort.map(|effort| effort.max(self.least_effort));
        fit.thinking_budget = fit.thinking_budget.filter(|_| has(Ability::ThinkingBudget));
        fit.temperature = fit.temperature.filter(|_| !has(Ability::NoTemperature));
        if has(Ability::ForcedToolsRefused) && fit.tool_choice == ToolChoice::Any {
            fit.tool_choice = ToolChoice::Auto;
        }
    }
}

/// Asks for a form where nothing can hold the model to it.
fn in_words(schema: &serde_json::Value) -> String {
    format!("Answer with one JSON value and nothing else. It must fit this JSON Schema:\n{schema}")
}
