//! Turns what the configuration says about models into a [`Book`], and says what is in it.

mod lookup;
mod place;
pub mod prompts;
pub mod show;
pub mod trust;

#[cfg(test)]
mod tests;

pub use crate::llm::answer::Failure;
pub use crate::llm::book::Book;
pub use crate::llm::client::{Preview, Reply};
pub use crate::store::Store;

use super::Error;
use crate::config::{Problem, RouteEntry, Settings};
use crate::llm::budget::{AtLimit, Budget};
use crate::llm::route::{Balance, Named, Rule, Table};
use crate::store::ledger::Caps;
use crate::sys::{clock, env};
use lookup::Lookup;

/// The variable that names the model for everything.
pub const MODEL_VARIABLE: &str = "PANTHEON_MODEL";

/// What a book is made from besides the settings.
#[derive(Debug, Clone)]
pub struct Now {
    /// Today, `YYYY-MM-DD`, for prices.
    pub today: String,
    /// Whether the user trusts what the repository says about providers.
    pub trusted: bool,
}

impl Now {
    /// Looks at the clock and at what was trusted.
    #[must_use]
    pub fn of(settings: &Settings) -> Self {
        Self {
            today: crate::sys::clock::today(),
            trusted: trust::is_trusted(settings),
        }
    }
}

/// Returns a text that no other run has.
#[must_use]
pub fn run_id() -> String {
    format!("{}-{}", clock::now(), std::process::id())
}

/// Makes the book.
///
/// # Errors
/// When a name means nothing, or a provider lacks something.
pub fn book(settings: &Settings, now: &Now) -> Result<Book, Error> {
    make(settings, now, env::text(MODEL_VARIABLE), false)
}

fn make(settings: &Settings, now: &Now, env: Option<String>, shipped: bool) -> Result<Book, Error> {
    let mut lookup = Lookup::new(settings, now);
    let routing = &settings.models.routing;
    let overriding = match env {
        Some(name) => Some(named(&mut lookup, &name, MODEL_VARIABLE)?),
        None => setting(&mut lookup, routing.overriding.as_deref(), "routing.override")?,
    };
    let table = Table {
        overriding,
        cheaper: setting(&mut lookup, routing.cheaper.as_deref(), "routing.cheaper")?,
        offline: setting(&mut lookup, routing.offline.as_deref(), "routing.offline")?,
        agents: agents(&mut lookup, settings)?,
        rules: rules(&mut lookup, &settings.models.routes)?,
        default: match routing.default.as_deref() {
            Some(name) => setting(&mut lookup, Some(name), "routing.default")?,
            None => lookup.usual_default()?,
        },
        balance: Balance::from_name(&routing.balance).unwrap_or_default(),
        outcomes: routing.outcomes,
        remote: routing.remote,
        ..Table::default()
    };
    for name in settings.models.models.keys() {
        lookup.model(name, None)?;
    }
    for model in crate::llm::price::Table::shipped()
        .models
        .iter()
        .filter(|_| shipped)
    {
        lookup.model(&model.id, None)?;
    }
    Ok(finish(settings, lookup, table))
}

/// Checks everything that the settings say about models, as far as that takes no network and no key. `read`
/// reads the files that belong to the policy; what the environment says is not its concern.
///
/// # Errors
/// When a name means nothing, a provider lacks something, or a prompt cannot be used.
pub fn check(settings: &Settings, read: &prompts::Read<'_>) -> Result<(), Error> {
    prompts::check(settings, read)?;
    make(settings, &Now::of(settings), None, false).map(|_| ())
}

/// Makes the book with every model of the shipped table in it.
///
/// # Errors
/// As [`book`].
pub fn whole_book(settings: &Settings, now: &Now) -> Result<Book, Error> {
    make(settings, now, env::text(MODEL_VARIABLE), true)
}

fn finish(settings: &Settings, lookup: Lookup<'_>, table: Table) -> Book {
    let budget = &settings.models.budget;
    let parts = lookup.parts();
    Book {
        table: Table {
            models: parts.models,
            endpoints: parts.endpoints,
            ..table
        },
        places: parts.places,
        models: parts.known,
        prices: parts.prices,
        budget: Budget {
            caps: Caps {
                run: budget.per_run,
                day: budget.per_day,
                month: budget.per_month,
            },
            alert_percent: (budget.alert_at * 100.0).round() as u8,
            at_limit: AtLimit::ALL
                .into_iter()
                .find(|at| at.name() == budget.at_limit)
                .unwrap_or_default(),
        },
    }
}

fn named(lookup: &mut Lookup<'_>, name: &str, key: &str) -> Result<Named, Error> {
    Ok(Named {
        model: lookup.model(name, Some(key))?,
        why: format!("`{key}`"),
    })
}

fn setting(lookup: &mut Lookup<'_>, name: Option<&str>, key: &str) -> Result<Option<Named>, Error> {
    name.map(|name| named(lookup, name, key)).transpose()
}

fn agents(lookup: &mut Lookup<'_>, settings: &Settings) -> Result<Vec<(String, usize)>, Error> {
    let mut agents = Vec::new();
    for (name, agent) in &settings.models.agents {
        if let Some(model) = &agent.model {
            let key = format!("agents.{name}.model");
            agents.push((name.clone(), lookup.model(model, Some(&key))?));
        }
    }
    Ok(agents)
}

fn rules(lookup: &mut Lookup<'_>, routes: &[RouteEntry]) -> Result<Vec<Rule>, Error> {
    let mut rules = Vec::new();
    for (n, route) in routes.iter().enumerate() {
        if route.tasks.is_empty() && route.above_tokens.is_none() {
            let problem = Problem::at(&route.origin, "a route for everything decides nothing");
            return Err(problem
                .hint("name a `task`, or a size with `above-tokens`")
                .into());
        }
        let key = format!("routes[{n}].model");
        rules.push(Rule {
            tasks: route.tasks.clone(),
            above: route.above_tokens,
            model: lookup.model(&route.model, Some(&key))?,
        });
    }
    Ok(rules)
}
