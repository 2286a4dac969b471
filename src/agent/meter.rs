//! What agents may spend: an amount is reserved before each call to a model, and settled after it.

use crate::llm::budget::{self, Budget, Plan, Room};
use crate::llm::price::{Call, Table};
use crate::model::{Money, Usage};
use crate::store::Store;
use crate::store::calibration::Calibration;
use crate::store::ledger::{self, Ask, Bill, Id};
use crate::store::outcome::Record;
use crate::sys::clock::{self, Deadline};
use std::time::Duration;

/// Lets calls to models through while there is money for them.
pub trait Meter: Send {
    /// Reserves what a call may come to at most.
    ///
    /// # Errors
    /// When there is no room for it.
    fn reserve(&mut self, call: &Planned) -> Result<Ticket, Refused>;

    /// Ends a reservation by what came of the call; returns what counts as spent for it.
    fn settle(&mut self, ticket: Ticket, came: &Came) -> Money;

    /// Takes what a person should know, such as that most of a limit is used up.
    fn notes(&mut self) -> Vec<String> {
        Vec::new()
    }
}

/// A call that is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// The name of the provider in the configuration.
    pub provider: String,
    /// The kind of the provider, by which the call is priced.
    pub kind: &'static str,
    /// The model that is asked.
    pub model: String,
    /// The tokens of the prompt at most.
    pub input: u64,
    /// The tokens of the answer at most.
    pub output: u32,
    /// The class of service that is asked for.
    pub service_tier: Option<String>,
    /// Whether it costs nothing.
    pub free: bool,
}

/// What came of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Came {
    /// An answer: the model that served, by its own word, and the tokens as the provider counts them.
    Answer(Option<String>, Usage),
    /// Nothing that is charged.
    Nothing,
    /// No count, though the model may have worked: what was reserved counts as spent.
    Unknown,
}

/// A reservation. It is settled once.
#[derive(Debug, PartialEq, Eq)]
pub struct Ticket(pub u64);

/// There is no room for a call.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Refused(pub String);

/// A meter over the ledger that all processes share.
pub struct Purse {
    store: Option<Store>,
    prices: Table,
    budget: Budget,
    run: String,
    agent: String,
    stage: String,
    open: Vec<Open>,
    next: u64,
    notes: Vec<String>,
}

/// A reservation that is not settled yet.
struct Open {
    ticket: u64,
    id: Option<Id>,
    planned: Planned,
    most: Money,
    day: String,
}

/// After which time a reservation that was not settled is shown as such.
const LONGEST: Duration = Duration::from_secs(1800);
/// How long the ledger may keep one call waiting.
const PATIENCE: Duration = Duration::from_secs(5);

impl Purse {
    /// A meter for a run of an agent, for `fix` or `create`. Without a store no limit can be held, so that a call
    /// is refused if there is any.
    #[must_use]
    pub fn new(store: Option<Store>, prices: Table, budget: Budget, whose: [&str; 3]) -> Self {
        let [run, agent, stage] = whose.map(str::to_owned);
        Self {
            store,
            prices,
            budget,
            run,
            agent,
            stage,
            open: Vec::new(),
            next: 0,
            notes: Vec::new(),
        }
    }

    fn estimate(&self, planned: &Planned, day: &str) -> Money {
        if planned.free {
            return Money::ZERO;
        }
        let known = self.prices.find(planned.kind, &planned.model);
        let percent = known.map_or(100, |model| u64::from(model.token_percent));
        let plan = Plan {
            call: call(planned, day, None),
            input: planned.input.saturating_mul(percent) / 100,
            calibration: Calibration::NONE,
            max_output: planned.output,
            record: Record::default(),
        };
        budget::estimate(&self.prices, &plan).most
    }

    fn room(&mut self, planned: &Planned, most: Money, day: &str) -> Result<Option<Id>, Refused> {
        let caps = &self.budget.caps;
        let is_held = caps.run.or(caps.day).or(caps.month).is_some() && !planned.free;
        let Some(store) = &mut self.store else {
            let why = "the ledger cannot be used, so no limit on spending can be held";
            return if is_held {
                Err(Refused(why.to_owned()))
            } else {
                Ok(None)
            };
        };
        store.renew(Deadline::after(PATIENCE));
        let ask = Ask {
            run: &self.run,
            day,
            provider: &planned.provider,
            model: &planned.model,
            agent: &self.agent,
            stage: &self.stage,
            amount: most,
            lasts: LONGEST,
        };
        match budget::reserve(store, &self.budget, &ask, clock::now()) {
            Ok(Room::Reserved(id, alerts)) => {
                self.notes.extend(alerts.iter().map(ToString::to_string));
                Ok(Some(id))
            }
            Ok(Room::Full(full)) => Err(Refused(full.to_string())),
            Err(error) if is_held => Err(Refused(error.to_string())),
            Err(_) => Ok(None),
        }
    }

    fn price(&self, open: &Open, served: Option<&str>, usage: &Usage) -> Money {
        match open.planned.free {
            true => Money::ZERO,
            false => {
                self.prices
                    .price(&call(&open.planned, &open.day, served), usage)
                    .cost
            }
        }
    }

    /// Puts an answer down in the ledger; returns what it cost.
    fn answered(&mut self, open: &Open, served: Option<&str>, usage: &Usage) -> Money {
        let price = self.price(open, served, usage);
        let (Some(store), Some(id)) = (&mut self.store, open.id) else {
            return price;
        };
        store.renew(Deadline::after(PATIENCE));
        if open.planned.free {
            let bill = Bill {
                model: served.unwrap_or(&open.planned.model),
                cost: Money::ZERO,
                guessed: false,
                usage: *usage,
            };
            // The amount is nothing in any case.
            drop(ledger::settle(store, id, &bill));
            return Money::ZERO;
        }
        let call = call(&open.planned, &open.day, served);
        match budget::settle(store, &self.prices, id, &call, usage, clock::now()) {
            Ok(Some(priced)) => priced.cost,
            Ok(None) | Err(_) => open.most,
        }
    }

    fn unanswered(&mut self, open: &Open, may_be_charged: bool) -> Money {
        let counted = if may_be_charged { open.most } else { Money::ZERO };
        let (Some(store), Some(id)) = (&mut self.store, open.id) else {
            return counted;
        };
        store.renew(Deadline::after(PATIENCE));
        let done = match may_be_charged {
            true => ledger::abandon(store, id, clock::now()),
            false => ledger::release(store, id).map(|_| ()),
        };
        done.map_or(open.most, |()| counted)
    }
}

impl Meter for Purse {
    fn reserve(&mut self, planned: &Planned) -> Result<Ticket, Refused> {
        let day = clock::today();
        let most = self.estimate(planned, &day);
        let id = self.room(planned, most, &day)?;
        self.next += 1;
        self.open.push(Open {
            ticket: self.next,
            id,
            planned: planned.clone(),
            most,
            day,
        });
        Ok(Ticket(self.next))
    }

    fn settle(&mut self, ticket: Ticket, came: &Came) -> Money {
        let Some(at) = self.open.iter().position(|open| open.ticket == ticket.0) else {
            return Money::ZERO;
        };
        let open = self.open.swap_remove(at);
        match came {
            Came::Answer(served, usage) if !usage.is_empty() => {
                self.answered(&open, served.as_deref(), usage)
            }
            Came::Answer(..) | Came::Unknown => self.unanswered(&open, true),
            Came::Nothing => self.unanswered(&open, false),
        }
    }

    fn notes(&mut self) -> Vec<String> {
        std::mem::take(&mut self.notes)
    }
}

impl Drop for Purse {
    /// What was never settled may have been charged.
    fn drop(&mut self) {
        for open in std::mem::take(&mut self.open) {
            self.unanswered(&open, true);
        }
    }
}

fn call<'a>(planned: &'a Planned, day: &'a str, served: Option<&'a str>) -> Call<'a> {
    Call {
        provider: planned.kind,
        asked: &planned.model,
        served,
        day,
        service_tier: planned.service_tier.as_deref(),
    }
}
