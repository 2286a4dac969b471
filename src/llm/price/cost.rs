//! What a call costs.

use super::rate::{Rate, Rates};
use super::table::{Model, Table};
use crate::model::{Money, Usage};

/// What a model of which nothing at all is known costs: as much as the dearest that are sold.
const DEAREST: Rates = Rates {
    input: Rate(10_000_000_000),
    output: Rate(50_000_000_000),
    cache_read: Rate(10_000_000_000),
    cache_write: Rate(20_000_000_000),
    cache_write_long: Rate(20_000_000_000),
};

/// What an unknown class of service costs, in percent of the usual.
const DEAREST_SERVICE: u32 = 200;

/// A call that is to be priced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Call<'a> {
    /// The provider: the kind of its contract.
    pub provider: &'a str,
    /// The model that was asked.
    pub asked: &'a str,
    /// The model that answered, by its own word.
    pub served: Option<&'a str>,
    /// The day, `YYYY-MM-DD`.
    pub day: &'a str,
    /// The class of service that was asked for.
    pub service_tier: Option<&'a str>,
}

/// The price of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Priced {
    /// The price, rounded up.
    pub cost: Money,
    /// The model by which it is priced.
    pub model: String,
    /// Why it is a guess, if it is one.
    pub guess: Option<Guess>,
}

/// Why a price is a guess. Each is made so that it is rather too high.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guess {
    /// The table does not know the model: the dearest of its provider, or of all, is taken.
    UnknownModel,
    /// The table knows the model of another provider alone: its price is taken.
    OtherProvider,
    /// The table has no row for the day: the nearest is taken.
    NoRow,
    /// The table does not know the class of service: the dearest is taken.
    UnknownService,
    /// The model is gone and another may have answered: the dearer of both is taken.
    Rerouted,
}

impl Guess {
    /// Returns a few words for it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::UnknownModel => "the table of prices does not know the model",
            Self::OtherProvider => "the table of prices knows the model of another provider alone",
            Self::NoRow => "the table of prices has no row for the day",
            Self::UnknownService => "the table of prices does not know the class of service",
            Self::Rerouted => "the model is gone and another may have answered",
        }
    }
}

impl Table {
    /// Prices a call, before it by what it may need, or after it by what it needed.
    #[must_use]
    pub fn price(&self, call: &Call<'_>, usage: &Usage) -> Priced {
        let name = call.served.unwrap_or(call.asked);
        let prompt = usage.prompt();
        let (rates, mut guess, model) = match self.find(call.provider, name) {
            None => (
                self.dearest(call, prompt),
                Some(Guess::UnknownModel),
                name.to_owned(),
            ),
            Some(model) => {
                let (rates, guess) = self.known(model, call, prompt);
                let foreign = (model.provider != call.provider).then_some(Guess::OtherProvider);
                (rates, guess.or(foreign), model.id.clone())
            }
        };
        let (percent, sure) = service(self.find(call.provider, name), call.service_tier);
        if !sure {
            guess = guess.or(Some(Guess::UnknownService));
        }
        Priced {
            cost: sum(&rates, usage, percent),
            model,
            guess,
        }
    }

    /// The rates of a known model.
    fn known(&self, model: &Model, call: &Call<'_>, prompt: u64) -> (Rates, Option<Guess>) {
        let (rates, sure) = rates_on(model, call.day, prompt);
        let guess = (!sure).then_some(Guess::NoRow);
        let gone = model.retires.as_deref().is_some_and(|day| day <= call.day);
        let next = model.successor.as_deref();
        match next.and_then(|next| self.find(&model.provider, next)) {
            Some(next) if gone && model.rerouted => {
                let (other, _) = rates_on(next, call.day, prompt);
                (rates.max(other), Some(Guess::Rerouted))
            }
            _ => (rates, guess),
        }
    }

    /// The dearest rates of a provider; of all if it has none in the table.
    fn dearest(&self, call: &Call<'_>, prompt: u64) -> Rates {
        let of = |provider: Option<&str>| {
            let models = self.models.iter();
            let models = models.filter(|model| provider.is_none_or(|name| model.provider == name));
            models
                .map(|model| rates_on(model, call.day, prompt).0)
                .reduce(Rates::max)
        };
        of(Some(call.provider)).or_else(|| of(None)).unwrap_or(DEAREST)
    }
}

/// Returns what a call to a model costs at the usual class of service.
#[must_use]
pub fn cost(model: &Model, usage: &Usage, day: &str) -> Money {
    sum(&rates_on(model, day, usage.prompt()).0, usage, 100)
}

/// The rates of a day, and whether a row holds for it.
fn rates_on(model: &Model, day: &str, prompt: u64) -> (Rates, bool) {
    match model.price_on(day) {
        Some((price, guessed)) => (*price.rates_for(prompt), !guessed),
        None => (DEAREST, false),
    }
}

/// What a class of service costs in percent, and whether that is known.
fn service(model: Option<&Model>, tier: Option<&str>) -> (u32, bool) {
    let known = model.map_or(&[][..], |model| &model.service_percent);
    match tier {
        None | Some("" | "standard" | "default" | "auto" | "standard_only") => (100, true),
        Some(name) => match known.iter().find(|(tier, _)| tier == name) {
            Some((_, percent)) => (*percent, true),
            // It is cheaper wherever it exists.
            None if name == "flex" => (100, false),
            None => {
                let dearest = known.iter().map(|(_, percent)| *percent).max();
                (dearest.unwrap_or(0).max(DEAREST_SERVICE), false)
            }
        },
    }
}

/// Multiplies and rounds up: a call of one token costs something.
fn sum(rates: &Rates, usage: &Usage, percent: u32) -> Money {
    const MILLION_PERCENT: u128 = 100_000_000;
    let parts = [
        (usage.input, rates.input),
        (usage.cache_read, rates.cache_read),
        (usage.cache_write, rates.cache_write),
        (usage.cache_write_long, rates.cache_write_long),
        (usage.output, rates.output),
    ];
    let whole = parts.iter().fold(0_u128, |sum, (tokens, rate)| {
        sum.saturating_add(u128::from(*tokens) * u128::from(rate.0))
    });
    let nano = whole
        .saturating_mul(u128::from(percent))
        .div_ceil(MILLION_PERCENT);
    Money(i64::try_from(nano).unwrap_or(i64::MAX))
}
