//! What is configured, what it costs, and whether it can be reached.

use super::Now;
use crate::llm::answer::Failure;
use crate::llm::book::{Book, Known, Place};
use crate::llm::budget::{self, Plan};
use crate::llm::client::{Client, Preview, Question, Reply};
use crate::llm::price::{Call, Table as Prices};
use crate::llm::request::Request;
use crate::llm::route::{self, Decision, explain};
use crate::llm::transport::{self, Cancel, Within};
use crate::model::{Money, Usage};
use crate::store::Store;
use crate::store::calibration::Calibration;
use crate::store::outcome::Record;
use crate::sys::http::block_on;
use crate::sys::signal::Interrupt;
use std::io;
use std::time::{Duration, Instant};

/// The tokens of a thousand changed lines with their context, by Gemini's tokenizer: the median of changes
/// to public repositories, as counted by `examples/measure_tokens.py`.
const TOKENS_OF_A_THOUSAND_LINES: u64 = 13_000;
/// The tokens of a prompt without the change.
const TOKENS_OF_A_PROMPT: u64 = 1_500;

/// A model as it is configured.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Row {
    /// The name that people use.
    pub name: String,
    /// The provider's name for it.
    pub id: String,
    /// The endpoints that serve it.
    pub endpoints: Vec<End>,
    /// The tokens that it takes in, if known.
    pub window: Option<u64>,
    /// The most tokens that it writes.
    pub max_output: u32,
    /// The price of a million tokens in, today.
    pub input: Money,
    /// The price of a million tokens out, today.
    pub output: Money,
    /// What a review of a thousand changed lines would likely cost.
    pub thousand_lines: Money,
    /// Why the prices are a guess, if they are one.
    pub guess: Option<&'static str>,
    /// What comes next if it gives no answer.
    pub fallback: Vec<String>,
    /// What a person should know.
    pub warnings: Vec<String>,
}

/// An endpoint as it is configured.
#[derive(Debug, Clone, serde::Serialize)]
pub struct End {
    /// Its name.
    pub name: String,
    /// The contract.
    pub kind: &'static str,
    /// The address.
    pub base_url: String,
    /// Why it cannot be asked, if so.
    pub unusable: Option<String>,
}

/// Lists the models of a book, by name.
#[must_use]
pub fn rows(book: &Book, now: &Now) -> Vec<Row> {
    let models = by_name(book).into_iter();
    models
        .map(|n| row(book, now, &book.table.models[n], &book.models[n]))
        .collect()
}

/// The places of the models in the order of their names.
fn by_name(book: &Book) -> Vec<usize> {
    let models = &book.table.models;
    let mut order: Vec<usize> = (0..models.len()).collect();
    order.sort_by(|&a, &b| models[a].name.cmp(&models[b].name));
    order
}

/// Says why an endpoint is not asked, whatever the question.
fn obstacle(book: &Book, n: usize) -> Option<String> {
    let end = &book.table.endpoints[n];
    let remote = !book.table.remote && !end.local;
    let off = remote.then(|| "`routing.remote` is off, and it is not on this machine".to_owned());
    off.or_else(|| end.unusable.clone())
}

fn row(book: &Book, now: &Now, model: &route::Model, known: &Known) -> Row {
    let first = model.endpoints.first().map(|&n| &book.places[n]);
    let prices = Rates::of(&book.prices, first, known, &now.today);
    Row {
        name: model.name.clone(),
        id: known.id.clone(),
        endpoints: model.endpoints.iter().map(|&n| end(book, n)).collect(),
        window: model.window,
        max_output: known.max_output,
        input: prices.input,
        output: prices.output,
        thousand_lines: prices.thousand_lines,
        guess: prices.guess,
        fallback: model
            .fallback
            .iter()
            .map(|&n| book.table.models[n].name.clone())
            .collect(),
        warnings: known.warnings.clone(),
    }
}

fn end(book: &Book, n: usize) -> End {
    End {
        name: book.table.endpoints[n].name.clone(),
        kind: book.places[n].codec.kind(),
        base_url: book.places[n].base_url.clone(),
        unusable: obstacle(book, n),
    }
}

#[derive(Default)]
struct Rates {
    input: Money,
    output: Money,
    thousand_lines: Money,
    guess: Option<&'static str>,
}

impl Rates {
    fn of(prices: &Prices, place: Option<&Place>, known: &Known, today: &str) -> Self {
        let Some(place) = place.filter(|place| !place.free || known.priced) else {
            return Self::default();
        };
        let call = Call {
            provider: place.codec.kind(),
            asked: &known.id,
            served: None,
            day: today,
            service_tier: known.service_tier.as_deref(),
        };
        let million = |usage| prices.price(&call, &usage).cost;
        let input = Usage {
            input: 100_000,
            ..Usage::default()
        };
        let output = Usage {
            output: 100_000,
            ..Usage::default()
        };
        // Of a short prompt: a million tokens may be beyond the first tier.
        let ten = |money: Money| Money(money.0.saturating_mul(10));
        let plan = Plan {
            call,
            input: (TOKENS_OF_A_PROMPT + TOKENS_OF_A_THOUSAND_LINES) * u64::from(known.token_percent) / 100,
            calibration: Calibration::NONE,
            max_output: known.max_output,
            record: Record::default(),
        };
        let estimate = budget::estimate(prices, &plan);
        Self {
            input: ten(million(input)),
            output: ten(million(output)),
            thousand_lines: estimate.likely,
            guess: estimate.guess.map(budget_words),
        }
    }
}

fn budget_words(guess: crate::llm::price::Guess) -> &'static str {
    guess.words()
}

/// What came of looking for a model at an endpoint.
#[derive(Debug)]
pub struct Reached {
    /// `model at endpoint`.
    pub name: String,
    /// Whether the endpoint names the model among its own; `None`: it lists too few to say.
    pub result: Result<Option<bool>, Failure>,
    /// How long it took.
    pub elapsed: Duration,
}

/// Asks each endpoint of each model which models it has. That costs nothing.
///
/// # Errors
/// When no runtime can be started.
pub fn reach(
    book: &Book,
    wanted: &[String],
    limit: Duration,
    interrupt: &Interrupt,
) -> io::Result<Vec<Reached>> {
    let mut all = Vec::new();
    for n in by_name(book) {
        let model = &book.table.models[n];
        if !wanted.is_empty() && !wanted.contains(&model.name) {
            continue;
        }
        for &at in &model.endpoints {
            all.push(reach_one(book, n, at, limit, interrupt)?);
        }
    }
    Ok(all)
}

fn reach_one(
    book: &Book,
    model: usize,
    at: usize,
    limit: Duration,
    interrupt: &Interrupt,
) -> io::Result<Reached> {
    let (known, place) = (&book.models[model], &book.places[at]);
    let begun = Instant::now();
    let result = match obstacle(book, at) {
        Some(why) => Err(Failure::new(crate::llm::answer::FailureKind::Refused, &why)),
        None => block_on(listed(place, known, limit, interrupt))?,
    };
    Ok(Reached {
        name: format!(
            "{} at {}",
            book.table.models[model].name, book.table.endpoints[at].name
        ),
        result,
        elapsed: begun.elapsed(),
    })
}

async fn listed(
    place: &Place,
    known: &Known,
    limit: Duration,
    interrupt: &Interrupt,
) -> Result<Option<bool>, Failure> {
    let version = place.api_version.clone().or_else(|| known.api_version.clone());
    let version = version.unwrap_or_else(|| place.codec.defaults().api_version.to_owned());
    let keys = crate::llm::client::Keys::default();
    let endpoint = keys.endpoint(place, &place.provider, version, limit)?;
    let within = Within {
        deadline: Instant::now() + limit,
        connect: place.connect_within(),
        first_byte: place.first_byte,
        idle: place.idle,
        max_body: 8 << 20,
        attempts: 1,
        tokens: 0,
        cancel: Cancel::with(interrupt.clone()),
    };
    let names = transport::models(&endpoint, &within).await?;
    let named = |name: &String| crate::llm::price::same_model(&known.id, name);
    Ok((!names.is_empty()).then(|| names.iter().any(named)))
}

/// Who asks, and what is known of the moment.
pub struct Asker<'a> {
    /// The agent.
    pub agent: &'a str,
    /// The task.
    pub task: &'a str,
    /// The run.
    pub run: &'a str,
    /// Today.
    pub today: &'a str,
    /// How long it may take.
    pub limit: Duration,
    /// Calls it off.
    pub interrupt: Interrupt,
}

impl Asker<'_> {
    fn question<'q>(&'q self, request: &'q Request) -> Question<'q> {
        Question {
            agent: self.agent,
            task: self.task,
            stage: "manual",
            run: self.run,
            day: self.today,
            repository: "",
            request,
            expected: None,
            prompt: "",
            deadline: Instant::now() + self.limit,
            cancel: Cancel::with(self.interrupt.clone()),
        }
    }
}

/// Asks one short question, as a check would.
///
/// # Errors
/// When no runtime can be started.
pub fn ask(book: &Book, store: Option<&Store>, asker: &Asker<'_>, text: &str) -> io::Result<Reply> {
    let request = short(text);
    let client = Client::new(book, store);
    block_on(client.ask(&asker.question(&request)))
}

/// Shows the call that a question would become, and sends nothing.
#[must_use]
pub fn preview(book: &Book, store: Option<&Store>, asker: &Asker<'_>, text: &str) -> Preview {
    let request = short(text);
    Client::new(book, store).preview(&asker.question(&request))
}

fn short(text: &str) -> Request {
    Request::question("", "You answer in one short line.", text, 2048)
}

/// Says whom a question would go to, and how that is decided.
#[must_use]
pub fn explained(book: &Book, store: Option<&Store>, asker: &Asker<'_>, text: &str) -> String {
    let request = short(text);
    let decision = Client::new(book, store).route(&asker.question(&request));
    explain(&book.table, &decision)
}

/// Decides whom a prompt of so many tokens would go to, and says how.
#[must_use]
pub fn route(book: &Book, store: Option<&Store>, asker: &Asker<'_>, tokens: u64) -> (Decision, String) {
    let request = Request {
        max_output: 4096,
        ..Request::default()
    };
    let decision = Client::new(book, store).route_for(&asker.question(&request), tokens);
    let text = explain(&book.table, &decision);
    (decision, text)
}
