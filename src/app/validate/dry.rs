//! A review that asks nobody: what would be asked, of whom, and what that would cost.

use super::asking::Asking;
use crate::llm::client::Preview;
use crate::llm::route::{Verdict, explain};
use crate::validators::review::{Answered, Answering, Ask, Asker};
use std::cell::RefCell;

/// One question that would be asked.
#[derive(Debug)]
pub struct Planned {
    /// The validator.
    pub validator: String,
    /// The number of the part, from 1.
    pub part: usize,
    /// How it was decided whom to ask, a line for each level.
    pub route: String,
    /// The call.
    pub preview: Preview,
}

impl Planned {
    /// Returns who was turned down, each with the reason.
    pub fn turned_down(&self) -> impl Iterator<Item = String> {
        let steps = self.preview.trace.iter();
        let rejected = steps.filter(|step| step.verdict == Verdict::Rejected);
        rejected.map(|step| format!("{}: {}", step.target.as_deref().unwrap_or_default(), step.why))
    }
}

/// Notes questions down.
pub struct Dry<'a> {
    asking: Asking<'a>,
    planned: RefCell<Vec<Planned>>,
}

impl<'a> Dry<'a> {
    /// Notes what would be asked so.
    pub fn new(asking: Asking<'a>) -> Self {
        Self {
            asking,
            planned: RefCell::default(),
        }
    }

    /// Returns what was noted.
    pub fn planned(self) -> Vec<Planned> {
        self.planned.into_inner()
    }
}

impl Asker for Dry<'_> {
    fn ask<'a>(&'a self, ask: &'a Ask) -> Answering<'a> {
        let (decision, preview) = self.asking.preview(ask);
        self.planned.borrow_mut().push(Planned {
            validator: ask.task.clone(),
            part: ask.unit + 1,
            route: explain(self.asking.table(), &decision),
            preview,
        });
        Box::pin(std::future::ready(Answered::default()))
    }

    fn is_over(&self) -> bool {
        false
    }
}
