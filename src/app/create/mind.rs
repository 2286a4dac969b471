//! Questions of the built-in agent, through the client that everybody uses.

use crate::agent::builtin::Mind;
use crate::app::worker;
use crate::llm::answer::{Failure, FailureKind};
use crate::llm::book::Book;
use crate::llm::client::{Client, Question, Reply};
use crate::llm::request::Request;
use crate::llm::transport::Cancel;
use crate::store::Store;
use crate::sys::clock::Deadline;
use crate::sys::http::block_on;
use crate::sys::signal::Interrupt;
use std::time::Instant;

/// The task, for routing.
const TASK: &str = "create";

/// Asks through the client.
pub struct Thinking<'a> {
    client: Client<'a>,
    run: &'a str,
    agent: &'a str,
    stage: &'a str,
    day: String,
    repository: String,
    /// What the request was made from, so that two attempts at one thing are not given one answer.
    prompt: String,
    deadline: Instant,
    cancel: Cancel,
}

/// Whose questions they are.
pub struct Whose<'a> {
    /// The run.
    pub run: &'a str,
    /// The agent.
    pub agent: &'a str,
    /// The stage whose gate will judge.
    pub stage: &'a str,
    /// The repository.
    pub repository: String,
    /// The digest of the prompt.
    pub prompt: String,
}

impl<'a> Thinking<'a> {
    /// Asks within a deadline.
    pub fn new(
        book: &'a Book,
        store: Option<&'a Store>,
        whose: Whose<'a>,
        deadline: &Deadline,
        interrupt: &Interrupt,
    ) -> Self {
        Self {
            client: Client::new(book, store).through(worker::carrier()),
            run: whose.run,
            agent: whose.agent,
            stage: whose.stage,
            day: crate::sys::clock::today(),
            repository: whose.repository,
            prompt: format!("{} for {}", whose.prompt, whose.run),
            deadline: Instant::now() + deadline.left(),
            cancel: Cancel::with(interrupt.clone()),
        }
    }
}

impl Mind for Thinking<'_> {
    fn ask(&self, request: &Request) -> Reply {
        let question = Question {
            agent: self.agent,
            task: TASK,
            stage: self.stage,
            run: self.run,
            day: &self.day,
            repository: &self.repository,
            request,
            expected: None,
            prompt: &self.prompt,
            deadline: self.deadline,
            cancel: self.cancel.clone(),
        };
        block_on(self.client.ask(&question)).unwrap_or_else(|error| {
            let failure = Failure::new(FailureKind::Refused, &format!("no call can be made: {error}"));
            Reply {
                failures: vec![("everybody".to_owned(), failure)],
                ..Reply::default()
            }
        })
    }

    fn is_cancelled(&self) -> bool {
        self.cancel.is_cancelled()
    }
}
