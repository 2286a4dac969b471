//! How a decision came about, for people and receipts.

use super::{Decision, Table, Target};
use serde::Serialize;

/// The levels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// A model for everything.
    Override,
    /// The spending limit.
    Spending,
    /// The agent's own model.
    Agent,
    /// The task.
    Task,
    /// The size of the prompt.
    Size,
    /// What counts otherwise.
    Default,
    /// The choice of an endpoint.
    Endpoint,
}

/// One step of a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// Where it was taken.
    pub level: Level,
    /// What came of it.
    pub verdict: Verdict,
    /// The model, with its endpoint where one is meant: `model` or `model at endpoint`.
    pub target: Option<String>,
    /// Why, in a few lowercase words.
    pub why: String,
}

/// What came of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It chose.
    Chosen,
    /// It had nothing to say.
    Passed,
    /// It turned a candidate down.
    Rejected,
}

impl Step {
    fn new(level: Level, verdict: Verdict, target: Option<String>, why: &str) -> Self {
        Self {
            level,
            verdict,
            target,
            why: why.to_owned(),
        }
    }

    pub(super) fn chosen(level: Level, model: &str, why: &str) -> Self {
        Self::new(level, Verdict::Chosen, Some(model.to_owned()), why)
    }

    pub(super) fn passed(level: Level, why: &str) -> Self {
        Self::new(level, Verdict::Passed, None, why)
    }

    pub(super) fn rejected(table: &Table, target: Target, why: &str) -> Self {
        Self::new(
            Level::Endpoint,
            Verdict::Rejected,
            Some(shown(table, target)),
            why,
        )
    }

    pub(super) fn balanced(table: &Table, first: Target, all: usize) -> Self {
        let why = match all - 1 {
            0 => "there is no other to fall back on".to_owned(),
            rest => format!("{rest} to fall back on"),
        };
        Self::new(Level::Endpoint, Verdict::Chosen, Some(shown(table, first)), &why)
    }
}

fn shown(table: &Table, target: Target) -> String {
    let model = &table.models[target.model].name;
    format!("{model} at {}", table.endpoints[target.endpoint].name)
}

impl Level {
    /// Returns the name, with its number where it is one of the six.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Override => "1 override",
            Self::Spending => "2 spending",
            Self::Agent => "3 agent",
            Self::Task => "4 task",
            Self::Size => "5 size",
            Self::Default => "6 default",
            Self::Endpoint => "endpoint",
        }
    }
}

/// Writes a decision for a person, one step on each line.
#[must_use]
pub fn explain(table: &Table, decision: &Decision) -> String {
    let mut out = String::new();
    for step in &decision.trace {
        let mark = match step.verdict {
            Verdict::Chosen => "->",
            Verdict::Passed => "  ",
            Verdict::Rejected => " x",
        };
        let target = step.target.as_ref().map(|t| format!("{t}: ")).unwrap_or_default();
        out.push_str(&format!(
            "{mark} {:<11} {target}{}\n",
            step.level.name(),
            step.why
        ));
    }
    let rest: Vec<String> = decision
        .targets
        .iter()
        .skip(1)
        .map(|t| shown(table, *t))
        .collect();
    if !rest.is_empty() {
        out.push_str(&format!("   {:<11} {}\n", "then", rest.join(", ")));
    }
    if decision.targets.is_empty() {
        out.push_str("   nobody can be asked\n");
    }
    out
}
