//! Notes what somebody answers, to be counted and to be recorded.

use super::answers::{FALSIFIER, Record, digest};
use crate::llm::answer::Finish;
use crate::model::{Money, Usage};
use crate::validators::review::{Answered, Answering, Ask, Asker};
use std::cell::RefCell;

/// Stands before somebody who answers.
pub(super) struct Tape<'a> {
    asker: &'a dyn Asker,
    taped: RefCell<Vec<Taped>>,
}

/// One answer.
#[derive(Debug, Clone)]
pub(super) struct Taped {
    /// The validator.
    pub task: String,
    /// The model that answered; empty: none did.
    pub model: String,
    /// Whether it is all that there was to say; `None`: there is no answer that can be read.
    pub is_whole: Option<bool>,
    /// How many of its claims did not fit the schema.
    pub dropped: usize,
    /// Why there is no whole answer.
    pub why: Option<String>,
    /// The answer.
    pub record: Record,
}

impl<'a> Tape<'a> {
    /// Notes what this one answers.
    pub(super) fn of(asker: &'a dyn Asker) -> Self {
        Self {
            asker,
            taped: RefCell::default(),
        }
    }

    /// Returns what was answered, in the order in which it came.
    pub(super) fn taped(self) -> Vec<Taped> {
        self.taped.into_inner()
    }
}

fn taped(ask: &Ask, answered: &Answered) -> Taped {
    let reply = &answered.reply;
    let given = reply.answer.as_ref();
    Taped {
        task: ask.task.clone(),
        model: answered.model.clone(),
        is_whole: given.map(|given| given.is_whole()),
        dropped: given
            .and_then(|given| given.reading.as_ref())
            .map_or(0, |reading| reading.dropped),
        why: reply.failure().map(|failure| failure.message.clone()),
        record: Record {
            unit: ask.unit,
            material: digest(&ask.material),
            prompt: digest(&ask.prompt),
            when: when(ask),
            finish: given.map_or(Finish::Missing, |given| given.finish.clone()),
            text: given.map(|given| given.text.clone()).unwrap_or_default(),
            usage: reply.usage,
            cost: reply.cost,
        },
    }
}

/// Of one unit several things are refuted: the question begins with what it is about.
fn when(ask: &Ask) -> String {
    let claim = ask.material.split_once("\nThe change:").map(|(claim, _)| claim);
    claim
        .filter(|_| ask.task == FALSIFIER)
        .unwrap_or_default()
        .to_owned()
}

impl Taped {
    /// Returns the tokens.
    pub(super) fn usage(&self) -> Usage {
        self.record.usage
    }

    /// Returns what they cost.
    pub(super) fn cost(&self) -> Money {
        self.record.cost
    }
}

impl Asker for Tape<'_> {
    fn ask<'a>(&'a self, ask: &'a Ask) -> Answering<'a> {
        Box::pin(async move {
            let answered = self.asker.ask(ask).await;
            self.taped.borrow_mut().push(taped(ask, &answered));
            answered
        })
    }

    fn is_over(&self) -> bool {
        self.asker.is_over()
    }
}
