//! Who carries a single try: this process, or another one that may do less.

use super::{Endpoint, Within, call};
use crate::llm::answer::{Answer, Failure};
use crate::llm::reading::{self, Expected, Reading, Unreadable};
use crate::llm::request::Request;
use serde::{Deserialize, Serialize};
use std::pin::Pin;

/// One try: a request out, an answer in, and its reading.
#[derive(Clone, Copy)]
pub struct Exchange<'a> {
    /// Who is asked.
    pub endpoint: &'a Endpoint,
    /// What.
    pub request: &'a Request,
    /// What the answer must look like; `None`: any text.
    pub expected: Option<Expected<'a>>,
    /// Whether the answer is asked for in pieces.
    pub stream: bool,
    /// What it must keep within. The deadline, repetitions and calling it off are the affair of whoever asks
    /// the carrier, who drops the future.
    pub within: &'a Within,
}

/// What came of a try.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Carried {
    /// The answer.
    pub answer: Answer,
    /// What was read from it; `None` where no form was asked for.
    pub reading: Option<Result<Reading, Unreadable>>,
}

/// A try that goes on. To drop it ends it.
pub type Carrying<'a> = Pin<Box<dyn Future<Output = Result<Carried, Failure>> + 'a>>;

/// Carries tries.
pub trait Carrier: Sync {
    /// Begins a try.
    fn carry<'a>(&'a self, exchange: Exchange<'a>) -> Carrying<'a>;
}

/// This process itself: it parses what an endpoint sends with all the rights that it has.
#[derive(Debug, Clone, Copy, Default)]
pub struct InProcess;

impl Carrier for InProcess {
    fn carry<'a>(&'a self, exchange: Exchange<'a>) -> Carrying<'a> {
        Box::pin(carry(exchange))
    }
}

async fn carry(exchange: Exchange<'_>) -> Result<Carried, Failure> {
    let Exchange {
        endpoint, request, ..
    } = exchange;
    let call = endpoint
        .codec
        .ask(&endpoint.api_version, request, exchange.stream);
    let answer = call::answer(endpoint, &call, exchange.stream, exchange.within).await?;
    let expected = exchange.expected.as_ref();
    let reading = expected.map(|expected| reading::read(&answer.text, &answer.finish, expected));
    Ok(Carried { answer, reading })
}
