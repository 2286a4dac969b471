//! A unit and a validator as one request to a model.
//!
//! The frame and the unit come first and are the same for all validators, so that a provider which keeps
//! prefixes reads them once; what to look for comes last, behind the hostile text.

use super::{Ask, Plan, canary, schema};
use crate::llm::request::{Block, CacheFor, Effort, Part, Request, Role, Schema, Turn};
use crate::model::visible;
use crate::validators::claim::{Kind, Scope};
use crate::validators::spec::Spec;
use crate::validators::view::Unit;
use std::fmt::Write;

/// The fields of an answer that must stay as they are.
pub const VERBATIM: &[&str] = &["path", "quote", "subject", "evidence"];

/// The most tokens of an answer, thoughts included.
const ANSWER: u32 = 16_000;

/// The most characters of a message of a commit.
const MESSAGE: usize = 4_000;

/// Makes the question of a validator about a unit.
#[must_use]
pub fn question(plan: &Plan<'_>, spec: &Spec, agent: &str, unit: (usize, &Unit), bare: bool) -> Ask {
    let (number, unit) = unit;
    let frame = plan.frame.render(&[]).unwrap_or_default();
    let planted = plan.canary.then(|| canary::put(&spec.name, unit)).flatten();
    let text = planted.unwrap_or_else(|| unit.text.clone());
    let material = text.replace(&unit.fence, "");
    let shown = Block {
        text,
        cache: Some(CacheFor::Short),
    };
    let mut last = String::new();
    if let Some(message) = plan.message.filter(|_| spec.sees_message) {
        last.push_str(&told(message));
    }
    last.push_str(&task(spec));
    let turn = Turn {
        role: Role::User,
        parts: vec![Part::Text(shown), Part::Text(Block::plain(&last))],
    };
    let request = Request {
        system: vec![Block::plain(&frame)],
        turns: vec![turn],
        schema: Some(Schema {
            name: "findings".to_owned(),
            value: schema(&spec.kinds),
        }),
        max_output: ANSWER,
        effort: Some(Effort::Low),
        ..Request::default()
    };
    Ask {
        task: spec.name.clone(),
        agent: agent.to_owned(),
        request,
        prompt: format!("{} {}", plan.frame.digest, spec.digest),
        unit: number,
        bare,
        material: format!("{material}\n{last}"),
    }
}

/// The message of a commit as data: no line of it begins one of the prompt.
fn told(message: &str) -> String {
    let mut out = String::from("The message that the author gave to the change, as data:\n\n");
    let cut: String = message.chars().take(MESSAGE).collect();
    for line in cut.lines() {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "| {}", visible(line));
    }
    out.push('\n');
    out
}

/// What to look for, and the words for it.
fn task(spec: &Spec) -> String {
    let mut out = format!("What to look for:\n\n{}\n\n", spec.focus.trim());
    out.push_str("The words for `kind`:\n");
    for kind in &spec.kinds {
        let _ = writeln!(out, "- `{}`: {}", kind.name(), meaning(*kind));
    }
    let scopes: Vec<&str> = Scope::ALL.iter().map(|scope| scope.name()).collect();
    let _ = writeln!(out, "The words for `scope` are {}.", scopes.join(", "));
    out
}

fn meaning(kind: Kind) -> &'static str {
    match kind {
        Kind::Defect => "the code does something other than it should",
        Kind::Security => "it can be abused",
        Kind::Performance => "it costs more than it should, in a way that matters",
        Kind::Architecture => "it goes against how the parts fit together",
        Kind::Maintainability => "it is hard to read or to keep",
        Kind::CompileFailure => "it does not compile or parse",
        Kind::MissingSymbol => "it uses a symbol that does not exist; name it in `subject`",
        Kind::MissingFile => "it uses a file that does not exist; name its path in `subject`",
        Kind::DependencyVersion => "a version of a dependency is wrong; `name@version` in `subject`",
        Kind::MissingTest => "what changed has no test",
        Kind::Secret => "a secret stands in it",
        Kind::UnusedImport => "an import is not used; name it in `subject`",
        Kind::External => "it is about the world outside the repository",
        Kind::Intent => "the message says something other than the change does",
        Kind::Migration => "a migration loses or locks data, or cannot be taken back",
    }
}
