//! A request before it is known who gets it: its size, and how it is asked again.

use crate::llm::request::{Block, Part, Request, Turn};
use crate::llm::tokens::{Counter, Family};

/// The size of a request.
pub struct Draft(Counter);

/// What a request costs besides its texts: roles, separators, the schema's own words.
const OVERHEAD: u64 = 12;

impl Draft {
    /// Reads all texts of a request once.
    pub fn of(request: &Request) -> Self {
        let mut counter = Counter::default();
        for block in &request.system {
            counter.push(&block.text);
            counter.push("\n");
        }
        for part in request.turns.iter().flat_map(|turn| &turn.parts) {
            match part {
                Part::Text(block) => counter.push(&block.text),
                Part::Call(call) => counter.push(&call.args.to_string()),
                Part::Result(result) => counter.push(&result.content),
                Part::Opaque(value) => counter.push(&value.to_string()),
            }
        }
        for tool in &request.tools {
            counter.push(&tool.description);
            counter.push(&tool.parameters.to_string());
        }
        if let Some(schema) = &request.schema {
            counter.push(&schema.value.to_string());
        }
        Self(counter)
    }

    /// Returns its tokens for a family of models.
    pub fn tokens(&self, family: Family) -> u64 {
        self.0.total(family) + OVERHEAD
    }
}

/// Adds to the last turn why the first answer would not do. The bad answer itself is not sent back: it was
/// paid for once, and would teach the model to write it again.
pub fn ask_again(request: &mut Request, why: &str) {
    let text = Part::Text(Block::plain(&format!("\n\n{why}")));
    match request.turns.last_mut() {
        Some(turn) => turn.parts.push(text),
        None => request.turns.push(Turn::user(why)),
    }
}
