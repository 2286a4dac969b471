//! A request before it is known who gets it: its size, and how it is asked again.

use crate::llm::request::{Block, Part, Request, Turn};
use crate::llm::tokens::{Counter, Family};

/// The size of a request.
pub struct Draft {
    /// What is said.
    texts: Counter,
    /// Tools, the schema and thoughts: what a server makes of them is its own affair, and may be no tokens at all.
    forms: Counter,
}

/// What a request costs besides its texts: roles, separators, the schema's own words.
const OVERHEAD: u64 = 12;

impl Draft {
    /// Reads all texts of a request once.
    pub fn of(request: &Request) -> Self {
        let mut texts = Counter::default();
        let mut forms = Counter::default();
        for block in &request.system {
            texts.push(&block.text);
            texts.push("\n");
        }
        for part in request.turns.iter().flat_map(|turn| &turn.parts) {
            match part {
                Part::Text(block) => texts.push(&block.text),
                Part::Call(call) => texts.push(&call.args.to_string()),
                Part::Result(result) => texts.push(&result.content),
                Part::Opaque(value) => forms.push(&value.to_string()),
            }
        }
        for tool in &request.tools {
            forms.push(&tool.description);
            forms.push(&tool.parameters.to_string());
        }
        if let Some(schema) = &request.schema {
            forms.push(&schema.value.to_string());
        }
        Self { texts, forms }
    }

    /// Returns its tokens for a family of models.
    pub fn tokens(&self, family: Family) -> u64 {
        self.least(family) + self.forms.total(family) + OVERHEAD
    }

    /// Returns the tokens that every server must count: those of what is said.
    pub fn least(&self, family: Family) -> u64 {
        self.texts.total(family)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::llm::request::Schema;
    use serde_json::json;

    #[test]
    fn a_form_counts_for_the_estimate_and_not_for_what_must_be_counted() {
        let mut request = Request::question("m", "Judge.", "one two three", 100);
        let plain = Draft::of(&request);
        request.schema = Some(Schema {
            name: "verdict".to_owned(),
            value: json!({"type": "object", "properties": {"verdict": {"type": "string"}}}),
        });
        let formed = Draft::of(&request);
        let family = Family::Gemini;
        assert_eq!(formed.least(family), plain.least(family));
        assert_eq!(plain.tokens(family), plain.least(family) + OVERHEAD);
        assert!(formed.tokens(family) > plain.tokens(family) + 10);
    }
}
