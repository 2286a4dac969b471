//! Answers that were recorded, as if a model gave them now.

use super::answers::{Answers, FALSIFIER, Record, digest};
use super::wrong::Wrong;
use crate::llm::answer::{Failure, FailureKind, Finish};
use crate::llm::client::{Given, Reply};
use crate::llm::reading::{self, Expected, Limits, Reading, Unreadable};
use crate::validators::review::{Answered, Answering, Ask, Asker, SYNONYMS, VERBATIM};
use std::cell::RefCell;
use std::future::ready;

/// Answers that were recorded.
pub(super) struct Recorded<'a> {
    answers: Vec<&'a Answers>,
    unfit: RefCell<Vec<Unfit>>,
}

/// An answer that does not fit its question.
#[derive(Debug, Clone)]
pub(super) struct Unfit {
    /// Whether there is none at all; otherwise the prompt or what is shown has changed.
    pub is_missing: bool,
    /// What is wrong.
    pub wrong: Wrong,
}

impl<'a> Recorded<'a> {
    /// Answers from these records.
    pub(super) fn new(answers: Vec<&'a Answers>) -> Self {
        Self {
            answers,
            unfit: RefCell::default(),
        }
    }

    /// Returns the answers that did not fit.
    pub(super) fn unfit(self) -> Vec<Unfit> {
        self.unfit.into_inner()
    }

    fn answer(&self, ask: &Ask) -> Option<Answered> {
        let material = digest(&ask.material);
        let mut of_task = self.answers.iter().filter(|answers| is_for(answers, ask));
        let (answers, record) = of_task.find_map(|answers| {
            let record = find(&answers.answers, ask, &material)?;
            Some((*answers, record))
        })?;
        self.look(answers, record, ask, &material);
        Some(Answered {
            model: answers.model.clone(),
            reply: reply(answers, record, ask),
        })
    }

    /// Notes whether an answer was given to another question.
    fn look(&self, answers: &Answers, record: &Record, ask: &Ask, material: &str) {
        let is_other = |had: &str, has: &str| !had.is_empty() && had != has;
        let what = if is_other(&record.prompt, &digest(&ask.prompt)) {
            "another prompt"
        } else if is_other(&record.material, material) {
            "something else that was shown"
        } else {
            return;
        };
        let what = format!("the answer to unit {} was given to {what}", record.unit);
        self.note(false, Wrong::new(&answers.path, what, "record it again"));
    }

    fn note(&self, is_missing: bool, wrong: Wrong) {
        self.unfit.borrow_mut().push(Unfit { is_missing, wrong });
    }

    fn miss(&self, ask: &Ask) {
        // Who tries to refute is asked about all that is found; only some of that was recorded.
        let of_task = |answers: &&&Answers| is_for(answers, ask) && ask.task != FALSIFIER;
        if let Some(answers) = self.answers.iter().find(of_task) {
            let what = format!("unit {} has no answer", ask.unit);
            self.note(true, Wrong::new(&answers.path, what, "record it, or write it"));
        }
    }
}

/// Anybody may refute.
fn is_for(answers: &Answers, ask: &Ask) -> bool {
    answers.validator == ask.task && (ask.task == FALSIFIER || answers.agent == ask.agent)
}

/// Finds the answer to the same question, else to the same unit.
fn find<'r>(records: &'r [Record], ask: &Ask, material: &str) -> Option<&'r Record> {
    let is_same = |record: &&Record| record.material == material;
    let is_about = |record: &&Record| match record.when.is_empty() {
        true => record.unit == ask.unit && ask.task != FALSIFIER,
        false => record.unit == ask.unit && ask.material.contains(&record.when),
    };
    records
        .iter()
        .find(is_same)
        .or_else(|| records.iter().find(is_about))
}

fn reply(answers: &Answers, record: &Record, ask: &Ask) -> Reply {
    let mut reply = Reply {
        usage: record.usage,
        cost: record.cost,
        ..Reply::default()
    };
    match read(record, ask) {
        Ok(reading) => {
            reply.answer = Some(Given {
                model: answers.model.clone(),
                endpoint: String::new(),
                served: None,
                finish: record.finish.clone(),
                text: record.text.clone(),
                reading,
                cached: false,
                asked_again: false,
                calls: Vec::new(),
                turn: Vec::new(),
            });
        }
        Err(why) => fail(&mut reply, FailureKind::Malformed, &why.to_string()),
    }
    let is_whole = reply.answer.as_ref().is_some_and(Given::is_whole);
    if !is_whole && reply.failures.is_empty() {
        let why = match record.finish {
            Finish::Complete => "a part of the answer could not be read".to_owned(),
            _ => format!("the answer is not whole: {}", record.finish.name()),
        };
        fail(&mut reply, FailureKind::Malformed, &why);
    }
    reply
}

fn read(record: &Record, ask: &Ask) -> Result<Option<Reading>, Unreadable> {
    let Some(schema) = &ask.request.schema else {
        return Ok(None);
    };
    let expected = Expected {
        schema: &schema.value,
        verbatim: VERBATIM,
        synonyms: SYNONYMS,
        limits: Limits::default(),
    };
    reading::read(&record.text, &record.finish, &expected).map(Some)
}

fn fail(reply: &mut Reply, kind: FailureKind, why: &str) {
    reply
        .failures
        .push(("recorded".to_owned(), Failure::new(kind, why)));
}

impl Asker for Recorded<'_> {
    fn ask<'a>(&'a self, ask: &'a Ask) -> Answering<'a> {
        let answered = self.answer(ask).unwrap_or_else(|| {
            self.miss(ask);
            let mut nothing = Answered::default();
            let why = "there is no recorded answer";
            fail(&mut nothing.reply, FailureKind::Refused, why);
            nothing
        });
        Box::pin(ready(answered))
    }

    fn is_over(&self) -> bool {
        false
    }
}
