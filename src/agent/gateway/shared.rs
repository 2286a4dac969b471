//! What all connections of a gateway share: the rules, the meter, the log, and what was spent.

use super::{Log, Rules, Spent};
use crate::agent::meter::{Came, Meter, Planned, Refused, Ticket};
use crate::llm::transport::Cancel;
use crate::store::audit::{Entry, Kind};
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;
use tokio::sync::Notify;

/// What all connections of a gateway share.
pub(super) struct Shared {
    pub rules: Rules,
    pub port: u16,
    /// Called off when the gateway closes.
    pub closed: Cancel,
    meter: Mutex<Box<dyn Meter>>,
    log: Mutex<Log>,
    state: Mutex<State>,
    /// Told of each call that comes to its end.
    settled: Notify,
}

#[derive(Default)]
struct State {
    spent: Spent,
    stopped: Option<String>,
    /// How many calls have a reservation.
    under_way: usize,
}

/// The most models and notes that are kept.
const MOST_NAMES: usize = 32;

/// A panic elsewhere leaves the data as good as it was.
fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|poison| poison.into_inner())
}

impl Shared {
    pub fn new(rules: Rules, port: u16, meter: Box<dyn Meter>, log: Log) -> Self {
        Self {
            rules,
            port,
            closed: Cancel::default(),
            meter: Mutex::new(meter),
            log: Mutex::new(log),
            state: Mutex::default(),
            settled: Notify::new(),
        }
    }

    pub fn spent(&self) -> Spent {
        lock(&self.state).spent.clone()
    }

    pub fn stopped(&self) -> Option<String> {
        lock(&self.state).stopped.clone()
    }

    /// Keeps something that a person should know.
    pub fn note(&self, note: String) {
        let mut state = lock(&self.state);
        let notes = &mut state.spent.notes;
        if notes.len() < MOST_NAMES && !notes.contains(&note) {
            notes.push(note);
        }
    }

    /// Tells the log.
    pub fn tell(&self, entry: Entry) {
        let mut state = lock(&self.state);
        match entry.kind {
            Kind::Request | Kind::Host => state.spent.requests += 1,
            Kind::Refused | Kind::Budget => state.spent.refused += 1,
            Kind::Torn => {}
        }
        drop(state);
        lock(&self.log)(Entry {
            run: self.rules.run.clone(),
            agent: self.rules.agent.clone(),
            ..entry
        });
    }

    /// Reserves what a call may come to. Where there is no room because of calls that are under way, it waits for
    /// their ends: most come to less than was reserved.
    pub async fn reserve(&self, planned: &Planned, limit: Duration) -> Result<Held<'_>, Refused> {
        let waiting = tokio::time::timeout(limit, async {
            loop {
                if let Some(why) = self.stopped() {
                    return Err(Refused(why));
                }
                match self.try_reserve(planned) {
                    Err(Refused(_)) if self.under_way() > 0 => self.settled.notified().await,
                    Err(refused) => return Err(self.stop(refused)),
                    Ok(held) => return Ok(held),
                }
            }
        });
        let late = || Refused("the budget has no room while other calls are under way".to_owned());
        waiting.await.unwrap_or_else(|_| Err(late()))
    }

    fn try_reserve(&self, planned: &Planned) -> Result<Held<'_>, Refused> {
        let mut meter = lock(&self.meter);
        let ticket = meter.reserve(planned);
        let notes = meter.notes();
        drop(meter);
        notes.into_iter().for_each(|note| self.note(note));
        let ticket = Some(ticket?);
        lock(&self.state).under_way += 1;
        Ok(Held { shared: self, ticket })
    }

    /// Returns how many calls have a reservation.
    pub fn under_way(&self) -> usize {
        lock(&self.state).under_way
    }

    fn stop(&self, refused: Refused) -> Refused {
        lock(&self.state).stopped = Some(refused.0.clone());
        self.settled.notify_waiters();
        refused
    }
}

/// A reservation. Dropped, its call may have been charged.
pub(super) struct Held<'a> {
    shared: &'a Shared,
    ticket: Option<Ticket>,
}

impl Held<'_> {
    /// Ends it by what came of the call; returns what counts as spent.
    pub fn settle(mut self, came: &Came) -> crate::model::Money {
        self.end(came)
    }

    fn end(&mut self, came: &Came) -> crate::model::Money {
        let Some(ticket) = self.ticket.take() else {
            return crate::model::Money::ZERO;
        };
        let cost = lock(&self.shared.meter).settle(ticket, came);
        let mut state = lock(&self.shared.state);
        state.under_way -= 1;
        state.spent.cost += cost;
        if let Came::Answer(served, usage) = came {
            state.spent.input += usage.prompt();
            state.spent.output += usage.output;
            let models = &mut state.spent.models;
            if let Some(model) = served.as_ref().filter(|model| !models.contains(model))
                && models.len() < MOST_NAMES
            {
                models.push(model.clone());
            }
        }
        drop(state);
        self.shared.settled.notify_waiters();
        cost
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.end(&Came::Unknown);
    }
}
