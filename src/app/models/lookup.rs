//! Looks names of models and providers up, and puts what they mean into tables.

use super::place::{self, Reached};
use super::{Error, Now};
use crate::config::{self, ModelEntry, Origin, Problem, Settings};
use crate::llm::book::{Known, Place};
use crate::llm::price::{self, Price, Rate, Rates, Table as Prices};
use crate::llm::provider;
use crate::llm::request::Effort;
use crate::llm::route::{Endpoint, Model, Named};
use crate::llm::tokens::Family;
use std::collections::BTreeMap;

/// The most tokens of an answer of a model that nobody knows, and the part of its window that they may be.
const USUAL_OUTPUT: u32 = 8192;
const PART_OF_WINDOW: u64 = 4;

/// What has been looked up.
pub(super) struct Lookup<'a> {
    settings: &'a Settings,
    now: &'a Now,
    parts: Parts,
    /// The models that were looked up, by name.
    done: BTreeMap<String, usize>,
    /// The endpoints of the providers that were looked up, by name.
    reached: BTreeMap<String, Vec<usize>>,
    clients: place::Clients,
}

/// The tables, those of one kind in the same order.
pub(super) struct Parts {
    pub models: Vec<Model>,
    pub known: Vec<Known>,
    pub endpoints: Vec<Endpoint>,
    pub places: Vec<Place>,
    pub prices: Prices,
}

impl<'a> Lookup<'a> {
    pub fn new(settings: &'a Settings, now: &'a Now) -> Self {
        Self {
            settings,
            now,
            parts: Parts {
                models: Vec::new(),
                known: Vec::new(),
                endpoints: Vec::new(),
                places: Vec::new(),
                prices: Prices::shipped().clone(),
            },
            done: BTreeMap::new(),
            reached: BTreeMap::new(),
            clients: place::Clients::default(),
        }
    }

    pub fn parts(self) -> Parts {
        self.parts
    }

    /// Returns the place of a model in the tables. `key` is where the name stands; `None`: it is the name of
    /// its own table.
    pub fn model(&mut self, name: &str, key: Option<&str>) -> Result<usize, Error> {
        if let Some(place) = self.done.get(name) {
            return Ok(*place);
        }
        let entry = self.settings.models.models.get(name);
        let id = entry.and_then(|entry| entry.id.as_deref()).unwrap_or(name);
        let shipped = Prices::shipped().models.iter().find(|model| model.id == id);
        if entry.is_none() && shipped.is_none() {
            return Err(self.unknown_model(name, key).into());
        }
        let providers = match entry.map(|entry| entry.providers.as_slice()) {
            Some(providers) if !providers.is_empty() => providers.to_vec(),
            _ => shipped.map(|model| model.provider.clone()).into_iter().collect(),
        };
        if providers.is_empty() {
            let origin = entry.map_or_else(|| self.origin(key), |entry| entry.origin.clone());
            let problem = Problem::at(&origin, format!("the model `{name}` has no `provider`"));
            return Err(problem
                .hint("name one: its `id` is not in the shipped table")
                .into());
        }
        self.add(name, id, entry, &providers)
    }

    fn add(
        &mut self,
        name: &str,
        id: &str,
        entry: Option<&'a ModelEntry>,
        providers: &[String],
    ) -> Result<usize, Error> {
        let mut endpoints = Vec::new();
        for provider in providers {
            endpoints.extend(self.provider(provider, entry)?);
        }
        let kind = endpoints
            .first()
            .map_or("", |&n| self.parts.places[n].codec.kind());
        let known = self.known(id, kind, entry);
        let window = entry.and_then(|entry| entry.window);
        let shipped = self.parts.prices.find(kind, id).map(|model| model.window);
        let shipped = shipped.filter(|window| *window > 0);
        self.own_price(id, kind, entry);
        let (priced, most) = (known.priced, known.max_output);
        let place = self.parts.models.len();
        self.done.insert(name.to_owned(), place);
        self.parts.known.push(known);
        self.parts.models.push(Model {
            name: name.to_owned(),
            endpoints,
            fallback: Vec::new(),
            window: window.or(shipped),
            most: u64::from(most),
            priced,
        });
        // Only now: two models may fall back on each other.
        for (n, next) in entry.map_or(&[][..], |entry| &entry.fallback).iter().enumerate() {
            let key = format!("models.{name}.fallback[{n}]");
            let next = self.model(next, Some(&key))?;
            self.parts.models[place].fallback.push(next);
        }
        Ok(place)
    }

    fn known(&self, id: &str, kind: &str, entry: Option<&ModelEntry>) -> Known {
        let shipped = self.parts.prices.find(kind, id);
        let family = entry.and_then(|entry| entry.tokenizer.as_deref());
        let family = family.or(shipped.map(|model| model.tokenizer.as_str()));
        let max_output = entry
            .and_then(|entry| entry.max_output)
            .and_then(|n| u32::try_from(n).ok());
        let effort = entry.and_then(|entry| entry.effort.as_deref());
        Known {
            id: id.to_owned(),
            family: family.and_then(Family::find).unwrap_or(Family::Qwen),
            token_percent: shipped.map_or(100, |model| model.token_percent),
            priced: entry.is_some_and(|entry| entry.input_price.or(entry.output_price).is_some()),
            max_output: max_output
                .or(shipped.map(|model| model.max_output))
                .unwrap_or_else(|| usual_output(entry)),
            api_version: shipped.and_then(|model| model.api_version.clone()),
            effort: effort.and_then(effort_of),
            thinking_budget: entry.and_then(|entry| entry.thinking_budget),
            temperature: entry.and_then(|entry| entry.temperature).map(|t| t as f32),
            seed: entry.and_then(|entry| entry.seed),
            service_tier: entry.and_then(|entry| entry.service_tier.clone()),
            schema: entry.is_none_or(|entry| entry.schema),
            abilities: shipped.map(|model| model.abilities.clone()).unwrap_or_default(),
            least_effort: shipped.map_or(Effort::Minimal, |model| model.least_effort),
            warnings: shipped.map_or_else(Vec::new, |model| price::warnings(model, &self.now.today)),
        }
    }

    /// Puts the prices of the configuration in the place of the shipped ones.
    fn own_price(&mut self, id: &str, kind: &str, entry: Option<&ModelEntry>) {
        let input = entry.and_then(|entry| entry.input_price);
        let output = entry.and_then(|entry| entry.output_price);
        if input.is_none() && output.is_none() {
            return;
        }
        let today = &self.now.today;
        let shipped = self.parts.prices.find(kind, id).cloned();
        let known = shipped.as_ref().and_then(|model| model.rates_on(today));
        let rate = |money: Option<crate::model::Money>| money.map(|money| Rate(money.0.unsigned_abs()));
        // What is not said is taken as it is known, or as dear as the other.
        let input = rate(input).or(known.map(|rates| rates.input)).or(rate(output));
        let output = rate(output).or(known.map(|rates| rates.output)).or(input);
        let (Some(input), Some(output)) = (input, output) else {
            return;
        };
        let rates = Rates {
            input,
            output,
            cache_read: input,
            cache_write: input,
            cache_write_long: input,
        };
        let mut model = shipped.unwrap_or_else(|| price::Model::unknown(id, kind));
        id.clone_into(&mut model.id);
        kind.clone_into(&mut model.provider);
        model.prices = vec![Price {
            from: None,
            until: None,
            rates,
            above: Vec::new(),
        }];
        self.parts.prices.put(model);
    }

    /// Returns the endpoints of a provider: one for each of its keys.
    fn provider(&mut self, name: &str, entry: Option<&ModelEntry>) -> Result<Vec<usize>, Error> {
        if let Some(endpoints) = self.reached.get(name) {
            return Ok(endpoints.clone());
        }
        let settings = self.settings.models.providers.get(name);
        if settings.is_none() && provider::find(name).is_none() {
            let origin = entry.map_or_else(|| Origin::of("default"), |entry| entry.origin.clone());
            return Err(self.unknown_provider(name, &origin).into());
        }
        let all = place::of(name, settings, self.now.trusted, &mut self.clients)?;
        let first = self.parts.places.len();
        for Reached { endpoint, place } in all {
            self.parts.endpoints.push(endpoint);
            self.parts.places.push(place);
        }
        let endpoints: Vec<usize> = (first..self.parts.places.len()).collect();
        self.reached.insert(name.to_owned(), endpoints.clone());
        Ok(endpoints)
    }

    /// Returns the shipped default of the first provider that can be asked.
    pub fn usual_default(&mut self) -> Result<Option<Named>, Error> {
        for codec in provider::ALL {
            let kind = codec.kind();
            let Some(id) = Prices::shipped().default_of(kind) else {
                continue;
            };
            let endpoints = self.provider(kind, None)?;
            if endpoints
                .iter()
                .any(|&n| self.parts.endpoints[n].unusable.is_none())
            {
                return Ok(Some(Named {
                    model: self.model(id, None)?,
                    why: format!("the shipped default of `{kind}`, whose key is there"),
                }));
            }
        }
        Ok(None)
    }

    fn unknown_model(&self, name: &str, key: Option<&str>) -> Problem {
        let problem = Problem::at(&self.origin(key), format!("there is no model `{name}`"));
        let own = self.settings.models.models.keys().map(String::as_str);
        let shipped = Prices::shipped().models.iter().map(|model| model.id.as_str());
        match config::nearest(name, own.chain(shipped)) {
            Some(hint) => problem.hint(hint),
            None => problem.hint(format!(
                "write `[models.\"{name}\"]` with its `provider`; `pantheon models list --all` shows those that \
                 need no table"
            )),
        }
    }

    fn unknown_provider(&self, name: &str, origin: &Origin) -> Problem {
        let problem = Problem::at(origin, format!("there is no provider `{name}`"));
        let own = self.settings.models.providers.keys().map(String::as_str);
        let kinds = provider::ALL.iter().map(|codec| codec.kind());
        match config::nearest(name, own.chain(kinds)) {
            Some(hint) => problem.hint(hint),
            None => problem.hint(format!("write `[providers.{name}]` with its `kind`")),
        }
    }

    /// Returns where a key's value is written.
    fn origin(&self, key: Option<&str>) -> Origin {
        let key = key.map(|key| key.split("fallback[").next().unwrap_or(key).trim_end_matches('.'));
        let of = |value: &&config::Effective| key.is_some_and(|key| value.key.starts_with(key));
        let found = self.settings.effective.iter().find(of);
        match (found, key) {
            (Some(value), _) => value.origin.clone(),
            (None, key) => Origin::of(key.unwrap_or("default")),
        }
    }
}

/// Returns how much a model writes of which no more than its window may be known.
fn usual_output(entry: Option<&ModelEntry>) -> u32 {
    let part = entry
        .and_then(|entry| entry.window)
        .map(|window| window / PART_OF_WINDOW);
    let part = part.and_then(|part| u32::try_from(part).ok());
    part.map_or(USUAL_OUTPUT, |part| part.min(USUAL_OUTPUT))
}

fn effort_of(name: &str) -> Option<Effort> {
    match name {
        "minimal" => Some(Effort::Minimal),
        "low" => Some(Effort::Low),
        "medium" => Some(Effort::Medium),
        "high" => Some(Effort::High),
        _ => None,
    }
}
