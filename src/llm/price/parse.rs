//! Reads a table of models: strictly, so that a slip of the pen is no price.

use super::rate::{Rate, Rates};
use super::table::{Ability, Above, Model, Price, Table};
use crate::llm::request::Effort;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The shipped table.
pub(super) const SHIPPED: &str = include_str!("../../../policies/models.toml");

/// Why a table cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// It is not TOML of the right form.
    #[error("the table of models is broken: {0}")]
    Form(String),
    /// Something in it makes no sense.
    #[error("the model `{0}`: {1}")]
    Model(String, &'static str),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTable {
    defaults: BTreeMap<String, String>,
    model: Vec<RawModel>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawModel {
    id: String,
    provider: String,
    tokenizer: String,
    #[serde(default = "hundred")]
    token_percent: u32,
    api_version: Option<String>,
    window: u64,
    max_output: u32,
    cache_minimum: Option<u64>,
    capabilities: Vec<RawAbility>,
    least_effort: Option<RawEffort>,
    #[serde(default)]
    service_percent: BTreeMap<String, u32>,
    retires: Option<String>,
    #[serde(default)]
    rerouted: bool,
    successor: Option<String>,
    price: Vec<RawPrice>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum RawAbility {
    Effort,
    ThinkingBudget,
    AlwaysThinks,
    NoTemperature,
    ForcedToolsRefused,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum RawEffort {
    Minimal,
    Low,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawPrice {
    from: Option<String>,
    until: Option<String>,
    input: String,
    output: String,
    cache_read: Option<String>,
    cache_write: Option<String>,
    cache_write_long: Option<String>,
    #[serde(default)]
    above: Vec<RawAbove>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawAbove {
    tokens: u64,
    input: String,
    output: String,
    cache_read: Option<String>,
    cache_write: Option<String>,
    cache_write_long: Option<String>,
}

fn hundred() -> u32 {
    100
}

/// Reads a table.
pub(super) fn parse(text: &str) -> Result<Table, Error> {
    let raw: RawTable = toml::from_str(text).map_err(|e| Error::Form(e.message().to_owned()))?;
    let models = raw.model.into_iter().map(model);
    Ok(Table {
        models: models.collect::<Result<_, _>>()?,
        defaults: raw.defaults.into_iter().collect(),
    })
}

fn model(raw: RawModel) -> Result<Model, Error> {
    let wrong = |what| Error::Model(raw.id.clone(), what);
    let days = raw.price.iter().flat_map(|price| [&price.from, &price.until]);
    for day in days.chain([&raw.retires]).flatten() {
        if day.len() != 10 || day.parse::<jiff::civil::Date>().is_err() {
            return Err(wrong("a day is not written as YYYY-MM-DD"));
        }
    }
    let prices = raw.price.iter().map(price).collect::<Option<Vec<_>>>();
    let prices = prices.ok_or_else(|| wrong("a rate is not a number of dollars such as \"0.25\""))?;
    if prices.is_empty() {
        return Err(wrong("it has no price"));
    }
    Ok(Model {
        id: raw.id,
        provider: raw.provider,
        tokenizer: raw.tokenizer,
        token_percent: raw.token_percent,
        api_version: raw.api_version,
        window: raw.window,
        max_output: raw.max_output,
        cache_minimum: raw.cache_minimum,
        abilities: raw.capabilities.into_iter().map(ability).collect(),
        least_effort: match raw.least_effort {
            Some(RawEffort::Low) => Effort::Low,
            Some(RawEffort::Minimal) | None => Effort::Minimal,
        },
        service_percent: raw.service_percent.into_iter().collect(),
        retires: raw.retires,
        rerouted: raw.rerouted,
        successor: raw.successor,
        prices,
    })
}

fn ability(raw: RawAbility) -> Ability {
    match raw {
        RawAbility::Effort => Ability::Effort,
        RawAbility::ThinkingBudget => Ability::ThinkingBudget,
        RawAbility::AlwaysThinks => Ability::AlwaysThinks,
        RawAbility::NoTemperature => Ability::NoTemperature,
        RawAbility::ForcedToolsRefused => Ability::ForcedToolsRefused,
    }
}

fn price(raw: &RawPrice) -> Option<Price> {
    let cache = [&raw.cache_read, &raw.cache_write, &raw.cache_write_long];
    let above = raw.above.iter().map(|above| {
        let cache = [&above.cache_read, &above.cache_write, &above.cache_write_long];
        let rates = rates(&above.input, &above.output, cache)?;
        let tokens = above.tokens;
        Some(Above { tokens, rates })
    });
    Some(Price {
        from: raw.from.clone(),
        until: raw.until.clone(),
        rates: rates(&raw.input, &raw.output, cache)?,
        above: above.collect::<Option<_>>()?,
    })
}

/// A rate of the cache that is not given is that of the input, which is never too little but for writing.
fn rates(input: &str, output: &str, cache: [&Option<String>; 3]) -> Option<Rates> {
    let input = Rate::parse(input)?;
    let or_input = |text: &Option<String>| text.as_deref().map_or(Some(input), Rate::parse);
    Some(Rates {
        input,
        output: Rate::parse(output)?,
        cache_read: or_input(cache[0])?,
        cache_write: or_input(cache[1])?,
        cache_write_long: or_input(cache[2])?,
    })
}
