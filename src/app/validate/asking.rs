//! Questions to models, through the client.

use super::{Wanted, cancel, ends};
use crate::app::models::{self, Now};
use crate::llm::book::Book;
use crate::llm::client::{Client, Preview, Question};
use crate::llm::reading::{Expected, Limits};
use crate::llm::route;
use crate::llm::transport::Cancel;
use crate::store::Store;
use crate::sys::clock::Deadline;
use crate::validators::review::{Answered, Answering, Ask, Asker, SYNONYMS, VERBATIM};
use std::time::{Duration, Instant};

/// Whoever answers through the client.
pub struct Asking<'a> {
    client: Client<'a>,
    book: &'a Book,
    run: String,
    day: String,
    stage: &'static str,
    repository: String,
    deadline: Instant,
    gate: Deadline,
    cancel: Cancel,
}

/// With less time than this nobody is asked any more.
const LEAST: Duration = Duration::from_millis(50);

impl<'a> Asking<'a> {
    /// Asks within the deadline of a gate.
    pub fn new(book: &'a Book, store: Option<&'a Store>, wanted: &Wanted<'_>, now: &Now) -> Self {
        Self {
            client: Client::new(book, store),
            book,
            run: models::run_id(),
            day: now.today.clone(),
            stage: wanted.wired.stage.name(),
            repository: wanted.repo.common_dir().display().to_string(),
            deadline: ends(wanted.deadline),
            gate: wanted.deadline,
            cancel: cancel(wanted.interrupt),
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
        let expected = ask.request.schema.as_ref().map(|schema| Expected {
            schema: &schema.value,
            verbatim: VERBATIM,
            synonyms: SYNONYMS,
            limits: Limits::default(),
        });
        Question {
            agent: &ask.agent,
            task: &ask.task,
            stage: self.stage,
            run: &self.run,
            day: &self.day,
            repository: &self.repository,
            request: &ask.request,
            expected,
            prompt: &ask.prompt,
            deadline: self.deadline,
            cancel: self.cancel.clone(),
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
        self.cancel.is_cancelled() || self.gate.left() < LEAST || self.deadline <= Instant::now()
    }
}
