//! Asks a question: routes it, reserves what it may cost, looks among the answers that are kept, sends it,
//! reads what comes back, and goes on to the next model where that gives nothing.
//!
//! What comes back says how it was got: the route, every try, the tokens and the price.

mod desk;
mod draft;
mod key;
mod preview;
mod state;
mod turn;

use super::answer::{Answer, Failure, FailureKind, Finish, Wait};
use super::book::Book;
use super::budget::AtLimit;
use super::cache_key::{self, Asked};
use super::price::same_model;
use super::reading::{self, Expected, Reading, Unreadable};
use super::request::{Part, Request, ToolCall};
use super::route::{self, Decision, Spending, State, Step, Target, Verdict};
use super::tokens;
use super::transport::{self, Attempt, Cancel, Carried, Carrier, Endpoint, Exchange, InProcess, Within};
use crate::model::{Money, Usage};
use crate::store::{Store, answer as kept};
use crate::sys::clock;
use desk::Desk;
use draft::Draft;
pub use key::Keys;
pub use preview::Preview;
use std::time::{Duration, Instant};

/// The most bytes of an answer.
const LARGEST_ANSWER: usize = 4 << 20;
/// Who failed, where it was nobody in particular.
const EVERYBODY: &str = "everybody";
/// Why there is no answer where routing names no model.
const NOBODY: &str = "there is no model that can be asked; `pantheon models list` says how to get one";
/// The least time in which it makes sense to begin another call.
const LEAST_TIME: Duration = Duration::from_millis(50);

/// Asks models.
pub struct Client<'a> {
    book: &'a Book,
    store: Option<&'a Store>,
    keys: Keys,
    carrier: &'a dyn Carrier,
}

/// A question.
pub struct Question<'a> {
    /// The agent that asks; empty: none.
    pub agent: &'a str,
    /// The task, such as `security`; empty: none.
    pub task: &'a str,
    /// The stage of the gate.
    pub stage: &'a str,
    /// The run, by a text that no other run has.
    pub run: &'a str,
    /// Today, `YYYY-MM-DD`.
    pub day: &'a str,
    /// The repository, for what is learnt about its texts.
    pub repository: &'a str,
    /// What is asked. The model in it is not looked at.
    pub request: &'a Request,
    /// What the answer must look like; `None`: any text.
    pub expected: Option<Expected<'a>>,
    /// The digest of the prompt file that the request was made from.
    pub prompt: &'a str,
    /// When there must be an answer.
    pub deadline: Instant,
    /// Calls it off.
    pub cancel: Cancel,
}

/// What came of a question.
#[derive(Debug, Default)]
pub struct Reply {
    /// The answer; `None`: nobody gave one that can be used.
    pub answer: Option<Given>,
    /// Why those gave none that were asked before, or instead: `model at endpoint` and the reason.
    pub failures: Vec<(String, Failure)>,
    /// How it was decided whom to ask.
    pub trace: Vec<Step>,
    /// Every try.
    pub attempts: Vec<Attempt>,
    /// The tokens of all tries.
    pub usage: Usage,
    /// What they cost.
    pub cost: Money,
    /// What a person should know, one line each.
    pub notes: Vec<String>,
}

/// An answer that was read.
#[derive(Debug, Clone)]
pub struct Given {
    /// The model that was asked, by its name in the configuration.
    pub model: String,
    /// The endpoint.
    pub endpoint: String,
    /// The model that answered, by its own word.
    pub served: Option<String>,
    /// Why the model stopped.
    pub finish: Finish,
    /// The text as it came.
    pub text: String,
    /// What was read from it; `None` where no form was asked for.
    pub reading: Option<Reading>,
    /// Whether it was kept from an earlier call, and cost nothing.
    pub cached: bool,
    /// Whether it is the second answer, to the question what was wrong with the first.
    pub asked_again: bool,
    /// The tools that the model calls before it answers; there is no reading then.
    pub calls: Vec<ToolCall>,
    /// The model's turn as it must be sent back if the conversation goes on; empty where it does not.
    pub turn: Vec<Part>,
}

impl Given {
    /// Whether this is all that the model had to say. If not, it can add findings, and never pass.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.finish == Finish::Complete && self.reading.as_ref().is_none_or(Reading::is_whole)
    }
}

impl Reply {
    /// Returns the failure that says most: the last one, unless the time was up by then.
    #[must_use]
    pub fn failure(&self) -> Option<&Failure> {
        self.telling().map(|(_, failure)| failure)
    }

    /// Returns what that failure says, and of whom: `model at endpoint: no connection`.
    #[must_use]
    pub fn reason(&self) -> Option<String> {
        let (name, failure) = self.telling()?;
        Some(match name.as_str() {
            EVERYBODY => failure.message.clone(),
            name => format!("{name}: {}", failure.message),
        })
    }

    fn telling(&self) -> Option<&(String, Failure)> {
        let own = |failure: &&(String, Failure)| failure.1.kind != FailureKind::TimedOut(Wait::Total);
        self.failures.iter().rev().find(own).or(self.failures.last())
    }
}

fn exchange<'e>(
    question: &Question<'e>,
    endpoint: &'e Endpoint,
    request: &'e Request,
    stream: bool,
    within: &'e Within,
) -> Exchange<'e> {
    Exchange {
        endpoint,
        request,
        expected: question.expected,
        stream,
        within,
    }
}

impl<'a> Client<'a> {
    /// A client. Without a store nothing is limited, kept or learnt, and where there is a limit on spending
    /// nobody who costs anything is asked.
    #[must_use]
    pub fn new(book: &'a Book, store: Option<&'a Store>) -> Self {
        Self {
            book,
            store,
            keys: Keys::default(),
            carrier: &InProcess,
        }
    }

    /// Has each call carried by that carrier; otherwise this process does it itself.
    #[must_use]
    pub fn through(mut self, carrier: &'a dyn Carrier) -> Self {
        self.carrier = carrier;
        self
    }

    /// Decides whom a question would go to.
    #[must_use]
    pub fn route(&self, question: &Question<'_>) -> Decision {
        let draft = Draft::of(question.request);
        self.route_for(question, self.likely_tokens(&draft))
    }

    /// Decides whom a question would go to if its prompt had so many tokens. No turn is taken: the question
    /// itself, asked now, would go the same way.
    #[must_use]
    pub fn route_for(&self, question: &Question<'_>, tokens: u64) -> Decision {
        let state = state::now(self.book, self.store, question, state::Turn::Look);
        self.decide(question, tokens, &state)
    }

    fn decide(&self, question: &Question<'_>, tokens: u64, state: &State) -> Decision {
        let ask = route::Ask {
            agent: question.agent,
            task: question.task,
            tokens,
            output: u64::from(question.request.max_output),
        };
        route::decide(&self.book.table, &ask, state)
    }

    /// The size of a prompt before it is known who gets it: by the family that cuts finest.
    fn likely_tokens(&self, draft: &Draft) -> u64 {
        let families = tokens::Family::ALL.into_iter();
        families.map(|family| draft.tokens(family)).max().unwrap_or(0)
    }

    /// Asks.
    pub async fn ask(&self, question: &Question<'_>) -> Reply {
        let draft = Draft::of(question.request);
        let tokens = self.likely_tokens(&draft);
        let mut state = state::now(self.book, self.store, question, state::Turn::Take);
        let mut reply = Reply::default();
        let mut asked = Vec::new();
        let decision = self.decide(question, tokens, &state);
        self.ask_in_turn(question, &draft, decision, &mut asked, &mut reply)
            .await;
        if let Some(spending) = reply.no_room(self.book.budget.at_limit) {
            state.spending = spending;
            let decision = self.decide(question, tokens, &state);
            self.ask_in_turn(question, &draft, decision, &mut asked, &mut reply)
                .await;
        }
        if reply.answer.is_none() && reply.failures.is_empty() {
            let failure = nobody(question, &state.spending, &reply.trace);
            reply.fail(EVERYBODY, failure);
        }
        reply
    }

    /// Asks one after another, those that were not asked yet.
    async fn ask_in_turn(
        &self,
        question: &Question<'_>,
        draft: &Draft,
        decision: Decision,
        asked: &mut Vec<Target>,
        reply: &mut Reply,
    ) {
        reply.trace.extend(decision.trace);
        let mut targets = decision.targets;
        targets.retain(|target| !asked.contains(target));
        if let Some(given) = self.kept_anywhere(question, &targets) {
            reply.answer = Some(given);
            return;
        }
        for target in targets {
            if question.cancel.is_cancelled() {
                break;
            }
            if left(question) < LEAST_TIME {
                reply.late();
                break;
            }
            asked.push(target);
            if self.ask_target(question, draft, target, reply).await {
                break;
            }
        }
    }

    /// Looks for an answer that any endpoint of the chosen model gave: whose turn it is does not matter then.
    fn kept_anywhere(&self, question: &Question<'_>, targets: &[Target]) -> Option<Given> {
        let first = targets.first()?.model;
        let mut same = targets.iter().filter(|target| target.model == first);
        same.find_map(|&target| {
            let request = self.book.models[target.model].fit(question.request);
            self.kept(question, target, &self.cache_key(question, target, &request))
        })
    }

    fn cache_key(&self, question: &Question<'_>, target: Target, request: &Request) -> String {
        let place = &self.book.places[target.endpoint];
        let asked = Asked {
            contract: place.codec.kind(),
            base_url: &place.base_url,
            api_version: &self.version(target),
            prompt: question.prompt,
        };
        cache_key::of(&asked, request)
    }

    /// Asks one model at one endpoint; says whether a whole answer came.
    async fn ask_target(
        &self,
        question: &Question<'_>,
        draft: &Draft,
        target: Target,
        reply: &mut Reply,
    ) -> bool {
        let known = &self.book.models[target.model];
        let place = &self.book.places[target.endpoint];
        let mut request = known.fit(question.request);
        let version = self.version(target);
        let cache_key = self.cache_key(question, target, &request);
        if let Some(given) = self.kept(question, target, &cache_key) {
            reply.answer = Some(given);
            return true;
        }
        let name = self.name_of(target);
        let endpoint =
            match self
                .keys
                .endpoint(place, &self.name_of_endpoint(target), version, left(question))
            {
                Ok(endpoint) => endpoint,
                Err(failure) => return reply.fail(&name, failure),
            };
        reply.notes.extend(known.warnings.iter().cloned());
        let mut again = false;
        loop {
            let desk = Desk::new(self.book, self.store, question, target, draft);
            let within = self.within(question, target, desk.tokens());
            let exchange = exchange(question, &endpoint, &request, place.stream, &within);
            let (carried, attempts) = transport::ask_through(self.carrier, exchange, &desk).await;
            reply.attempts.extend(attempts);
            desk.close(reply);
            let carried = match carried {
                Ok(carried) => carried,
                Err(failure) => return reply.fail(&name, failure),
            };
            self.note(target, &carried.answer, reply);
            if let Some(failure) = desk.cut(&carried.answer) {
                return reply.fail(&name, failure);
            }
            let finish = carried.answer.finish.clone();
            let unreadable = match self.take(target, carried, &request, &cache_key, again) {
                Ok(given) => return reply.keep(&name, given),
                Err(unreadable) => unreadable,
            };
            // Who was cut off, or declined, would do so again.
            if finish != Finish::Complete {
                return reply.fail(&name, not_whole(&finish, None));
            }
            if again || left(question) < LEAST_TIME {
                return reply.fail(
                    &name,
                    Failure::new(FailureKind::Malformed, &unreadable.to_string()),
                );
            }
            reply.notes.push(format!("{name} was asked again: {unreadable}"));
            draft::ask_again(&mut request, &reading::ask_again(&unreadable));
            again = true;
        }
    }

    /// Takes an answer, and keeps it if it is one that will do again.
    fn take(
        &self,
        target: Target,
        carried: Carried,
        request: &Request,
        cache_key: &str,
        asked_again: bool,
    ) -> Result<Given, Unreadable> {
        let Carried { answer, reading } = carried;
        if turn::is_called_for(&answer, request) {
            return Ok(self.called(target, answer, request, cache_key));
        }
        let reading = reading.transpose()?;
        let valid = match &reading {
            Some(reading) => reading.is_whole(),
            None => !answer.text.trim().is_empty(),
        };
        // The second answer is kept as well, for the first question: the same content gets the same verdict.
        if cache_key::may_keep(&answer, request, valid) {
            self.keep(cache_key, &answer);
        }
        Ok(Given {
            model: self.book.table.models[target.model].name.clone(),
            endpoint: self.name_of_endpoint(target),
            served: answer.served,
            finish: answer.finish,
            text: answer.text,
            reading,
            cached: false,
            asked_again,
            calls: Vec::new(),
            turn: Vec::new(),
        })
    }

    /// Looks for an answer that an earlier call was given.
    fn kept(&self, question: &Question<'_>, target: Target, key: &str) -> Option<Given> {
        self.kept_answer(question, target, key)
            .or_else(|| self.kept_calls(question, target, key))
    }

    fn kept_answer(&self, question: &Question<'_>, target: Target, key: &str) -> Option<Given> {
        let bytes = kept::get(self.store?, key, &kept::Bounds::default(), clock::now()).ok()??;
        let text = String::from_utf8(bytes).ok()?;
        let reading = match &question.expected {
            Some(expected) => Some(reading::read(&text, &Finish::Complete, expected).ok()?),
            None => None,
        };
        let given = Given {
            model: self.book.table.models[target.model].name.clone(),
            endpoint: self.name_of_endpoint(target),
            served: None,
            finish: Finish::Complete,
            text,
            reading,
            cached: true,
            asked_again: false,
            calls: Vec::new(),
            turn: Vec::new(),
        };
        Some(given).filter(Given::is_whole)
    }

    /// Keeps an answer. One that cannot be kept is paid for again, and that is all.
    fn keep(&self, key: &str, answer: &Answer) {
        if let Some(store) = self.store {
            let bounds = kept::Bounds::default();
            drop(kept::put(
                store,
                key,
                answer.text.as_bytes(),
                &bounds,
                clock::now(),
            ));
        }
    }

    fn within(&self, question: &Question<'_>, target: Target, tokens: u64) -> Within {
        let place = &self.book.places[target.endpoint];
        Within {
            deadline: question.deadline,
            connect: place.connect_within(),
            first_byte: place.first_byte,
            idle: place.idle,
            max_body: LARGEST_ANSWER,
            attempts: place.attempts,
            tokens,
            cancel: question.cancel.clone(),
        }
    }

    /// The version of the interface: as configured, else as the model needs it, else the usual one.
    fn version(&self, target: Target) -> String {
        let (known, place) = (
            &self.book.models[target.model],
            &self.book.places[target.endpoint],
        );
        let version = place.api_version.clone().or_else(|| known.api_version.clone());
        version.unwrap_or_else(|| place.codec.defaults().api_version.to_owned())
    }

    /// Notes what a person should know about who answered.
    fn note(&self, target: Target, answer: &Answer, reply: &mut Reply) {
        let asked = &self.book.models[target.model].id;
        let other = answer
            .served
            .as_deref()
            .filter(|served| !same_model(asked, served));
        if let Some(served) = other {
            let free = self.book.places[target.endpoint].free && !self.book.models[target.model].priced;
            let price = if free { "" } else { ": priced as that" };
            let note = format!("asked `{asked}`, and `{served}` answered{price}");
            reply.notes.push(note);
        }
        if let Some(notice) = &answer.notice {
            reply.notes.push(format!("`{asked}`: {notice}"));
        }
    }

    fn name_of_endpoint(&self, target: Target) -> String {
        self.book.table.endpoints[target.endpoint].name.clone()
    }

    fn name_of(&self, target: Target) -> String {
        let model = &self.book.table.models[target.model].name;
        format!("{model} at {}", self.book.table.endpoints[target.endpoint].name)
    }
}

impl Reply {
    /// Says how spending stands if nobody answered because there was no room in the budget, and the
    /// configuration names a way on.
    fn no_room(&self, at_limit: AtLimit) -> Option<Spending> {
        if self.answer.is_some() {
            return None;
        }
        let full = |(_, failure): &&(String, Failure)| failure.kind == FailureKind::Budget;
        let why = self.failures.iter().find(full)?.1.message.clone();
        match at_limit {
            AtLimit::Stop => None,
            AtLimit::Cheaper => Some(Spending::Cheaper(why)),
            AtLimit::Offline => Some(Spending::Offline(why)),
        }
    }

    /// Puts down that the time is up, once.
    fn late(&mut self) {
        let kind = FailureKind::TimedOut(Wait::Total);
        if self.failures.last().is_none_or(|(_, last)| last.kind != kind) {
            self.fail(
                EVERYBODY,
                Failure::new(kind, "the deadline came before the answer"),
            );
        }
    }

    fn fail(&mut self, name: &str, failure: Failure) -> bool {
        self.failures.push((name.to_owned(), failure));
        false
    }

    /// Keeps an answer if it is better than what there is; says whether it is whole, or goes on with tools.
    fn keep(&mut self, name: &str, given: Given) -> bool {
        let whole = given.is_whole() || !given.calls.is_empty();
        if !whole {
            self.fail(name, not_whole(&given.finish, given.reading.as_ref()));
        }
        if whole || self.answer.is_none() {
            self.answer = Some(given);
        }
        whole
    }
}

fn left(question: &Question<'_>) -> Duration {
    question.deadline.saturating_duration_since(Instant::now())
}

/// Why an answer is not all that there was to say.
fn not_whole(finish: &Finish, reading: Option<&Reading>) -> Failure {
    let why = match finish {
        Finish::Refused(why) => format!("the model declined to answer: {why}"),
        Finish::Blocked(why) => format!("a filter of the provider stopped the answer: {why}"),
        Finish::Truncated => "the answer was cut off at the limit on tokens".to_owned(),
        Finish::Complete => match reading.map_or(0, |reading| reading.dropped) {
            0 => "the end of the answer is missing".to_owned(),
            dropped => format!("{dropped} parts of the answer could not be read"),
        },
        finish => format!("the answer is not whole: {}", finish.name()),
    };
    Failure::new(FailureKind::Malformed, why.trim_end_matches([':', ' ']))
}

fn nobody(question: &Question<'_>, spending: &Spending, trace: &[Step]) -> Failure {
    if question.cancel.is_cancelled() {
        return Failure::new(FailureKind::Cancelled, "the call was called off");
    }
    let rejected = trace.iter().find(|step| step.verdict == Verdict::Rejected);
    let Some((step, target)) = rejected.and_then(|step| Some((step, step.target.as_ref()?))) else {
        return Failure::new(FailureKind::Refused, NOBODY);
    };
    let by_budget = match spending {
        Spending::Stop(why) | Spending::Offline(why) => step.why.starts_with(why.as_str()),
        Spending::Free(_) | Spending::Cheaper(_) => false,
    };
    let kind = match by_budget {
        true => FailureKind::Budget,
        false => FailureKind::Refused,
    };
    let message = format!("no model can be asked: {target}: {}", step.why);
    Failure::new(kind, &message)
}
