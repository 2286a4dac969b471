//! The question to a falsifier.
//!
//! The claim comes from a model and is as hostile as the change: it stands line by line behind a gutter, so
//! that none of its lines begins one of the prompt.

use crate::model::visible;
use crate::validators::sift::{Anchored, Candidate};
use serde_json::{Value, json};

/// The name of the prompt that goes with the question, see [`prompt::shipped`](crate::llm::prompt::shipped()).
pub const PROMPT: &str = "falsifier";

/// What a falsifier is asked, below the prompt.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// The text.
    pub text: String,
    /// What the answer must look like.
    pub schema: Value,
}

/// Makes the question about a candidate.
///
/// `shown` is the change as validators see it, with its own fences. `None`: the candidate has no claim.
#[must_use]
pub fn ask(candidate: &Candidate, shown: &str) -> Option<Question> {
    let text = format!(
        "The claim of the other reviewer:\n\n{}\nThe change:\n\n{}\n",
        claim(candidate, candidate.first()?),
        shown.trim_end_matches('\n')
    );
    Some(Question {
        text,
        schema: schema(),
    })
}

/// Returns the schema of an answer: the evidence before the word that it is to carry.
#[must_use]
pub fn schema() -> Value {
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["reason", "evidence", "refuted"],
        "properties": {
            "reason": { "type": "string", "description": "what speaks against the claim, in a few sentences" },
            "evidence": {
                "type": "string",
                "description": "one or more lines of code from the change, word for word; empty if there is none"
            },
            "refuted": { "type": "boolean", "description": "whether the evidence makes the claim false" }
        }
    })
}

/// Words of the claim, one field after the other. No model, no validator, no confidence: who says it is no
/// argument.
fn claim(candidate: &Candidate, first: &Anchored) -> String {
    let mut out = String::new();
    let lines = &candidate.lines;
    let place = match lines.end.saturating_sub(lines.start) {
        0 => "removed lines".to_owned(),
        1 => format!("line {}", lines.start),
        _ => format!("lines {} to {}", lines.start, lines.end - 1),
    };
    field(&mut out, "file", &candidate.path);
    field(&mut out, "place", &place);
    field(&mut out, "code", &first.anchor);
    field(&mut out, "kind", first.claim.kind.name());
    field(&mut out, "what", &first.claim.title);
    field(&mut out, "why", &first.claim.message);
    out
}

fn field(out: &mut String, name: &str, text: &str) {
    for (index, line) in text.lines().enumerate() {
        let name = if index == 0 { name } else { "" };
        let line = format!("| {name:5} | {}", visible(line));
        out.push_str(line.trim_end());
        out.push('\n');
    }
}
