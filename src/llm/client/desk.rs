//! What stands before and after each try: the budget, the limits, the breaker, and what is learnt.

use super::draft::Draft;
use super::{Question, Reply};
use crate::llm::answer::{Answer, Failure, FailureKind, Wait};
use crate::llm::book::{Book, Known, Place};
use crate::llm::budget::{self, Estimate, Plan, Room};
use crate::llm::price::{Call, same_model};
use crate::llm::route::Target;
use crate::llm::tokens;
use crate::llm::transport::{Gates, Permit};
use crate::model::{Money, Usage};
use crate::store::bucket::{self, Limit, Take, Want};
use crate::store::calibration::{self, Calibration};
use crate::store::ledger::{self, Bill, Id};
use crate::store::outcome::{self, Outcome};
use crate::store::{self, Store, breaker, slot};
use crate::sys::clock;
use std::cell::{Cell, RefCell};
use std::time::Duration;

/// The longest that a call is taken to be under way.
const LONGEST: Duration = Duration::from_secs(600);
/// How long a quota of unknown end is taken to be used up.
const EXHAUSTED: Duration = Duration::from_secs(900);

/// What stands before and after the tries of one question at one endpoint.
pub struct Desk<'a> {
    store: Option<&'a Store>,
    book: &'a Book,
    known: &'a Known,
    place: &'a Place,
    question: &'a Question<'a>,
    endpoint: &'a str,
    /// The tokens of the prompt, as the estimator counts them.
    counted: u64,
    /// The part of them that no server leaves out.
    least: u64,
    estimate: Estimate,
    open: RefCell<Option<Open>>,
    usage: Cell<Usage>,
    cost: Cell<Money>,
    notes: RefCell<Vec<String>>,
}

/// A try that is under way.
struct Open {
    reserved: Option<Id>,
    slot: Option<slot::Id>,
    began: i64,
}

impl<'a> Desk<'a> {
    pub fn new(
        book: &'a Book,
        store: Option<&'a Store>,
        question: &'a Question<'a>,
        target: Target,
        draft: &Draft,
    ) -> Self {
        let known = &book.models[target.model];
        let place = &book.places[target.endpoint];
        let of_model = |tokens: u64| tokens * u64::from(known.token_percent) / 100;
        let mut desk = Self {
            store,
            book,
            known,
            place,
            question,
            endpoint: &book.table.endpoints[target.endpoint].name,
            counted: of_model(draft.tokens(known.family)),
            least: of_model(draft.least(known.family)),
            estimate: Estimate::default(),
            open: RefCell::default(),
            usage: Cell::default(),
            cost: Cell::default(),
            notes: RefCell::default(),
        };
        desk.estimate = desk.estimated();
        desk
    }

    fn estimated(&self) -> Estimate {
        let known = self.known;
        let calibration = self
            .store
            .and_then(|store| calibration::read(store, known.family.name(), self.question.repository).ok());
        let record = self
            .store
            .and_then(|store| outcome::read(store, &self.kind()).ok());
        let plan = Plan {
            call: self.call(None),
            input: self.counted,
            calibration: calibration.unwrap_or(Calibration::NONE),
            max_output: self.question.request.max_output.min(known.max_output),
            record: record.unwrap_or_default(),
        };
        let estimate = budget::estimate(&self.book.prices, &plan);
        match self.is_free() {
            true => estimate.free(),
            false => estimate,
        }
    }

    /// Whether nothing is charged.
    fn is_free(&self) -> bool {
        self.place.free && !self.known.priced
    }

    /// Returns what the call may come to.
    pub fn estimate(&self) -> Estimate {
        self.estimate
    }

    /// Returns the tokens that the call is thought to take.
    pub fn tokens(&self) -> u64 {
        self.estimate.tokens.input + self.estimate.tokens.output
    }

    /// Says that the server cut the prompt, if it counted far fewer tokens than there are.
    pub fn cut(&self, answer: &Answer) -> Option<Failure> {
        let counted = answer.usage.prompt();
        // As corrected by earlier calls: the family may just be unlike its estimator.
        let all = self.least.saturating_mul(self.estimate.tokens.input) / self.counted.max(1);
        if counted == 0 || !tokens::looks_cut(all, counted) {
            return None;
        }
        let message = format!("the server cut the prompt: it counted {counted} tokens of about {all}");
        Some(Failure::new(FailureKind::ContextTooLong(None), &message))
    }

    /// Hands over what the tries came to.
    pub fn close(&self, reply: &mut Reply) {
        reply.usage += self.usage.get();
        reply.cost += self.cost.get();
        for note in self.notes.take() {
            if !reply.notes.contains(&note) {
                reply.notes.push(note);
            }
        }
    }

    fn call<'b>(&'b self, served: Option<&'b str>) -> Call<'b> {
        Call {
            provider: self.place.codec.kind(),
            asked: &self.known.id,
            served,
            day: self.question.day,
            service_tier: self.known.service_tier.as_deref(),
        }
    }

    /// What outcomes are recorded under, besides the endpoint: how much is written depends on both.
    fn kind(&self) -> String {
        format!("{} {}", self.known.id, self.question.agent)
    }

    fn requests(&self) -> String {
        format!("requests {}", self.endpoint)
    }

    fn tokens_bucket(&self) -> String {
        format!("tokens {}", self.endpoint)
    }

    /// Notes that the state could not be used. Without it a limit cannot be held.
    fn broken(&self, error: &store::Error) {
        self.notes.borrow_mut().push(error.to_string());
    }

    fn has_caps(&self) -> bool {
        let caps = &self.book.budget.caps;
        caps.run.or(caps.day).or(caps.month).is_some()
    }

    fn reserve(&self, store: &Store, now: i64) -> Result<Option<Id>, Permit> {
        let ask = ledger::Ask {
            run: self.question.run,
            day: self.question.day,
            provider: &self.place.provider,
            model: &self.known.id,
            agent: self.question.agent,
            stage: self.question.stage,
            amount: self.estimate.most,
            lasts: LONGEST,
        };
        match budget::reserve(store, &self.book.budget, &ask, now) {
            Ok(Room::Reserved(id, alerts)) => {
                let alerts = alerts.iter().map(ToString::to_string);
                self.notes.borrow_mut().extend(alerts);
                Ok(Some(id))
            }
            Ok(Room::Full(full)) => Err(Permit::Full(full.to_string())),
            Err(error) if self.has_caps() && !self.is_free() => Err(Permit::Full(error.to_string())),
            Err(error) => {
                self.broken(&error);
                Ok(None)
            }
        }
    }

    /// Asks the limits and the breaker.
    fn admit(&self, store: &Store, tokens: u64, now: i64) -> Result<Permit, store::Error> {
        let (requests, used) = (self.requests(), self.tokens_bucket());
        let wants = [
            Want {
                bucket: &requests,
                amount: 1,
                limit: self.place.requests_per_minute.map(Limit::per_minute),
            },
            Want {
                bucket: &used,
                amount: tokens,
                limit: self.place.tokens_per_minute.map(Limit::per_minute),
            },
        ];
        if let Take::Wait(wait) = bucket::take(store, &wants, now)? {
            return Ok(Permit::Wait(wait));
        }
        match breaker::before(store, self.endpoint, &breaker::Rule::default(), now)? {
            breaker::Pass::Open(wait) => {
                self.give_back(store, tokens, now)?;
                Ok(Permit::Open(wait))
            }
            breaker::Pass::Closed | breaker::Pass::Probe => Ok(Permit::Go),
        }
    }

    /// Gives back to the limits what a call that is not made had taken.
    fn give_back(&self, store: &Store, tokens: u64, now: i64) -> Result<(), store::Error> {
        if let Some(most) = self.place.requests_per_minute {
            bucket::correct(store, &self.requests(), Limit::per_minute(most), (1, now), 0)?;
        }
        if let Some(most) = self.place.tokens_per_minute {
            let limit = Limit::per_minute(most);
            bucket::correct(store, &self.tokens_bucket(), limit, (tokens, now), 0)?;
        }
        Ok(())
    }

    fn enter(&self, store: &Store, tokens: u64, now: i64) -> Permit {
        let reserved = match self.reserve(store, now) {
            Ok(reserved) => reserved,
            Err(permit) => return permit,
        };
        let permit = self.admit(store, tokens, now).unwrap_or_else(|error| {
            // Limits on rates guard the provider, not the user: without them the call goes on.
            self.broken(&error);
            Permit::Go
        });
        if permit != Permit::Go {
            if let Some(Err(error)) = reserved.map(|id| ledger::release(store, id)) {
                self.broken(&error);
            }
            return permit;
        }
        let lapses = now.saturating_add(LONGEST.as_millis() as i64);
        self.open.replace(Some(Open {
            reserved,
            slot: slot::enter(store, self.endpoint, None, lapses, now)
                .ok()
                .flatten(),
            began: now,
        }));
        Permit::Go
    }

    fn leave(&self, store: &Store, result: Result<&Answer, &Failure>, now: i64) {
        let Some(open) = self.open.take() else {
            return;
        };
        // The bill comes first, and nothing that fails after it takes it back.
        let cost = self.bill(store, open.reserved, result, now);
        self.cost.set(self.cost.get() + cost);
        if let Some(slot) = open.slot {
            self.heard(slot::leave(store, slot));
        }
        self.heard(self.tell_breaker(store, result, now));
        self.heard(self.record(store, result, cost, &open, now));
        if let Ok(answer) = result {
            self.heard(self.learn(store, answer, open.began));
        }
    }

    fn heard(&self, done: Result<(), store::Error>) {
        if let Err(error) = done {
            self.broken(&error);
        }
    }

    /// Returns what a call came to, and puts it down.
    fn bill(
        &self,
        store: &Store,
        reserved: Option<Id>,
        result: Result<&Answer, &Failure>,
        now: i64,
    ) -> Money {
        match (reserved, result) {
            (None, Err(_)) => Money::ZERO,
            (None, Ok(answer)) => self.price(answer),
            (Some(id), Ok(answer)) => self.settle(store, id, answer, now).unwrap_or_else(|error| {
                self.broken(&error);
                self.price(answer)
            }),
            (Some(id), Err(failure)) => {
                self.heard(budget::failed(store, id, &failure.kind, now));
                let most = self.estimate.most;
                if budget::may_be_charged(&failure.kind) && most > Money::ZERO {
                    let name = self.endpoint;
                    let note =
                        format!("`{name}` may charge for a call without an answer: {most} count as spent");
                    self.notes.borrow_mut().push(note);
                }
                Money::ZERO
            }
        }
    }

    /// The price of an answer where nothing was reserved for it.
    fn price(&self, answer: &Answer) -> Money {
        match self.is_free() {
            true => Money::ZERO,
            false => {
                let call = self.call(answer.served.as_deref());
                self.book.prices.price(&call, &answer.usage).cost
            }
        }
    }

    fn settle(&self, store: &Store, id: Id, answer: &Answer, now: i64) -> Result<Money, store::Error> {
        if self.is_free() {
            let bill = Bill {
                model: answer.served.as_deref().unwrap_or(&self.known.id),
                cost: Money::ZERO,
                guessed: false,
                usage: answer.usage,
            };
            return ledger::settle(store, id, &bill).map(|_| Money::ZERO);
        }
        let call = self.call(answer.served.as_deref());
        let priced = budget::settle(store, &self.book.prices, id, &call, &answer.usage, now)?;
        let Some(priced) = priced else {
            let note = "the provider did not count the tokens: the reservation counts as spent";
            self.notes.borrow_mut().push(note.to_owned());
            return Ok(self.estimate.most);
        };
        if let Some(guess) = priced.guess {
            let note = format!("the price of `{}` is a guess: {}", priced.model, guess.words());
            self.notes.borrow_mut().push(note);
        }
        Ok(priced.cost)
    }

    fn tell_breaker(
        &self,
        store: &Store,
        result: Result<&Answer, &Failure>,
        now: i64,
    ) -> Result<(), store::Error> {
        use breaker::Told;
        let kind = result.err().map(|failure| &failure.kind);
        match kind {
            Some(FailureKind::Exhausted(wait)) => {
                breaker::trip(store, self.endpoint, wait.unwrap_or(EXHAUSTED), now)?;
            }
            Some(FailureKind::RateLimited(Some(wait))) => bucket::drain(store, &self.requests(), *wait, now)?,
            _ => {}
        }
        let told = match kind {
            None => Told::Well,
            // How long a gate waits says nothing about the endpoint.
            Some(FailureKind::TimedOut(Wait::Total) | FailureKind::Cancelled) => Told::Nothing,
            Some(kind) if kind.counts_against_endpoint() => Told::Unwell,
            Some(_) => Told::Well,
        };
        breaker::after(store, self.endpoint, told, &breaker::Rule::default(), now)
    }

    fn record(
        &self,
        store: &Store,
        result: Result<&Answer, &Failure>,
        cost: Money,
        open: &Open,
        now: i64,
    ) -> Result<(), store::Error> {
        let kind = result.err().map(|failure| &failure.kind);
        if matches!(kind, Some(FailureKind::Cancelled)) {
            return Ok(());
        }
        let outcome = match result {
            Ok(answer) => Outcome::Well {
                latency: Duration::from_millis(now.saturating_sub(open.began).unsigned_abs()),
                cost,
                output: answer.usage.output,
            },
            Err(_) => Outcome::Badly,
        };
        outcome::record(store, &self.kind(), outcome, now)?;
        outcome::record(store, self.endpoint, outcome, now)
    }

    /// Learns from the provider's count.
    fn learn(&self, store: &Store, answer: &Answer, began: i64) -> Result<(), store::Error> {
        let prompt = answer.usage.prompt();
        if let Some(most) = self.place.tokens_per_minute.filter(|_| prompt > 0) {
            let taken = (self.tokens(), began);
            let actual = prompt + answer.usage.output;
            bucket::correct(
                store,
                &self.tokens_bucket(),
                Limit::per_minute(most),
                taken,
                actual,
            )?;
        }
        let served = answer.served.as_deref();
        // Of a prompt that is mostly form nobody can say what was counted.
        let mostly_text = self.least * 10 >= self.counted * 9;
        if prompt > 0 && mostly_text && served.is_none_or(|served| same_model(&self.known.id, served)) {
            let family = self.known.family.name();
            calibration::learn(store, family, self.question.repository, self.counted, prompt)?;
        }
        Ok(())
    }
}

impl Gates for Desk<'_> {
    fn before(&self, _: &str, tokens: u64, now: i64) -> Permit {
        match self.store {
            Some(store) => self.enter(store, tokens, now),
            None if self.has_caps() && !self.is_free() => {
                Permit::Full("the ledger cannot be used, so no limit on spending can be held".to_owned())
            }
            None => Permit::Go,
        }
    }

    fn after(&self, _: &str, result: Result<&Answer, &Failure>, now: i64) {
        if let Ok(answer) = result {
            let mut usage = self.usage.get();
            usage += answer.usage;
            self.usage.set(usage);
        }
        match (self.store, result) {
            (Some(store), _) => self.leave(store, result, now),
            (None, Ok(answer)) => self.cost.set(self.cost.get() + self.price(answer)),
            (None, Err(_)) => {}
        }
    }
}

impl Drop for Desk<'_> {
    /// A call whose future was dropped may have reached the provider: its reservation counts.
    fn drop(&mut self) {
        if let (Some(store), Some(open)) = (self.store, self.open.take()) {
            let now = clock::now();
            if let Some(id) = open.reserved {
                drop(ledger::abandon(store, id, now));
            }
            if let Some(slot) = open.slot {
                drop(slot::leave(store, slot));
            }
            // It may have been the one call that an open breaker lets through.
            let rule = breaker::Rule::default();
            drop(breaker::after(
                store,
                self.endpoint,
                breaker::Told::Nothing,
                &rule,
                now,
            ));
        }
    }
}
