//! The table of models.

use super::parse;
use super::rate::Rates;
use crate::llm::request::Effort;
use std::sync::OnceLock;

/// What is known about models.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// The models, in the order of the file.
    pub models: Vec<Model>,
    /// The model that is asked where only a provider is named, by the provider.
    pub defaults: Vec<(String, String)>,
}

/// A model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Model {
    /// Its name at the provider.
    pub id: String,
    /// The provider: the kind of its contract.
    pub provider: String,
    /// The family of its tokenizer: `gemini`, `o200k`, `claude`, `qwen`.
    pub tokenizer: String,
    /// How many tokens it makes for a hundred of the family's.
    pub token_percent: u32,
    /// The version of the interface that serves it, if not the usual.
    pub api_version: Option<String>,
    /// The most tokens that it reads.
    pub window: u64,
    /// The most tokens that it writes, thoughts included.
    pub max_output: u32,
    /// How many tokens a prefix must have to be cached; `None`: not known.
    pub cache_minimum: Option<u64>,
    /// What it can do, and what it refuses.
    pub abilities: Vec<Ability>,
    /// The least effort that it lets itself be told.
    pub least_effort: Effort,
    /// What classes of service cost, in percent of the usual.
    pub service_percent: Vec<(String, u32)>,
    /// The day from which on it is gone.
    pub retires: Option<String>,
    /// Whether another model then answers under its name.
    pub rerouted: bool,
    /// The model that takes its place.
    pub successor: Option<String>,
    /// What it costs, in the order of time.
    pub prices: Vec<Price>,
}

/// What a model can do, or refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ability {
    /// Takes an effort.
    Effort,
    /// Takes a budget for thoughts in tokens.
    ThinkingBudget,
    /// Thinks, whatever it is told.
    AlwaysThinks,
    /// Refuses a temperature.
    NoTemperature,
    /// Refuses to be forced to call a tool.
    ForcedToolsRefused,
}

/// What a model costs from a day to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Price {
    /// The first day; `None`: since ever.
    pub from: Option<String>,
    /// The last day; `None`: until further notice.
    pub until: Option<String>,
    /// The rates.
    pub rates: Rates,
    /// The rates of long prompts, the shortest first.
    pub above: Vec<Above>,
}

/// The rates of a whole request whose prompt is longer than a number of tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Above {
    /// The number.
    pub tokens: u64,
    /// The rates.
    pub rates: Rates,
}

impl Table {
    /// Returns the shipped table. It is parsed when it is first asked for.
    #[must_use]
    pub fn shipped() -> &'static Self {
        static TABLE: OnceLock<Table> = OnceLock::new();
        // A test reads the file; without a table every model is priced as one that nobody knows.
        TABLE.get_or_init(|| parse::parse(parse::SHIPPED).unwrap_or_default())
    }

    /// Puts a model in, in the place of one of the same name and provider.
    pub fn put(&mut self, model: Model) {
        self.models
            .retain(|old| old.id != model.id || old.provider != model.provider);
        self.models.push(model);
    }

    /// Returns a model of a provider by its name, or by that of a dated or numbered version of it.
    ///
    /// A provider that serves the models of others, such as a proxy, may put theirs before the name.
    #[must_use]
    pub fn find(&self, provider: &str, name: &str) -> Option<&Model> {
        let exact = |id: &str| self.models.iter().filter(move |model| model.id == id).collect();
        let mut found: Vec<&Model> = exact(name);
        if found.is_empty() {
            found = exact(base_name(name));
        }
        let own = found.iter().find(|model| model.provider == provider);
        own.or(found.first()).copied()
    }

    /// Returns the default model of a provider.
    #[must_use]
    pub fn default_of(&self, provider: &str) -> Option<&str> {
        let found = self.defaults.iter().find(|(name, _)| name == provider);
        found.map(|(_, model)| model.as_str())
    }
}

impl Model {
    /// A model of which nothing is known but its name.
    #[must_use]
    pub fn unknown(id: &str, provider: &str) -> Self {
        Self {
            id: id.to_owned(),
            provider: provider.to_owned(),
            tokenizer: "qwen".to_owned(),
            token_percent: 100,
            api_version: None,
            window: 0,
            max_output: 0,
            cache_minimum: None,
            abilities: Vec::new(),
            least_effort: Effort::Minimal,
            service_percent: Vec::new(),
            retires: None,
            rerouted: false,
            successor: None,
            prices: Vec::new(),
        }
    }

    /// Returns the rates of short prompts on a day; beyond all rows those of the nearest.
    #[must_use]
    pub fn rates_on(&self, day: &str) -> Option<Rates> {
        self.price_on(day).map(|(price, _)| price.rates)
    }

    /// Whether it can do, or refuses, something.
    #[must_use]
    pub fn has(&self, ability: Ability) -> bool {
        self.abilities.contains(&ability)
    }

    /// Returns the price of a day; beyond all rows that of the nearest, which is then a guess.
    pub(super) fn price_on(&self, day: &str) -> Option<(&Price, bool)> {
        let begun = |price: &&Price| price.from.as_deref().is_none_or(|from| from <= day);
        let price = self.prices.iter().rev().find(begun);
        let Some(price) = price else {
            return self.prices.first().map(|first| (first, true));
        };
        let over = price.until.as_deref().is_some_and(|until| until < day);
        Some((price, over))
    }
}

impl Price {
    /// Returns the rates for a prompt of so many tokens.
    #[must_use]
    pub fn rates_for(&self, prompt: u64) -> &Rates {
        let above = self.above.iter().rev().find(|above| prompt > above.tokens);
        above.map_or(&self.rates, |above| &above.rates)
    }
}

/// Returns the name of a model without the path before it and without the date or number of a version:
/// `models/a-1-001`, `vendor/a-1-20260131`, `a-1-2026-01-31` and `a-1-latest` are all `a-1`.
#[must_use]
pub fn base_name(name: &str) -> &str {
    let name = name.rsplit_once('/').map_or(name, |(_, name)| name);
    let name = name.split_once('@').map_or(name, |(name, _)| name);
    if let Some(base) = name.strip_suffix("-latest") {
        return base;
    }
    for shape in ["-dddd-dd-dd", "-dddddddd", "-ddd"] {
        if let Some(base) = without(name, shape) {
            return base;
        }
    }
    name
}

/// Takes off an ending of a shape in which `d` stands for a digit.
fn without<'a>(name: &'a str, shape: &str) -> Option<&'a str> {
    let at = name.len().checked_sub(shape.len()).filter(|at| *at > 0)?;
    let (base, end) = name.split_at_checked(at)?;
    let fits = |(b, s): (u8, u8)| if s == b'd' { b.is_ascii_digit() } else { b == s };
    end.bytes().zip(shape.bytes()).all(fits).then_some(base)
}

/// Whether two names are of one model, versions of it apart: the one asked for and the one that served.
#[must_use]
pub fn same_model(asked: &str, served: &str) -> bool {
    asked == served || base_name(asked) == base_name(served)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_taken_off_names_and_nothing_else() {
        for name in [
            "a-1",
            "models/a-1",
            "x/y/a-1-001",
            "a-1-20260131",
            "a-1-2026-01-31",
            "a-1-latest",
            "a-1@20260131",
        ] {
            assert_eq!(base_name(name), "a-1", "{name}");
        }
        for name in [
            "claude-sonnet-5-5",
            "gpt-5.4-mini",
            "gemini-2.5-pro",
            "a-12",
            "-001",
            "",
        ] {
            assert_eq!(base_name(name), name);
        }
        assert!(same_model("claude-sonnet-4-5", "claude-sonnet-4-5-20250929"));
        assert!(!same_model("gemini-2.5-flash", "gemini-3.5-flash-lite"));
    }
}
