//! Reads a falsifier's answer.

use super::{Falsified, Outcome, ask};
use crate::llm::answer::Finish;
use crate::llm::reading::{self, Expected};
use crate::validators::ground::{Ground, GroundFile};
use crate::validators::sift::Limits;
use crate::validators::sift::comment;
use crate::validators::sift::quote::{self, Searchable};
use crate::validators::sift::text::normal;

/// The fewest letters and digits of evidence: a lone brace or a `return` proves nothing.
const LEAST: usize = 8;

/// Reads what `model` answered to [`ask`](super::ask()).
///
/// An answer that cannot be read, or that is not whole, is a failure and confirms nothing.
#[must_use]
pub fn read(text: &str, finish: &Finish, model: &str, ground: &Ground) -> Falsified {
    let outcome = match answer(text, finish) {
        Ok(answer) => judge(answer, ground),
        Err(why) => Outcome::Failed(why),
    };
    Falsified {
        model: model.to_owned(),
        outcome,
    }
}

struct Answer {
    is_refuted: bool,
    evidence: String,
    reason: String,
}

fn answer(text: &str, finish: &Finish) -> Result<Answer, String> {
    let expected = Expected {
        schema: &ask::schema(),
        verbatim: &["evidence"],
        synonyms: &[],
        limits: reading::Limits::default(),
    };
    let reading = reading::read(text, finish, &expected).map_err(|error| error.to_string())?;
    if !reading.is_whole() {
        return Err("the answer is not whole".to_owned());
    }
    let is_refuted = reading.value["refuted"].as_bool();
    let word = |name: &str| reading.value[name].as_str().unwrap_or_default().to_owned();
    Ok(Answer {
        is_refuted: is_refuted.ok_or("the answer does not say whether the claim is refuted")?,
        evidence: word("evidence"),
        reason: word("reason"),
    })
}

fn judge(answer: Answer, ground: &Ground) -> Outcome {
    if !answer.is_refuted {
        return Outcome::NotRefuted { is_baseless: false };
    }
    match found(&answer.evidence, ground) {
        None => Outcome::NotRefuted { is_baseless: true },
        Some(path) => Outcome::Refuted {
            path,
            evidence: answer.evidence,
            reason: answer.reason,
        },
    }
}

/// Returns the file where the evidence stands as code. Where in it does not matter.
fn found(evidence: &str, ground: &Ground) -> Option<String> {
    let wanted = normal(evidence);
    let letters = wanted.chars().filter(|c| c.is_alphanumeric()).count();
    if letters < LEAST || wanted.chars().nth(Limits::default().quote).is_some() {
        return None;
    }
    let file = ground
        .files
        .iter()
        .find(|file| stands_in(evidence, &wanted, file))?;
    Some(file.path.clone())
}

fn stands_in(evidence: &str, wanted: &str, file: &GroundFile) -> bool {
    let places = quote::places(wanted, file, &Searchable::new(file)).unwrap_or_default();
    let lines = evidence.lines().filter(|line| !line.trim().is_empty());
    if !lines.clone().any(|line| !comment::is_comment(line)) {
        return false;
    }
    let Some(first) = lines.map(normal).next() else {
        return false;
    };
    places.iter().any(|place| {
        let (text, number) = match &place.removed {
            Some(lines) => (&file.old, lines.start),
            None => (&file.new, place.lines.start),
        };
        text.get(&number)
            .is_some_and(|line| is_code(&normal(line), &first))
    })
}

/// Whether the quote begins in the code of the line, rather than in a comment.
fn is_code(line: &str, quote: &str) -> bool {
    let Some(comment) = comment::start(line) else {
        return true;
    };
    // A quote that was reflowed from several lines begins with the whole of this one.
    let begins = line.find(quote).unwrap_or_default();
    begins < comment
}
