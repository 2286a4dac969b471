//! Questions to models, through the client.

use super::{Wanted, cancel, ends};
use crate::app::models::{self, Now};
use crate::app::worker;
use crate::llm::book::Book;
use crate::llm::client::{Client, Preview, Question};
use crate::llm::reading::{Expected, Limits};
use crate::llm::route;
use crate::llm::transport::Cancel;
use crate::store::Store;
use crate::sys::clock::Deadline;
use crate::validators::review::{Answered, Answering, Ask, Asker, SYNONYMS, VERBATIM, readable};
use std::time::{Duration, Instant};

/// On whose behalf is asked, and until when.
#[derive(Clone)]
pub struct Terms {
    /// The run, by a text that no other run has.
    pub run: String,
    /// Today, `YYYY-MM-DD`.
    pub day: String,
    /// The stage of the gate.
    pub stage: &'static str,
    /// The repository.
    pub repository: String,
    /// The time of the gate.
    pub gate: Deadline,
    /// When the last answer must be there.
    pub deadline: Instant,
    /// Calls it off.
    pub cancel: Cancel,
}

impl Terms {
    /// Asks within the deadline of a gate.
    pub fn of(wanted: &Wanted<'_>, now: &Now) -> Self {
        Self {
            run: models::run_id(),
            day: now.today.clone(),
            stage: wanted.wired.stage.name(),
            repository: wanted.repo.common_dir().display().to_string(),
            gate: wanted.deadline,
            deadline: ends(wanted.deadline),
            cancel: cancel(wanted.interrupt),
        }
    }
}

/// Whoever answers through the client. What comes from the network is read by a worker that can do nothing else.
pub struct Asking<'a> {
    client: Client<'a>,
    book: &'a Book,
    terms: Terms,
}

/// With less time than this nobody is asked any more.
const LEAST: Duration = Duration::from_millis(50);

impl<'a> Asking<'a> {
    /// Asks on these terms.
    pub fn new(book: &'a Book, store: Option<&'a Store>, terms: Terms) -> Self {
        Self {
            client: Client::new(book, store).through(worker::carrier()),
            book,
            terms,
        }
    }

    /// The model that answered, as `provider/id`: two names of one model are one opinion.
    fn name(&self, model: &str, endpoint: &str) -> String {
        let table = &self.book.table;
        let at = table.models.iter().position(|known| known.name == model);
        let id = at.map_or(model, |at| self.book.models[at].id.as_str());
        let at = table.endpoints.iter().position(|known| known.name == endpoint);
        let provider = at.map_or(endpoint, |at| self.book.places[at].provider.as_str());
        format!("{provider}/{id}")
    }
}

impl<'a> Asking<'a> {
    /// What routing knows.
    pub fn table(&self) -> &route::Table {
        &self.book.table
    }

    /// Shows the call that a question would become, and how it is decided whom to ask.
    pub fn preview(&self, ask: &Ask) -> (route::Decision, Preview) {
        let question = self.question(ask);
        (self.client.route(&question), self.client.preview(&question))
    }

    fn question<'q>(&'q self, ask: &'q Ask) -> Question<'q> {
        let expected = readable(ask).map(|schema| Expected {
            schema,
            verbatim: VERBATIM,
            synonyms: SYNONYMS,
            limits: Limits::default(),
        });
        Question {
            agent: &ask.agent,
            task: &ask.task,
            stage: self.terms.stage,
            run: &self.terms.run,
            day: &self.terms.day,
            repository: &self.terms.repository,
            request: &ask.request,
            expected,
            prompt: &ask.prompt,
            deadline: self.terms.deadline,
            cancel: self.terms.cancel.clone(),
        }
    }
}

impl Asker for Asking<'_> {
    fn ask<'a>(&'a self, ask: &'a Ask) -> Answering<'a> {
        Box::pin(async move {
            let reply = self.client.ask(&self.question(ask)).await;
            let given = reply.answer.as_ref();
            let name = given.map(|given| self.name(&given.model, &given.endpoint));
            Answered {
                model: name.unwrap_or_default(),
                reply,
            }
        })
    }

    fn is_over(&self) -> bool {
        self.terms.cancel.is_cancelled()
            || self.terms.gate.left() < LEAST
            || self.terms.deadline <= Instant::now()
    }
}
